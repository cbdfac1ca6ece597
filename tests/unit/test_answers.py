"""What an exchange means: may it be tried again, may ECS have acted, and what is said of it."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.exceptions import ProxyError as UrllibProxyError
from urllib3.exceptions import SSLError as UrllibSslError

from ecs_snap_cli.errors import ExitCode
from ecs_snap_cli.gateway.answers import read
from ecs_snap_cli.gateway.failure import Failure
from ecs_snap_cli.gateway.transport import Exchange

HTML = b"<html><body>Sign in to the guest network</body></html>"


def answered(status: int, body: object, **headers: str) -> Exchange:
    """An answer; ``body`` is bytes, or something that is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(status, {"content-type": "application/json", **names}, content)


def refused(code: object, status: int, **headers: str) -> Exchange:
    body = {"Code": code, "Message": "Told so.", "RequestId": "R-1", "HostId": "ecs"}
    return answered(status, body, **headers)


def failure_of(exchange: Exchange, action: str = "CreateSnapshot") -> Failure:
    found = read(action, exchange)
    assert isinstance(found, Failure)
    return found


def told(failure: Failure) -> str:
    return f"{failure.what} {failure.hint}"


# Answers of ECS


def test_a_success_is_its_body() -> None:
    body = {"RequestId": "R-1", "SnapshotId": "s-1"}
    assert read("CreateSnapshot", answered(200, body)) == body


@pytest.mark.parametrize("status", [400, 403, 429, 503])
@pytest.mark.parametrize(
    "code", ["Throttling", "Throttling.User", "Throttling.Api", "Throttling.X"]
)
def test_throttling_is_known_by_its_prefix_whatever_the_status(code: str, status: int) -> None:
    found = failure_of(refused(code, status))
    assert (found.retryable, found.throttled) == (True, True)
    assert found.api_error is not None
    assert (found.api_error.code, found.api_error.exit_code) == (code, ExitCode.UNAVAILABLE)


@pytest.mark.parametrize(
    ("code", "status", "retryable", "may_have_acted"),
    [
        ("Throttling.User", 400, True, False),
        ("InternalError", 500, True, True),
        ("ServiceUnavailable", 503, True, True),
        ("ServiceUnavailable.RegionMaintaining", 503, True, True),
        ("SomethingNew", 500, True, True),
        ("SomethingNew", 504, True, True),
        ("OperationConflict", 409, True, False),
        ("IdempotentProcessing", 403, True, True),
        ("IdempotentProcessing", 400, True, True),
        ("IdempotentParameterMismatch", 403, False, False),
        ("SomethingNew", 400, False, False),
        ("IncorrectDiskStatus.CreatingSnapshot", 403, False, False),
        ("InvalidDiskId.NotFound", 404, False, False),
        ("Forbidden.RAM", 403, False, False),
        ("InvalidParameter", 400, False, False),
        ("SignatureDoesNotMatch", 400, False, False),
    ],
)
def test_whether_a_refusal_is_worth_another_try_and_may_hide_a_snapshot(
    code: str, status: int, retryable: bool, may_have_acted: bool
) -> None:
    found = failure_of(refused(code, status))
    assert (found.retryable, found.may_have_acted) == (retryable, may_have_acted)
    assert found.throttled == code.startswith("Throttling")
    assert code in found.what


def test_a_refusal_keeps_what_ecs_said() -> None:
    error = failure_of(refused("IncorrectDiskStatus", 403)).api_error
    assert error is not None
    assert (error.code, error.message, error.request_id) == (
        "IncorrectDiskStatus",
        "ECS refused CreateSnapshot: Told so.",
        "R-1",
    )
    assert error.http_status == 403


@pytest.mark.parametrize("code", ["Forbidden.RAM", "NoPermission", "InvalidAction.Unauthorized"])
@pytest.mark.parametrize("action", ["CreateSnapshot", "DescribeDisks"])
def test_a_missing_permission_is_named(action: str, code: str) -> None:
    error = failure_of(refused(code, 403), action).api_error
    assert error is not None
    assert f"ecs:{action}" in (error.hint or "")


@pytest.mark.parametrize(
    ("body", "code", "message", "request_id"),
    [
        ({"Code": "X", "Message": None, "RequestId": None}, "X", "(no message)", None),
        ({"Code": "X", "Message": {"a": 1}, "RequestId": 7}, "X", '{"a": 1}', "7"),
    ],
)
def test_an_error_in_an_odd_shape_is_still_an_error_of_ecs(
    body: dict[str, Any], code: str, message: str, request_id: str | None
) -> None:
    error = failure_of(answered(400, body)).api_error
    assert error is not None
    assert (error.code, error.request_id) == (code, request_id)
    assert error.message.endswith(f": {message}")
    assert error.hint


HOSTILE_CODES = ["\x1b[31mX\r\nEVIL", "[bold]", "x" * 10_000, "\udc80", "a b; rm -rf ~", "İ", "ſ"]


