"""Fixtures of the sandbox's own tests: a clock to turn, servers, the official SDK, a raw client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

from ecs_snap_cli import sandbox
from ecs_snap_cli.sandbox import ACCESS_KEY_ID, ACCESS_KEY_SECRET, SandboxServer

_nonces = itertools.count()
ROOT = Path(sandbox.__file__).parents[2]


class TurnableClock:
    """Stands still at the second of its making until it is turned."""

    def __init__(self) -> None:
        # The sandbox rounds to milliseconds, and a test would round in a way of its own.
        self.time = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


class Reply:
    """Status, headers and body of a hand-made request; of XML the root's name and its texts."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()
        self.body: dict[str, Any] = {}
        self.root = ""
        kind = response.headers.get_content_type()
        if kind == "application/json" and self.raw:
            self.body = json.loads(self.raw)
        elif kind == "text/xml" and self.raw:
            self.xml = ElementTree.fromstring(self.raw)  # noqa: S314 - its own
            self.root = self.xml.tag
            self.body = {each.tag: each.text for each in self.xml}

    @property
    def code(self) -> str:
        return str(self.body.get("Code", ""))


class RawClient:
    """Signs and sends requests by hand; every part can be spoiled on the way."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self.address = urlsplit(url).netloc
        self.clock = clock

    def headers(self, action: str, **changes: str | None) -> dict[str, str]:
        """The headers to be signed; a change of None leaves one out (`_` stands for `-`)."""
        headers: dict[str, str | None] = {
            "host": self.address,
            "x-acs-action": action,
            "x-acs-version": "2014-05-26",
            "x-acs-date": self.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": f"nonce-{next(_nonces)}",
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        return {name: value for name, value in headers.items() if value is not None}

    def authorization(
        self,
        headers: dict[str, str],
        parameters: dict[str, str],
        *,
        method: str = "POST",
        secret: str = ACCESS_KEY_SECRET,
        key: str = ACCESS_KEY_ID,
        signed: list[str] | None = None,
    ) -> str:
        names = sorted(headers) if signed is None else sorted(signed)
        query = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in sorted(parameters.items())
        )
        canonical = "\n".join(
            (
                method,
                "/",
                query,
                "".join(f"{name}:{headers.get(name, '')}\n" for name in names),
                ";".join(names),
                headers.get("x-acs-content-sha256", ""),
            )
        )
        to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        return (
            f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={';'.join(names)},"
            f"Signature={signature}"
        )

    def send(
        self,
        headers: dict[str, str],
        parameters: dict[str, str] | None = None,
        *,
        method: str = "POST",
        body: bytes = b"",
        path: str = "/",
    ) -> Reply:
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            query = urlencode(parameters or {})
            connection.putrequest(method, f"{path}?{query}" if query else path, skip_host=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def call(self, action: str, parameters: dict[str, str] | None = None, **more: Any) -> Reply:
        """A rightly signed request; `more` goes to `authorization`."""
        headers = self.headers(action)
        signature = self.authorization(headers, parameters or {}, **more)
        headers["authorization"] = signature
        return self.send(headers, parameters, method=more.get("method", "POST"))

    def form(self, action: str, parameters: dict[str, str], **changes: str | None) -> Reply:
        """The same with the parameters in a form body."""
        body = urlencode(parameters).encode()
        return self.send(self.form_headers(action, body, **changes), body=body)

    def form_headers(self, action: str, body: bytes, **changes: str | None) -> dict[str, str]:
        """The headers of a request with this form body, rightly signed."""
        headers = self.headers(action, x_acs_content_sha256=hashlib.sha256(body).hexdigest())
        headers["content-type"] = "application/x-www-form-urlencoded"
        headers.update({n.replace("_", "-"): v for n, v in changes.items() if v is not None})
        headers["authorization"] = self.authorization(headers, {})
        return headers


class V1Client:
    """Signs by V1 and sends by hand; `more` parameters change, or with None leave out, any."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self.address = urlsplit(url).netloc
        self.clock = clock

    def parameters(self, action: str, **more: str | None) -> dict[str, str]:
        parameters: dict[str, str | None] = {
            "Action": action,
            "Version": "2014-05-26",
            "Format": "JSON",
            "AccessKeyId": ACCESS_KEY_ID,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": f"v1-nonce-{next(_nonces)}",
            "Timestamp": self.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            **more,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def signature(
        self, parameters: dict[str, str], method: str = "GET", secret: str = ACCESS_KEY_SECRET
    ) -> str:
        listed = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in sorted(parameters.items())
        )
        to_sign = f"{method}&{quote('/', safe='')}&{quote(listed, safe='~')}"
        digest = hmac.new(f"{secret}&".encode(), to_sign.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def send(
        self,
        parameters: dict[str, str],
        method: str = "GET",
        form: tuple[str, ...] = (),
        **headers: str,
    ) -> Reply:
        """Those parameters that `form` names go into a form, the others into the query."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        query = urlencode({name: parameters[name] for name in parameters if name not in form})
        body = urlencode({name: parameters[name] for name in form}) or None
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, f"/?{query}", body, named)
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def call(
        self, action: str, method: str = "GET", form: tuple[str, ...] = (), **more: str | None
    ) -> Reply:
        """A rightly signed request."""
        parameters = self.parameters(action, **more)
        parameters["Signature"] = self.signature(parameters, method)
        return self.send(parameters, method, form)


# With a second argument its clock runs that many times as fast.
SERVE = """
import sys
from datetime import datetime, UTC
from ecs_snap_cli.sandbox import SandboxServer
began, speed = datetime.now(UTC), int((sys.argv + ["1"])[2])
clock = lambda: began + (datetime.now(UTC) - began) * speed
server = SandboxServer(sys.argv[1], clock=clock)
print(server.url, flush=True)
server.serve_forever()
"""


@pytest.fixture
def spawn() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts server processes on a state file; they are killed after the test."""
    children: list[subprocess.Popen[str]] = []

    def spawn_one(path: Path, speed: int = 1) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(path), str(speed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield spawn_one
    for child in children:
        child.kill()
        child.communicate()


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def start(clock: TurnableClock) -> Iterator[Callable[..., SandboxServer]]:
    """Starts servers (state in memory unless told) that are closed after the test."""
    servers: list[SandboxServer] = []

    def start_one(state: str | Path = ":memory:", **options: Any) -> SandboxServer:
        server = SandboxServer(state, **{"clock": clock, "signing_clock": clock, **options})
        servers.append(server)
        server.start()
        return server

    yield start_one
    for server in servers:
        server.close()


@pytest.fixture
def server(start: Callable[..., SandboxServer]) -> SandboxServer:
    return start()


def sdk_client(url: str, secret: str = ACCESS_KEY_SECRET) -> Client:
    return Client(
        Config(
            access_key_id="sandbox",
            access_key_secret=secret,
            endpoint=urlsplit(url).netloc,
            protocol="HTTP",
            region_id="cn-hangzhou",
        )
    )


@pytest.fixture
def connect() -> Callable[..., Client]:
    """The official SDK's client for a URL."""
    return sdk_client


@pytest.fixture
def sdk(server: SandboxServer) -> Client:
    return sdk_client(server.url)


@pytest.fixture
def raw(server: SandboxServer, clock: TurnableClock) -> RawClient:
    return RawClient(server.url, clock)


@pytest.fixture
def v1(server: SandboxServer, clock: TurnableClock) -> V1Client:
    return V1Client(server.url, clock)


@pytest.fixture
def raw_client(clock: TurnableClock) -> Callable[[str], RawClient]:
    return lambda url: RawClient(url, clock)
