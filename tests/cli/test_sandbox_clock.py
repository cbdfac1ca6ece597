"""`sandbox clock` and `sandbox serve --clock`: the time that the sandbox's answers show."""

from __future__ import annotations

import json
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import SandboxServer
from tests.cli.wire import SANDBOX_ENVIRONMENT
from tests.conftest import Run, bare_environment, program


def shown(run: Run, *argv: str) -> datetime:
    ended = run("sandbox", "clock", *argv, "-o", "json")
    assert (ended.code, ended.err) == (0, "")
    return datetime.fromisoformat(json.loads(ended.out)["Time"])


def near(time: datetime, other: datetime) -> bool:
    return abs(time - other) < timedelta(minutes=5)


def test_the_clock_is_shown_set_advanced_and_made_real_again(run: Run, tmp_path: Path) -> None:
    file = ("--state", str(tmp_path / "s"))
    assert near(shown(run, *file), datetime.now(UTC))
    time = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    assert near(shown(run, *file, "--set", "2031-05-06T15:08+08:00"), time)
    assert near(shown(run, *file, "--advance", "36h"), time + timedelta(hours=36))
    assert near(shown(run, *file), time + timedelta(hours=36))
    assert near(shown(run, *file, "--real"), datetime.now(UTC))
    text = run("sandbox", "clock", *file).out
    assert [line.split()[0] for line in text.splitlines()] == ["Time", "State"]


def test_the_state_of_sandbox_runs_goes_by_its_clock_until_it_is_reset(run: Run) -> None:
    assert near(shown(run, "--set", "2031-05-06T07:08Z"), datetime(2031, 5, 6, 7, 8, tzinfo=UTC))
    made = run("create", "--sandbox", "--disk-id", "d-sandbox-data", "--no-preflight", "-q")
    assert made.code == 0
    found = run("list", "--sandbox", "--disk-id", "d-sandbox-data", "--limit", "1", "-o", "json")
    (snapshot,) = json.loads(found.out)["Snapshots"]
    assert snapshot["SnapshotId"] == made.out.strip()
    assert snapshot["CreationTime"].startswith("2031-05-06T07:")
    assert run("sandbox", "reset").code == 0
    assert near(shown(run), datetime.now(UTC))


def test_the_clock_is_turned_while_a_server_uses_the_state(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "s")
    with SandboxServer(file) as sandbox:
        shown(run, "--state", file, "--advance", "8w")
        sandbox.advance(timedelta(weeks=2))
        assert near(shown(run, "--state", file), datetime.now(UTC) + timedelta(weeks=10))


@pytest.mark.parametrize("state", [":memory:", "s.sqlite3"])
def test_a_server_starts_at_a_time(run_process: Run, tmp_path: Path, state: str) -> None:
    process = subprocess.Popen(
        program("sandbox", "serve", "--state", state, "--clock", "2031-05-06T07:08:09Z"),
        env=bare_environment(),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        argv = ("list", "--disk-id", "d-sandbox-data", "--endpoint", url, "-o", "json")
        answer = json.loads(run_process(*argv, env=SANDBOX_ENVIRONMENT).out)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 143
    times = [each["CreationTime"] for each in answer["Snapshots"]]
    assert times == ["2031-04-22T07:08:09Z", "2031-04-15T07:08:09Z"]
    assert (tmp_path / "s.sqlite3").exists() == (state != ":memory:")
