"""CreateSnapshotGroup: snapshots of several disks at one moment, all of them or none.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createsnapshotgroup
"""

from ..conditions import on_instance
from ..errors import ApiError, invalid_parameter, missing_parameter
from ..params import Params
from ..progress import ESSD_CATEGORIES
from ..rows import Disk, Instance, SnapshotGroup
from .action import TAG_PAIRS, Action, Context, existing
from .create_snapshot import refusal_of
from .orders import once
from .values import (
    description,
    legal_name,
    new_id,
    new_snapshot,
    new_tags,
    resource_group_id,
)

_MOST_DISKS = 16
_MOST_GIB = 32 * 1024
# CreateSnapshot's words for too many at once; of a group ECS has one of its own.
_TOO_MANY = ("IncorrectDiskStatus.CreatingSnapshot", "QuotaExceed.ConcurrentSnapshotQuota")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"SnapshotGroupId"}`; under the same ClientToken the first answer once more."""
    instance_id = params.text("InstanceId")
    wanted, excluded = params.repeated("DiskId"), params.repeated("ExcludeDiskId")
    if not instance_id and not wanted:
        raise missing_parameter("InstanceId")
    if wanted and excluded:
        raise invalid_parameter("ExcludeDiskId", "it does not go together with DiskId")
    name = legal_name(params, "Name", "InvalidName.Malformed")
    text = description(params, status=400)
    group, tags = resource_group_id(params), new_tags(params)

    def create(now: int) -> dict[str, object]:
        disks = _disks(context, instance_id, wanted, excluded)
        _check_together(disks)
        for disk in disks:
            _check(context, disk, now)
        owners = {each.instance_id for disk in disks for each in disk.attachments}
        made = SnapshotGroup(
            id=new_id("ssg"),
            instance_id=instance_id or (owners.pop() if len(owners) == 1 else ""),
            created=now,
            name=name,
            description=text,
            region=disks[0].region,
            resource_group_id=group,
            tags=tags,
        )
        context.state.add(made)
        context.state.add(*(new_snapshot(disk, now, group_id=made.id) for disk in disks))
        return {"SnapshotGroupId": made.id}

    return once(context, ACTION.name, params, create)


def _disks(
    context: Context, instance_id: str, wanted: frozenset[str], excluded: frozenset[str]
) -> list[Disk]:
    """The disks that the group is of, by ID, all of which there are."""
    chosen = [existing(context, Disk, disk_id, "DiskId") for disk_id in sorted(wanted)]
    if not instance_id:
        return chosen
    instance = existing(context, Instance, instance_id, "InstanceId")
    attached = list(context.state.walk(Disk, [on_instance(instance.id)]))
    ids = {disk.id for disk in attached}
    for disk_id in sorted((wanted | excluded) - ids):
        raise ApiError(
            404, "InvalidDiskId.NotFound", f"The disk {disk_id} is not attached to the instance."
        )
    left = chosen or [disk for disk in attached if disk.id not in excluded]
    if not left:
        raise ApiError(403, "InvalidInstance.NoDisk", "The instance has no disk that is wanted.")
    return left


def _check_together(disks: list[Disk]) -> None:
    if len(disks) > _MOST_DISKS:
        raise ApiError(
            403, "NumberExceed.TooManyDisks", f"A group is of up to {_MOST_DISKS} disks."
        )
    if sum(disk.size for disk in disks) > _MOST_GIB:
        raise ApiError(
            403, "CapacityExceed.TooManyDisks", f"The disks of a group hold up to {_MOST_GIB} GiB."
        )
    if len({disk.zone for disk in disks}) > 1:
        raise ApiError(
            400, "InvalidDiskIds.NotInSameZone", "The disks of a group are to be in one zone."
        )


def _check(context: Context, disk: Disk, now: int) -> None:
    if len(disk.attachments) > 1:
        raise ApiError(
            403,
            "InvalidOperation.MultiAttachDisk",
            f"The disk {disk.id} is attached to several instances; exclude it.",
        )
    if disk.category not in ESSD_CATEGORIES:
        raise ApiError(
            400,
            "DiskCategory.OperationNotSupported",
            f"A group is of ESSD disks only, and {disk.id} is {disk.category}.",
        )
    if refused := refusal_of(context, disk, now):
        code = (
            refused.code
            if refused.code not in _TOO_MANY
            else ("IncorrectDiskStatus.TooManyCreatingSnapshots")
        )
        raise ApiError(refused.status, code, f"{disk.id}: {refused.message}")


ACTION = Action(
    name="CreateSnapshotGroup",
    handle=handle,
    supported=TAG_PAIRS
    | {
        "ClientToken",
        "Description",
        "DiskId.N",
        "ExcludeDiskId.N",
        "InstanceId",
        "Name",
        "ResourceGroupId",
    },
    unsupported=frozenset({"InstantAccessRetentionDays", "StorageLocationArn"}),
    only_false=frozenset({"InstantAccess"}),
    region_required=True,
)
