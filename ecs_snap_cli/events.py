"""What a workflow tells while it runs; it prints nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecs_snap_cli.model import Check, Snapshot


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """One request and what came of it; ``seconds`` is wall time, ``outcome`` a few words."""

    action: str
    attempt: int
    seconds: float
    outcome: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Retrying:
    """The next attempt comes after ``seconds``."""

    action: str
    attempt: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Warned:
    """The pre-flight warns but goes ahead."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Cautioned:
    """Something besides the pre-flight to be warned of, as a sentence."""

    message: str


@dataclass(frozen=True, slots=True)
class SnapshotCreated:
    """ECS named the new snapshot."""

    snapshot_id: str
    disk_id: str


@dataclass(frozen=True, slots=True)
class SnapshotSeen:
    """A look at a snapshot that is waited for; ``None``: ECS does not list it yet."""

    snapshot_id: str
    snapshot: Snapshot | None


@dataclass(frozen=True, slots=True)
class FleetSelected:
    """How many disks a run is about."""

    disks: int


@dataclass(frozen=True, slots=True)
class DiskEnded:
    """What came of one of the disks; ``status`` as in the result, ``message`` why, if it failed."""

    disk_id: str
    status: str
    message: str | None


@dataclass(frozen=True, slots=True)
class LookFailed:
    """Looking at these snapshots failed in passing; the wait for them goes on."""

    snapshot_ids: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """A snapshot is not waited for any longer, however that ended."""

    snapshot_id: str


@dataclass(frozen=True, slots=True)
class SnapshotSought:
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
