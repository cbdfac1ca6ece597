"""When a wait for a snapshot is over; pure."""

from __future__ import annotations

from enum import Enum

from ecs_snap_cli.model import Snapshot, same_word

# ECS lists a new snapshot with a delay; an absence this soon after CreateSnapshot says nothing.
LISTING_DELAY_SECONDS = 30.0

WAIT_GOALS = ("accomplished", "available")


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
