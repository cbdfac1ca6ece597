"""DeleteSnapshot: also of a snapshot in creation, which is thereby cancelled.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deletesnapshot
"""

from ..errors import ApiError
from ..locking import EXPIRED, lock_status
from ..params import Params
from ..rows import Snapshot, SnapshotLock
from .action import Action, Context, existing


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer. `Force` reaches a snapshot that a disk was made of, and no other."""
    snapshot_id = params.required("SnapshotId")
    force = params.boolean("Force")
    state = context.state
    with state.transaction():
        # One page has a missing snapshot ignored, its table of errors has it refused: the louder.
        existing(context, Snapshot, snapshot_id, "SnapshotId")
        lock = state.find(SnapshotLock, snapshot_id)
        if lock is not None and lock_status(lock, state.now()) != EXPIRED:
            raise ApiError(403, "InvalidOperation.SnapshotIsLocked", "The snapshot is locked.")
        if snapshot_id in state.snapshots_in_images():
            raise ApiError(
                403,
                "SnapshotCreatedImage",
                "An image was made of the snapshot; delete the image first.",
            )
        if not force and snapshot_id in state.snapshots_in_disks():
            raise ApiError(
                403,
                "SnapshotCreatedDisk",
                "A disk was made of the snapshot; only Force deletes it.",
            )
        state.remove(Snapshot, snapshot_id)
    return {}


ACTION = Action(
    name="DeleteSnapshot",
    handle=handle,
    supported=frozenset({"Force", "SnapshotId"}),
    unsupported=frozenset(),
)
