"""When a locked snapshot may be deleted or unlocked: pure, from the lock and the time.

https://www.alibabacloud.com/help/en/ecs/user-guide/lock-snapshot
"""

from .conditions import Condition
from .rows import Snapshot, SnapshotLock
from .times import DAY, HOUR

COOLING_OFF = "compliance-cooloff"
LOCKED = "compliance"
EXPIRED = "expired"


def cool_off_end(lock: SnapshotLock) -> int:
    """Until when (milliseconds since 1970) the lock can still be taken off or changed at will."""
    return lock.created + lock.cool_off_hours * HOUR


def lock_end(lock: SnapshotLock) -> int:
    """When (milliseconds since 1970) the lock goes off by itself."""
    return lock.started + lock.duration_days * DAY


def outlasts(lock: SnapshotLock, snapshot: Snapshot, retention_days: int | None) -> bool:
    """Whether the lock would hold beyond the days that its snapshot is kept; None is for ever."""
    return retention_days is not None and lock_end(lock) > snapshot.created + retention_days * DAY


def lock_status(lock: SnapshotLock, now: int) -> str:
    """ECS's LockStatus of `lock` at `now`: COOLING_OFF, LOCKED or EXPIRED."""
    if now >= lock_end(lock):
        return EXPIRED
    return COOLING_OFF if now < cool_off_end(lock) else LOCKED


def in_status(status: str, now: int) -> Condition | None:
    """A lock has this LockStatus at `now`, as `lock_status` has it; empty: no matter."""
    ended = f"? >= started + duration_days * {DAY}"
    cooling = f"? < created + cool_off_hours * {HOUR}"
    if status == EXPIRED:
        return (ended, (now,))
    if status in (COOLING_OFF, LOCKED):
        return (f"NOT ({ended}) AND ({cooling}) IS {status == COOLING_OFF}", (now, now))
    return None
