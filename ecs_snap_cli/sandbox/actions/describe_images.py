"""DescribeImages: the custom images alone."""

from ..paging import MAX_PAGE_SIZE, NUMBER_PARAMETERS
from ..params import Params
from ..ranking import NEWEST_FIRST
from ..rows import Image
from ..times import second_form
from .action import FILTER_PAIRS, OLD_TAG_PAIRS, TAG_PAIRS, Action, Context, tags_match, tags_shape
from .listing import list_page


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Images": {"Image": [...]}}` and the paging fields, the newest first."""
    image_id, snapshot_id = params.text("ImageId"), params.text("SnapshotId")
    name = params.text("ImageName")
    tags = params.tags()

    def wanted(image: Image) -> bool:
        return (
            image_id in ("", image.id)
            and snapshot_id in ("", image.snapshot_id)
            # "Fuzzy", as ECS's page calls it: any part of the name will do.
            and name in image.name
            and tags_match(tags, image.tags)
        )

    page, paging = list_page(
        context,
        params,
        action=ACTION.name,
        rows=context.state.images,
        wanted=wanted,
        key=NEWEST_FIRST.key,
        max_results=MAX_PAGE_SIZE,
    )
    return {
        "RegionId": params.text("RegionId"),
        **{field: paging[field] for field in ("TotalCount", "PageNumber", "PageSize")},
        "Images": {"Image": [_shape(image) for image in page]},
    }


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
    supported=NUMBER_PARAMETERS | TAG_PAIRS | {"DryRun", "ImageId", "ImageName", "SnapshotId"},
    unsupported=FILTER_PAIRS
    | OLD_TAG_PAIRS
    | {
        "ActionType",
        "Architecture",
        "ImageFamily",
        "ImageOwnerAlias",
        "ImageOwnerId",
        "InstanceType",
        "IsPublic",
        "IsSupportCloudinit",
        "IsSupportIoOptimized",
        "OSType",
        "ResourceGroupId",
        "ShowExpired",
        "Status",
        "Usable",
        "Usage",
    },
    region_required=True,
)
