"""Servers on loopback for the tests of networks."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli.servers import Ecs, Server, Tls, Tunnel, certificate, serving


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A private CA that is its own server certificate."""
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def plain() -> Iterator[Server]:
    """An ECS without TLS."""
    with serving(Ecs) as server:
        yield server


@pytest.fixture
def https(tls: Tls) -> Iterator[Server]:
    """An ECS behind TLS."""
    with serving(Ecs, tls) as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[Server]:
    """A proxy for CONNECT, which refuses until it has a target."""
    with serving(Tunnel) as server:
        yield server


@pytest.fixture
def pauseless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between attempts, and a region."""
    from ecs_snap_cli.gateway import api

    timing = api.Timing(sleep=lambda seconds: None)
    monkeypatch.setattr(api, "Timing", lambda: timing)
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes names resolve to loopback, and all others to nothing; no query leaves.

    What it returns collects the names that were asked for.
    """

    def install(*names: str) -> list[str]:
        real, asked = socket.getaddrinfo, []

        def getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:
            if host in ("127.0.0.1", "localhost", "::1", None):
                return real(host, *rest, **more)
            asked.append(str(host))
            if host in names:
                return real("127.0.0.1", *rest, **more)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return install
