"""The SDK's HTTP, watched: what really came back, and where requests may go.

The SDK reports most failures as one exception without a status, follows redirects to other
hosts, ignores NO_PROXY and REQUESTS_CA_BUNDLE and dumps headers under ``DEBUG=sdk``. Its
sessions are ``requests`` sessions, so a session of our own answers all of that in one place.
"""

from __future__ import annotations

import logging
import os
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from ecs_snap_cli.core.endpoint import is_loopback
from ecs_snap_cli.errors import UsageError
from ecs_snap_cli.gateway import loading

_METADATA_HOST = "100.100.100.200"
# No answer of ECS comes near: a page holds 100 records, and one with twenty tags and every text
# at its longest, each character spelled as \uXXXX, is some 50 KB.
MOST_BYTES = 32 * 2**20
_PIECE = 64 * 1024
# Connections kept open at most: a run that makes more calls at once would throw some away.
KEPT = 100


@dataclass(slots=True)
class Exchange:
    """One request's real outcome: a status with its body, or the error that ended it.

    ``oversized``: the body was longer than ``MOST_BYTES``; it was not kept.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    oversized: bool = False
    error: Exception | None = None


_current = threading.local()


@contextmanager
def watched() -> Iterator[Exchange]:
    """The exchange of the SDK call made inside the block, by this thread."""
    exchange = Exchange()
    _current.exchange = exchange
    try:
        yield exchange
    finally:
        _current.exchange = None


class GuardedSession(requests.Session):
    """A session that follows no redirect, minds NO_PROXY and a private CA, and verifies TLS."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        kwargs["proxies"] = proxies_for(request.url or "")
        kwargs["verify"] = private_ca() or True
        return super().send(request, **kwargs)


class WatchedSession(GuardedSession):
    """A guarded session that notes what came back.

    It reads no more of an answer than ``MOST_BYTES``, counted as unpacked: whoever answers must
    not be able to fill the memory.
    """

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        watching: Exchange | None = getattr(_current, "exchange", None)
        exchange = watching or Exchange()
        kwargs["stream"] = True
        try:
            response = super().send(request, **kwargs)
            body = _read(response)
        except Exception as error:
            exchange.error = error
            raise
        exchange.status = response.status_code
        exchange.headers = {name.lower(): value for name, value in response.headers.items()}
        exchange.oversized = body is None
        exchange.body = body or b""
        # requests keeps no content of an answer that was read in pieces; the SDK asks for it. In
        # a watched call nobody looks at what it makes of it: thousands of objects, in vain.
        response._content = exchange.body if watching is None else b"{}"
        return response


def _read(response: requests.Response) -> bytes | None:
    """The body, unpacked; ``None`` for one that is too long, with the connection closed."""
    body = bytearray()
    for piece in response.iter_content(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            response.close()
            return None
    return bytes(body)


def proxies_for(url: str) -> dict[str, str]:
    """The proxies for ``url`` by HTTPS_PROXY and NO_PROXY.

    A loopback host never has one, nor has the instance metadata service, which hands out the
    RAM role's keys in clear text and knows only the machine that asks.
    """
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or host == _METADATA_HOST:
        return {}
    return dict(requests.utils.get_environ_proxies(url))


def private_ca() -> str | None:
    """A CA bundle that the environment names; it is trusted besides the public ones.

    Raises ``UsageError`` for one that is not there: requests would call that a broken network.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        if path := os.environ.get(name):
            if not os.path.exists(path):
                raise UsageError(
                    f"{name} names {path}, which does not exist.",
                    hint="Name a file of PEM certificates, or unset it.",
                )
            return path
    return None


def install() -> None:
    """Load the SDK, make it use watched sessions, and keep it from talking.

    What asks for credentials has a transport of its own with the same faults, and answers that
    are not ECS's. Raises ``UsageError`` for a CA bundle that is not there.
    """
    private_ca()
    loading.load()
    import darabonba.core
    import Tea.core

    if darabonba.core.Session is WatchedSession:
        return
    darabonba.core.Session = WatchedSession
    _make_each_session_once(darabonba.core.DaraCore)
    _spare_tls(darabonba.core.DaraCore)
    Tea.core.Session = GuardedSession
    # The SDK's loggers have handlers of their own on stderr: with DEBUG=sdk one prints the
    # Authorization header, another prints tracebacks and cached credentials.
    logging.disable(logging.CRITICAL)
    # stderr belongs to the operator; and `python -W error` must not end a run over a
    # deprecation in a library.
    warnings.filterwarnings(
        "ignore", module=r"(alibabacloud_|darabonba|Tea|requests|urllib3|aiohttp|apscheduler)"
    )


def _make_each_session_once(core: Any) -> None:
    """Let two threads that come first at once share a session, and so its kept connections.

    The SDK looks and stores without a lock: the later session takes the place of the earlier
    one, whose connection is then never used again.
    """
    make = getattr(core, "_get_session", None)
    if make is None:
        # Another version of the SDK: at worst a connection more than it takes.
        return
    lock = threading.Lock()

    def make_alone(*args: Any, **kwargs: Any) -> requests.Session:
        with lock:
            session: requests.Session = make(*args, **kwargs)
            return session

    core._get_session = staticmethod(make_alone)


def _spare_tls(core: Any) -> None:
    """Read certificates no more often than TLS needs, each time 15 to 20 ms.

    A session that speaks HTTP needs no context of them. Where the SDK's context holds the public
    CAs, a new connection need not add them to it once more.
    """
    make = getattr(core, "get_adapter", None)
    if make is None:
        # Another version of the SDK: slower.
        return

    def get_adapter(prefix: str, *args: Any, **kwargs: Any) -> HTTPAdapter:
        if prefix.upper() == "HTTP":
            return HTTPAdapter(pool_maxsize=KEPT)
        adapter: HTTPAdapter = make(prefix, *args, **kwargs)
        context = getattr(adapter, "ssl_context", None)
        if context is not None and context.cert_store_stats()["x509_ca"]:
            _read_public_cas_once(adapter, context)
        return adapter

    core.get_adapter = staticmethod(get_adapter)


def _read_public_cas_once(adapter: HTTPAdapter, context: ssl.SSLContext) -> None:
    name_cas: Any = adapter.cert_verify

    def cert_verify(pool: Any, url: str, verify: bool | str, cert: Any) -> None:
        name_cas(pool, url, verify, cert)
        # Through a proxy connections have contexts of their own.
        if verify is True and pool.conn_kw.get("ssl_context") is context:
            pool.ca_certs = None

    adapter.cert_verify = cert_verify  # type: ignore[method-assign]
