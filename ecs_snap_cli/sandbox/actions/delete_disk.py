"""DeleteDisk: the snapshots of the disk stay.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deletedisk
"""

from ..conditions import of_disk
from ..errors import ApiError
from ..params import Params
from ..progress import progress_of
from ..rows import Disk, Snapshot
from .action import Action, Context, existing
from .policies import put_under


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer."""
    disk_id = params.required("DiskId")
    state = context.state
    with state.transaction():
        disk = existing(context, Disk, disk_id, "DiskId")
        if disk.status != "Available":
            raise ApiError(
                403, "IncorrectDiskStatus", f"The disk is {disk.status}; it must be Available."
            )
        now = state.now()
        snapshots = state.walk(Snapshot, of_disk(disk_id))
        if any(progress_of(each, now).status == "progressing" for each in snapshots):
            raise ApiError(403, "DiskCreatingSnapshot", "A snapshot of the disk is in creation.")
        put_under(context, disk, ())
        state.remove(Disk, disk_id)
    return {}


ACTION = Action(
    name="DeleteDisk",
    handle=handle,
    supported=frozenset({"DiskId"}),
    unsupported=frozenset(),
)