@pytest.mark.parametrize("code", [*HOSTILE_CODES, "3", "130", "instance-lock"], ids=ascii)
@pytest.mark.parametrize(("status", "exit_code"), [(403, 3), (500, 6), (429, 6), (401, 5)])
def test_a_code_that_ecs_never_wrote_is_kept_and_hints_at_nothing(
    code: str, status: int, exit_code: int
) -> None:
    error = failure_of(refused(code, status)).api_error
    assert error is not None
    assert (error.code, error.exit_code) == (code, exit_code)
    assert error.hint == failure_of(refused("SomethingNew", status)).api_error.hint


@pytest.mark.parametrize("code", [404, ["X"], {"X": 1}, True, None, ""])
def test_an_error_whose_code_is_no_text_is_not_the_apis(code: object) -> None:
    found = failure_of(answered(400, {"Code": code, "Message": "m"}))
    assert found.api_error is None
    assert found.retryable


def test_a_refusal_in_an_answer_of_http_200_is_a_refusal() -> None:
    error = failure_of(answered(200, {"RequestId": "R", "Code": "Forbidden.RAM"})).api_error
    assert error is not None
    assert error.permission_denied


def test_an_outage_of_a_read_speaks_of_no_snapshot() -> None:
    error = failure_of(refused("InternalError", 500), "DescribeDisks").api_error
    assert error is not None
    assert "snapshot" not in (error.hint or "")


# Answers that are not the API's


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        (answered(200, HTML, content_type="text/html; charset=utf-8"), ["200", "text/html"]),
        (answered(502, HTML, content_type="text/html"), ["502", "text/html"]),
        (answered(403, HTML, content_type="text/html"), ["403", "text/html"]),
        (answered(404, HTML, content_type="text/html"), ["404", "text/html"]),
        (Exchange(200, {}, b"junk"), ["200", "no content type"]),
        (answered(200, b""), ["200", "empty"]),
        (answered(200, b" \r\n"), ["200", "empty"]),
        (answered(503, b""), ["503", "empty"]),
        (answered(200, {}), ["200", "application/json"]),
        (answered(200, []), ["200", "application/json"]),
        (answered(200, None), ["200", "application/json"]),
        (answered(200, "ok"), ["200", "application/json"]),
        (answered(200, [{"SnapshotId": "s-1"}]), ["200", "application/json"]),
        (answered(500, None), ["500"]),
        (answered(500, []), ["500"]),
        (answered(400, {}), ["400"]),
        (answered(400, {"Message": "no code"}), ["400"]),
        (answered(400, {"Code": "", "Message": "empty code"}), ["400"]),
        (answered(400, {"Code": None}), ["400"]),
        (answered(200, b"\xff\xfe{}"), ["200"]),
        (answered(200, b'{"SnapshotId": '), ["200"]),
        (answered(200, b"[" * 200_000), ["200"]),
        (answered(200, b'{"SnapshotId": "s-1", "X": ' + b"[" * 900 + b"]" * 900 + b"}"), ["200"]),
        (answered(200, b'{"SnapshotId": "s-1", "X": NaN}'), ["200"]),
        (answered(400, b'{"Code": "X", "Message": Infinity}'), ["400"]),
        (answered(200, b'{"SnapshotId": "s-1", "SnapshotId": "s-2"}'), ["200"]),
        (answered(101, {"SnapshotId": "s-1"}), ["101"]),
        (Exchange(oversized=True, status=200), ["200", "MiB"]),
    ],
    ids=lambda value: f"{value.status} {value.body[:20]!r}" if isinstance(value, Exchange) else "",
)
def test_what_is_not_the_apis_is_tried_again_and_may_hide_a_snapshot(
    exchange: Exchange, words: list[str]
) -> None:
    found = failure_of(exchange)
    assert (found.retryable, found.may_have_acted, found.api_error) == (True, True, None)
    assert [each for each in words if each not in found.what] == []
    assert "--endpoint" in (found.hint or "")
    assert "guest network" not in told(found)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 399])
def test_a_redirect_is_neither_followed_nor_tried_again(status: int) -> None:
    found = failure_of(answered(status, HTML, location="https://evil.example/?Signature=x"))
    assert (found.retryable, found.may_have_acted, found.api_error) == (False, False, None)
    assert str(status) in found.what
    assert "evil" not in told(found)


# The pause that an answer asks for


