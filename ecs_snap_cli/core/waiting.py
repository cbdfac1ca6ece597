"""When a wait for a snapshot is over, and when to look next; pure."""

from __future__ import annotations

from enum import Enum

from ecs_snap_cli.errors import EcsSnapError, SnapshotFailed, WaitTimeout
from ecs_snap_cli.model import Snapshot, same_word

# ECS lists a new snapshot with a delay; an absence this soon after CreateSnapshot says nothing.
LISTING_DELAY_SECONDS = 30.0

# A wait goes on though ECS cannot be reached, but not for ever, even where nothing else limits it.
LONGEST_OUTAGE_SECONDS = 3600.0

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
_PART_OF_THE_WAIT = 0.1


class Outcome(Enum):
    """What one look at a snapshot tells a waiter."""

    GO_ON = "go on"
    REACHED = "reached"
    FAILED = "failed"


def classify(snapshot: Snapshot, goal: str) -> Outcome:
    """Whether ``snapshot`` is what ``goal`` (``accomplished`` or ``available``) asks for.

    A status that is not understood means going on: the time-out ends it.
    """
    if same_word(snapshot.status, "failed"):
        return Outcome.FAILED
    if same_word(snapshot.status, "accomplished"):
        return Outcome.REACHED
    if goal == "available" and snapshot.available is True:
        return Outcome.REACHED
    return Outcome.GO_ON


def pause(waited: float, remaining: float | None = None) -> float:
    """Seconds until the next look, ``waited`` seconds into the wait.

    A tenth of the time waited, so that the end is noticed that much late at most; sooner where
    ECS expects the end in ``remaining`` seconds (0, as it often says, tells nothing). Never less
    than ``FIRST_PAUSE_SECONDS``, never more than ``LONGEST_PAUSE_SECONDS``.
    """
    longest = min(waited * _PART_OF_THE_WAIT, remaining or LONGEST_PAUSE_SECONDS)
    return min(max(longest, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)


def failed(snapshot_id: str) -> SnapshotFailed:
    """The error for a snapshot that ECS gave up."""
    return SnapshotFailed(
        f"ECS ended snapshot {snapshot_id} as failed.",
        hint="It holds no data: delete it with `ecs-snap delete`, and take another.",
    )


def too_late(
    snapshot_id: str,
    last: Snapshot | None,
    *,
    goal: str,
    timeout: float,
    answered: bool,
    trouble: EcsSnapError | None = None,
) -> WaitTimeout:
    """The error for a snapshot that is not what ``goal`` asks for after ``timeout`` seconds.

    ``last`` is how it was when ECS told last; ``answered`` says whether the last look was, and
    ``trouble`` what came of it if not.
    """
    state = ""
    if last is not None and last.progress is not None:
        state = f", {last.progress}% done"
    if last is None:
        what = "ECS has not told its state in that time."
    elif answered:
        what = f"it is still being created{state}."
    else:
        what = f"it was still being created{state} when ECS last told."
    if trouble is not None:
        what += f" The last look: {trouble.message}"
    known = "" if answered and last is not None else "known to be "
    return WaitTimeout(
        f"Snapshot {snapshot_id} is not {known}{goal} after {timeout:g} s: {what}",
        hint="ECS goes on by itself. `ecs-snap wait` goes on waiting; --wait-timeout sets how "
        "long, 0 for ever.",
    )
