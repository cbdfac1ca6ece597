"""DescribeSnapshots."""

from collections.abc import Callable

from ..conditions import (
    always,
    among,
    created_between,
    equal,
    held,
    on_instance,
    tagged,
    these,
)
from ..paging import PAGING_PARAMETERS
from ..params import Params
from ..progress import ESSD_CATEGORIES, in_status, progress_of
from ..rows import Disk, Snapshot
from ..times import second_form
from .action import ANY_TAG_PAIRS, FILTER_PAIRS, Action, Context, tags_shape
from .listing import list_page

_STATUSES = ("progressing", "accomplished", "failed", "all")
_TYPES = ("user", "auto", "all")
_CATEGORIES = ("standard", "flash", "archive")
# In the order of: used by an image (1) and by a disk (2).
_USAGES = ("none", "image", "disk", "image_disk")
_IN_IMAGE = "id IN (SELECT snapshot_id FROM images)"
_IN_DISK = "id IN (SELECT source_snapshot_id FROM disks)"


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Snapshots": {"Snapshot": [...]}}` and the paging fields, the newest first."""
    state = context.state
    instance_id = params.text("InstanceId")
    attached = state.walk(Disk, [on_instance(instance_id)]) if instance_id else ()
    usage, now = params.choice("Usage", _USAGES), state.now()
    link = params.text("SnapshotLinkId")
    where = [
        these(params.ids("SnapshotIds")),
        in_status(params.choice("Status", _STATUSES).removesuffix("all"), now),
        equal("disk_id", params.text("DiskId")),
        among("disk_id", [disk.id for disk in attached]) if instance_id else None,
        equal("disk_id", link.replace("sl-", "d-", 1)),
        always(link.startswith("sl-") or not link),
        equal("name", params.text("SnapshotName")),
        equal("type", params.choice("SnapshotType", _TYPES).removesuffix("all")),
        equal("disk_type", params.text("SourceDiskType").lower()),
        equal("resource_group_id", params.text("ResourceGroupId")),
        equal("encrypted", params.flag("Encrypted")),
        held(_IN_IMAGE, "image" in usage if usage else None),
        held(_IN_DISK, "disk" in usage if usage else None),
        *tagged(params.tags()),
        *created_between(*params.created_from_to(), now),
        always(params.choice("Category", _CATEGORIES) in ("", "standard")),
        always(not params.text("KMSKeyId")),
    ]
    # https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshots
    # MaxResults goes up to 100.
    page, paging = list_page(
        context,
        params,
        Snapshot,
        where,
        action=ACTION.name,
        max_results=100,
    )
    usage_of = _usages(context)
    shapes = [snapshot_shape(snapshot, usage_of(snapshot), now) for snapshot in page]
    return {**paging, "Snapshots": {"Snapshot": shapes}}


def _usages(context: Context) -> Callable[[Snapshot], str]:
    state = context.state
    in_images, in_disks = state.snapshots_in_images(), state.snapshots_in_disks()
    return lambda one: _USAGES[(one.id in in_images) + 2 * (one.id in in_disks)]


def snapshot_shape(snapshot: Snapshot, usage: str, now: int) -> dict[str, object]:
    """A snapshot as ECS tells it."""
    progress = progress_of(snapshot, now)
    shape: dict[str, object] = {
        "SnapshotId": snapshot.id,
        "SnapshotName": snapshot.name,
        "Description": snapshot.description,
        "RegionId": snapshot.region,
        "Status": progress.status,
        "Progress": f"{progress.percent}%",
        "RemainTime": progress.remain_seconds,
        "Available": progress.available,
        "Usage": usage,
        "SnapshotType": snapshot.type,
        "SnapshotLinkId": snapshot.disk_id.replace("d-", "sl-", 1),
        "Category": "standard",
        "SourceDiskId": snapshot.disk_id,
        "SourceDiskSize": str(snapshot.disk_size),
        "SourceDiskType": snapshot.disk_type,
        "SourceStorageType": "disk",
        "SourceSnapshotId": snapshot.source_snapshot_id,
        "SourceRegionId": snapshot.source_region,
        "CreationTime": second_form(snapshot.created),
        "LastModifiedTime": second_form(progress.modified),
        "Encrypted": snapshot.encrypted,
        "KMSKeyId": "",
        "InstantAccess": snapshot.disk_category in ESSD_CATEGORIES,
        "ResourceGroupId": snapshot.resource_group_id,
        "ProductCode": "",
        "Tags": tags_shape(snapshot.tags),
    }
    if snapshot.retention_days is not None:
        shape["RetentionDays"] = snapshot.retention_days
    return shape


ACTION = Action(
    name="DescribeSnapshots",
    handle=handle,
    supported=PAGING_PARAMETERS
    | ANY_TAG_PAIRS
    | FILTER_PAIRS
    | {
        "Category",
        "DiskId",
        "DryRun",
        "Encrypted",
        "InstanceId",
        "KMSKeyId",
        "ResourceGroupId",
        "SnapshotIds",
        "SnapshotLinkId",
        "SnapshotName",
        "SnapshotType",
        "SourceDiskType",
        "Status",
        "Usage",
    },
    unsupported=frozenset(),
    region_required=True,
)
