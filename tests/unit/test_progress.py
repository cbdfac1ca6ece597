"""What a wait for one or many shows of itself, on a terminal and elsewhere."""

from __future__ import annotations

import io
import re
import sys
import threading

import pytest

from ecs_snap_cli.cli.watch import Watch
from ecs_snap_cli.events import DiskEnded, FleetSelected, LookFailed, SnapshotSeen, WaitEnded
from ecs_snap_cli.model import Snapshot
from ecs_snap_cli.render.progress import FleetBar, ProgressBars

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "6")
    return Screen()


def last_frame(screen: Screen, bars: ProgressBars | FleetBar | Watch) -> list[str]:
    """The lines that are on the screen just before the bars go."""
    before = len(screen.getvalue())
    bars.close()
    # They draw themselves by a clock of their own, too: each frame goes up to where it begins.
    frames = re.split(r"\x1b\[\d*A", screen.getvalue()[before:])
    drawn = [frame for each in frames if (frame := CONTROLS.sub("", each)).strip()][-1]
    return [line.rstrip() for line in drawn.split("\n") if line.strip()]


def test_each_snapshot_has_a_line_with_its_own_state(screen: Screen) -> None:
    bars = ProgressBars(screen)
    bars.advance("s-1", Snapshot("s-1", "progressing", 40, remain_seconds=300))
    bars.advance("s-long-id", None)
    bars.advance("s-3", Snapshot("s-3", "progressing", 7))
    bars.stall("s-3")
    bars.advance("s-4", Snapshot("s-4", "progressing", 99))
    bars.end("s-4")
    lines = last_frame(screen, bars)
    assert [line.split()[0] for line in lines] == ["s-1", "s-long-id", "s-3"]
    assert [re.findall(r"\d+%", line) for line in lines] == [["40%"], ["0%"], ["7%"]]
    assert ["about 5 min left" in lines[0], "not listed yet" in lines[1]] == [True, True]
    assert lines[2].endswith("no answer")
    assert len({line.index("%") for line in lines}) == 1


@pytest.mark.parametrize(("count", "shown", "more"), [(5, 5, 0), (6, 4, 2), (300, 4, 296)])
def test_a_low_screen_shows_as_many_as_it_has_room_for(
    screen: Screen, count: int, shown: int, more: int
) -> None:
    bars = ProgressBars(screen)
    for number in range(count):
        bars.advance(f"s-{number}", None)
    lines = last_frame(screen, bars)
    assert [line.split()[0] for line in lines[:shown]] == [f"s-{n}" for n in range(shown)]
    assert lines[shown:] == ([f"… and {more} more"] if more else [])


def test_those_without_a_line_get_one_as_others_end(screen: Screen) -> None:
    bars = ProgressBars(screen)
    for number in range(20):
        bars.advance(f"s-{number}", None)
    for number in range(18):
        bars.end(f"s-{number}")
    assert [line.split()[0] for line in last_frame(screen, bars)] == ["s-18", "s-19"]


def test_elsewhere_each_change_is_a_line() -> None:
    lines: list[str] = []
    watch = Watch(lines.append)
    for percent in (None, 10, 10, 20):
        for name in ("s-1", "s-2"):
            seen = Snapshot(name, "progressing", percent) if percent else None
            watch.show(SnapshotSeen(name, seen))
    watch.show(WaitEnded("s-1"))
    assert lines == [
        f"Snapshot {name}: {state}"
        for state in ("not listed yet", "progressing 10%", "progressing 20%")
        for name in ("s-1", "s-2")
    ]


def test_an_outage_is_told_once() -> None:
    lines: list[str] = []
    watch = Watch(lines.append)
    failed = LookFailed(("s-1", "s-2"), "No answer.")
    seen = SnapshotSeen("s-1", Snapshot("s-1", "progressing"))
    for event in (seen, failed, failed, seen, failed):
        watch.show(event)
    assert lines == [
        "Snapshot s-1: progressing",
        "No answer. The wait goes on.",
        "No answer. The wait goes on.",
    ]


@pytest.mark.parametrize(("columns", "has_bar"), [("80", True), ("76", True), ("75", False)])
def test_a_fleet_is_one_line_with_the_counts(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, columns: str, has_bar: bool
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    bar = FleetBar(screen, 1000)
    for status in ("created", "failed", "created"):
        bar.end(status)
    (line,) = last_frame(screen, bar)
    assert "3/1,000 disks 2 created, 1 failed" in line
    assert ("━" in line) == has_bar
    assert screen.getvalue().endswith("\x1b[1A\x1b[2K"), "it is wiped off"


def test_no_disk_that_ends_in_a_thread_is_left_uncounted(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "5000")
    bar = FleetBar(screen, 800)
    together = threading.Barrier(8)

    def end(thread: int) -> None:
        together.wait(20)
        for number in range(100):
            bar.end(f"kind {number % 20} of {thread}")

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=end, args=(n,)) for n in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(20)
    finally:
        sys.setswitchinterval(before)
    (line,) = last_frame(screen, bar)
    assert "800/800 disks" in line
    assert line.count(" 5 kind ") == 160


def test_a_fleet_on_a_terminal_makes_way_for_the_waits(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    watch = Watch(pytest.fail)
    watch.show(FleetSelected(2))
    watch.show(DiskEnded("d-1", "created", None))
    assert watch.print_above("a line of its own")
    assert "a line of its own\n" in CONTROLS.sub("", screen.getvalue())
    watch.show(SnapshotSeen("s-1", Snapshot("s-1", "progressing", 40)))
    (line,) = last_frame(screen, watch)
    assert "disks" not in line
    assert line.startswith("s-1")
    assert not watch.print_above("nothing is left to be above of")
    watch.show(DiskEnded("d-2", "failed", "too late to be shown"))


def test_a_fleet_shows_nothing_elsewhere() -> None:
    watch = Watch(pytest.fail)
    watch.tells_changes = False
    watch.show(FleetSelected(2))
    watch.show(DiskEnded("d-1", "created", None))
    watch.show(SnapshotSeen("s-1", Snapshot("s-1", "progressing", 40)))
    watch.show(LookFailed(("s-1",), "No answer."))
    watch.show(WaitEnded("s-1"))
    assert not watch.print_above("a line")
