"""A progress bar on a terminal's stderr while a snapshot is waited for."""

from __future__ import annotations

from typing import TextIO

from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from ecs_snap_cli.core.times import duration
from ecs_snap_cli.events import SnapshotSeen
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.plain import cells
from ecs_snap_cli.render.terminal import console

# What each column takes beside the ID, in the order in which they are given up.
_BAR_WIDTH, _PERCENT_WIDTH, _ELAPSED_WIDTH, _LEFT_WIDTH = 21, 5, 8, 19


class ProgressBar:
    """One line that is drawn anew and disappears in the end.

    On a narrow terminal the other columns give way; the ID is whole wherever ``fits`` says so.
    """

    def __init__(self, stream: TextIO, snapshot_id: str) -> None:
        screen = console(stream)
        name = visible(snapshot_id)
        room = screen.width - cells(name)
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
        ]
        if room >= _PERCENT_WIDTH + _BAR_WIDTH:
            columns.append(BarColumn(bar_width=_BAR_WIDTH - 1))
        columns.append(TextColumn("{task.percentage:>3.0f}%", markup=False))
        if room >= _PERCENT_WIDTH + _BAR_WIDTH + _ELAPSED_WIDTH:
            columns.append(TimeElapsedColumn())
        if room >= _PERCENT_WIDTH + _BAR_WIDTH + _ELAPSED_WIDTH + _LEFT_WIDTH:
            columns.append(TextColumn("{task.fields[left]}", markup=False))
        self._progress = Progress(*columns, console=screen, transient=True)
        self._task = self._progress.add_task(name, total=100, left="")
        self._progress.start()

    @staticmethod
    def fits(stream: TextIO, snapshot_id: str) -> bool:
        """Whether the terminal is wide enough for an ID and its percentage in one line."""
        return console(stream).width >= cells(visible(snapshot_id)) + _PERCENT_WIDTH

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(Text(line))

    def advance(self, event: SnapshotSeen) -> None:
        """Show the snapshot's state as it was just seen."""
        snapshot = event.snapshot
        left = ""
        if snapshot is not None and snapshot.remain_seconds:
            left = f"about {duration(snapshot.remain_seconds)} left"
        self._progress.update(
            self._task,
            completed=(snapshot.progress or 0) if snapshot is not None else 0,
            left=left,
        )

    def close(self) -> None:
        """Take the bar off the screen and give the cursor back."""
        self._progress.stop()
