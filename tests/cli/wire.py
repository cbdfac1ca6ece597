"""The sandbox behind a wire that can break: a relay in front of it that a test tells what to do."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from ecs_snap_cli.sandbox import SandboxServer

SANDBOX_ENVIRONMENT = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox",
    "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou",
}

# What becomes of one request: "pass" it, "lose" its answer after it was carried out, "refuse"
# it before, or "hang" without an answer (after it was carried out).
Fate = str
Judge = Callable[[str, int], Fate]


class Relay(ThreadingHTTPServer):
    """Forwards to the sandbox; ``judge(action, nth)`` decides the fate of each request."""

    daemon_threads = True

    def __init__(self, upstream: str, judge: Judge) -> None:
        self.upstream = urlsplit(upstream)
        self.judge = judge
        self.seen: list[str] = []
        self.connections = 0
        self.arrived = threading.Event()
        self._counting = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, action: str) -> int:
        """How many requests of ``action`` came, this one included."""
        with self._counting:
            self.seen.append(action)
            return self.seen.count(action)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Relay

    def setup(self) -> None:
        super().setup()
        with self.server._counting:
            self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        action = self.headers["x-acs-action"]
        fate = self.server.judge(action, self.server.count(action))
        if fate == "refuse":
            self._reset()
            return
        status, headers, answer = self._forward(body)
        if fate == "lose":
            self._reset()
            return
        if fate == "hang":
            self.server.arrived.set()
            time.sleep(30)
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = self.server.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port)
        try:
            connection.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args: object) -> None:
        """Silence."""


@contextmanager
def wire(state: Path, judge: Judge = lambda action, nth: "pass") -> Iterator[Relay]:
    """A relay in front of a fresh sandbox."""
    with SandboxServer(state) as sandbox:
        relay = Relay(sandbox.url, judge)
        thread = threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            relay.server_close()
