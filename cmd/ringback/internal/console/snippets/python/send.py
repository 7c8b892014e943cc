# pip install twilio
import os

from twilio.rest import Client

client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
if "RINGBACK_API" in os.environ:
    client.api.base_url = os.environ["RINGBACK_API"]

message = client.messages.create(
    to="+15550101", from_=os.environ["TWILIO_PHONE_NUMBER"], body="Hello from Python"
)
print(message.sid, message.status)
