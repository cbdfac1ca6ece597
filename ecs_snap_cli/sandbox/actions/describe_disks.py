"""DescribeDisks."""

from ..paging import PAGING_PARAMETERS
from ..params import Params
from ..progress import ESSD_CATEGORIES
from ..ranking import BY_ID
from ..rows import Disk
from ..seed import REGION_ID, ZONE_ID
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

_STATUSES = ("In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting", "All")
_TYPES = ("all", "system", "data")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Disks": {"Disk": [...]}}` and the paging fields, by disk ID."""
    ids = params.ids("DiskIds")
    status = params.choice("Status", _STATUSES).removesuffix("All")
    kind = params.choice("DiskType", _TYPES).removesuffix("all")
    category = params.text("Category").removesuffix("all")
    instance_id, name, zone = (params.text(key) for key in ("InstanceId", "DiskName", "ZoneId"))
    tags = params.tags()

    def wanted(disk: Disk) -> bool:
        return (
            status in ("", disk.status)
            and kind in ("", disk.type)
            and category in ("", disk.category)
            and name in ("", disk.name)
            and zone in ("", ZONE_ID)
            and tags_match(tags, disk.tags)
        )

    # https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describedisks
    # A MaxResults below 10 counts as 10, one above 500 as 500.
    page, paging = list_page(
        context,
        params,
        action=ACTION.name,
        rows=lambda after: context.state.disks(ids, instance_id, after),
        wanted=wanted,
        key=BY_ID.key,
        max_results=500,
        min_results=10,
    )
    return {**paging, "Disks": {"Disk": [_shape(disk) for disk in page]}}


def _shape(disk: Disk) -> dict[str, object]:
    attachments = [
        {
            "InstanceId": attachment.instance_id,
            "Device": attachment.device,
            "AttachedTime": second_form(attachment.attached),
        }
        for attachment in disk.attachments
    ]
    # A disk on several instances names none of them outside of Attachments.
    only = disk.attachments[0] if len(disk.attachments) == 1 else None
    essd = disk.category in ESSD_CATEGORIES
    return {
        "DiskId": disk.id,
        "RegionId": REGION_ID,
        "ZoneId": ZONE_ID,
        "DiskName": disk.name,
        "Description": disk.description,
        "Type": disk.type,
        "Category": disk.category,
        "PerformanceLevel": "PL1" if essd else "",
        "Size": disk.size,
        "Status": disk.status,
        "InstanceId": only.instance_id if only else "",
        "Device": only.device if only else "",
        "Attachments": {"Attachment": attachments},
        "AttachedTime": second_form(disk.attached),
        "DetachedTime": second_form(disk.detached),
        "CreationTime": second_form(disk.created),
        "ExpiredTime": "2999-09-08T16:00Z",
        "SourceSnapshotId": disk.source_snapshot_id,
        "ImageId": "",
        "Portable": disk.type == "data" and not disk.category.startswith("local"),
        "Encrypted": disk.encrypted,
        "KMSKeyId": "",
        "MultiAttach": "Enabled" if len(disk.attachments) > 1 else "Disabled",
        "DiskChargeType": "PostPaid",
        "DeleteWithInstance": disk.type == "system",
        "DeleteAutoSnapshot": False,
        "EnableAutoSnapshot": True,
        "EnableAutomatedSnapshotPolicy": False,
        "AutoSnapshotPolicyId": "",
        "ResourceGroupId": "",
        "ProductCode": "",
        "OperationLocks": {"OperationLock": [{"LockReason": reason} for reason in disk.locks]},
        "Tags": tags_shape(disk.tags),
    }


ACTION = Action(
    name="DescribeDisks",
    handle=handle,
    supported=PAGING_PARAMETERS
    | TAG_PAIRS
    | {"Category", "DiskIds", "DiskName", "DiskType", "DryRun", "InstanceId", "Status", "ZoneId"},
    unsupported=FILTER_PAIRS
    | OLD_TAG_PAIRS
    | {
        "AdditionalAttributes.N",
        "AutoSnapshotPolicyId",
        "DeleteAutoSnapshot",
        "DeleteWithInstance",
        "DiskChargeType",
        "EnableAutoSnapshot",
        "EnableAutomatedSnapshotPolicy",
        "EnableShared",
        "Encrypted",
        "KMSKeyId",
        "LockReason",
        "MultiAttach",
        "Portable",
        "ResourceGroupId",
        "SnapshotId",
    },
    region_required=True,
)
