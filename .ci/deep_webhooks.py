"""Receivers that misbehave, in real time: slow answers, drips, floods, and one that hangs with a long queue."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

QUEUE = int(os.environ.get("QUEUE", "50000"))
EVENTS = int(os.environ.get("EVENTS", "300"))


def listen(treat):
    """Calls `treat(socket, body)` for each connection, in a thread of its own."""
    server = socket.create_server(("127.0.0.1", 0), backlog=256)

    def one(client):
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65536)
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")))
        while len(body) < length:
            body += client.recv(65536)
        try:
            treat(client, body)
        except OSError:
            pass
        client.close()

    def accept():
        while True:
            client, _ = server.accept()
            threading.Thread(target=one, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Api:
    def __init__(self, port):
        self.port = port

    def call(self, key, method, path, body=None, media="application/json"):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        client.request(method, path, data, {"authorization": f"Bearer {key}", "content-type": media})
        answer = client.getresponse()
        text = answer.read()
        assert answer.status < 300, (method, path, answer.status, text[:500])
        return json.loads(text)

    def tenant(self, operator):
        return self.call(operator, "POST", "/v1/tenants", {"name": "Deep", "mode": "test"})["api_key"]

    def hook(self, key, url):
        return self.call(key, "POST", "/v1/webhook_endpoints", {"url": url, "event_types": ["customer.created"]})["id"]

    def customer(self, key, name):
        self.call(key, "PUT", f"/v1/sources/erp/customers/{name}", {"source_version": 1, "kind": "business", "name": name})

    def attempts(self, key, endpoint):
        found = self.call(key, "GET", f"/v1/webhook_endpoints/{endpoint}/deliveries")["data"]
        return [self.call(key, "GET", f"/v1/deliveries/{row['id']}/attempts")["data"] for row in found], found


def wait(what, check, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = check()
            if found:
                return found
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit(f"waited {seconds} s for {what}")


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def one_event(api, operator, treat):
    """One event to a receiver that does `treat`; its only attempt, and the delivery."""
    key = api.tenant(operator)
    endpoint = api.hook(key, listen(treat))
    api.customer(key, "C1")

    def ended():
        attempts, deliveries = api.attempts(key, endpoint)
        return attempts and attempts[0] and (attempts[0], deliveries[0])

    attempts, delivery = wait("an attempt", ended)
    return attempts[-1], delivery, key, endpoint


def late(api, operator):
    posts = []

    def treat(client, body):
        posts.append(body)
        time.sleep(14.9)
        client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    attempt, delivery, key, endpoint = one_event(api, operator, treat)
    time.sleep(10)  # the first retry would come after five seconds
    assert delivery["status"] == "delivered" and len(posts) == 1, (delivery, len(posts))
    print(f"200 after 14.9 s: delivered in {attempt['duration_ms']} ms, posted once")


def drip(api, operator):
    def treat(client, body):
        client.sendall(b"HTTP/1.1 500 No\r\ncontent-length: 1000000\r\n\r\n")
        while True:
            client.sendall(b"x")
            time.sleep(1)

    attempt, _, _, _ = one_event(api, operator, treat)
    assert 14_900 <= attempt["duration_ms"] <= 16_000, attempt
    print(f"one byte a second for ever: the attempt ended after {attempt['duration_ms']} ms")


def flood(api, operator, pid):
    sent = [0]

    def treat(client, body):
        client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")
        block = b"x" * (1 << 20)
        for _ in range(10_000):
            client.sendall(block)
            sent[0] += len(block)

    before = resident(pid)
    attempt, delivery, _, _ = one_event(api, operator, treat)
    after = resident(pid)
    assert len(attempt["response"]) == 2048 and after - before < 16, (len(attempt["response"]), before, after)
    print(f"10 GB offered: {sent[0] / 1e6:.1f} MB left the receiver, 2 KiB kept, memory {before:.1f} -> {after:.1f} MiB, {delivery['status']}")


def hanging(api, operator):
    hang = threading.Event()
    slow = api.tenant(operator)
    api.hook(slow, listen(lambda client, body: hang.wait()))
    for begin in range(0, QUEUE, 1000):
        events = [
            {"specversion": "1.0", "id": f"c{n}", "source": "erp", "type": "customer.upserted",
             "data": {"external_id": f"C{n}", "source_version": 1, "kind": "business", "name": f"C{n}"}}
            for n in range(begin, min(begin + 1000, QUEUE))
        ]
        api.call(slow, "POST", "/v1/ingest/events", json.dumps(events).encode(), "application/cloudevents-batch+json")
    arrived = {}

    def treat(client, body):
        arrived[json.loads(body)["data"]["object"]["external_id"]] = time.monotonic()
        client.sendall(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")

    quick = api.tenant(operator)
    api.hook(quick, listen(treat))
    posted = {}
    for n in range(EVENTS):
        posted[f"Q{n}"] = time.monotonic()
        api.customer(quick, f"Q{n}")
        time.sleep(0.02)
    wait("all of the other tenant's events", lambda: len(arrived) >= EVENTS)
    took = sorted(arrived[name] - at for name, at in posted.items())
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    assert p99 < 2, p99
    print(f"{QUEUE} wait for a receiver that hangs: another tenant's {EVENTS} events in {p50 * 1000:.0f} ms p50, {p99 * 1000:.0f} ms p99")
    hang.set()


def main():
    port, admin = free_port(), free_port()
    operator = "operator-key-for-this-check-0123456789"
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ,
            RELANCE_DATABASE_URL=os.environ.get("RELANCE_DEEP_URL", f"sqlite://{folder}/relance.db"),
            RELANCE_LISTEN=f"127.0.0.1:{port}",
            RELANCE_ADMIN_LISTEN=f"127.0.0.1:{admin}",
            RELANCE_OPERATOR_KEY=operator,
            RELANCE_EGRESS_ALLOW="127.0.0.0/8",
            RELANCE_LOG="error",
            RELANCE_AUTO_MIGRATE="true",
            RELANCE_SECRET_KEY="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        )
        binary = subprocess.Popen([sys.argv[1], "serve"], env=environment)
        try:
            api = Api(port)
            wait("the server", lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
            late(api, operator)
            drip(api, operator)
            flood(api, operator, binary.pid)
            hanging(api, operator)
        finally:
            binary.terminate()
            if binary.wait(25) != 0:
                sys.exit("the server did not stop cleanly")


main()
