"""Where requests may go: HTTPS anywhere, clear text to this machine only."""

from __future__ import annotations

import pytest

from ecs_snap_cli.core.endpoint import is_loopback, parse_endpoint
from ecs_snap_cli.errors import ExitCode, UsageError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ecs.cn-hangzhou.aliyuncs.com", "https://ecs.cn-hangzhou.aliyuncs.com"),
        ("ecs.example:8443", "https://ecs.example:8443"),
        ("https://ecs.example", "https://ecs.example"),
        ("https://ecs.example/", "https://ecs.example"),
        ("https://ecs.example:444/", "https://ecs.example:444"),
        ("HTTPS://ECS.Example", "https://ecs.example"),
        ("localhost:8080", "https://localhost:8080"),
        ("127.0.0.1:8080", "https://127.0.0.1:8080"),
        ("[::1]:8080", "https://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://8.8.8.8", "https://8.8.8.8"),
        ("http://localhost", "http://localhost"),
        ("http://LOCALHOST:80", "http://localhost:80"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_host_is_https_and_a_full_url_is_what_it_says(text: str, url: str) -> None:
    assert parse_endpoint(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "http://ecs.cn-hangzhou.aliyuncs.com",
        "HTTP://ecs.example",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://128.0.0.1",
        "http://[::]",
        "http://[2001:db8::1]",
        "http://localhost.example",
        "http://notlocalhost",
        "http://127.0.0.1.nip.io",
        "http://localhost@ecs.example",
        "http://ecs.example#localhost",
        "http://ecs.example\\@localhost",
        "http://127.1",
        "http://2130706433",
    ],
)
def test_nothing_signed_leaves_this_machine_in_clear_text(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_endpoint(text)
    assert refused.value.exit_code is ExitCode.USAGE


def test_the_refusal_of_clear_text_says_why() -> None:
    with pytest.raises(UsageError, match=r"clear text.*loopback"):
        parse_endpoint("http://ecs.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "https://",
        "https:///path",
        "//ecs.example",
        "ftp://ecs.example",
        "file:///etc/passwd",
        "ecs.example/path",
        "https://ecs.example/?Action=X",
        "https://ecs.example#x",
        "ecs.example:0",
        "ecs.example:65536",
        "ecs.example:port",
        "ecs example",
        "-ecs.example",
        "ecs.exämple",
        "ecs.example%2f",
        "1.2.3",
        "999.1.1.1",
        "[::1",
        "[zz]",
        "a" * 254,
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--endpoint cannot be used") as refused:
        parse_endpoint(text)
    assert refused.value.hint is not None
    assert refused.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    "text",
    [
        "https://admin:hunter2@ecs.example",
        "http://admin:hunter2@localhost",
        "admin:hunter2@ecs.example:99999",
        "admin:hunter2@ecs.example",
        "https://admin:hunter2@",
    ],
)
def test_a_password_in_the_url_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_endpoint(text)
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"
    assert "admin" not in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("localhost.", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("128.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::2", False),
        ("localhost.example", False),
        ("sub.localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_that_looks_like_it(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_an_endpoint_knows_whether_it_is_this_machine() -> None:
    assert parse_endpoint("http://[::1]:1").is_loopback
    assert not parse_endpoint("https://ecs.example").is_loopback
