"""``batch`` over real HTTP: how many calls it takes, what a signal leaves, what is seen of it."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecs_snap_cli import signals
from ecs_snap_cli.cli.terminal import Terminal
from ecs_snap_cli.events import DiskEnded, Event
from tests.cli.test_signals import ended_by, start
from tests.cli.test_terminal import on_terminal
from tests.cli.wire import SANDBOX_ENVIRONMENT, Wire, wire
from tests.conftest import Ended, Run
from tests.faults.conftest import HurriedClock

FLEET = ("--disk-tag", "fleet=sandbox")
pytestmark = pytest.mark.usefixtures("sandbox_key")


@pytest.fixture
def sandbox_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's access key and region."""
    from alibabacloud_credentials.utils import auth_util

    # The library reads its environment when it is imported, which was for an earlier test.
    monkeypatch.setattr(auth_util, "environment_access_key_id", "sandbox")
    monkeypatch.setattr(auth_util, "environment_access_key_secret", "sandbox")
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")


def results(ended: Ended) -> Counter[str]:
    """How many disks ended how."""
    told = json.loads(ended.out)["Results"]
    return Counter(f"{each['Status']} {each['Code'] or ''}".strip() for each in told)


@pytest.mark.parametrize("concurrency", [1, 8, 16])
def test_a_fleet_takes_little_more_than_a_call_a_disk(run: Run, concurrency: int) -> None:
    with wire(":memory:", disks=250) as far_end:
        options = ("--max-concurrency", str(concurrency), "-o", "json")
        ended = run("batch", "--endpoint", far_end.url, *FLEET, *options)
    assert (ended.code, ended.err, results(ended)) == (0, "", {"created": 250})
    # 63 instances, and 190 snapshots on two pages, beside those of the disks that are not meant.
    assert Counter(far_end.seen) == {
        "DescribeDisks": 1,
        "DescribeInstances": 1,
        "DescribeSnapshots": 3,
        "CreateSnapshot": 250,
    }
    assert far_end.connections <= concurrency


def test_a_wait_looks_at_a_hundred_at_a_time(run: Run) -> None:
    start, passed = datetime.now(UTC), [timedelta()]

    def age(action: str) -> None:
        # All are accomplished when they are looked at first.
        if far_end.seen.count("CreateSnapshot") == 250:
            passed[0] = timedelta(minutes=10)

    with wire(":memory:", disks=250, clock=lambda: start + passed[0]) as far_end:
        far_end.meanwhile = age
        argv = (*FLEET, "--wait", "--poll-interval", "0.01", "-o", "json")
        ended = run("batch", "--endpoint", far_end.url, *argv)
    assert (ended.code, ended.err, results(ended)) == (0, "", {"created": 250})
    assert far_end.seen.count("DescribeSnapshots") == 3 + 3


def test_a_throttled_fleet_is_done_with_few_calls_in_vain(run: Run) -> None:
    with wire(":memory:", disks=500, calls_per_second=100) as far_end:
        ended = run("batch", "--endpoint", far_end.url, *FLEET, "-o", "json")
    assert (ended.code, ended.err, results(ended)) == (0, "", {"created": 500})
    needed = 1 + 2 + 4 + 500
    assert len(far_end.seen) < needed / 0.95


