"""CreateDisk: a data disk that is paid for by use, empty or of a snapshot.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createdisk
"""

from ..categories import SIZES_GIB
from ..errors import ApiError, missing_parameter, unsupported_parameter
from ..params import Params
from ..progress import progress_of
from ..regions import REGIONS
from ..rows import Disk, Snapshot
from .action import TAG_PAIRS, Action, Context, existing
from .orders import once
from .values import description, legal_name, new_id, new_tags, resource_group_id


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"DiskId"}`; asked again under the same ClientToken, the first answer once more.

    The disk is Creating, and Available a while later (see moving.py). One of a snapshot is as
    large as that, where Size is less.
    """
    zone, category = _zone(context, params), _category(params)
    name = legal_name(params, "DiskName", "InvalidDiskName.Malformed")
    text = description(params, status=400)
    group, tags = resource_group_id(params), new_tags(params)
    size, snapshot_id = params.integer("Size"), params.text("SnapshotId")
    if size is None and not snapshot_id:
        raise missing_parameter("Size")

    def create(now: int) -> dict[str, object]:
        snapshot = _snapshot(context, snapshot_id, now) if snapshot_id else None
        disk = Disk(
            id=new_id("d"),
            type="data",
            category=category,
            status="Creating",
            created=now,
            changed=now,
            attached=None,
            size=_size(category, max(size or 0, snapshot.disk_size if snapshot else 0)),
            name=name,
            description=text,
            source_snapshot_id=snapshot_id,
            encrypted=snapshot is not None and snapshot.encrypted,
            region=context.region or "",
            zone=zone,
            resource_group_id=group,
            tags=tags,
        )
        context.state.add(disk)
        return {"DiskId": disk.id}

    return once(context, ACTION.name, params, create)


def _zone(context: Context, params: Params) -> str:
    zone = params.required("ZoneId")
    if zone not in REGIONS[context.region or ""].zones():
        raise ApiError(404, "InvalidZoneId.NotFound", "The region has no zone of this ZoneId.")
    return zone


def _category(params: Params) -> str:
    category = params.text("DiskCategory") or "cloud"
    if category not in SIZES_GIB:
        raise ApiError(
            400,
            "InvalidDiskCategory.ValueNotSupported",
            f"The sandbox makes disks of these categories: {', '.join(SIZES_GIB)}.",
        )
    if params.text("PerformanceLevel") not in ("", "PL1"):
        raise unsupported_parameter("PerformanceLevel")
    return category


def _snapshot(context: Context, snapshot_id: str, now: int) -> Snapshot:
    snapshot = existing(context, Snapshot, snapshot_id, "SnapshotId")
    if not progress_of(snapshot, now).available:
        raise ApiError(403, "InvalidSnapshot.NotReady", "The snapshot is not available.")
    return snapshot


def _size(category: str, size: int) -> int:
    least, most = SIZES_GIB[category]
    if not least <= size <= most:
        raise ApiError(
            400,
            "InvalidDiskSize.NotSupported",
            f"A disk of the category {category} has {least} to {most} GiB.",
        )
    return size


ACTION = Action(
    name="CreateDisk",
    handle=handle,
    supported=TAG_PAIRS
    | {
        "ClientToken",
        "Description",
        "DiskCategory",
        "DiskName",
        "PerformanceLevel",
        "ResourceGroupId",
        "Size",
        "SnapshotId",
        "ZoneId",
    },
    unsupported=frozenset(
        {
            "AdvancedFeatures",
            "Arn.N.AssumeRoleFor",
            "Arn.N.RoleType",
            "Arn.N.Rolearn",
            "EncryptAlgorithm",
            # A disk for a subscription instance, and no instance here is one.
            "InstanceId",
            "KMSKeyId",
            "MultiAttach",
            "ProvisionedIops",
            "StorageClusterId",
            "StorageSetId",
            "StorageSetPartitionNumber",
        }
    ),
    only_false=frozenset({"BurstingEnabled", "Encrypted"}),
    region_required=True,
)
