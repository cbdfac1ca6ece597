"""No answer can fill the memory, however long it is or packed."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from typing import Any

import pytest
import requests
from urllib3 import HTTPResponse

from ecs_snap_cli.gateway import transport
from ecs_snap_cli.gateway.answers import read
from ecs_snap_cli.gateway.failure import Failure
from ecs_snap_cli.gateway.transport import Exchange, WatchedSession, watched

URL = "https://ecs.example/"
LIMIT = 2**20


class Endless(io.RawIOBase):
    """A body without an end; ``given`` counts its bytes."""

    def __init__(self, pattern: bytes) -> None:
        self._pattern = pattern
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        start = self.given % len(self._pattern)
        piece = (self._pattern * (2 + len(buffer) // len(self._pattern)))[start:][: len(buffer)]
        buffer[:] = piece
        self.given += len(piece)
        return len(piece)


class Answering(requests.adapters.BaseAdapter):
    """Answers every request with one body."""

    def __init__(self, body: Any, status: int, headers: dict[str, str]) -> None:
        super().__init__()
        self.raw = HTTPResponse(body, headers, status, preload_content=False)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        adapter = requests.adapters.HTTPAdapter()
        return adapter.build_response(request, self.raw)  # type: ignore[arg-type]

    def close(self) -> None:
        """Nothing to close."""


def exchanged(body: Any, status: int = 200, **headers: str) -> tuple[Exchange, requests.Response]:
    """What the SDK's call would leave, and the response that the SDK would see."""
    with watched() as exchange:
        response = sent(body, status, **headers)
    return exchange, response


def sent(body: Any, status: int = 200, **headers: str) -> requests.Response:
    session = WatchedSession()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    session.mount(URL, Answering(body, status, names))
    return session.send(requests.Request("POST", URL).prepare())


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that a test reaches quickly."""
    monkeypatch.setattr(transport, "MOST_BYTES", LIMIT)


@pytest.mark.parametrize("size", [0, 2, LIMIT - 1, LIMIT])
def test_an_answer_within_the_limit_is_whole(small_limit: None, size: int) -> None:
    content = b"x" * size
    exchange, _ = exchanged(io.BytesIO(content), x_acs_request_id="R")
    assert (exchange.status, exchange.body, exchange.oversized) == (200, content, False)
    assert exchange.headers == {"x-acs-request-id": "R"}
    assert sent(io.BytesIO(content)).content == content


@pytest.mark.parametrize("status", [200, 403, 500])
def test_of_a_call_that_is_watched_the_sdk_gets_nothing_to_parse(status: int) -> None:
    exchange, response = exchanged(io.BytesIO(b'{"SnapshotId": "s-1"}'), status)
    assert exchange.body == b'{"SnapshotId": "s-1"}'
    assert response.content == b"{}"


@pytest.mark.parametrize("status", [200, 403, 500])
def test_an_answer_without_an_end_is_given_up_and_is_not_the_apis(
    small_limit: None, status: int
) -> None:
    body = Endless(b'{"SnapshotId": "s-1"}' + b" " * 5000)
    exchange, response = exchanged(body, status)
    assert body.given < 2 * LIMIT
    assert response.raw.closed
    assert (exchange.status, exchange.body) == (status, b"")
    found = read("CreateSnapshot", exchange)
    assert isinstance(found, Failure)
    assert (found.retryable, found.may_have_acted, found.api_error) == (True, True, None)
    assert "MiB" in found.what


def test_a_redirect_without_an_end_is_a_redirect(small_limit: None) -> None:
    exchange, _ = exchanged(Endless(b" "), 302)
    found = read("CreateSnapshot", exchange)
    assert isinstance(found, Failure)
    assert "redirect" in found.what


def test_a_packed_answer_is_unpacked() -> None:
    exchange, _ = exchanged(io.BytesIO(gzip.compress(b'{"a": 1}')), content_encoding="gzip")
    assert exchange.body == b'{"a": 1}'


@pytest.mark.parametrize("layers", [1, 2])
def test_a_small_answer_that_unpacks_to_a_huge_one_fills_no_memory(
    small_limit: None, layers: int
) -> None:
    bomb = bytes(64 * LIMIT)
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    tracemalloc.start()
    exchange, _ = exchanged(io.BytesIO(bomb), content_encoding=", ".join(["gzip"] * layers))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert exchange.oversized
    assert peak < 8 * LIMIT


def test_a_connection_that_breaks_in_the_answer_is_an_error_of_the_exchange() -> None:
    class Broken(Endless):
        def readinto(self, buffer: Any) -> int:
            raise ConnectionResetError(104, "Connection reset")

    session = WatchedSession()
    session.mount(URL, Answering(Broken(b" "), 200, {}))
    with watched() as exchange, pytest.raises(requests.exceptions.RequestException):
        session.send(requests.Request("POST", URL).prepare())
    assert exchange.error is not None
    assert exchange.status is None
