"""Ended from outside: signals at every stage, crashes, and two runs at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.wire import SANDBOX_ENVIRONMENT, wire
from tests.conftest import Ended, Run, bare_environment, program
from tests.faults.conftest import new_snapshots

DATA = ("--disk-id", "d-sandbox-data")
BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)


def start(*argv: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """The program as a process whose ends are read in the end."""
    return subprocess.Popen(
        program(*argv),
        env=bare_environment() | SANDBOX_ENVIRONMENT | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def started_by(prepare: str) -> Ended:
    """The program's own start, after ``prepare``."""
    code = f"{prepare}\nfrom ecs_snap_cli.__main__ import entry_point\nentry_point()"
    argv = [sys.executable, "-c", code]
    done = subprocess.run(
        argv, env=bare_environment(), capture_output=True, text=True, check=False, timeout=20
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def ended_by(process: subprocess.Popen[str], number: signal.Signals) -> tuple[Ended, float]:
    """How the process ends on a signal, and how many seconds that takes."""
    sent = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return Ended(process.returncode, out, err), time.monotonic() - sent


def struck(folder: Path, number: signal.Signals, *faults: str) -> Ended:
    """A ``create`` that is sent a signal once it met a fault, of which it takes no notice itself.

    Promptness is a promise too: a second. A busy machine gets three tries at it.
    """
    for attempt in range(3):
        with wire(folder / f"{attempt}.sqlite3", *faults) as far_end:
            process = start("create", *DATA, "--endpoint", far_end.url)
            assert far_end.struck.wait(20)
            ended, took = ended_by(process, number)
        if took < 1:
            return ended
    pytest.fail(f"it took {took:.1f} s to end")


def assert_clean(ended: Ended, number: signal.Signals) -> None:
    """The code and the one error of an interruption, and nothing that was not meant to be seen."""
    assert (ended.code, ended.out) == (128 + number, "")
    assert ended.err.startswith(f"Error: Interrupted by {number.name}.")
    assert "Traceback" not in ended.err
    assert "Exception ignored" not in ended.err


def wait_until(true: Callable[[], bool]) -> None:
    """Wait, for 20 seconds at most, until something is true."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@BOTH
@pytest.mark.parametrize(
    "fault",
    [
        "DescribeDisks:hang",
        "DescribeSnapshots:hang",
        "DescribeInstances:hang",
        # Between two attempts.
        "DescribeDisks:error,code=Throttling,retry-after=60",
    ],
)
def test_a_signal_before_the_order_creates_nothing(
    tmp_path: Path, number: signal.Signals, fault: str
) -> None:
    ended = struck(tmp_path, number, fault)
    assert_clean(ended, number)
    assert "Nothing was created." in ended.err
    assert "client-token" not in ended.err


@BOTH
@pytest.mark.parametrize(
    "faults",
    [
        ("CreateSnapshot:hang",),
        ("CreateSnapshot:hang-after",),
        ("CreateSnapshot:error,code=Throttling,retry-after=60",),
    ],
    ids=str,
)
def test_a_signal_during_the_order_says_that_a_snapshot_may_exist_and_how_to_find_it(
    tmp_path: Path, number: signal.Signals, faults: tuple[str, ...]
) -> None:
    ended = struck(tmp_path, number, *faults)
    assert_clean(ended, number)
    assert "a snapshot of disk d-sandbox-data may exist" in ended.err
    assert "--client-token" in ended.err
    assert "`ecs-snap list --disk-id d-sandbox-data`" in ended.err


@BOTH
def test_a_signal_while_a_lost_snapshot_is_looked_for_leaves_the_doubt(
    tmp_path: Path, number: signal.Signals
) -> None:
    with wire(
        tmp_path / "s.sqlite3", "CreateSnapshot:reset-after", "DescribeSnapshots@2-:hang"
    ) as far_end:
        process = start("create", *DATA, "--endpoint", far_end.url, "--max-attempts", "1")
        wait_until(lambda: far_end.seen.count("DescribeSnapshots") == 2)
        ended, took = ended_by(process, number)
    assert took < 2
    assert_clean(ended, number)
    assert "may exist" in ended.err
    assert "--client-token" in ended.err


@BOTH
def test_a_signal_at_any_moment_ends_without_a_traceback(number: signal.Signals) -> None:
    ends = []
    for moment in range(14):
        process = start("create", "--sandbox", "-q", *DATA)
        # From the interpreter's own start to after the last request.
        time.sleep(0.03 + 0.06 * moment)
        ended, _ = ended_by(process, number)
        if "Traceback" in ended.err and "/ecs_snap_cli/" not in ended.err:
            # Python itself was still starting: nothing of this program had run.
            continue
        assert "Traceback" not in ended.err
        # Before this program's first line Python has not caught the signal yet.
        assert ended.code in (0, 3, 128 + number, -number)
        if ended.code == 128 + number:
            assert_clean(ended, number)
        ends.append(ended.code)
    assert 128 + number in ends


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 143),
        (signal.SIGQUIT, 130),
    ],
)
def test_a_signal_during_the_wait_tells_the_id(
    number: signal.Signals, code: int, output: str
) -> None:
    process = start(
        "create", "--sandbox", *DATA, "--wait", "--poll-interval", "20", "-v", "-o", output
    )
    assert process.stderr is not None
    seen = ""
    while "progressing" not in seen:
        line = process.stderr.readline()
        assert line
        seen += line
    snapshot_id = seen.partition("Snapshot ")[2].split()[0]
    ended, _ = ended_by(process, number)
    assert (ended.code, ended.out) == (code, "")
    assert number.name in ended.err
    assert snapshot_id in ended.err
    assert "exists all the same" in ended.err
    assert f"To go on waiting, run `ecs-snap wait --snapshot-id {snapshot_id}`" in ended.err


def test_a_signal_ends_a_wait_for_several_in_order() -> None:
    ids = ("s-sandbox-pending-1", "s-sandbox-data-1")
    options = [word for each in ids for word in ("--snapshot-id", each)]
    process = start("wait", "--sandbox", *options, "--poll-interval", "20")
    assert process.stderr is not None
    while "s-sandbox-data-1" not in process.stderr.readline():
        pass
    ended, _ = ended_by(process, signal.SIGINT)
    assert_clean(ended, signal.SIGINT)
    assert "again to go on waiting" in ended.err


@pytest.mark.parametrize(
    ("fault", "exists"),
    [
        ("DescribeDisks@1:hang", False),
        ("DescribeInstances@1:hang", False),
        ("CreateSnapshot@1:hang", False),
        ("CreateSnapshot@1:hang-after", True),
    ],
)
def test_after_a_crash_the_same_token_gives_one_snapshot(
    run_process: Run, tmp_path: Path, fault: str, exists: bool
) -> None:
    state = tmp_path / "s.sqlite3"
    with wire(state, fault) as far_end:
        argv = ("create", *DATA, "--endpoint", far_end.url, "-q", "--client-token", "nightly")
        crashed = start(*argv)
        assert far_end.struck.wait(20)
        crashed.kill()
        crashed.communicate(timeout=20)
        assert len(new_snapshots(state)) == int(exists)
        again = run_process(*argv, env=SANDBOX_ENVIRONMENT)
    assert again.code == 0
    assert new_snapshots(state) == [again.out.strip()]


def test_a_crash_at_any_moment_of_the_sandbox_too_leaves_one_snapshot_for_one_token(
    run_process: Run,
) -> None:
    state = Path(os.environ["XDG_STATE_HOME"]) / "ecs-snap" / "sandbox.sqlite3"
    argv = ("create", "--sandbox", *DATA, "-q", "--rules", "current", "--client-token")
    for moment in range(8):
        crashed = start(*argv, f"token-{moment}")
        time.sleep(0.35 + 0.07 * moment)
        crashed.kill()
        crashed.communicate(timeout=20)
        again = run_process(*argv, f"token-{moment}")
        assert (again.code, again.err.count("Error")) == (0, 0)
        assert again.out.strip() in new_snapshots(state)
        assert len(new_snapshots(state)) == moment + 1


def test_runs_at_once_for_one_disk_make_one_snapshot(tmp_path: Path) -> None:
    # All have checked the disk before any of them orders.
    together = threading.Barrier(3)

    def hold(action: str) -> None:
        if action == "DescribeInstances":
            together.wait(20)

    with wire(tmp_path / "s.sqlite3") as far_end:
        far_end.meanwhile = hold
        running = [start("create", *DATA, "--endpoint", far_end.url, "-q") for _ in range(3)]
        ends = [(*process.communicate(timeout=60), process.returncode) for process in running]
    assert sorted(code for _, _, code in ends) == [0, 3, 3]
    assert new_snapshots(tmp_path / "s.sqlite3") == [
        out.strip() for out, _, code in ends if not code
    ]
    refused = [err for _, err, code in ends if code == 3]
    assert all("IncorrectDiskStatus.CreatingSnapshot" in err for err in refused)
    assert not any("may exist" in err for err in refused)


def test_runs_at_once_in_the_embedded_sandbox_make_one_snapshot() -> None:
    running = [start("create", "--sandbox", *DATA, "-q") for _ in range(3)]
    ends = [(process.communicate(timeout=60), process.returncode) for process in running]
    assert sorted(code for _, code in ends) == [0, 3, 3]


_LEFT_BEHIND = """
import atexit, threading
from ecs_snap_cli.cli import main
def leave_behind(argv):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return 130
main.main = leave_behind
atexit.register(print, "Python's own end")
"""


def test_python_is_not_taken_down_under_a_call_that_is_left_behind() -> None:
    # One that is importing the SDK would crash the process then, at some moments.
    ended = started_by(_LEFT_BEHIND)
    assert (ended.code, ended.out, ended.err) == (130, "", "")


_WHILE_A_CLASS_IS_MADE = """
import os, signal
from ecs_snap_cli.cli import main
class Member:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGINT)
def make_class(*given):
    type("Made", (), {"member": Member()})
"""


@pytest.mark.parametrize("where", ["main", "_run"], ids=["as main is imported", "in a command"])
def test_a_signal_while_a_class_is_made_is_one(where: str) -> None:
    # Python up to 3.11 makes a RuntimeError of it.
    ended = started_by(f"{_WHILE_A_CLASS_IS_MADE}\nmain.{where} = make_class")
    assert_clean(ended, signal.SIGINT)
    assert "Nothing was created." in ended.err
