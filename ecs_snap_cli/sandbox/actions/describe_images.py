"""DescribeImages: the custom images alone."""

from ..conditions import Condition, always, created_between, equal, tagged
from ..paging import MAX_PAGE_SIZE, NUMBER_PARAMETERS
from ..params import Params
from ..rows import Image
from ..times import second_form
from .action import ANY_TAG_PAIRS, FILTER_PAIRS, Action, Context, tags_shape
from .listing import list_page

_OWNERS = ("system", "self", "others", "marketplace")
_USAGES = ("instance", "none")
_STATUSES = (
    "Creating",
    "Waiting",
    "Available",
    "UnAvailable",
    "CreateFailed",
    "Deprecated",
)


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Images": {"Image": [...]}}` and the paging fields, the newest first."""
    status = params.text("Status") or "Available"
    if any(each not in _STATUSES for each in status.split(",")):
        params.choice("Status", _STATUSES)
    now = context.state.now()
    where = [
        equal("id", params.text("ImageId")),
        equal("snapshot_id", params.text("SnapshotId")),
        _named_like(params.text("ImageName")),
        equal("resource_group_id", params.text("ResourceGroupId")),
        *tagged(params.tags()),
        *created_between(*params.created_from_to(), now),
        # What all the images here have in common.
        always("Available" in status.split(",")),
        always(params.choice("ImageOwnerAlias", _OWNERS) in ("", "self")),
        always(params.choice("OSType", ("linux", "windows")) in ("", "linux")),
        always(params.choice("Architecture", ("x86_64", "i386", "arm64")) in ("", "x86_64")),
        always(params.choice("Usage", _USAGES) in ("", "none")),
        always(params.flag("IsPublic") is not True),
        always(not params.text("ImageFamily")),
    ]
    page, paging = list_page(
        context, params, Image, where, action=ACTION.name, max_results=MAX_PAGE_SIZE
    )
    return {
        "RegionId": params.text("RegionId"),
        **{field: paging[field] for field in ("TotalCount", "PageNumber", "PageSize")},
        "Images": {"Image": [_shape(image) for image in page]},
    }


def _named_like(name: str) -> Condition | None:
    # "Fuzzy", as ECS's page calls it: any part of the name will do.
    return ("instr(name, ?)", (name,)) if name else None


def _shape(image: Image) -> dict[str, object]:
    disk = {
        "Device": "/dev/xvda",
        "Type": "system",
        "Size": str(image.size),
        "SnapshotId": image.snapshot_id,
        "Encrypted": False,
    }
    return {
        "ImageId": image.id,
        "ImageName": image.name,
        "Description": image.description,
        "Status": "Available",
        "Progress": "100%",
        "Usage": "none",
        "ImageOwnerAlias": "self",
        "CreationTime": second_form(image.created),
        "Size": image.size,
        "Architecture": "x86_64",
        "OSType": "linux",
        "OSName": "Alibaba Cloud Linux 3.2104 LTS 64 bit",
        "Platform": "Aliyun",
        "ImageFamily": "",
        "ImageVersion": "",
        "IsSupportCloudinit": True,
        "IsSupportIoOptimized": True,
        "DiskDeviceMappings": {"DiskDeviceMapping": [disk]},
        "IsPublic": False,
        "IsCopied": False,
        "IsSelfShared": "",
        "ResourceGroupId": image.resource_group_id,
        "ProductCode": "",
        "Tags": tags_shape(image.tags),
    }


ACTION = Action(
    name="DescribeImages",
    handle=handle,
    supported=NUMBER_PARAMETERS
    | ANY_TAG_PAIRS
    | FILTER_PAIRS
    | {
        "Architecture",
        "DryRun",
        "ImageFamily",
        "ImageId",
        "ImageName",
        "ImageOwnerAlias",
        "IsPublic",
        "OSType",
        "ResourceGroupId",
        "SnapshotId",
        "Status",
        "Usage",
    },
    unsupported=frozenset(
        {
            "ActionType",
            "ImageOwnerId",
            "InstanceType",
            "IsSupportCloudinit",
            "IsSupportIoOptimized",
            "ShowExpired",
            "Usable",
        }
    ),
    region_required=True,
)
