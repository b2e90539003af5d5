"""A receiver of Relance's webhooks. `pip install standardwebhooks`, then WEBHOOK_SECRET=whsec_… PORT=3000 python receiver.py"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
seen = set()  # in a real receiver: a unique column of a table
last = {}  # subject -> sequence


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))  # the bytes as they came, before any JSON
        try:
            event = webhook.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            return self.answer(400)
        self.answer(204)  # answer first, work later: 15 seconds are all there is
        if event["id"] in seen:  # at least once means sometimes twice
            return
        seen.add(event["id"])
        subject, sequence = event["subject"]["id"], event["sequence"]
        if sequence <= last.get(subject, 0):  # overtaken: the subject is newer here already
            return
        last[subject] = sequence
        print(event["type"], subject, f"#{sequence}", flush=True)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver).serve_forever()
