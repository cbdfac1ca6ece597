"""AttachDisk, of a data disk.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-attachdisk
"""

import re
from string import ascii_lowercase

from ..categories import is_portable
from ..conditions import on_instance
from ..errors import ApiError
from ..params import Params
from ..rows import Attachment, Disk, Instance
from .action import Action, Context, existing
from .machines import usable_instance

# A system disk and 16 data disks. https://www.alibabacloud.com/help/en/ecs/user-guide/limits
_MOST_DISKS = 17
_DEVICES = tuple(f"/dev/xvd{letter}" for letter in ascii_lowercase[1:])
_DEVICE = re.compile(r"/dev/xvd[b-z]")


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; the disk is Attaching, and In_use a while later (see moving.py)."""
    instance_id, disk_id = params.required("InstanceId"), params.required("DiskId")
    device = params.text("Device")
    if device and not _DEVICE.fullmatch(device):
        raise ApiError(
            400, "InvalidDevice.Malformed", "The Device is to be one of /dev/xvdb to /dev/xvdz."
        )
    state = context.state
    with state.transaction():
        disk = existing(context, Disk, disk_id, "DiskId")
        instance = usable_instance(context, instance_id, ("Running", "Stopped"), status=400)
        _check_disk(disk, instance)
        device = _free_device(context, instance, device)
        now = state.now()
        attachment = Attachment(instance_id, device, now)
        state.change(disk, status="Attaching", changed=now, attached=now, attachments=(attachment,))
    return {}


def _check_disk(disk: Disk, instance: Instance) -> None:
    if not is_portable(disk):
        raise ApiError(403, "DiskNotPortable", "Only a data disk that is no local one can move.")
    if disk.status != "Available":
        raise ApiError(
            403, "IncorrectDiskStatus", f"The disk is {disk.status}; it must be Available."
        )
    if disk.zone != instance.zone:
        raise ApiError(
            403,
            "ResourcesNotInSameZone",
            f"The disk is in the zone {disk.zone}, the instance in {instance.zone}.",
        )


def _free_device(context: Context, instance: Instance, wanted: str) -> str:
    disks = list(context.state.walk(Disk, [on_instance(instance.id)]))
    if len(disks) >= _MOST_DISKS:
        raise ApiError(
            403,
            "InstanceDiskLimitExceeded",
            f"The instance has {len(disks)} disks, as many as it may have.",
        )
    # A disk that instances share can be another device of each.
    attachments = (each for disk in disks for each in disk.attachments)
    taken = {each.device for each in attachments if each.instance_id == instance.id}
    if wanted in taken:
        raise ApiError(403, "InvalidDevice.InUse", "Another disk of the instance is this Device.")
    return wanted or next(device for device in _DEVICES if device not in taken)


ACTION = Action(
    name="AttachDisk",
    handle=handle,
    supported=frozenset({"Device", "DiskId", "InstanceId"}),
    unsupported=frozenset({"KeyPairName", "Password"}),
    only_false=frozenset({"Bootable", "DeleteWithInstance", "Force"}),
)
