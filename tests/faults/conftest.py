"""The program in this process against a sandbox whose wire breaks as a plan says."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.wire import Wire, wire
from tests.conftest import Ended, Run

DISK = "d-sandbox-data"


class HurriedClock:
    """A clock of which each look takes a tenth of a second, so that no wait is a long one."""

    def __init__(self) -> None:
        self._looks = itertools.count()
        self._start = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._start + next(self._looks) * timedelta(milliseconds=100)


@dataclass
class Outcome:
    """One run: how it ended, what the sandbox saw, what it holds now, how long it paused."""

    ended: Ended
    seen: list[str]
    snapshots: list[str]
    tokens: list[str]
    pauses: list[float]

    @property
    def code(self) -> int:
        return self.ended.code

    @property
    def told(self) -> list[str]:
        """The new snapshots whose ID is on stdout or stderr."""
        return [each for each in self.snapshots if each in self.ended.out + self.ended.err]


@dataclass
class FarEnd:
    """Runs the program against fresh sandboxes under fault plans."""

    run: Run
    folder: Path
    pauses: list[float] = field(default_factory=list)
    made: int = 0
    real_pause: float = 0.0
    passed: float = 0.0

    def pause(self, seconds: float) -> None:
        """Note a pause instead of making it, or make a short one."""
        self.pauses.append(seconds)
        self.passed += seconds
        time.sleep(self.real_pause)

    def monotonic(self) -> float:
        """A clock by which the pauses were made."""
        return time.monotonic() + self.passed

    def create(self, *faults: str, argv: tuple[str, ...] = (), **options: Any) -> Outcome:
        """``create`` of one disk; ``options`` are the sandbox's."""
        with self.open(*faults, **options) as (far_end, state):
            self.pauses.clear()
            ended = self.start(far_end.url, *argv)
            return Outcome(
                ended,
                list(far_end.seen),
                new_snapshots(state),
                tokens(state),
                list(self.pauses),
            )

    def start(self, url: str, *argv: str) -> Ended:
        """``create`` of one disk at ``url``."""
        return self.run("create", "--disk-id", DISK, "--endpoint", url, *argv)

    @contextmanager
    def open(self, *faults: str, **options: Any) -> Iterator[tuple[Wire, Path]]:
        """A sandbox with a state file of its own, which takes several snapshots of a disk at once.

        By the documented rules it would refuse a second one itself, whatever the program does.
        """
        self.made += 1
        state = self.folder / f"{self.made}.sqlite3"
        with wire(state, *faults, **{"rules": "current", **options}) as far_end:
            yield far_end, state


def new_snapshots(state: Path, disk_id: str = DISK) -> list[str]:
    """The snapshots of a disk that are there beside the first state's."""
    return sorted({*snapshots_of(state, disk_id)} - {"s-sandbox-data-1", "s-sandbox-data-2"})


def snapshots_of(state: Path, disk_id: str) -> list[str]:
    """All the snapshots of a disk."""
    return select(state, f"SELECT id FROM snapshots WHERE disk_id = '{disk_id}'")  # noqa: S608


def tokens(state: Path) -> list[str]:
    """The ClientTokens of all orders that were carried out."""
    return select(state, "SELECT token FROM orders")


def select(state: Path, sql: str) -> list[str]:
    """The first column of what a query of the sandbox's state brings."""
    with contextlib.closing(sqlite3.connect(state)) as connection:
        return [row[0] for row in connection.execute(sql)]


@pytest.fixture(scope="session")
def tls_context() -> ssl.SSLContext:
    """One for all: the SDK makes one for each endpoint, of clear text too, in 50 ms."""
    return ssl.create_default_context()


@pytest.fixture
def far_end(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls_context: ssl.SSLContext
) -> FarEnd:
    """Runs that pause for no time (the pauses are noted), with chance at its worst."""
    from alibabacloud_credentials.utils import auth_util

    from ecs_snap_cli.gateway import api
    from ecs_snap_cli.workflow import lost

    monkeypatch.setattr(ssl, "create_default_context", lambda *args, **kwargs: tls_context)
    # The library reads its environment when it is imported, which was for an earlier test.
    monkeypatch.setattr(auth_util, "environment_access_key_id", "sandbox")
    monkeypatch.setattr(auth_util, "environment_access_key_secret", "sandbox")
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
    made = FarEnd(run, tmp_path)
    timing = api.Timing(made.monotonic, made.pause, random=lambda: 1.0)
    monkeypatch.setattr(api, "Timing", lambda: timing)
    monkeypatch.setattr(lost, "PAUSES_SECONDS", ())
    return made
