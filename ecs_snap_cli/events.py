"""What a workflow tells while it runs; it prints nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ecs_snap_cli.model import Check, Snapshot


class RequestEnded(NamedTuple):
    """One request and what came of it; ``seconds`` is wall time, ``outcome`` a few words."""

    action: str
    attempt: int
    seconds: float
    outcome: str
    request_id: str | None


class Retrying(NamedTuple):
    """The next attempt comes after ``seconds``."""

    action: str
    attempt: int
    seconds: float


class Warned(NamedTuple):
    """The pre-flight warns but goes ahead."""

    checks: tuple[Check, ...]


class Cautioned(NamedTuple):
    """Something besides the pre-flight to be warned of, as a sentence."""

    message: str


class SnapshotCreated(NamedTuple):
    """ECS named the new snapshot."""

    snapshot_id: str
    disk_id: str


class SnapshotSeen(NamedTuple):
    """A look at a snapshot that is waited for; ``None``: ECS does not list it yet."""

    snapshot_id: str
    snapshot: Snapshot | None


class FleetSelected(NamedTuple):
    """How many disks a run is about."""

    disks: int


class DiskEnded(NamedTuple):
    """What came of one of the disks; ``status`` as in the result, ``message`` why, if it failed."""

    disk_id: str
    status: str
    message: str | None


class LookFailed(NamedTuple):
    """Looking at these snapshots failed in passing; the wait for them goes on."""

    snapshot_ids: tuple[str, ...]
    why: str


class WaitEnded(NamedTuple):
    """A snapshot is not waited for any longer, however that ended."""

    snapshot_id: str


class SnapshotSought(NamedTuple):
    """CreateSnapshot's answer was lost: the disk's snapshots are looked through for its own."""

    disk_id: str


Event = (
    RequestEnded
    | Retrying
    | Warned
    | Cautioned
    | SnapshotCreated
    | SnapshotSeen
    | LookFailed
    | WaitEnded
    | SnapshotSought
    | FleetSelected
    | DiskEnded
)
Observer = Callable[[Event], None]


def ignore(event: Event) -> None:
    """An observer that looks away."""
