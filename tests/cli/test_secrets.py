"""Canaries: keys, tokens and signatures that are in use are nowhere to be found afterwards."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from ecs_snap_cli.sandbox import SandboxServer
from tests.conftest import Run, bare_environment, program

SECRET = "CANARYsecretCANARYsecret+/0123"
TOKEN = "CANARYtoken/CANARYtoken+CANARYtoken=="
CREATE = ("create", "--disk-id", "d-1", "--no-preflight", "--region", "cn-hangzhou")
ONCE = ("--max-attempts", "1")
KEYS = {"access_key_id": "CanaryKeyId", "access_key_secret": SECRET}


class _Echo(BaseHTTPRequestHandler):
    """Repeats what it was sent, as a debugging proxy may; or does as ``server.mode`` says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        authorization = self.headers["Authorization"]
        sent = f"POST {self.path}\r\n{self.headers}"
        self.server.signatures.append(authorization.rpartition("=")[2])  # type: ignore[attr-defined]
        self.server.tokens.append(self.headers["x-acs-security-token"])  # type: ignore[attr-defined]
        mode = self.server.mode  # type: ignore[attr-defined]
        if mode == "hang":
            self.server.arrived.set()  # type: ignore[attr-defined]
            time.sleep(30)
            return
        answers = {
            "ok": (200, {"SnapshotId": "s-1"}),
            "stray": (200, {"SnapshotId": f"s-{TOKEN}"}),
            "echo": (403, {"Code": "Forbidden.Echo", "Message": f"not you: {sent}"}),
            "escaped": (400, {"Code": "Invalid.Echo", "Message": json.dumps(dict(self.headers))}),
            "quoted": (400, {"Code": "Invalid.Echo", "Message": quote(sent)}),
            "encoded": (
                400,
                {"Code": "Invalid.Echo", "Message": base64.b64encode(TOKEN.encode()).decode()},
            ),
            "page": (500, f"<html><pre>{sent}</pre></html>"),
        }
        status, body = answers[mode]
        raw = (body if isinstance(body, str) else json.dumps({"RequestId": "R", **body})).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_GET(self) -> None:
        """A credentials URI."""
        raw = json.dumps(
            {
                "Code": "Success",
                "AccessKeyId": "CanaryKeyId",
                "AccessKeySecret": SECRET,
                "SecurityToken": TOKEN,
                "Expiration": "2099-01-01T00:00:00Z",
            }
        ).encode()
        self.send_response(getattr(self.server, "status", 200))
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        """Silence."""


