#!/usr/bin/env python3
"""Stands before the server and says words that no client knows: inventing_proxy.py -- command…

Statuses, states and event types in answers become invented ones, and every object gets an invented member. The
command finds the proxy in RELANCE_BASE.
"""

import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request

BEHIND = os.environ["RELANCE_BASE"]
INVENTED = {("dunning", "state"), ("promise", "status"), ("event", "type"), ("customer", "kind")}
count = 0


def invent(value):
    global count
    if isinstance(value, list):
        return [invent(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {name: invent(inner) for name, inner in value.items()}
    kinds = {"state": "dunning" if "next_step" in out else None,
             "status": "promise" if "promised_on" in out else None,
             "type": "event" if "api_version" in out else None,
             "kind": "customer" if "contacts" in out else None}
    for name, kind in kinds.items():
        if (kind, name) in INVENTED and isinstance(out.get(name), str):
            out[name] = "invented.word"
            count += 1
    if "id" in out:
        out["invented_member"] = {"of": "tomorrow"}
    return out


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length", "accept-encoding", "connection")}
        request = urllib.request.Request(BEHIND + self.path, data=body, headers=headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        content = answer.read()
        if answer.status < 300 and "json" in (answer.headers.get("content-type") or ""):
            content = json.dumps(invent(json.loads(content))).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = pass_on

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = {"RELANCE_BASE": f"http://127.0.0.1:{server.server_port}"}
    code = subprocess.run(sys.argv[sys.argv.index("--") + 1:], env={**os.environ, **found}).returncode
    print(f"{count} invented words were said")
    sys.exit(code or (0 if count > 5 else 1))


if __name__ == "__main__":
    main()
