// A program that knows nothing of Ringback: npm twilio as it is.
const http = require("http");
const twilio = require("twilio");
const {TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token, TWILIO_PHONE_NUMBER: from, BASE_URL: base, PORT: port} = process.env;
const client = twilio(sid, token);
const to = "+15550101";
const statuses = [];

http.createServer((req, res) => {
  let body = "";
  req.on("data", (part) => { body += part; });
  req.on("end", () => {
    const params = Object.fromEntries(new URLSearchParams(body));
    const valid = twilio.validateRequest(token, req.headers["x-twilio-signature"], base + req.url, params);
    statuses.push((params.MessageStatus || params.CallStatus) + " " + valid);
    res.setHeader("Content-Type", "text/xml");
    res.end(req.url === "/answer" ? "<Response><Say>Hello</Say><Pause length=\"60\"/></Response>" : "");
  });
}).listen(Number(port), "127.0.0.1", () => main().catch((err) => console.log("failed", err.code, err.message)));

const until = async (what, ready) => {
  for (let i = 0; i < 300; i++) {
    if (await ready()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("never: " + what);
};

async function main() {
  const sent = await client.messages.create({to, from, body: "hello", statusCallback: base + "/status"});
  console.log("sent", sent.status, sent.numSegments);
  await until("delivered", async () => (await client.messages(sent.sid).fetch()).status === "delivered");
  await until("callback", () => statuses.includes("delivered true"));
  console.log("callbacks", statuses.join(", "));
  const service = await client.messages.create({to, messagingServiceSid: "MG0123456789abcdef0123456789abcdef", body: "hi"});
  console.log("service", service.status, service.from);
  const later = await client.messages.create({to, messagingServiceSid: "MG0123456789abcdef0123456789abcdef", body: "hi", scheduleType: "fixed", sendAt: new Date(Date.now() + 3600000)});
  console.log("scheduled", later.status, (await client.messages(later.sid).update({status: "canceled"})).status);
  console.log("listed", (await client.messages.list({pageSize: 1})).length);
  console.log("redacted", JSON.stringify((await client.messages(sent.sid).update({body: ""})).body));
  console.log("removed", await client.messages(sent.sid).remove());
  await client.messages.create({to: "abc", from, body: "x"}).catch((err) => console.log("refused", err.status, err.code));
  const call = await client.calls.create({to, from, url: base + "/answer", machineDetection: "Enable", record: true});
  console.log("call", call.status);
  await until("answered", async () => (await client.calls(call.sid).fetch()).status === "in-progress");
  await client.calls(call.sid).update({twiml: "<Response><Say>Ahoy</Say><Pause length=\"30\"/></Response>"});
  console.log("updated", (await client.calls(call.sid).update({status: "completed"})).status);
  console.log("calls", (await client.calls.list({status: "completed"})).length);
  const recordings = await client.recordings.list({callSid: call.sid});
  console.log("recordings", recordings.length, recordings[0].source);
  const guest = await client.conferences("daily").participants.create({to, from});
  await until("conference", async () => (await client.conferences.list({friendlyName: "daily"})).length === 1);
  console.log("participants", (await client.conferences(guest.conferenceSid).participants.list()).length);
  console.log("ended", (await client.conferences(guest.conferenceSid).update({status: "completed"})).status);
  await client.verify.v2.services.list().catch((err) => console.log("elsewhere", err.status, err.code));
  console.log("done");
}
