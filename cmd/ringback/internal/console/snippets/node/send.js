// npm install twilio
const twilio = require("twilio");

const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);
if (process.env.RINGBACK_API) client.api.baseUrl = process.env.RINGBACK_API;

client.messages
  .create({to: "+15550101", from: process.env.TWILIO_PHONE_NUMBER, body: "Hello from Node"})
  .then((message) => console.log(message.sid, message.status));
