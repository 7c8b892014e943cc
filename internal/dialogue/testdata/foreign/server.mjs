// A voice menu that checks signatures itself, on Node's own modules.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";

const token = process.env.TWILIO_AUTH_TOKEN;
const escape = (s) => s.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

const pages = {
  "/voice": () => '<Gather numDigits="1" action="menu"><Say>Press 1 to record.</Say></Gather>',
  "/menu": (form) => form.get("Digits") === "1" && '<Say>Speak now.</Say><Record maxLength="30" action="/thanks"/>',
  "/thanks": (form) => `<Say>Your message of ${escape(form.get("RecordingDuration"))} seconds is kept.</Say>`,
  "/sms": (form) => `<Message>You wrote: ${escape(form.get("Body"))}</Message>`,
};

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const pairs = [...form].map(([k, v]) => k + v).sort();
  const signed = `http://${request.headers.host}${request.url}` + pairs.join("");
  const want = createHmac("sha1", token).update(signed).digest("base64");
  const content = pages[request.url]?.(form);
  response.statusCode = want !== request.headers["x-twilio-signature"] ? 403 : content ? 200 : 404;
  response.setHeader("Content-Type", "text/xml");
  response.end(`<Response>${response.statusCode === 200 ? content : ""}</Response>`);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
