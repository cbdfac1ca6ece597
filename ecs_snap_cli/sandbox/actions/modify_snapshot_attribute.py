"""ModifySnapshotAttribute: a snapshot's name, its description, and how long it is kept.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-modifysnapshotattribute
"""

from ..errors import ApiError, invalid_parameter
from ..locking import EXPIRED, lock_status, outlasts
from ..params import Params
from ..progress import progress_of
from ..rows import Snapshot, SnapshotLock
from .action import Action, Context, existing
from .values import description, retention_days, snapshot_name


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer. What is not said stays as it is."""
    snapshot_id = params.required("SnapshotId")
    asked: dict[str, object] = {
        "name": snapshot_name(params),
        "description": description(params, status=400),
    }
    days = retention_days(params)
    state = context.state
    with state.transaction():
        snapshot = existing(context, Snapshot, snapshot_id, "SnapshotId")
        if days is not None:
            _check_days(snapshot, state.find(SnapshotLock, snapshot_id), days, state.now())
        changes = {field: value for field, value in asked.items() if value}
        changes |= {} if days is None else {"retention_days": days}
        if changes:
            state.change(snapshot, **changes)
    return {}


def _check_days(snapshot: Snapshot, lock: SnapshotLock | None, days: int, now: int) -> None:
    if progress_of(snapshot, now).status == "progressing":
        raise ApiError(
            403, "InvalidSnapshotId.NotReady", "The snapshot is not accomplished, so its days stay."
        )
    # ECS's page says no more than that days can only be added; it names no code of its own.
    if snapshot.retention_days is not None and days < snapshot.retention_days:
        raise invalid_parameter(
            "RetentionDays", f"it can be lengthened only, and is {snapshot.retention_days} now"
        )
    # Nor does it name one for a lock. LockSnapshot asks the same of what has days already.
    if lock and lock_status(lock, now) != EXPIRED and outlasts(lock, snapshot, days):
        raise invalid_parameter("RetentionDays", "the snapshot is locked for longer than that")


ACTION = Action(
    name="ModifySnapshotAttribute",
    handle=handle,
    supported=frozenset({"Description", "RetentionDays", "SnapshotId", "SnapshotName"}),
    unsupported=frozenset(),
    only_false=frozenset({"DisableInstantAccess"}),
)
