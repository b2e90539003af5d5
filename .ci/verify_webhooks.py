"""Starts the binary, lets it deliver webhooks to a receiver here, verifies them with `standardwebhooks`."""

import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

received = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        received.append((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(base, key, method, path, body):
    request = urllib.request.Request(base + path, json.dumps(body).encode(), method=method)
    request.add_header("authorization", f"Bearer {key}")
    request.add_header("content-type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def wait(what, check):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if check():
                return
        except OSError:
            pass
        time.sleep(0.02)
    sys.exit(f"waited a minute for {what}")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, admin = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ,
            RELANCE_DATABASE_URL=f"sqlite://{folder}/relance.db",
            RELANCE_LISTEN=f"127.0.0.1:{port}",
            RELANCE_ADMIN_LISTEN=f"127.0.0.1:{admin}",
            RELANCE_OPERATOR_KEY="operator-key-for-this-check-0123456789",
            RELANCE_EGRESS_ALLOW="127.0.0.0/8",
            RELANCE_LOG="error",
        )
        binary = subprocess.Popen([sys.argv[1], "serve"], env=environment)
        try:
            base = f"http://127.0.0.1:{port}"
            wait("the server", lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
            tenant = call(base, environment["RELANCE_OPERATOR_KEY"], "POST", "/v1/tenants", {"name": "Check", "mode": "test"})
            key = tenant["api_key"]
            hook = {"url": f"http://127.0.0.1:{server.server_port}/", "event_types": ["*"]}
            endpoint = call(base, key, "POST", "/v1/webhook_endpoints", hook)
            for n in range(5):
                call(base, key, "PUT", f"/v1/sources/erp/customers/C{n}", {"source_version": 1, "kind": "business", "name": f"Été n° {n}"})
            wait("five deliveries", lambda: len(received) >= 5)
            webhook = Webhook(endpoint["secret"])
            for headers, body in received:
                event = webhook.verify(body, {name.lower(): value for name, value in headers.items()})
                assert event["type"] == "customer.created", event
            headers, body = received[0]
            try:
                webhook.verify(body.replace(b"customer", b"cusTomer", 1), {name.lower(): value for name, value in headers.items()})
                sys.exit("a forged body was taken")
            except WebhookVerificationError:
                pass
            print(f"standardwebhooks verified {len(received)} deliveries and refused a forged one")
        finally:
            binary.terminate()
            if binary.wait(20) != 0:
                sys.exit("the server did not stop cleanly")


main()
