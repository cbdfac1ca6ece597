"""Where requests may go: HTTPS anywhere, clear text to this machine only."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        "http://0x7f.1",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://127.0.0.1.",
        "http://127.0.0.01",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:7f00:1]",
        "http://[::1%25ecs.example]",
        "http://[::1%eth0]",
        "http://localhost.evil.example",
        "http://localhost..",
        "http://localho\u017ft",
        "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
        "http://\uff11\uff12\uff17.0.0.1",
        "http://\u0661\u0662\u0667.0.0.1",
        "http://127\u30020\u30020\u30021",
        "http://127\uff0e0.0.1",
        "http://\u2488\u24fe.0.0.1",
        "http://localhost\u00ad.example",
        "http://localhost:80@ecs.example",
        "http://localhost\\.ecs.example",
        "http://localhost\\@ecs.example",
        "http:\\\\ecs.example",
        "http:/ecs.example",
        "http:ecs.example",
        "http:///ecs.example",
        "http://ecs.example/http://localhost",
        "http://ecs.example?localhost",
        "http://localhost/@ecs.example",
        "hTTp://ecs.example",
        "ht\ttp://ecs.example",
        "h\nttp://ecs.example",
        " http://ecs.example",
        "http://ecs.exa\tmple",
        "http://loc\talhost.example",
        "\x00http://ecs.example",
        "http://localhost\x00.example",
        "http://localhost%2eexample",
        "http://%6c%6f%63%61lhost",
        "http://localhost,ecs.example",
        "http://localhost;ecs.example",
        "http://localhost:80:80",
        "http://localhost http://ecs.example",
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


@given(
    st.text(st.sampled_from("htps:/\\@#?[]%.0x17lcao\t\n \u017f\uff11\u3002"), max_size=12),
    st.sampled_from(["http://", "HTTP://", "http:", "ht\ttp://", "//", ""]),
    st.sampled_from(["localhost", "127.0.0.1", "[::1]", "ecs.example", ""]),
)
def test_whatever_is_taken_in_clear_text_names_this_machine_alone(
    odd: str, scheme: str, host: str
) -> None:
    for text in (f"{scheme}{host}{odd}", f"{scheme}{odd}{host}"):
        try:
            endpoint = parse_endpoint(text)
        except UsageError:
            continue
        if endpoint.scheme == "http":
            named = endpoint.host.rstrip(".")
            assert named == "localhost" or ipaddress.ip_address(named).is_loopback
            spelled = re.escape(endpoint.host)
            assert re.fullmatch(rf"{spelled}(:\d+)?|\[{spelled}\](:\d+)?", endpoint.authority)
