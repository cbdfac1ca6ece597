"""What people see of a run: bars on a terminal; of a wait elsewhere, one line a change."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ecs_snap_cli.cli.streams import is_terminal
from ecs_snap_cli.events import DiskEnded, FleetSelected, LookFailed, SnapshotSeen, WaitEnded

if TYPE_CHECKING:
    from ecs_snap_cli.render.progress import FleetBar, ProgressBars

Watched = SnapshotSeen | LookFailed | WaitEnded | FleetSelected | DiskEnded


class Watch:
    """Shows the events of runs and waits on stderr; ``say`` writes a line there, above the bars.

    ``tells_changes``: where there is no terminal, each change of a snapshot is a line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._bars: ProgressBars | None = None
        self._fleet: FleetBar | None = None
        self.tells_changes = True
        self._told: dict[str, str] = {}
        self._is_cut_off = False

    def show(self, event: Watched) -> None:
        """Tell what is new, if that can be written."""
        with contextlib.suppress(OSError, ValueError):
            match event:
                case FleetSelected():
                    self._fleet = self._fleet_bar(event.disks)
                case DiskEnded():
                    # A signal may end the run meanwhile, and take the bar away.
                    if (fleet := self._fleet) is not None:
                        fleet.end(event.status)
                case SnapshotSeen():
                    self._seen(event)
                case LookFailed():
                    self._failed(event)
                case WaitEnded():
                    if self._bars is not None:
                        self._bars.end(event.snapshot_id)

    def print_above(self, text: str) -> bool:
        """Whether there are bars, above which the line is then."""
        bars = self._bars or self._fleet
        if bars is None:
            return False
        bars.say(text)
        return True

    def close(self) -> None:
        """Take the bars off the screen."""
        shown = [self._fleet, self._bars]
        self._fleet = self._bars = None
        for bars in shown:
            if bars is not None:
                with contextlib.suppress(OSError, ValueError):
                    bars.close()

    def _fleet_bar(self, disks: int) -> FleetBar | None:
        if not is_terminal(sys.stderr):
            return None
        from ecs_snap_cli.render.progress import FleetBar

        return FleetBar(sys.stderr, disks)

    def _seen(self, event: SnapshotSeen) -> None:
        self._is_cut_off = False
        if bars := self._bars_for(event.snapshot_id):
            bars.advance(event.snapshot_id, event.snapshot)
            return
        state = _state(event)
        if self.tells_changes and self._told.get(event.snapshot_id) != state:
            self._told[event.snapshot_id] = state
            self._say(f"Snapshot {event.snapshot_id}: {state}")

    def _failed(self, event: LookFailed) -> None:
        for snapshot_id in event.snapshot_ids:
            if bars := self._bars_for(snapshot_id):
                bars.stall(snapshot_id)
        if not self._is_cut_off and self.tells_changes:
            self._is_cut_off = True
            self._say(f"{event.why} The wait goes on.")

    def _bars_for(self, snapshot_id: str) -> ProgressBars | None:
        """The bars; a terminal too narrow for the ID has none for it."""
        if not is_terminal(sys.stderr):
            return None
        from ecs_snap_cli.render.progress import ProgressBars

        if not ProgressBars.fits(sys.stderr, snapshot_id):
            return None
        if self._bars is None:
            # One display at a time: whoever waits for snapshots is done with the disks.
            self.close()
            self._bars = ProgressBars(sys.stderr)
        return self._bars


def _state(event: SnapshotSeen) -> str:
    if event.snapshot is None:
        return "not listed yet"
    state = event.snapshot.status or "no status"
    return state if event.snapshot.progress is None else f"{state} {event.snapshot.progress}%"
