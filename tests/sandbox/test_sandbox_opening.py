"""A state file that several processes open, make and reset at once, or are killed while they do."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from ecs_snap_cli.sandbox import reset, statefile
from ecs_snap_cli.sandbox.rows import Disk, Instance
from ecs_snap_cli.sandbox.state import State
from tests.sandbox.conftest import ROOT

# What another process does to a state: its path and how many disks its fleet has.
OPEN = """
import sys
from datetime import datetime, UTC
from ecs_snap_cli.sandbox.state import State
print("ready", flush=True)
sys.stdin.readline()
State(sys.argv[1], lambda: datetime.now(UTC), disks=int(sys.argv[2])).set_clock(None)
"""
RESET = """
import sys
from ecs_snap_cli.sandbox import reset
print("ready", flush=True)
sys.stdin.readline()
while True:
    reset(sys.argv[1], disks=int(sys.argv[2]))
"""
READ = """
import sqlite3, sys
(name,) = sqlite3.connect(sys.argv[1]).execute("SELECT name FROM disks WHERE id = 'd-sandbox-data'")
print(name[0])
"""


def real_time():
    return datetime.now(UTC)


@pytest.fixture
def run():
    """Starts other processes, which go ahead as soon as they are told; killed after the test."""
    children = []

    def run_one(code, path, disks=0):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(disks)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield run_one
    for child in children:
        child.kill()
        child.communicate()


def go_ahead(child):
    child.stdin.write("\n")
    child.stdin.flush()


def fleet_of(path):
    """How many disks beside the first state's there are, in a state that is whole."""
    state = State(path, real_time)
    try:
        fleet = state.count(Disk, ()) - 11
        assert state.count(Instance, ()) == 9 + fleet // 4
    finally:
        state.close()
    return fleet


@pytest.mark.parametrize("opened", [lambda path: State(path, real_time).close(), reset])
def test_a_state_that_another_makes_between_two_looks_at_it_is_ours(opened, tmp_path, monkeypatch):
    path, looks = tmp_path / "state.sqlite3", []

    def then_made(look):
        def looked(*asked):
            seen = look(*asked)
            if not looks:
                looks.append(seen)
                State(path, real_time).close()
            return seen

        return looked

    for name in ("pragma", "is_empty"):
        monkeypatch.setattr(statefile, name, then_made(getattr(statefile, name)))
    opened(path)
    assert looks
    assert fleet_of(path) == 0


def test_eight_processes_that_start_at_once_on_no_file_all_have_the_state(run, tmp_path):
    for attempt in range(3):
        path = tmp_path / f"state-{attempt}.sqlite3"
        children = [run(OPEN, path) for _ in range(8)]
        for child in children:
            child.stdout.readline()
        for child in children:
            go_ahead(child)
        ended = [(child.communicate()[1], child.returncode) for child in children]
        assert ended == [("", 0)] * 8
        assert fleet_of(path) == 0


@pytest.mark.parametrize("keep", [True, False])
def test_a_state_opened_twice_in_a_process_keeps_its_locks(run, tmp_path, keep):
    path = tmp_path / "state.sqlite3"
    state = State(path, real_time)
    state.set_clock(None)
    State(path, real_time, keep=keep).close()
    # The last process to close a file deletes its log, and this one is not the last.
    assert run(OPEN, path).communicate("\n") == ("ready\n", "")
    state.change(state.find(Disk, "d-sandbox-data"), name="answered")
    assert run(READ, path).communicate() == ("answered\n", "")
    state.close()


def test_a_first_state_half_written_is_made_again(run, tmp_path):
    path = tmp_path / "state.sqlite3"
    # A large fleet is in the file in part before it is committed, and the first page comes last.
    child = run(OPEN, path, 20_000)
    go_ahead(child)
    while not (path.exists() and path.stat().st_size > 0):
        assert child.poll() is None
        time.sleep(0.001)
    child.kill()
    child.wait()
    assert fleet_of(path) == 0


def test_a_reset_killed_at_any_moment_leaves_the_old_state_or_the_new_one(run, tmp_path):
    path, dice = tmp_path / "state.sqlite3", random.Random(7)
    reset(path)
    for attempt in range(1, 9):
        child = run(RESET, path, 40 * attempt)
        child.stdout.readline()
        go_ahead(child)
        time.sleep(dice.uniform(0, 0.1))
        child.kill()
        child.wait()
        assert fleet_of(path) in (40 * attempt, 40 * (attempt - 1)), attempt
        reset(path, disks=40 * attempt)
        assert fleet_of(path) == 40 * attempt


def test_a_kill_before_any_statement_of_an_order_leaves_all_as_it_was(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.killed", str(tmp_path / "state.sqlite3")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    kills = dict(line.split() for line in done.stdout.splitlines())
    assert len(kills) == 13
    # There is a BEGIN, a COMMIT, and something in between.
    assert min(map(int, kills.values())) > 2, kills
