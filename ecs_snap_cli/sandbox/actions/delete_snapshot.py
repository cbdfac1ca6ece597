"""DeleteSnapshot: also of a snapshot in creation, which is thereby cancelled.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deletesnapshot
"""

from ..errors import ApiError
from ..locking import EXPIRED, lock_status
from ..params import Params
from ..rows import Snapshot, SnapshotLock
from ..state import State
from .action import Action, Context, existing


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer. `Force` reaches a snapshot that a disk was made of, and no other."""
    snapshot_id = params.required("SnapshotId")
    force = params.boolean("Force")
    state = context.state
    with state.transaction():
        # One page has a missing snapshot ignored, its table of errors has it refused: the louder.
        snapshot = existing(context, Snapshot, snapshot_id, "SnapshotId")
        if refused := refusal_to_delete(state, snapshot, force):
            raise refused
        state.remove(Snapshot, snapshot_id)
    return {}


def refusal_to_delete(state: State, snapshot: Snapshot, force: bool) -> ApiError | None:
    """Why ECS would not delete the snapshot, or None."""
    lock = state.find(SnapshotLock, snapshot.id)
    if lock is not None and lock_status(lock, state.now()) != EXPIRED:
        return ApiError(403, "InvalidOperation.SnapshotIsLocked", "The snapshot is locked.")
    if snapshot.id in state.snapshots_in_images():
        return ApiError(
            403,
            "SnapshotCreatedImage",
            "An image was made of the snapshot; delete the image first.",
        )
    if not force and snapshot.id in state.snapshots_in_disks():
        return ApiError(
            403,
            "SnapshotCreatedDisk",
            "A disk was made of the snapshot; only Force deletes it.",
        )
    return None


ACTION = Action(
    name="DeleteSnapshot",
    handle=handle,
    supported=frozenset({"Force", "SnapshotId"}),
    unsupported=frozenset(),
)
