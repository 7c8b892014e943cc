// npm install express twilio
const express = require("express");
const twilio = require("twilio");

const app = express();
app.use(express.urlencoded({extended: false}));

function verified(req, res, next) {
  const url = process.env.BASE_URL + req.originalUrl;
  const valid = twilio.validateRequest(process.env.TWILIO_AUTH_TOKEN, req.get("X-Twilio-Signature") || "", url, req.body || {});
  if (valid) next();
  else res.status(403).send("The signature is wrong.");
}

app.post("/sms", verified, (req, res) => {
  const twiml = new twilio.twiml.MessagingResponse();
  twiml.message("You said: " + req.body.Body);
  res.type("text/xml").send(twiml.toString());
});

app.post("/voice", verified, (req, res) => {
  const twiml = new twilio.twiml.VoiceResponse();
  twiml.say("Hello from Node.");
  res.type("text/xml").send(twiml.toString());
});

app.listen(process.env.PORT || 3000, "127.0.0.1");
