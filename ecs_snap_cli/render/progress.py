"""Progress on a terminal's stderr while disks are worked on or snapshots waited for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from rich.console import RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from ecs_snap_cli.core.times import duration
from ecs_snap_cli.model import Snapshot
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.plain import cells
from ecs_snap_cli.render.terminal import console

# What each column takes beside the ID, in the order in which they are given up.
_BAR_WIDTH, _PERCENT_WIDTH, _ELAPSED_WIDTH, _LEFT_WIDTH = 21, 5, 8, 19
# Below this a run's line holds no more than counts.
_FLEET_WIDTH = 76
# The streams have an owner: rich is not to put others in their place while something is shown.
_DISPLAY: dict[str, Any] = {"transient": True, "redirect_stdout": False, "redirect_stderr": False}


class ProgressBars:
    """A line for each snapshot, drawn anew; they disappear as the waits end.

    On a narrow terminal the other columns give way; an ID is whole wherever ``fits`` says so. On
    a low one the last line counts those for which there is no line.
    """

    def __init__(self, stream: TextIO) -> None:
        self._progress = _Progress(console=console(stream), **_DISPLAY)
        self._tasks: dict[str, TaskID] = {}
        self._progress.start()

    @staticmethod
    def fits(stream: TextIO, snapshot_id: str) -> bool:
        """Whether the terminal is wide enough for an ID and its percentage in one line."""
        return console(stream).width >= cells(visible(snapshot_id)) + _PERCENT_WIDTH

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(Text(line))

    def advance(self, snapshot_id: str, snapshot: Snapshot | None) -> None:
        """Show a snapshot as it was just seen; ``None``: ECS does not list it."""
        left = "not listed yet"
        if snapshot is not None:
            seconds = snapshot.remain_seconds
            left = f"about {duration(seconds)} left" if seconds else ""
        percent = (snapshot.progress or 0) if snapshot is not None else 0
        self._progress.update(self._task(snapshot_id), completed=percent, left=left)

    def stall(self, snapshot_id: str) -> None:
        """Show that ECS did not tell this time."""
        self._progress.update(self._task(snapshot_id), left="no answer")

    def end(self, snapshot_id: str) -> None:
        """Take a snapshot's line away, if it has one."""
        task = self._tasks.pop(snapshot_id, None)
        if task is not None:
            self._progress.remove_task(task)

    def close(self) -> None:
        """Take all off the screen and give the cursor back."""
        self._progress.stop()

    def _task(self, snapshot_id: str) -> TaskID:
        if snapshot_id not in self._tasks:
            name = visible(snapshot_id)
            self._tasks[snapshot_id] = self._progress.add_task(name, total=100, left="")
        return self._tasks[snapshot_id]


class FleetBar:
    """One line for a run over many disks: how many are done, how they ended, how fast."""

    def __init__(self, stream: TextIO, disks: int) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        screen = console(stream)
        wide = screen.width >= _FLEET_WIDTH
        columns: list[ProgressColumn] = [
            *([BarColumn(bar_width=_BAR_WIDTH - 1)] if wide else []),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f} disks", markup=False),
            TextColumn("{task.fields[ended]}", markup=False),
            *([_Rate(), TimeRemainingColumn(compact=True)] if wide else []),
        ]
        self._progress = Progress(*columns, console=screen, **_DISPLAY)
        self._task = self._progress.add_task("", total=disks, ended="")
        self._progress.start()

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(Text(line))

    def end(self, status: str) -> None:
        """Count one more disk; for any thread."""
        with self._lock:
            self._counts[status] += 1
            ended = ", ".join(f"{count:,} {each}" for each, count in self._counts.items())
            self._progress.update(self._task, advance=1, ended=ended)

    def close(self) -> None:
        """Take it off the screen and give the cursor back."""
        self._progress.stop()


class _Rate(ProgressColumn):
    """Disks a second, of late."""

    def render(self, task: Task) -> Text:
        """Nothing before there is something to measure."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class _Progress(Progress):
    """As many lines, with as many columns, as the terminal has room for just now."""

    _NAME = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
    _BAR = BarColumn(bar_width=_BAR_WIDTH - 1)
    _PERCENT = TextColumn("{task.percentage:>3.0f}%", markup=False)
    _ELAPSED = TimeElapsedColumn()
    _LEFT = TextColumn("{task.fields[left]}", markup=False)

    def get_renderables(self) -> Iterator[RenderableType]:
        tasks = self.tasks
        if not tasks:
            return
        most = self.console.height - 1
        shown = tasks if len(tasks) <= most else tasks[: max(1, most - 1)]
        self.columns = tuple(self._fitting(shown))
        yield self.make_tasks_table(shown)
        if len(shown) < len(tasks):
            yield Text(f"… and {len(tasks) - len(shown)} more")

    def _fitting(self, shown: Sequence[Task]) -> Iterator[ProgressColumn]:
        room = self.console.width - max(cells(task.description) for task in shown) - _PERCENT_WIDTH
        yield self._NAME
        if room >= _BAR_WIDTH:
            yield self._BAR
        yield self._PERCENT
        if room >= _BAR_WIDTH + _ELAPSED_WIDTH:
            yield self._ELAPSED
        if room >= _BAR_WIDTH + _ELAPSED_WIDTH + _LEFT_WIDTH:
            yield self._LEFT
