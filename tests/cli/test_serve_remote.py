"""``sandbox serve`` beyond loopback. No test listens there: the server that is made is another."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from ecs_snap_cli import sandbox
from ecs_snap_cli.cli import sandbox_serve as command
from ecs_snap_cli.errors import Interrupted
from tests.conftest import Run

KEY = "its access key is public"
EVERYWHERE = "0.0.0.0"  # noqa: S104


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were to be listened on; the server ends at once."""
    asked: list[str] = []

    class OnLoopback(sandbox.SandboxServer):
        def __init__(self, state: str, *, host: str, **options: Any) -> None:
            asked.append(host)
            super().__init__(state, host="127.0.0.1", **options)

    def end() -> None:
        raise Interrupted(signal.SIGTERM)

    monkeypatch.setattr(sandbox, "SandboxServer", OnLoopback)
    monkeypatch.setattr(command, "_until_interrupted", end)
    return asked


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.7", "ecs.example.com"])
@pytest.mark.parametrize("options", [(), ("-o", "json")])
def test_a_host_beyond_loopback_is_listened_on_if_allowed_and_warned_of(
    run: Run, hosts: list[str], tmp_path: Path, host: str, options: tuple[str, ...]
) -> None:
    state = ("--state", str(tmp_path / "state"))
    ended = run("sandbox", "serve", *state, "--host", host, "--allow-remote", *options)
    assert hosts == [host]
    assert ended.out
    assert ended.err.count(KEY) == 1
    assert f"listens on {host}, beyond this machine" in ended.err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_no_leave_and_no_warning(
    run: Run, hosts: list[str], tmp_path: Path, host: str
) -> None:
    for more in ((), ("--allow-remote",)):
        ended = run("sandbox", "serve", "--state", str(tmp_path / "s"), "--host", host, *more)
        assert KEY not in ended.err
    assert hosts == [host, host]


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.7", "ecs.example.com", ""])
def test_a_host_beyond_loopback_is_refused_with_the_option_that_allows_it(
    run: Run, hosts: list[str], host: str
) -> None:
    ended = run("sandbox", "serve", "--host", host, "-o", "json")
    assert ended.code == 2
    assert "--allow-remote" in json.loads(ended.err)["Error"]["Hint"]
    assert (hosts, ended.out) == ([], "")
