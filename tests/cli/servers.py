"""What the program may meet on a network: an ECS with and without TLS, and proxies of all kinds."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import json
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAMES = ("localhost", "127.0.0.1", "ecs.example.com")


class Server(ThreadingHTTPServer):
    """Listens on a port of its own; ``seen`` are the requests' paths, ``headers`` their headers."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.snapshots = 0
        self.location: str | None = None
        self.target: int | None = None
        self.port = int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A handshake that fails, or a client that leaves, is the test's point."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], tls: Tls | None = None) -> Iterator[Server]:
    """A server in a thread, behind TLS if there is a certificate."""
    server = Server(handler)
    if tls is not None:
        server.socket = tls.context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def note(self) -> None:
        """Remember what was asked."""
        self.server.seen.append(self.path)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})

    def log_message(self, *args: object) -> None:
        """Silence."""


class Ecs(_Handler):
    """Answers any action with a snapshot, under the status and Location it was told."""

    def do_POST(self) -> None:
        body = b'{"RequestId": "R", "SnapshotId": "s-1"}'
        self.note()
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST


class Pages(_Handler):
    """An ECS of ``server.snapshots`` snapshots, some 1 KB each, a hundred a page."""

    def do_POST(self) -> None:
        start = int(parse_qs(urlsplit(self.path).query).get("NextToken", ["0"])[0])
        body = page(start, self.server.snapshots)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@cache
def page(start: int, count: int) -> bytes:
    """The page of DescribeSnapshots that begins with one of ``count`` snapshots."""
    end = min(start + 100, count)
    listed = {"Snapshot": [snapshot(number) for number in range(start, end)]}
    more = {"NextToken": str(end)} if end < count else {}
    return json.dumps({"RequestId": "R", "Snapshots": listed, **more}).encode()


def snapshot(number: int) -> dict[str, Any]:
    """A record with texts that no other one holds."""
    return {
        "SnapshotId": f"s-{number:020}",
        "SourceDiskId": f"d-{number // 50:020}",
        "Status": "accomplished",
        "CreationTime": "2026-03-01T02:15:09Z",
        "SnapshotName": f"nightly-{number}",
        "Description": f"{number} " + "x" * 700,
        "Tags": {"Tag": [{"TagKey": "job", "TagValue": f"nightly-{number}"}]},
        **{f"Field{field}": f"{field} of {number}" for field in range(5)},
    }


class Tunnel(_Handler):
    """A proxy that tunnels every CONNECT to ``target``, whatever the name; else refuses."""

    def do_CONNECT(self) -> None:
        self.note()
        if self.server.target is None:
            status = http.client.FORBIDDEN if self.server.status == 200 else self.server.status
            self.send_error(status, "TOPSECRET \x1b[31m")
            return
        with socket.create_connection(("127.0.0.1", self.server.target)) as upstream:
            self.send_response_only(200)
            self.end_headers()
            both = [self.connection, upstream]
            while True:
                for ready in select.select(both, [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    both[ready is self.connection].sendall(data)


class Portal(_Handler):
    """A captive portal: it takes every CONNECT, and says what it has to say in HTML."""

    def do_CONNECT(self) -> None:
        self.note()
        self.send_response(200)
        self.end_headers()
        self.connection.recv(65536)
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n<html>Please log in</html>")
        self.connection.recv(65536)
        self.close_connection = True


class Silent(_Handler):
    """A proxy that never answers."""

    def do_CONNECT(self) -> None:
        self.note()
        time.sleep(10)


class Garbage(_Handler):
    """A proxy that speaks no HTTP."""

    def do_CONNECT(self) -> None:
        self.note()
        self.wfile.write(b"\x00\x01TOPSECRET\r\n\r\n")
        self.close_connection = True


@dataclass
class Tls:
    """A certificate that is its own authority, as a file to trust and as a server's context."""

    ca: Path
    context: ssl.SSLContext = field(repr=False)


def certificate(
    folder: Path, names: tuple[str, ...] = NAMES, *, first_day: int = -1, last_day: int = 1
) -> Tls:
    """A certificate for hosts, valid from and until so many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=first_day))
        .not_valid_after(now + datetime.timedelta(days=last_day))
        .add_extension(
            x509.SubjectAlternativeName([_general_name(each) for each in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca, key_file = folder / "ca.pem", folder / "key.pem"
    ca.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca, key_file)
    return Tls(ca, context)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
