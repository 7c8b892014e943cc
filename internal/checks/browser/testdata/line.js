// A small support line in Node, played by the same engine as one in Go.
const http = require("node:http");

const documents = {
  "/sms": "<Message>Thanks from Node</Message>",
  "/voice": '<Say>Hello.</Say><Gather numDigits="1" timeout="60" action="/menu"><Say>Press 2 to leave a message.</Say></Gather>',
  "/menu": '<Say>Speak now.</Say><Record action="/done" timeout="60" maxLength="120"/>',
  "/done": "<Say>Goodbye.</Say>",
};

http.createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => { body += piece; });
  request.on("end", () => {
    const digits = new URLSearchParams(body).get("Digits");
    const verbs = request.url === "/menu" && digits !== "2" ? "<Redirect>/voice</Redirect>" : documents[request.url] || "";
    response.writeHead(200, {"Content-Type": "text/xml"});
    response.end(`<Response>${verbs}</Response>`);
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
