#!/usr/bin/env python3
"""Runs a command beside the real binary on a throw-away SQLite database with two seeded test tenants.

    with_server.py [--seed] [--api-only] [--environment NAME=VALUE]… -- command…

The command finds RELANCE_BASE, RELANCE_KEY_A, RELANCE_KEY_B and RELANCE_OPERATOR_KEY in its environment.
`--api-only` starts the server again without workers once it is seeded: nothing is sent to addresses that a
fuzzer makes up.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("RELANCE_BINARY") or str(
    pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "relance"
)
OPERATOR = "operator-key-of-the-checks-0123456789"
BY = {"name": "Anne Keller", "email": "anne@keller.example"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, folder, environment, role):
        self.port, self.admin = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        own = {
            "RELANCE_DATABASE_URL": f"sqlite://{folder}/relance.db",
            "RELANCE_LISTEN": f"127.0.0.1:{self.port}",
            "RELANCE_ADMIN_LISTEN": f"127.0.0.1:{self.admin}",
            "RELANCE_OPERATOR_KEY": OPERATOR,
            "RELANCE_SECRET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "RELANCE_EGRESS_ALLOW": "127.0.0.0/8",
            "RELANCE_LOG": "warn",
        }
        self.log = open(pathlib.Path(folder) / "log", "a")
        command = [BINARY, "serve", "--role", role]
        self.child = subprocess.Popen(command, env={**os.environ, **own, **environment}, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while not self.ready():
            if self.child.poll() is not None or time.monotonic() > deadline:
                sys.exit("the server did not start: " + pathlib.Path(self.log.name).read_text())
            time.sleep(0.05)

    def ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=2).status == 200
        except OSError:
            return False

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(timeout=30)


class Client:
    def __init__(self, base, key):
        self.base, self.key = base, key

    def ask(self, method, path, body=None):
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")

    def advance(self, to):
        self.ask("POST", "/v1/test_clock/advance", {"to": to})
        while self.ask("GET", "/v1/test_clock")["status"] != "ready":
            time.sleep(0.05)


def tenant(base):
    body = {"name": "Atelier Keller", "mode": "test", "clock": "2026-10-01T05:00:00Z"}
    return Client(base, Client(base, OPERATOR).ask("POST", "/v1/tenants", body)["api_key"])


def settings(client):
    client.ask("PATCH", "/v1/settings", {
        "legal_name": "Atelier Keller SARL", "siren": "732829320", "phone": "+33472000000", "email": "compta@keller.example",
        "address": {"lines": ["12 rue des Forges"], "postcode": "69007", "city": "Lyon", "country": "FR"},
        "contact_name": "Anne Keller", "iban": "FR7630006000011234567890189",
    })


def seed(client):
    """Something of every kind, so that most reads find a thing."""
    contact = {"external_id": "c1", "name": "Claire Dupont", "role": "accounts_payable", "email": "compta@dupont.example"}
    for at in (1, 2, 3):
        client.ask("PUT", f"/v1/sources/erp/customers/C{at}", {
            "source_version": 1, "kind": "business", "name": f"Boulangerie {at}", "language": "fr", "contacts": [contact],
            "address": {"lines": ["3 place du Marché"], "postcode": "69003", "city": "Lyon", "country": "FR"},
        })
        client.ask("PUT", f"/v1/sources/erp/invoices/FA-{at}", {
            "source_version": 1, "number": f"FA-{at}", "customer_external_id": f"C{at}", "issued_on": "2026-09-05",
            "due_on": "2026-10-05", "currency": "EUR", "total": "700.00",
        })
    client.ask("PUT", "/v1/sources/erp/payments/P1", {
        "customer_external_id": "C1", "amount": "50.00", "currency": "EUR", "paid_on": "2026-10-01", "reference": "FA-1",
    })
    client.ask("PUT", "/v1/sources/erp/credit_notes/AV-1", {
        "source_version": 1, "number": "AV-1", "customer_external_id": "C1", "issued_on": "2026-10-01", "currency": "EUR",
        "total": "10.00", "invoice_external_id": "FA-1",
    })
    client.ask("PUT", "/v1/sources/erp/invoices/FA-9", {
        "source_version": 1, "number": "FA-9", "customer_external_id": "C9", "issued_on": "2026-09-05", "currency": "EUR", "total": "1.00",
    })
    client.ask("POST", "/v1/webhook_endpoints", {"url": "http://127.0.0.1:9/", "event_types": ["*"]})
    client.ask("PUT", "/v1/channels/email", {
        "provider": "smtp", "from": "compta@keller.example", "smtp": {"host": "127.0.0.1", "port": 2525, "security": "none"},
    })
    client.advance("2026-10-09T05:00:00Z")
    client.advance("2026-10-23T12:00:00Z")
    invoice = client.ask("GET", "/v1/sources/erp/invoices/FA-2")
    customer = invoice["customer_id"]
    client.ask("POST", "/v1/promises", {"customer_id": customer, "amount": "10.00", "currency": "EUR", "promised_on": "2026-10-25"})
    client.ask("POST", "/v1/disputes", {"invoice_id": invoice["id"], "amount": "1.00", "reason_code": "price"})
    client.ask("POST", "/v1/holds", {"scope": "customer", "target_id": customer, "reason": "manual", "until_on": "2026-10-30"})
    client.ask("POST", f"/v1/customers/{customer}/interactions", {
        "channel": "phone", "at": "2026-10-20T08:00:00Z", "by": BY, "outcome": "reached",
    })


def main():
    if "--" not in sys.argv:
        sys.exit(__doc__)
    at = sys.argv.index("--")
    flags, command = sys.argv[1:at], sys.argv[at + 1:]
    environment = dict(flags[i + 1].split("=", 1) for i, flag in enumerate(flags) if flag == "--environment")
    folder = tempfile.mkdtemp(prefix="relance-check-")
    server = Server(folder, environment, "all")
    try:
        clients = [tenant(server.base), tenant(server.base)]
        for client in clients:
            settings(client)
            if "--seed" in flags:
                seed(client)
        if "--api-only" in flags:
            server.stop()
            server = Server(folder, environment, "api")
        found = {
            "RELANCE_BASE": server.base, "RELANCE_KEY_A": clients[0].key, "RELANCE_KEY_B": clients[1].key,
            "RELANCE_OPERATOR_KEY": OPERATOR, "RELANCE_SERVER_LOG": str(pathlib.Path(folder) / "log"),
        }
        code = subprocess.run(command, env={**os.environ, **found}).returncode
        if server.child.poll() is not None:
            print("the server ended:", pathlib.Path(folder, "log").read_text()[-4000:])
            code = code or 1
        if code:
            print("last lines of the server's log:", pathlib.Path(folder, "log").read_text()[-2000:])
    finally:
        if server.child.poll() is None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