class Held:
    """A run over many disks whose first four orders are carried out, and answered on demand."""

    def __init__(self, far_end: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heeded, self.answered = threading.Event(), threading.Event()
        self.signals: list[int] = []
        self._together = threading.Barrier(4)
        far_end.meanwhile = self._hold
        real = signals.catch_again

        def catch_again() -> None:
            real()
            self.heeded.set()

        monkeypatch.setattr(signals, "catch_again", catch_again)

    def _hold(self, action: str) -> None:
        if action != "CreateSnapshot" or self.answered.is_set():
            return
        if self._together.wait(20) == 0:
            for place, number in enumerate(self.signals):
                if place:
                    assert self.heeded.wait(20)
                os.kill(os.getpid(), number)
            if len(self.signals) == 1:
                assert self.heeded.wait(20)
                self.answered.set()
        self.answered.wait(20)


@pytest.fixture
def far_end() -> Iterator[Wire]:
    with wire(":memory:", disks=40) as made:
        yield made


def interrupted(run: Run, far_end: Wire, *argv: str) -> tuple[Ended, dict[str, Any]]:
    """A run that a signal ends, and its results by disk."""
    argv = ("--max-concurrency", "4", "-o", "json", *argv)
    ended = run("batch", "--endpoint", far_end.url, *argv)
    return ended, {each["DiskId"]: each for each in json.loads(ended.out)["Results"]}


def created(run: Run, far_end: Wire) -> dict[str, str]:
    """The new snapshot of each disk that has one."""
    listed = json.loads(run("list", "--endpoint", far_end.url, "-o", "json").out)["Snapshots"]
    return {
        each["SourceDiskId"]: each["SnapshotId"]
        for each in listed
        if "fleet" in each["SourceDiskId"] and "fleet" not in each["SnapshotId"]
    }


@pytest.mark.usefixtures("caught_signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_after_a_signal_those_under_way_finish_and_every_disk_is_printed(
    run: Run, far_end: Wire, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    held = Held(far_end, monkeypatch)
    held.signals = [number]
    ended, told = interrupted(run, far_end, *FLEET)
    assert ended.code == code
    assert results(ended) == {"created": 4, "failed Interrupted": 36}
    assert {d: e["SnapshotId"] for d, e in told.items() if e["SnapshotId"]} == created(run, far_end)
    assert far_end.seen.count("CreateSnapshot") == 4
    name = signal.Signals(number).name
    assert ended.err == f"Interrupted by {name}: 4 of 40 disks were done by then.\n"


@pytest.mark.usefixtures("caught_signals")
def test_a_second_signal_ends_at_once_and_says_what_may_exist(
    run: Run, far_end: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(far_end, monkeypatch)
    held.signals = [signal.SIGINT, signal.SIGINT]
    ended, told = interrupted(run, far_end, *FLEET)
    held.answered.set()
    assert (ended.code, results(ended)) == (130, {"failed Interrupted": 40})
    exist = created(run, far_end)
    assert len(exist) == 4
    unsure = {
        d for d, each in told.items() if f"a snapshot of disk {d} may exist" in each["Message"]
    }
    assert unsure == exist.keys()


@pytest.mark.usefixtures("caught_signals")
@pytest.mark.parametrize("action", ["DescribeDisks", "DescribeInstances", "DescribeSnapshots"])
def test_a_signal_during_the_reads_prints_every_disk_that_is_named(
    run: Run, far_end: Wire, action: str
) -> None:
    over = threading.Event()

    def hold(seen: str) -> None:
        if seen == action and not over.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            over.wait(20)

    far_end.meanwhile = hold
    named = [w for n in range(1, 4) for w in ("--disk-id", f"d-sandbox-fleet-{n:04}")]
    ended, told = interrupted(run, far_end, *named)
    over.set()
    assert (ended.code, results(ended)) == (130, {"failed Interrupted": 3})
    assert all("nothing was created" in each["Message"] for each in told.values())
    assert "CreateSnapshot" not in far_end.seen


@pytest.mark.usefixtures("caught_signals")
def test_a_signal_before_the_disks_are_known_says_that_nothing_was_created(
    run: Run, far_end: Wire
) -> None:
    over = threading.Event()

    def hold(seen: str) -> None:
        if seen == "DescribeDisks":
            os.kill(os.getpid(), signal.SIGINT)
            over.wait(20)

    far_end.meanwhile = hold
    ended = run("batch", "--endpoint", far_end.url, "--all-disks", "-o", "json")
    over.set()
    assert (ended.code, ended.out) == (130, "")
    assert "Nothing was created." in json.loads(ended.err)["Error"]["Message"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_process_that_is_ended_tells_every_snapshot(run: Run, number: signal.Signals) -> None:
    begun = threading.Event()

    def note(action: str) -> None:
        if action == "CreateSnapshot":
            begun.set()

    with wire(":memory:", "CreateSnapshot:delay,seconds=0.05", disks=200) as far_end:
        far_end.meanwhile = note
        process = start("batch", "--endpoint", far_end.url, *FLEET, "-q")
        assert begun.wait(20)
        ended, _ = ended_by(process, number)
        assert sorted(ended.out.split()) == sorted(created(run, far_end).values())
    assert ended.code == 128 + number
    assert 0 < len(ended.out.split()) < 200
    assert ended.err.startswith(f"Interrupted by {number.name}: ")


@pytest.mark.parametrize("wait", [(), ("--wait", "--poll-interval", "0.01")], ids=["", "wait"])
def test_without_a_terminal_a_success_says_nothing_but_its_result(
    run: Run, wait: tuple[str, ...]
) -> None:
    with wire(":memory:", disks=20, clock=HurriedClock()) as far_end:
        ended = run("batch", "--endpoint", far_end.url, *FLEET, *wait)
    assert (ended.code, ended.err) == (0, "")
    assert "20 disks: 20 created." in ended.out
    assert "\x1b" not in ended.out


def test_verbose_tells_each_event_in_a_line(run: Run) -> None:
    with wire(":memory:", disks=20) as far_end:
        argv = ("--disk-id", "d-sandbox-locked", "-v", "-q")
        ended = run(
            "batch", "--endpoint", far_end.url, "--instance-id", "i-sandbox-fleet-0001", *argv
        )
    ids = ended.out.split()
    lines = ended.err.splitlines()
    assert (ended.code, len(ids)) == (9, 4)
    assert sum("CreateSnapshot: ok in" in line for line in lines) == 4
    assert sum(line.startswith("Disk d-sandbox-locked: refused: ") for line in lines) == 1
    assert {line.split()[1] for line in lines if line.endswith("is ordered.")} == set(ids)
    requests = sum(bool(re.match(r"[A-Z]\w+: ok in \d+ ms", line)) for line in lines)
    assert requests == len(far_end.seen)
    assert len(lines) == requests + 4 + 1


@pytest.mark.parametrize("columns", [40, 80])
def test_a_terminal_shows_a_bar_that_is_gone_in_the_end(columns: int) -> None:
    with wire(":memory:", "CreateSnapshot:delay,seconds=0.1", disks=40) as far_end:
        argv = ("batch", "--endpoint", far_end.url, *FLEET)
        code, screen = on_terminal(*argv, columns=columns, env=SANDBOX_ENVIRONMENT)
    before, _, after = screen.partition("DiskId")
    assert code == 0
    # Escape sequences end in a letter just before it.
    assert re.search(r"[1-9]\d*/40 disks", before)
    assert re.search(r"\b[1-9]\d* created", before)
    assert ("━" in before) == (columns == 80)
    assert before.rindex("\x1b[2K") > before.rindex(" disks"), "the bar is wiped off"
    assert "\x1b[?25h" in before, "the cursor is shown again"
    assert "/40 disks" not in after
    assert "40 disks: 40 created." in after


def test_what_tells_of_a_disk_may_break_and_costs_no_id(
    run: Run, far_end: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe = Terminal.observe

    def break_down(terminal: Terminal, event: Event) -> None:
        observe(terminal, event)
        assert not isinstance(event, DiskEnded)

    monkeypatch.setattr(Terminal, "observe", break_down)
    ended = run("batch", "--endpoint", far_end.url, *FLEET, "-q")
    assert sorted(ended.out.split()) == sorted(created(run, far_end).values())
    assert (ended.code, len(ended.out.split())) == (1, 40)
