"""A voice menu that checks signatures itself, on the standard library."""
import base64
import hashlib
import hmac
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

TOKEN = os.environ["TWILIO_AUTH_TOKEN"].encode()


class Menu(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        pairs = parse_qsl(body, keep_blank_values=True)
        url = "http://" + self.headers["Host"] + self.path
        signed = url + "".join(k + v for k, v in sorted(pairs))
        want = base64.b64encode(hmac.new(TOKEN, signed.encode(), hashlib.sha1).digest()).decode()
        if not hmac.compare_digest(want, self.headers.get("X-Twilio-Signature", "")):
            self.answer(403, "<Response/>")
            return
        form = dict(pairs)
        if self.path == "/voice":
            self.answer(200, '<Response><Gather numDigits="1" action="menu"><Say>Press 1 to record.</Say></Gather></Response>')
        elif self.path == "/menu" and form.get("Digits") == "1":
            self.answer(200, '<Response><Say>Speak now.</Say><Record maxLength="30" action="/thanks"/></Response>')
        elif self.path == "/thanks":
            self.answer(200, "<Response><Say>Your message of %s seconds is kept.</Say></Response>" % escape(form["RecordingDuration"]))
        elif self.path == "/sms":
            self.answer(200, "<Response><Message>You wrote: %s</Message></Response>" % escape(form["Body"]))
        else:
            self.answer(404, "")

    def answer(self, status, xml):
        data = xml.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Menu)
print(server.server_port, flush=True)
server.serve_forever()
