"""Proxies: which requests take one, what it gets to see, and what becomes of its failures."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from tests.cli.servers import Garbage, Portal, Server, Silent, Tls, serving
from tests.conftest import Ended, Run

pytestmark = pytest.mark.usefixtures("pauseless")
ARGV = ("create", "--disk-id", "d-1", "--no-preflight", "-o", "json", "--max-attempts", "3")
HOST = "ecs.example.com"
USER_INFO = "user:TOPSECRET%2F1"
BASIC = "Basic " + base64.b64encode(b"user:TOPSECRET/1").decode()


def message(ended: Ended) -> str:
    """The error's message."""
    return str(json.loads(ended.err)["Error"]["Message"])


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_whole_run_goes_through_a_proxy_to_a_server_of_a_private_ca(
    run: Run,
    proxy: Server,
    https: Server,
    tls: Tls,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    proxy.target = https.port
    monkeypatch.setenv(variable, f"http://{USER_INFO}@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    ended = run(*ARGV, "--endpoint", f"{HOST}:{https.port}")
    assert (ended.code, ended.err) == (0, "")
    assert proxy.seen == [f"{HOST}:{https.port}"]
    assert len(https.seen) == 1
    # The proxy gets its own password and nothing of ours; ECS gets nothing of the proxy's.
    assert proxy.headers[0]["proxy-authorization"] == BASIC
    assert "authorization" not in proxy.headers[0]
    assert "authorization" in https.headers[0]
    assert not [name for name in https.headers[0] if name.startswith("proxy-")]
    assert "TOPSECRET" not in str(https.headers)


def test_a_proxy_makes_no_certificate_good(
    run: Run, proxy: Server, https: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.target = https.port
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    ended = run(*ARGV, "--endpoint", HOST)
    assert ended.code == 6
    assert "certificate does not verify" in message(ended)
    assert proxy.seen == [f"{HOST}:443"]
    assert https.seen == []


@pytest.mark.parametrize(
    ("no_proxy", "direct"),
    [
        (HOST, True),
        (".example.com", True),
        ("other.example, example.com", True),
        ("*", True),
        (f"{HOST}:PORT", True),
        (f"{HOST}:1", False),
        ("example.org", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_no_proxy_leads_past_the_proxy(
    run: Run,
    proxy: Server,
    https: Server,
    tls: Tls,
    resolve: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    no_proxy: str,
    direct: bool,
) -> None:
    asked = resolve(HOST)
    proxy.target = https.port
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    monkeypatch.setenv(variable, no_proxy.replace("PORT", str(https.port)))
    ended = run(*ARGV, "--endpoint", f"{HOST}:{https.port}")
    assert (ended.code, ended.err) == (0, "")
    assert len(https.seen) == 1
    assert bool(proxy.seen) is not direct
    # A name that a proxy resolves is nobody else's to know.
    assert asked == ([HOST] if direct else [])


@pytest.mark.parametrize(
    ("url", "no_proxy", "proxied"),
    [
        ("https://ecs.example.com/", "", True),
        ("https://ecs.example.com/", "example.com", False),
        ("https://ecs.example.com/", "EXAMPLE.COM", False),
        ("https://notexample.com/", ".example.com", True),
        ("https://10.1.2.3/", "10.0.0.0/8", False),
        ("https://11.1.2.3/", "10.0.0.0/8", True),
        ("https://10.1.2.3/", "10.1.2.3", False),
        ("https://127.0.0.1:8443/", "", False),
        ("https://127.8.8.8:8443/", "", False),
        ("https://[::1]:8443/", "", False),
        ("https://localhost/", "", False),
        ("https://localhost.example.com/", "", True),
        # The metadata service hands out keys, in clear text.
        ("http://100.100.100.200/latest/", "", False),
        ("http://100.100.100.201/latest/", "", True),
    ],
)
def test_which_hosts_take_the_proxy(
    monkeypatch: pytest.MonkeyPatch, url: str, no_proxy: str, proxied: bool
) -> None:
    from ecs_snap_cli.gateway.transport import proxies_for

    address = "http://127.0.0.1:3128"
    monkeypatch.setenv("HTTPS_PROXY", address)
    monkeypatch.setenv("HTTP_PROXY", address)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxies_for(url).get(url.partition(":")[0]) == address) is proxied


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_reached_through_a_proxy(
    run: Run,
    proxy: Server,
    plain: Server,
    https: Server,
    tls: Tls,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    host: str,
) -> None:
    server = plain if scheme == "http" else https
    for variable in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    ended = run(*ARGV, "--endpoint", f"{scheme}://{host}:{server.port}")
    assert (ended.code, ended.err) == (0, "")
    assert proxy.seen == []


def test_a_credentials_server_on_loopback_is_not_reached_through_a_proxy(
    run_process: Run, proxy: Server, plain: Server
) -> None:
    address = f"http://127.0.0.1:{proxy.port}"
    ended = run_process(
        *ARGV,
        *("--region", "cn-hangzhou", "--endpoint", f"http://127.0.0.1:{plain.port}"),
        env={
            "ALIBABA_CLOUD_CREDENTIALS_URI": f"http://127.0.0.1:{plain.port}/keys",
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), address),
        },
    )
    assert ended.code == 5
    assert proxy.seen == []
    assert plain.seen == ["/keys"]


def through(run: Run, monkeypatch: pytest.MonkeyPatch, port: int, *argv: str) -> Ended:
    """A run through a proxy with a password, whose texts hold nothing of it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{USER_INFO}@127.0.0.1:{port}")
    for flags in (("-v",), ("--debug",)):
        talk = run(*ARGV, "--endpoint", HOST, *argv, *flags)
        assert "TOPSECRET" not in talk.out + talk.err
        assert BASIC not in talk.err
    ended = run(*ARGV, "--endpoint", HOST, *argv)
    assert ended.code == 6
    assert HOST in message(ended)
    assert "proxy" in ended.err
    # It never got as far as ECS.
    assert "may exist" not in ended.err
    assert "TOPSECRET" not in ended.err
    return ended


@pytest.mark.parametrize(
    ("status", "attempts"),
    [(400, 1), (403, 1), (407, 1), (408, 3), (429, 3), (500, 3), (502, 3), (503, 3), (504, 3)],
)
def test_a_proxy_that_refuses_is_asked_again_only_if_that_may_help(
    run: Run, proxy: Server, monkeypatch: pytest.MonkeyPatch, status: int, attempts: int
) -> None:
    proxy.status = status
    ended = through(run, monkeypatch, proxy.port)
    assert f"HTTP {status}" in message(ended)
    assert len(proxy.seen) == 3 * attempts
    assert ("user name and password" in message(ended)) is (status == 407)
    assert ("USER:PASSWORD@" in ended.err) is (status == 407)


def test_a_proxy_that_does_not_listen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        ended = through(run, monkeypatch, taken.getsockname()[1])
    assert "refused" in message(ended)
    assert "3 attempts" in message(ended)


@pytest.mark.parametrize(
    ("handler", "words", "attempts"),
    [
        (Silent, "does not answer", 3),
        (Garbage, "the proxy cannot be used", 3),
        (Portal, "TLS failed", 1),
    ],
)
def test_a_proxy_that_is_none(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    handler: type[BaseHTTPRequestHandler],
    words: str,
    attempts: int,
) -> None:
    with serving(handler) as server:
        ended = through(run, monkeypatch, server.port, "--connect-timeout", "0.2")
        assert len(server.seen) == 3 * attempts
    assert words in message(ended)


@pytest.mark.parametrize(
    "address",
    [
        f"http://{USER_INFO}@127.0.0.1:port",
        f"http://{USER_INFO}@",
        f"http://{USER_INFO}@[::1",
        f"socks5://{USER_INFO}@127.0.0.1:1080",
        f"nonsense://{USER_INFO}@127.0.0.1:1080",
    ],
)
def test_a_proxy_that_cannot_be_one_is_not_tried(
    run: Run, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    ended = run(*ARGV, "--endpoint", HOST)
    assert ended.code == 6
    assert "1 attempt:" in message(ended)
    assert "proxy" in message(ended)
    assert "HTTPS_PROXY" in json.loads(ended.err)["Error"]["Hint"]
    assert "may exist" not in ended.err
    for flags in ((), ("--debug",)):
        talk = run(*ARGV, "--endpoint", HOST, *flags)
        assert "TOPSECRET" not in talk.out + talk.err


def test_a_name_that_nobody_knows_is_unavailable_after_the_retries(
    run: Run, resolve: Callable[..., list[str]]
) -> None:
    asked = resolve()
    ended = run(*ARGV, "--endpoint", HOST)
    assert ended.code == 6
    assert f"https://{HOST}" in message(ended)
    assert "cannot be resolved" in message(ended)
    assert "3 attempts" in message(ended)
    assert asked == [HOST] * 3
