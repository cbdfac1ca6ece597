"""What a wait for one or many shows of itself, on a terminal and elsewhere."""

from __future__ import annotations

import io
import re
import threading
import time
from typing import Any

import pytest

from ecs_snap_cli.cli.watch import Watch
from ecs_snap_cli.events import LookFailed, SnapshotSeen, WaitEnded
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


def last_frame(screen: Screen, bars: ProgressBars | FleetBar) -> list[str]:
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


def test_a_run_over_many_disks_is_one_line_that_counts_how_they_ended(screen: Screen) -> None:
    bar = FleetBar(screen, 1200)
    for status in ("created", "refused", "created"):
        bar.end(status)
    (line,) = last_frame(screen, bar)
    assert "3/1,200 disks 2 created, 1 refused" in line


def test_a_narrow_screen_has_the_counts_of_a_run_alone(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    bar = FleetBar(screen, 12)
    bar.end("created")
    assert last_frame(screen, bar) == ["1/12 disks 1 created"]


def test_disks_that_end_at_once_are_counted_one_by_one(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[str] = []

    def update(task: int, **fields: Any) -> None:
        inside.append(fields["ended"])
        time.sleep(0.01)
        overtaken.extend(inside[1:])
        inside.clear()

    overtaken: list[str] = []
    bar = FleetBar(screen, 8)
    monkeypatch.setattr(bar._progress, "update", update)
    threads = [threading.Thread(target=bar.end, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bar.close()
    assert overtaken == []
