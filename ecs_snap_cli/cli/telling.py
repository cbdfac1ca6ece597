"""What an operator is told of what a workflow reports."""

from __future__ import annotations

from ecs_snap_cli.cli.terminal import Terminal
from ecs_snap_cli.events import (
    Cautioned,
    DiskEnded,
    Event,
    FleetSelected,
    LookFailed,
    RequestEnded,
    Retrying,
    SnapshotCreated,
    SnapshotSeen,
    SnapshotSought,
    WaitEnded,
    Warned,
)


def tell(terminal: Terminal, event: Event) -> None:
    """Tell of ``event``, as far as the options ask for it."""
    match event:
        case RequestEnded():
            terminal.detail(
                f"{event.action}: {event.outcome} in {event.seconds * 1000:.0f} ms"
                + (f" (RequestId {event.request_id})" if event.request_id else "")
            )
        case Retrying():
            terminal.detail(f"{event.action}: attempt {event.attempt} in {event.seconds:.2f} s")
        case Warned():
            for check in event.checks:
                terminal.warn(f"Warning: {check.id}: {check.message}")
        case Cautioned():
            terminal.warn(f"Warning: {event.message}")
        case SnapshotCreated():
            terminal.detail(f"Snapshot {event.snapshot_id} of disk {event.disk_id} is ordered.")
        case SnapshotSought():
            terminal.detail(f"Looking for a new snapshot of disk {event.disk_id}.")
        case FleetSelected() | DiskEnded() | SnapshotSeen() | LookFailed() | WaitEnded():
            if isinstance(event, DiskEnded) and event.status != "created":
                why = f": {event.message}" if event.message else ""
                terminal.detail(f"Disk {event.disk_id}: {event.status}{why}")
            if isinstance(event, FleetSelected):
                # Of many, lines would be too many.
                terminal.watch.tells_changes = terminal.verbose
            if terminal.shows_progress:
                terminal.watch.show(event)