def http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x_acs_retry_after": "1500"}, 1.5),
        ({"x_acs_retry_after": "0"}, 0.0),
        ({"x_acs_retry_after": "-200"}, None),
        ({"x_acs_retry_after": "soon"}, None),
        ({"x_acs_retry_after": "1.5"}, None),
        ({"x_acs_retry_after": "9" * 9000}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": ""}, None),
        ({"retry_after": "\u00b2"}, None),
        ({"retry_after": "Wed, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0.0),
        ({"x_acs_retry_after": "1500", "retry_after": "7"}, 1.5),
    ],
    ids=lambda value: str(value)[:50],
)
def test_the_pause_asked_for_is_in_milliseconds_by_ecs_and_in_seconds_by_http(
    headers: dict[str, str], expected: float | None
) -> None:
    assert failure_of(refused("Throttling", 400, **headers)).asked_pause == expected


def test_a_pause_may_be_asked_for_by_date() -> None:
    asked = failure_of(answered(503, HTML, retry_after=http_date(90))).asked_pause
    assert asked is not None
    assert 60 < asked <= 90


# The network

URL = "/?AccessKeyId=LTAI5tSECRETKEYID&Signature=c2VjcmV0&SnapshotName=payroll"
POOL = HTTPSConnectionPool("ecs.example", 443)
CONNECTION: Any = None


def exhausted(reason: Exception) -> MaxRetryError:
    """As urllib3 ends a request; its text repeats the URL."""
    return MaxRetryError(POOL, URL, reason)


def caused_by(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def unverified() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate ...")
    error.verify_message = "unable to get local issuer certificate"
    return error


def no_such_name() -> NameResolutionError:
    cause = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    error = NameResolutionError("ecs.example", CONNECTION, cause)
    error.__cause__ = cause
    return error


def no_connection() -> Exception:
    cause = ConnectionRefusedError(111, "Connection refused")
    return caused_by(NewConnectionError(CONNECTION, f"Failed to connect: {cause}"), cause)


raised = requests.exceptions
NETWORK = {
    "connect time-out": (
        raised.ConnectTimeout(exhausted(ConnectTimeoutError(CONNECTION, "timed out"))),
        (True, False),
        "timed out",
    ),
    "read time-out": (
        raised.ReadTimeout(ReadTimeoutError(POOL, URL, "Read timed out.")),
        (True, True),
        "read time-out",
    ),
    "refused": (
        raised.ConnectionError(exhausted(no_connection())),
        (True, False),
        "Connection refused",
    ),
    "no such name": (
        raised.ConnectionError(exhausted(no_such_name())),
        (True, False),
        "Name or service not known",
    ),
    "reset": (
        raised.ConnectionError(
            ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset"))
        ),
        (True, True),
        "Connection reset",
    ),
    "closed without an answer": (
        raised.ConnectionError(
            ProtocolError(
                "Connection aborted.",
                http.client.RemoteDisconnected("Remote end closed connection"),
            )
        ),
        (True, True),
        "closed without an answer",
    ),
    "closed in the answer": (
        raised.ChunkedEncodingError(
            ProtocolError("Connection broken", http.client.IncompleteRead(b"{", 40))
        ),
        (True, True),
        "closed in the middle",
    ),
    "silent in the answer": (
        raised.ConnectionError(ReadTimeoutError(POOL, URL, "Read timed out.")),
        (True, True),
        "connection broke",
    ),
    "certificate": (
        raised.SSLError(exhausted(caused_by(UrllibSslError("verify"), unverified()))),
        (False, False),
        "unable to get local issuer certificate",
    ),
    "certificate, wrapped in arguments": (
        raised.SSLError(exhausted(UrllibSslError(unverified()))),
        (False, False),
        "unable to get local issuer certificate",
    ),
    "TLS": (
        raised.SSLError(exhausted(UrllibSslError(ssl.SSLError(1, "wrong version number")))),
        (True, True),
        "TLS failed",
    ),
    "proxy refused": (
        raised.ProxyError(
            exhausted(UrllibProxyError("Unable to connect to proxy", no_connection()))
        ),
        (True, False),
        "proxy",
    ),
    "proxy wants a password": (
        raised.ProxyError(
            exhausted(UrllibProxyError("Cannot connect", OSError("Tunnel failed: 407 Required")))
        ),
        (True, False),
        "proxy",
    ),
    "anything else": (raised.RequestException(f"what is {URL}"), (True, True), "connection broke"),
    "not requests'": (ValueError(f"bad {URL}"), (True, True), "connection broke"),
}


@pytest.mark.parametrize(("error", "expected", "words"), NETWORK.values(), ids=NETWORK)
def test_a_network_error_is_told_in_own_words(
    error: Exception, expected: tuple[bool, bool], words: str
) -> None:
    found = failure_of(Exchange(error=error))
    assert (found.retryable, found.may_have_acted) == expected
    assert (found.api_error, found.asked_pause, found.throttled) == (None, None, False)
    assert words in found.what
    assert found.hint


@pytest.mark.parametrize("error", [each[0] for each in NETWORK.values()], ids=NETWORK)
def test_the_url_with_its_parameters_is_never_told(error: Exception) -> None:
    text = told(failure_of(Exchange(error=error)))
    for part in (URL, "SECRETKEYID", "Signature", "payroll", "/?"):
        assert part not in text


def test_causes_that_go_round_in_a_circle_end() -> None:
    first, second = raised.ConnectionError("one"), OSError(5, "Input/output error")
    first.__cause__, second.__cause__ = second, first
    assert "Input/output error" in failure_of(Exchange(error=first)).what


@given(st.integers(100, 599), st.binary(max_size=40) | st.just(b"{}") | st.just(b'{"Code": []}'))
def test_no_answer_is_an_error_of_the_program(status: int, content: bytes) -> None:
    found = read("CreateSnapshot", Exchange(status, {}, content))
    assert isinstance(found, Failure) or (found and status < 300)
