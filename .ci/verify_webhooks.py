"""Starts the binary and the receivers of docs/receivers, passes deliveries on to them, and forged ones beside."""

import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

RECEIVERS = {
    "node": ["node", "target/receivers/node/receiver.mjs"],
    "python": [sys.executable, "docs/receivers/python/receiver.py"],
    "rust": ["target/receivers/rust/debug/receiver"],
    "java": ["java", "-cp", "target/receivers/java", "Receiver"],
}
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
deliveries = []


class Tap(http.server.BaseHTTPRequestHandler):
    """Where the binary posts to: keeps what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        deliveries.append(({name.lower(): value for name, value in self.headers.items()}, body))
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
    with direct.open(request) as answer:
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


def up(port):
    return lambda: socket.create_connection(("127.0.0.1", port)).close() is None


class Receiver:
    """A receiver that knows one secret."""

    def __init__(self, name, secret):
        self.name, self.port = name, free_port()
        self.child = subprocess.Popen(
            RECEIVERS[name], env=dict(os.environ, WEBHOOK_SECRET=secret, PORT=str(self.port)), stdout=subprocess.PIPE
        )
        wait(f"the receiver in {name}", up(self.port))

    def takes(self, headers, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", body, method="POST")
        for name in ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature"):
            request.add_header(name, headers[name])
        try:
            with direct.open(request) as answer:
                return answer.status == 204
        except urllib.error.HTTPError as refusal:
            assert refusal.code == 400, refusal
            return False


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, admin = free_port(), free_port()
    children, checks = [], 0
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
            wait("the server", up(port))
            tenant = call(base, environment["RELANCE_OPERATOR_KEY"], "POST", "/v1/tenants", {"name": "Check", "mode": "test"})
            key = tenant["api_key"]
            hook = {"url": f"http://127.0.0.1:{server.server_port}/", "event_types": ["*"]}
            endpoint = call(base, key, "POST", "/v1/webhook_endpoints", hook)

            def batch(round):
                """Five events, as they came."""
                already = len(deliveries)
                for n in range(5):
                    customer = {"source_version": round, "kind": "business", "name": f"Été n° {n}, {round}"}
                    call(base, key, "PUT", f"/v1/sources/erp/customers/C{n}", customer)
                wait("five deliveries", lambda: len(deliveries) >= already + 5)
                return deliveries[already:]

            def expect(receivers, batch, genuine):
                nonlocal checks
                for receiver in receivers:
                    for headers, body in batch:
                        assert receiver.takes(headers, body) == genuine, (receiver.name, genuine, headers)
                        forged = body.replace(b"customer", b"cusTomer", 1)
                        assert forged != body and not receiver.takes(headers, forged), (receiver.name, "took a forged body")
                        checks += 2

            def rotate(**overlap):
                path = f"/v1/webhook_endpoints/{endpoint['id']}/rotate_secret"
                return call(base, key, "POST", path, overlap)["secret"]

            def receivers(secret):
                list = [Receiver(name, secret) for name in RECEIVERS]
                children.extend(receiver.child for receiver in list)
                return list

            first = receivers(endpoint["secret"])
            expect(first, batch(1), True)
            second = receivers(rotate())
            during = batch(2)
            assert all(len(headers["webhook-signature"].split(" ")) == 2 for headers, _ in during)
            expect(first + second, during, True)
            third = receivers(rotate(overlap_hours=0))
            after = batch(3)
            expect(third, after, True)
            expect(first + second, after, False)
            print(f"{', '.join(RECEIVERS)}: {checks} deliveries and forgeries judged rightly, before, during and after a rotation")
        finally:
            for child in children:
                child.kill()
            binary.terminate()
            if binary.wait(20) != 0:
                sys.exit("the server did not stop cleanly")


main()
