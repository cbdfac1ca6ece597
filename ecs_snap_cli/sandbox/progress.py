"""How far a snapshot is at a given moment: computed when read, so no thread has to move it."""

from dataclasses import dataclass

from .conditions import Condition
from .rows import Snapshot
from .times import SECOND

# Long enough to be seen progressing, short enough to be waited for.
DURATION = 3 * SECOND
AVAILABLE_AFTER = 1 * SECOND

FROZEN_PERCENT = 37
FROZEN_REMAIN_SECONDS = 1260

# ECS lets snapshots of these be used before their upload ends, and lets more of them be in
# creation at once. https://www.alibabacloud.com/help/en/ecs/api-createsnapshot
ESSD_CATEGORIES = frozenset(
    {"cloud_essd", "cloud_auto", "cloud_essd_entry", "cloud_regional_disk_auto"}
)


@dataclass(frozen=True, slots=True)
class Progress:
    """`status` as ECS says it, percent done, seconds to go, fit to use, last change."""

    status: str
    percent: int
    remain_seconds: int
    available: bool
    modified: int


def progress_of(snapshot: Snapshot, now: int) -> Progress:
    """The progress of `snapshot` at `now` (milliseconds since 1970)."""
    if snapshot.fate == "frozen":
        return Progress(
            "progressing", FROZEN_PERCENT, FROZEN_REMAIN_SECONDS, False, snapshot.created
        )
    elapsed = max(now - snapshot.created, 0)
    if elapsed >= DURATION:
        done = snapshot.fate == "accomplished"
        end = snapshot.created + DURATION
        return Progress(snapshot.fate, 100 if done else 0, 0, done, end)
    early = snapshot.disk_category in ESSD_CATEGORIES and snapshot.fate == "accomplished"
    return Progress(
        status="progressing",
        percent=elapsed * 100 // DURATION,
        remain_seconds=-(-(DURATION - elapsed) // SECOND),
        available=early and elapsed >= AVAILABLE_AFTER,
        modified=now,
    )


def in_status(status: str, now: int) -> Condition | None:
    """A snapshot is in this status at `now`, as `progress_of` has it; empty: no matter."""
    begun = now - DURATION
    if status == "progressing":
        return ("(fate = 'frozen' OR created > ?)", (begun,))
    return ("fate = ? AND created <= ?", (status, begun)) if status else None
