"""Waiting until a snapshot is what the caller asks for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ecs_snap_cli import signals
from ecs_snap_cli.core.missing import no_such_snapshots
from ecs_snap_cli.core.waiting import LISTING_DELAY_SECONDS, Outcome, classify
from ecs_snap_cli.errors import ApiError, SnapshotFailed, Unavailable, WaitTimeout
from ecs_snap_cli.events import Observer, SnapshotSeen, ignore
from ecs_snap_cli.model import Snapshot, Unknown
from ecs_snap_cli.workflow.background import Task

_GONE = "deleted while it was waited for"


class SnapshotReader(Protocol):
    """The read that waiting needs; the gateway offers it."""

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> tuple[Snapshot, ...] | Unknown: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """``goal``: accomplished or available. ``timeout``: seconds, 0 for no limit."""

    goal: str = "accomplished"
    timeout: float = 3600.0
    poll_interval: float = 2.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Passed in, so that a test of an hour takes a millisecond."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = signals.sleep


def wait_for(
    reader: SnapshotReader,
    snapshot_id: str,
    patience: Patience,
    observer: Observer = ignore,
    clock: Clock | None = None,
) -> Snapshot:
    """The snapshot once it is what ``patience`` asks for.

    Raises ``WaitTimeout``, ``SnapshotFailed``, ``ApiError`` (``InvalidSnapshotId.NotFound``)
    for a snapshot that is gone, and whatever the reads raise.
    """
    clock = clock or Clock()
    started = clock.monotonic()
    deadline = started + patience.timeout if patience.timeout > 0 else float("inf")
    last: Snapshot | None = None
    while True:
        looking = Task(lambda: reader.snapshots_by_id((snapshot_id,)))
        left = deadline - clock.monotonic()
        # The last look comes at the deadline itself and deserves a moment to be answered.
        if not looking.wait(None if left == float("inf") else max(left, 1.0)):
            raise _too_late(snapshot_id, last, patience, unanswered=True)
        seen = _pick(looking.result(), snapshot_id)
        observer(SnapshotSeen(snapshot_id, seen))
        if seen is None:
            _tolerate_absence(snapshot_id, last, clock.monotonic() - started)
        else:
            last = seen
            if _is_reached(seen, patience.goal):
                return seen
        left = deadline - clock.monotonic()
        if left <= 0:
            raise _too_late(snapshot_id, last, patience)
        clock.sleep(min(patience.poll_interval, left))


def _pick(found: tuple[Snapshot, ...] | Unknown, snapshot_id: str) -> Snapshot | None:
    if not isinstance(found, Unknown):
        return next((each for each in found if each.snapshot_id == snapshot_id), None)
    message = f"Waiting needs to read the snapshot. {found.reason}"
    if found.code is not None:
        hint = f"Allow {found.permission} in the RAM policy of this identity."
        raise ApiError(message, code=found.code, hint=hint)
    raise Unavailable(message, hint="Check --endpoint: this is not how ECS answers.")


def _tolerate_absence(snapshot_id: str, last: Snapshot | None, waited: float) -> None:
    """A snapshot is listed with a delay, not by every server at once; later, absence means gone."""
    if waited < LISTING_DELAY_SECONDS:
        return
    raise no_such_snapshots((snapshot_id,), since=_GONE if last is not None else "")


def _is_reached(snapshot: Snapshot, goal: str) -> bool:
    outcome = classify(snapshot, goal)
    if outcome is Outcome.FAILED:
        raise SnapshotFailed(
            f"ECS ended snapshot {snapshot.snapshot_id} as failed.",
            hint="It holds no data: delete it and take another.",
        )
    return outcome is Outcome.REACHED


def _too_late(
    snapshot_id: str, last: Snapshot | None, patience: Patience, *, unanswered: bool = False
) -> WaitTimeout:
    """``last`` is how it was when ECS told last; the look of just now may be ``unanswered``."""
    state = ""
    if last is not None and last.progress is not None:
        state = f", {last.progress}% done"
    if last is None:
        what = "ECS has not told its state in that time."
    elif unanswered:
        what = f"it was still being created{state} when ECS last told."
    else:
        what = f"it is still being created{state}."
    known = "known to be " if last is None or unanswered else ""
    return WaitTimeout(
        f"Snapshot {snapshot_id} is not {known}{patience.goal} after {patience.timeout:g} s: "
        f"{what}",
        hint="ECS goes on by itself; --wait-timeout sets how long to wait, 0 for ever.",
    )
