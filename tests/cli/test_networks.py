"""TLS, proxies and redirects, over real sockets."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import json
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cli.wire import SANDBOX_ENVIRONMENT
from tests.conftest import Run

ARGV = ("create", "--disk-id", "d-1", "--no-preflight", "-o", "json", "--max-attempts", "3")


class _Ecs(BaseHTTPRequestHandler):
    """Answers any action with a snapshot, or with a redirect if it was told one."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = b'{"RequestId": "R", "SnapshotId": "s-1"}'
        location = getattr(self.server, "location", None)
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        self.send_response(307 if location else 200)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silence."""


@dataclass
class Tls:
    """A certificate for localhost from a private CA."""

    ca: Path
    context: ssl.SSLContext = field(repr=False)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A private CA that is its own server certificate."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(addresses, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca = folder / "ca.pem"
    ca.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = folder / "key.pem"
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


def serving(server: ThreadingHTTPServer) -> Iterator[ThreadingHTTPServer]:
    """The server in a thread for the length of a test."""
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A handshake that fails is the test's point."""


@pytest.fixture
def https(tls: Tls) -> Iterator[ThreadingHTTPServer]:
    """An ECS behind TLS."""
    server = _Quiet(("127.0.0.1", 0), _Ecs)
    server.socket = tls.context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    yield from serving(server)


@pytest.fixture
def plain() -> Iterator[ThreadingHTTPServer]:
    """An ECS without TLS."""
    yield from serving(_Quiet(("127.0.0.1", 0), _Ecs))


def port_of(server: ThreadingHTTPServer) -> int:
    """The port that a server listens on."""
    return int(server.server_address[1])


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_private_ca_is_honoured(
    run_process: Run, https: ThreadingHTTPServer, tls: Tls, variable: str
) -> None:
    env = SANDBOX_ENVIRONMENT | {variable: str(tls.ca)}
    ended = run_process(*ARGV, "--endpoint", f"127.0.0.1:{port_of(https)}", env=env)
    assert (ended.code, ended.err) == (0, "")


def test_a_certificate_that_does_not_verify_is_not_tried_again(
    run_process: Run, https: ThreadingHTTPServer
) -> None:
    endpoint = f"127.0.0.1:{port_of(https)}"
    ended = run_process(*ARGV, "--endpoint", endpoint, env=SANDBOX_ENVIRONMENT)
    message = json.loads(ended.err)["Error"]["Message"]
    assert ended.code == 6
    assert "certificate does not verify" in message
    assert "1 attempt:" in message
    assert "may exist" not in message
    assert https.seen == []  # type: ignore[attr-defined]


def test_a_ca_bundle_that_is_not_there_is_a_usage_error(run_process: Run) -> None:
    env = SANDBOX_ENVIRONMENT | {"REQUESTS_CA_BUNDLE": "/no/such/file.pem"}
    ended = run_process(*ARGV, env=env)
    assert ended.code == 2
    assert "REQUESTS_CA_BUNDLE" in json.loads(ended.err)["Error"]["Message"]


def test_a_redirect_is_not_followed_to_another_host(
    run_process: Run, plain: ThreadingHTTPServer
) -> None:
    plain.location = f"http://localhost:{port_of(plain)}/elsewhere"  # type: ignore[attr-defined]
    endpoint = f"http://127.0.0.1:{port_of(plain)}"
    ended = run_process(*ARGV, "--endpoint", endpoint, env=SANDBOX_ENVIRONMENT)
    assert ended.code == 6
    assert "redirect" in json.loads(ended.err)["Error"]["Message"]
    assert len(plain.seen) == 1  # type: ignore[attr-defined]


class _Tunnel(BaseHTTPRequestHandler):
    """A proxy that tunnels every CONNECT to the port it was told, whatever the name."""

    def do_CONNECT(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        target = getattr(self.server, "target", None)
        if target is None:
            self.send_error(http.client.FORBIDDEN)
            return
        with socket.create_connection(("127.0.0.1", target)) as upstream:
            self.send_response_only(200)
            self.end_headers()
            both = [self.connection, upstream]
            while True:
                for ready in select.select(both, [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    both[ready is self.connection].sendall(data)

    def log_message(self, *args: object) -> None:
        """Silence."""


@pytest.fixture
def proxy() -> Iterator[ThreadingHTTPServer]:
    """A proxy for CONNECT."""
    yield from serving(_Quiet(("127.0.0.1", 0), _Tunnel))


def through(proxy: ThreadingHTTPServer, **more: str) -> dict[str, str]:
    """An environment that names the proxy."""
    return SANDBOX_ENVIRONMENT | {"HTTPS_PROXY": f"http://127.0.0.1:{port_of(proxy)}"} | more


def test_a_proxy_carries_what_is_not_loopback(
    run_process: Run, proxy: ThreadingHTTPServer, https: ThreadingHTTPServer
) -> None:
    proxy.target = port_of(https)  # type: ignore[attr-defined]
    ended = run_process(*ARGV, "--endpoint", "ecs.example.com", env=through(proxy))
    # The certificate is localhost's: that it is seen at all shows the way through the proxy.
    assert ended.code == 6
    assert "certificate does not verify" in json.loads(ended.err)["Error"]["Message"]
    assert proxy.seen == ["ecs.example.com:443"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("url", "no_proxy", "proxied"),
    [
        ("https://ecs.example.com/", "", True),
        ("https://ecs.example.com/", "example.com", False),
        ("https://ecs.example.com/", ".example.com,other", False),
        ("https://ecs.example.com/", "*", False),
        ("https://ecs.example.com/", "example.org", True),
        ("https://127.0.0.1:8443/", "", False),
        ("https://[::1]:8443/", "", False),
        ("https://localhost/", "", False),
        ("https://localhost.example.com/", "", True),
    ],
)
def test_no_proxy_is_honoured(
    monkeypatch: pytest.MonkeyPatch, url: str, no_proxy: str, proxied: bool
) -> None:
    from ecs_snap_cli.gateway.transport import proxies_for

    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxies_for(url).get("https") == "http://127.0.0.1:3128") is proxied


def test_a_proxy_that_refuses_is_named(run_process: Run, proxy: ThreadingHTTPServer) -> None:
    ended = run_process(*ARGV, "--endpoint", "ecs.example.com", env=through(proxy))
    message = json.loads(ended.err)["Error"]["Message"]
    assert ended.code == 6
    assert "proxy" in message
    assert "may exist" not in message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_loopback_is_never_reached_through_a_proxy(
    run_process: Run,
    proxy: ThreadingHTTPServer,
    plain: ThreadingHTTPServer,
    https: ThreadingHTTPServer,
    tls: Tls,
    scheme: str,
) -> None:
    server = plain if scheme == "http" else https
    address = f"http://127.0.0.1:{port_of(proxy)}"
    env = through(proxy, HTTP_PROXY=address, ALL_PROXY=address, REQUESTS_CA_BUNDLE=str(tls.ca))
    for host in ("127.0.0.1", "localhost"):
        ended = run_process(*ARGV, "--endpoint", f"{scheme}://{host}:{port_of(server)}", env=env)
        assert (ended.code, ended.err) == (0, "")
    assert proxy.seen == []  # type: ignore[attr-defined]
