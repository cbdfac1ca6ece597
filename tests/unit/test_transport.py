"""The SDK's sessions as this program has them."""

from __future__ import annotations

import contextlib
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ecs_snap_cli.gateway import transport


def test_threads_that_call_first_at_once_share_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    import darabonba.core as sdk

    transport.install()
    together = threading.Barrier(2)
    plain_adapter = sdk.DaraCore.get_adapter

    def slow_adapter(*args: object, **kwargs: object) -> object:
        # Both threads are inside before either has stored its session, if they can be.
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(0.2)
        return plain_adapter(*args, **kwargs)

    monkeypatch.setattr(sdk.DaraCore, "get_adapter", staticmethod(slow_adapter))
    monkeypatch.setattr(sdk.DaraCore, "_sessions", {})
    with ThreadPoolExecutor(2) as pool:
        sessions = list(
            pool.map(lambda _: sdk.DaraCore._get_session("http://h:80", "HTTP"), range(2))
        )
    assert sessions[0] is sessions[1]
    assert isinstance(sessions[0], transport.WatchedSession)


def test_only_a_session_that_needs_tls_reads_the_certificates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import darabonba.core as sdk

    transport.install()
    made = []
    real = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: made.append(1) or real())
    monkeypatch.setattr(sdk.DaraCore, "_sessions", {})
    plain = sdk.DaraCore._get_session("http://h:80", "HTTP", pool_size=5)
    assert made == []
    assert plain.get_adapter("http://h")._pool_maxsize == transport.KEPT
    secure = sdk.DaraCore._get_session("https://h:443", "HTTPS", pool_size=5)
    assert made == [1]
    assert secure.get_adapter("https://h").ssl_context is not None


def test_a_connection_through_a_proxy_reads_the_public_cas_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import darabonba.core as sdk

    transport.install()
    monkeypatch.setattr(sdk.DaraCore, "_sessions", {})
    session = sdk.DaraCore._get_session("https://h:443", "HTTPS", pool_size=5)
    request = requests.Request("POST", "https://h:443/").prepare()
    adapter = session.get_adapter(request.url)
    for proxies, reads in (({}, False), ({"https": "http://p:1"}, True)):
        pool = adapter.get_connection_with_tls_context(request, True, proxies=proxies)
        requests.adapters.HTTPAdapter().cert_verify(pool, request.url, True, None)
        named = pool.ca_certs
        adapter.cert_verify(pool, request.url, True, None)
        assert pool.cert_reqs == "CERT_REQUIRED"
        assert pool.ca_certs == (named if reads else None)


def test_a_context_without_cas_gets_the_public_ones() -> None:
    import darabonba.core as sdk

    class OtherVersion:
        @staticmethod
        def get_adapter(prefix: str) -> object:
            return sdk._TLSAdapter(ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    transport._spare_tls(OtherVersion)
    adapter = OtherVersion.get_adapter("HTTPS")
    request = requests.Request("POST", "https://h:443/").prepare()
    pool = adapter.get_connection_with_tls_context(request, True)
    requests.adapters.HTTPAdapter().cert_verify(pool, request.url, True, None)
    named = pool.ca_certs
    adapter.cert_verify(pool, request.url, True, None)
    assert (pool.cert_reqs, pool.ca_certs) == ("CERT_REQUIRED", named)
