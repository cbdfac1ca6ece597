"""DescribeDisks."""

from functools import lru_cache

from ..categories import is_portable
from ..conditions import (
    Condition,
    always,
    among,
    created_between,
    equal,
    held,
    listed,
    on_instance,
    tagged,
    these,
)
from ..moving import in_status
from ..paging import PAGING_PARAMETERS
from ..params import Params
from ..progress import ESSD_CATEGORIES
from ..rows import DISK_STATUSES, Disk
from ..times import second_form
from .action import ANY_TAG_PAIRS, FILTER_PAIRS, Action, Context, tags_shape
from .listing import list_page

_TYPES = ("all", "system", "data")
_CHARGES = ("PostPaid", "PrePaid")
_LEVELS = ("PL0", "PL1", "PL2", "PL3")
_MULTI_ATTACH = ("Disabled", "Enabled", "LegacyShared")
_LOCKS = ("financial", "security", "recycling", "dedicatedhostfinancial")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Disks": {"Disk": [...]}}` and the paging fields, by disk ID."""
    status = params.choice("Status", (*DISK_STATUSES, "All")).removesuffix("All")
    now = context.state.now()
    where = [
        in_status(status, now),
        these(params.ids("DiskIds")),
        on_instance(params.text("InstanceId")),
        equal("type", params.choice("DiskType", _TYPES).removesuffix("all")),
        equal("category", params.text("Category").removesuffix("all")),
        equal("name", params.text("DiskName")),
        equal("zone", params.text("ZoneId")),
        equal("source_snapshot_id", params.text("SnapshotId")),
        equal("resource_group_id", params.text("ResourceGroupId")),
        equal("encrypted", params.flag("Encrypted")),
        listed("locks", params.choice("LockReason", _LOCKS)),
        listed("policies", params.text("AutoSnapshotPolicyId")),
        *tagged(params.tags()),
        *created_between(*params.created_from_to(), now),
        *_by_what_follows(params),
        # What all the disks here have in common.
        always(params.choice("DiskChargeType", _CHARGES) in ("", "PostPaid")),
        always(params.flag("DeleteAutoSnapshot") is not True),
        always(params.flag("EnableAutoSnapshot") is not False),
        always(params.flag("EnableShared") is not True),
        always(not params.text("KMSKeyId")),
    ]
    # https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describedisks
    # A MaxResults below 10 counts as 10, one above 500 as 500.
    page, paging = list_page(
        context,
        params,
        Disk,
        where,
        action=ACTION.name,
        max_results=500,
        min_results=10,
    )
    return {**paging, "Disks": {"Disk": [_shape(disk) for disk in page]}}


def _by_what_follows(params: Params) -> list[Condition | None]:
    """Filters on fields of the answer that follow from others (see `_shape`)."""
    # Between the two of a list of lists (see tables.py).
    several = "instr(attachments, '], [')"
    multi_attach = params.choice("MultiAttach", _MULTI_ATTACH)
    level = params.choice("PerformanceLevel", _LEVELS)
    return [
        among("category", ESSD_CATEGORIES) if level == "PL1" else always(not level),
        held("type = 'system'", params.flag("DeleteWithInstance")),
        # As is_portable says it.
        held("type = 'data' AND category NOT LIKE 'local%'", params.flag("Portable")),
        held("policies <> '[]'", params.flag("EnableAutomatedSnapshotPolicy")),
        held(f"{several} > 0", None if not multi_attach else multi_attach == "Enabled"),
        always(multi_attach != "LegacyShared"),
    ]


# A page of a hundred is made in half the time with this; nobody changes what is answered.
@lru_cache(2048)
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
        "RegionId": disk.region,
        "ZoneId": disk.zone,
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
        "Portable": is_portable(disk),
        "Encrypted": disk.encrypted,
        "KMSKeyId": "",
        "MultiAttach": "Enabled" if len(disk.attachments) > 1 else "Disabled",
        "DiskChargeType": "PostPaid",
        "DeleteWithInstance": disk.type == "system",
        "DeleteAutoSnapshot": False,
        "EnableAutoSnapshot": True,
        "EnableAutomatedSnapshotPolicy": bool(disk.policies),
        "AutoSnapshotPolicyId": ",".join(disk.policies),
        "ResourceGroupId": disk.resource_group_id,
        "ProductCode": "",
        "OperationLocks": {"OperationLock": [{"LockReason": reason} for reason in disk.locks]},
        "Tags": tags_shape(disk.tags),
    }


ACTION = Action(
    name="DescribeDisks",
    handle=handle,
    supported=PAGING_PARAMETERS
    | ANY_TAG_PAIRS
    | FILTER_PAIRS
    | {
        "AutoSnapshotPolicyId",
        "Category",
        "DeleteAutoSnapshot",
        "DeleteWithInstance",
        "DiskChargeType",
        "DiskIds",
        "DiskName",
        "DiskType",
        "DryRun",
        "EnableAutoSnapshot",
        "EnableAutomatedSnapshotPolicy",
        "EnableShared",
        "Encrypted",
        "InstanceId",
        "KMSKeyId",
        "LockReason",
        "MultiAttach",
        "PerformanceLevel",
        "Portable",
        "ResourceGroupId",
        "SnapshotId",
        "Status",
        "ZoneId",
    },
    unsupported=frozenset({"AdditionalAttributes.N"}),
    region_required=True,
)
