"""A progress bar on a terminal's stderr while a snapshot is waited for."""

from __future__ import annotations

from typing import TextIO

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ecs_snap_cli.core.times import duration
from ecs_snap_cli.events import SnapshotSeen
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.terminal import console


class ProgressBar:
    """One line that is drawn anew and disappears in the end."""

    def __init__(self, stream: TextIO) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=console(stream),
            transient=True,
        )
        self._task = self._progress.add_task("", total=100, left="")
        self._progress.start()

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
            description=visible(event.snapshot_id),
            completed=(snapshot.progress or 0) if snapshot is not None else 0,
            left=left,
        )

    def close(self) -> None:
        """Take the bar off the screen and give the cursor back."""
        self._progress.stop()
