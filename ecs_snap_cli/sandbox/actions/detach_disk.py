"""DetachDisk, of a data disk.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-detachdisk
"""

from ..categories import is_portable
from ..errors import ApiError
from ..params import Params
from ..rows import Disk
from .action import Action, Context, existing
from .machines import usable_instance


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; the disk is Detaching, and Available a while later (see moving.py).

    From the beginning it is attached to nothing.
    """
    instance_id, disk_id = params.required("InstanceId"), params.required("DiskId")
    state = context.state
    with state.transaction():
        disk = existing(context, Disk, disk_id, "DiskId")
        usable_instance(context, instance_id, ("Running", "Stopped"), status=403)
        _check_disk(disk, instance_id)
        now = state.now()
        kept = tuple(each for each in disk.attachments if each.instance_id != instance_id)
        if kept:
            # One that several instances share stays with the others.
            state.change(disk, attachments=kept)
        else:
            state.change(disk, status="Detaching", changed=now, detached=now, attachments=())
    return {}


def _check_disk(disk: Disk, instance_id: str) -> None:
    if disk.status == "Available":
        raise ApiError(404, "InvalidDisk.AlreadyDetached", "The disk is attached to no instance.")
    if disk.status != "In_use":
        raise ApiError(403, "IncorrectDiskStatus", f"The disk is {disk.status}; it must be In_use.")
    if instance_id not in {each.instance_id for each in disk.attachments}:
        raise ApiError(403, "DependencyViolation", "The disk is not attached to this instance.")
    if disk.type == "system":
        raise ApiError(403, "DiskTypeViolation", "A system disk cannot be detached here.")
    if not is_portable(disk):
        raise ApiError(403, "DiskNotPortable", "A local disk cannot be detached.")


ACTION = Action(
    name="DetachDisk",
    handle=handle,
    supported=frozenset({"DiskId", "InstanceId"}),
    unsupported=frozenset(),
    only_false=frozenset({"DeleteWithInstance"}),
)
