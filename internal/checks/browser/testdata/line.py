# A small support line in Python, played by the same engine as one in Go.
import http.server
import os
import urllib.parse


class Line(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = urllib.parse.parse_qs(self.rfile.read(length).decode())
        documents = {
            "/sms": "<Message>Thanks from Python</Message>",
            "/voice": '<Say>Hello.</Say><Gather numDigits="1" timeout="60" action="/menu"><Say>Press 2 to leave a message.</Say></Gather>',
            "/menu": '<Say>Speak now.</Say><Record action="/done" timeout="60" maxLength="120"/>',
            "/done": "<Say>Goodbye.</Say>",
        }
        document = "<Response>" + documents.get(self.path, "") + "</Response>"
        if self.path == "/menu" and form.get("Digits") != ["2"]:
            document = "<Response><Redirect>/voice</Redirect></Response>"
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document.encode())

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Line).serve_forever()
