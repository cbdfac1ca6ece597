"""UnlockSnapshot: as long as the cooling-off period lasts.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-unlocksnapshot
"""

from ..errors import ApiError
from ..locking import EXPIRED, LOCKED, lock_status
from ..params import Params
from ..rows import Snapshot, SnapshotLock
from .action import Action, Context, answer_dry_run, existing
from .describe_locked_snapshots import not_locked
from .orders import once


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer."""
    snapshot_id = params.required("SnapshotId")
    state = context.state

    def unlock(now: int) -> dict[str, object]:
        existing(context, Snapshot, snapshot_id, "SnapshotId")
        lock = state.find(SnapshotLock, snapshot_id)
        status = EXPIRED if lock is None else lock_status(lock, now)
        if status == EXPIRED:
            raise not_locked([snapshot_id])
        if status == LOCKED:
            raise ApiError(
                403,
                "InvalidOperation.CoolOffPeriodExpired",
                "The cooling-off period is over; nobody can take the lock off.",
            )
        answer_dry_run(params)
        state.remove(SnapshotLock, snapshot_id)
        return {}

    return once(context, ACTION.name, params, unlock)


ACTION = Action(
    name="UnlockSnapshot",
    handle=handle,
    supported=frozenset({"ClientToken", "DryRun", "SnapshotId"}),
    unsupported=frozenset(),
    region_required=True,
)
