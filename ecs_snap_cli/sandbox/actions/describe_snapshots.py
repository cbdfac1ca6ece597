"""DescribeSnapshots."""

from ..paging import PAGING_PARAMETERS
from ..params import Params
from ..progress import ESSD_CATEGORIES, progress_of
from ..ranking import NEWEST_FIRST
from ..rows import Snapshot
from ..seed import REGION_ID
from ..times import second_form
from .action import (
    FILTER_PAIRS,
    OLD_TAG_PAIRS,
    TAG_PAIRS,
    Action,
    Context,
    tags_match,
    tags_shape,
)
from .listing import list_page

_STATUSES = ("progressing", "accomplished", "failed", "all")
_TYPES = ("user", "auto", "all")
# In the order of: used by an image (1) and by a disk (2).
_USAGES = ("none", "image", "disk", "image_disk")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Snapshots": {"Snapshot": [...]}}` and the paging fields, the newest first."""
    ids = params.ids("SnapshotIds")
    status = params.choice("Status", _STATUSES).removesuffix("all")
    kind = params.choice("SnapshotType", _TYPES).removesuffix("all")
    usage = params.choice("Usage", _USAGES)
    disk_id, name = params.text("DiskId"), params.text("SnapshotName")
    instance_id = params.text("InstanceId")
    tags = params.tags()
    now = context.state.now()
    attached = {disk.id for disk in context.state.disks(None, instance_id)} if instance_id else ()
    in_images, in_disks = context.state.snapshots_in_images(), context.state.snapshots_in_disks()

    def usage_of(snapshot: Snapshot) -> str:
        return _USAGES[(snapshot.id in in_images) + 2 * (snapshot.id in in_disks)]

    def wanted(snapshot: Snapshot) -> bool:
        return (
            (not instance_id or snapshot.disk_id in attached)
            and kind in ("", snapshot.type)
            and usage in ("", usage_of(snapshot))
            and name in ("", snapshot.name)
            and (not status or progress_of(snapshot, now).status == status)
            and tags_match(tags, snapshot.tags)
        )

    # https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshots
    # MaxResults goes up to 100.
    page, paging = list_page(
        context,
        params,
        action=ACTION.name,
        rows=lambda after: context.state.snapshots(disk_id, ids, after),
        wanted=wanted,
        key=NEWEST_FIRST.key,
        max_results=100,
    )
    shapes = [_shape(snapshot, usage_of(snapshot), now) for snapshot in page]
    return {**paging, "Snapshots": {"Snapshot": shapes}}


def _shape(snapshot: Snapshot, usage: str, now: int) -> dict[str, object]:
    progress = progress_of(snapshot, now)
    shape: dict[str, object] = {
        "SnapshotId": snapshot.id,
        "SnapshotName": snapshot.name,
        "Description": snapshot.description,
        "RegionId": REGION_ID,
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
    | TAG_PAIRS
    | {"DiskId", "DryRun", "InstanceId", "SnapshotIds", "SnapshotName", "SnapshotType"}
    | {"Status", "Usage"},
    unsupported=FILTER_PAIRS
    | OLD_TAG_PAIRS
    | {"Category", "Encrypted", "KMSKeyId", "ResourceGroupId", "SnapshotLinkId", "SourceDiskType"},
    region_required=True,
)
