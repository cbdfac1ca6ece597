"""``sandbox serve`` and ``sandbox reset`` with what they are told to hold and to do."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.wire import SANDBOX_ENVIRONMENT
from tests.conftest import Run, bare_environment, program

SCENARIO = '[[Disk]]\nDiskId = "d-1"\nInstanceId = "i-1"\n'
CREATE = ("create", "--disk-id", "d-1", "-o", "json")


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a file of a strange name would be found."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def call(run_process: Run) -> Run:
    """The program as a client of the sandbox; a process, since the SDK keeps its first keys."""
    return functools.partial(run_process, env=SANDBOX_ENVIRONMENT)


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    """A file with a disk on a running instance."""
    path = tmp_path / "disks.toml"
    path.write_text(SCENARIO)
    return str(path)


@contextmanager
def serving(*argv: str) -> Iterator[str]:
    """The URL of a server of the program's, in a process of its own."""
    process = subprocess.Popen(
        program("sandbox", "serve", *argv),
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_scenario_is_served_from_memory(
    call: Run, scenario: str, in_an_empty_directory: Path, tmp_path: Path
) -> None:
    with serving("--scenario", scenario) as url:
        ended = call(*CREATE, "--endpoint", url)
        gone = call("create", "--disk-id", "d-sandbox-data", "--endpoint", url)
    assert (ended.code, gone.code) == (0, 4)
    assert list(in_an_empty_directory.iterdir()) == []
    assert not (tmp_path / "state").exists()


def test_a_state_called_memory_is_no_file(run: Run, call: Run, in_an_empty_directory: Path) -> None:
    with serving("--state", ":memory:") as url:
        assert call("create", "--disk-id", "d-sandbox-data", "--endpoint", url).code == 0
    assert run("sandbox", "reset", "--state", ":memory:").code == 0
    assert list(in_an_empty_directory.iterdir()) == []


def test_a_state_file_takes_a_scenario_once(
    run: Run, call: Run, scenario: str, tmp_path: Path
) -> None:
    state = str(tmp_path / "s.sqlite3")
    with serving("--state", state, "--scenario", scenario) as url:
        snapshot = json.loads(call(*CREATE, "--endpoint", url).out)["SnapshotId"]
    again = run("sandbox", "serve", "--state", state, "--scenario", scenario)
    assert (again.code, again.out) == (1, "")
    assert "sandbox reset --state FILE --scenario FILE" in again.err
    with serving("--state", state) as url:
        listed = call("list", "--disk-id", "d-1", "-q", "--endpoint", url)
    assert listed.out.split() == [snapshot]


def test_a_reset_to_a_scenario_is_what_sandbox_uses(run: Run, scenario: str) -> None:
    assert run("sandbox", "reset", "--scenario", scenario).code == 0
    assert run(*CREATE, "--sandbox").code == 0
    assert run("sandbox", "reset").code == 0
    assert run(*CREATE, "--sandbox").code == 4


@pytest.mark.parametrize("command", ["serve", "reset"])
def test_a_bad_scenario_is_a_usage_error_and_writes_nothing(
    run: Run, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "disks.toml"
    path.write_text(SCENARIO + 'Colour = "red"\n')
    state = tmp_path / "s.sqlite3"
    ended = run("sandbox", command, "--state", str(state), "--scenario", str(path))
    assert (ended.code, ended.out) == (2, "")
    assert f"{path}, Disk 1 (d-1): there is no field 'Colour'" in ended.err
    assert not state.exists()


def test_a_scenario_and_a_fleet_exclude_each_other(run: Run, scenario: str) -> None:
    assert run("sandbox", "reset", "--scenario", scenario, "--disks", "3").code == 2


@pytest.mark.parametrize(
    "option",
    [
        ("--deny", "ecs:Nothing"),
        ("--deny", "CreateSnapshot"),
        ("--limit", "DescribeDisks"),
        ("--limit", "Nothing=1"),
        ("--fault", "Nothing:reset"),
    ],
)
def test_a_plan_that_is_not_understood_is_a_usage_error(
    run: Run, tmp_path: Path, option: tuple[str, str]
) -> None:
    state = tmp_path / "s.sqlite3"
    ended = run("sandbox", "serve", "--state", str(state), *option)
    assert (ended.code, ended.out) == (2, "")
    assert option[1] in ended.err
    assert not state.exists()


def test_a_plan_file_and_options_add_up(call: Run, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[deny]]\naction = "ecs:DescribeSnapshots"\n')
    argv = ("--state", ":memory:", "--fault-plan", str(plan), "--deny", "ecs:CreateSnapshot")
    with serving(*argv, "--limit", "DescribeRegions=1") as url:
        created = call("create", "--disk-id", "d-sandbox-data", "--endpoint", url)
        listed = call("list", "--endpoint", url)
    assert (created.code, listed.code) == (5, 5)
    assert "ecs:CreateSnapshot" in created.err
    assert "ecs:DescribeSnapshots" in listed.err