class Echo(ThreadingHTTPServer):
    """The server, with the signatures and tokens that it has seen."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Echo)
        self.mode = "ok"
        self.status = 200
        self.signatures: list[str] = []
        self.tokens: list[str | None] = []
        self.arrived = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


@pytest.fixture
def echo() -> Iterator[Echo]:
    """An ECS that echoes."""
    server = Echo()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def profile(own_home: Path) -> str:
    """An aliyun profile with an STS token; its name."""
    write_profile(own_home, mode="StsToken", sts_token=TOKEN)
    return "canary"


def write_profile(home: Path, **fields: str) -> None:
    """An aliyun CLI configuration with one profile."""
    (home / ".aliyun").mkdir()
    entry = {"name": "canary", "region_id": "cn-hangzhou", **KEYS, **fields}
    config = {"current": "canary", "profiles": [entry]}
    (home / ".aliyun" / "config.json").write_text(json.dumps(config))


def assert_nothing_of(text: str, signatures: list[str]) -> None:
    """No key, no token and no signature, in any of the spellings that a text may hold them in."""
    octets = [SECRET.encode(), TOKEN.encode()]
    for each in (
        "CANARY",
        quote(SECRET, safe=""),
        *(base64.b64encode(each).decode()[:-4] for each in octets),
        *signatures,
    ):
        assert each not in text
    assert not re.search(r"Signature=(?!\*)", text)


ENDS = ["ok", "stray", "echo", "escaped", "quoted", "encoded", "page", "sandbox", "nobody", "bug"]


@pytest.mark.parametrize("end", ENDS)
def test_however_a_run_ends_its_texts_hold_no_secret(
    run: Run, echo: Echo, profile: str, end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ecs_snap_cli.gateway import api

    def bug(client: object, action: str) -> object:
        raise ValueError(f"{SECRET!r} {quote(TOKEN)} Signature=CANARY")

    if end == "bug":
        monkeypatch.setattr(api, "_method", bug)
    elif end not in ("sandbox", "nobody"):
        echo.mode = end
    with SandboxServer(tmp_path / "s.sqlite3") as sandbox:
        endpoint = {"sandbox": sandbox.url, "nobody": "http://127.0.0.1:9"}.get(end, echo.url)
        argv = (*CREATE, *ONCE, "--profile", profile, "--endpoint", endpoint)
        for output in ("table", "json", "xml"):
            for flag in ((), ("-v",), ("--debug",), ("-q",)):
                ended = run(*argv, "-o", output, *flag)
                assert (ended.code == 0) is (end in ("ok", "stray"))
                assert_nothing_of(ended.out + ended.err, echo.signatures)
    if end not in ("sandbox", "nobody", "bug"):
        assert set(echo.tokens) == {TOKEN}


def test_a_wrong_signature_is_no_way_to_learn_the_secret(
    run: Run, tmp_path: Path, own_home: Path
) -> None:
    write_profile(own_home, mode="AK", access_key_id="sandbox")
    with SandboxServer(tmp_path / "s.sqlite3") as sandbox:
        ended = run(*CREATE, "--profile", "canary", "--endpoint", sandbox.url, "--debug")
    assert ended.code == 5
    assert "SignatureDoesNotMatch" in ended.err
    assert_nothing_of(ended.out + ended.err, [])


def files_below(*places: Path) -> dict[str, bytes]:
    """What every file below these directories holds, but for the sources of the keys."""
    return {
        str(file): file.read_bytes()
        for place in places
        for file in place.rglob("*")
        if file.is_file() and file.parent.name not in (".aliyun", ".alibabacloud", "source")
    }


SOURCES = ["environment", "profile", "sts-profile", "credentials", "credentials.ini", "uri"]


@pytest.mark.parametrize("source", SOURCES)
def test_wherever_a_key_comes_from_it_goes_to_ecs_alone(
    run_process: Run, echo: Echo, source: str, own_home: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    echo.mode = "echo"
    env = {"DEBUG": "sdk", "PYTHONDEVMODE": "1", "TMPDIR": str(temporary)}
    with_token = source in ("environment", "sts-profile", "uri")
    if source == "environment":
        env |= {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "CanaryKeyId",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
            "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
        }
    elif source == "profile":
        write_profile(own_home, mode="AK")
    elif source == "sts-profile":
        write_profile(own_home, mode="StsToken", sts_token=TOKEN)
    elif source == "uri":
        env["ALIBABA_CLOUD_CREDENTIALS_URI"] = f"{echo.url}/keys"
    else:
        (own_home / ".alibabacloud").mkdir()
        lines = ["[default]", "type = access_key", *(f"{k} = {v}" for k, v in KEYS.items())]
        (own_home / ".alibabacloud" / source).write_text("\n".join(lines))
    argv = (*CREATE, *ONCE, "--endpoint", echo.url, "--debug", "-o", "json")
    ended = run_process(*argv, env=env)
    assert ended.code == 5
    assert "Forbidden.Echo" in ended.err
    assert echo.tokens == [TOKEN if with_token else None]
    assert_nothing_of(ended.out + ended.err, echo.signatures)
    taken = run_process("create", "--sandbox", "--disk-id", "d-sandbox-data", "--debug", env=env)
    assert taken.code == 0
    assert_nothing_of(taken.out + taken.err, [])
    for octets in files_below(own_home, temporary, tmp_path / "state").values():
        assert b"CANARY" not in octets


def test_a_credentials_server_that_refuses_is_not_quoted(run_process: Run, echo: Echo) -> None:
    echo.status = 403
    env = {"ALIBABA_CLOUD_CREDENTIALS_URI": f"{echo.url}/keys", "DEBUG": "sdk"}
    ended = run_process(*CREATE, "--endpoint", echo.url, "--debug", env=env)
    assert ended.code == 5
    assert echo.signatures == []
    assert_nothing_of(ended.out + ended.err, [])


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="this platform has no /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGABRT])
def test_a_process_shows_no_secret_while_it_runs_and_when_it_is_ended(
    echo: Echo, profile: str, number: signal.Signals
) -> None:
    echo.mode = "hang"
    argv = (*CREATE, "--profile", profile, "--endpoint", echo.url, "--debug")
    process = subprocess.Popen(
        # SIGABRT has Python's fault handler dump the stack of every thread.
        program(*argv, python=("-X", "faulthandler")),
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert echo.arrived.wait(20)
    seen = [Path(f"/proc/{process.pid}/{name}").read_text() for name in ("cmdline", "comm")]
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == (143 if number is signal.SIGTERM else -number)
    assert echo.tokens == [TOKEN]
    assert "create" in seen[0]
    assert_nothing_of("".join((*seen, out, err)), echo.signatures)


def test_an_unreachable_server_of_roles_gets_no_secret_into_a_text(
    run_process: Run, own_home: Path, tmp_path: Path
) -> None:
    """The key behind a role is handed to STS alone, and is never one that ECS is called with."""
    write_profile(
        own_home, mode="RamRoleArn", ram_role_arn="acs:ram::1:role/r", ram_session_name="s"
    )
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def getaddrinfo(host, *rest, **more):\n"
        "    raise socket.gaierror(-2, 'Name or service not known')\n"
        "socket.getaddrinfo = getaddrinfo\n"
    )
    env = {"PYTHONPATH": str(tmp_path), "DEBUG": "sdk"}
    ended = run_process(*CREATE, "--profile", "canary", "--debug", env=env)
    assert ended.code == 5
    assert_nothing_of(ended.out + ended.err, [])
