// Receives webhooks with npm twilio and express, as their documentation has it.
// It answers 204 where the middleware and the functions accept a request.
const express = require("express");
const twilio = require("twilio");
const {TOKEN: token, SECRET: sharedKeySecret, BASE_URL: base, PORT: port} = process.env;
const {protocol, host} = new URL(base);

const app = express();
const keep = (req, _res, body) => { req.rawBody = body.toString(); };
app.use(express.urlencoded({extended: process.env.EXTENDED === "true", verify: keep}), express.json({verify: keep, type: "*/*"}));
app.use(twilio.webhook(token, {protocol: protocol.slice(0, -1), host, sharedKeySecret}));
app.use((req, res) => {
  const settings = req.header("X-Twilio-Webhooks-Signature-Settings");
  const secret = settings ? sharedKeySecret : token;
  const signature = req.header("X-Twilio-Signature");
  const algorithm = twilio.getSignatureAlgorithm(settings);
  const url = base + req.originalUrl;
  const valid = req.query.bodySHA256
    ? twilio.validateRequestWithBody(secret, signature, url, req.rawBody, algorithm)
    : twilio.validateRequest(secret, signature, url, req.body || {}, algorithm);
  res.status(valid ? 204 : 406).end();
});
app.listen(Number(port), "127.0.0.1", () => console.log("listening"));
