# pip install flask twilio
import os

from flask import Flask, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

app = Flask(__name__)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])


@app.before_request
def verify():
    url = os.environ["BASE_URL"] + request.full_path.rstrip("?")
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(url, request.form, signature):
        abort(403)


@app.post("/sms")
def sms():
    response = MessagingResponse()
    response.message("You said: " + request.form["Body"])
    return str(response), {"Content-Type": "text/xml"}


@app.post("/voice")
def voice():
    response = VoiceResponse()
    response.say("Hello from Python.")
    return str(response), {"Content-Type": "text/xml"}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "5000")))
