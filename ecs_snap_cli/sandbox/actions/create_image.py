"""CreateImage, of a system disk's snapshot: the one of its three ways that the sandbox serves.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createimage
"""

from ..conditions import equal
from ..errors import ApiError
from ..params import Params
from ..progress import progress_of
from ..rows import Image, Snapshot
from .action import ANY_TAG_PAIRS, Action, Context, answer_dry_run, existing
from .orders import once
from .values import description, legal_name, new_id, new_tags, resource_group_id


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"ImageId"}`; asked again under the same ClientToken, the first answer once more."""
    snapshot_id = params.required("SnapshotId")
    name = legal_name(
        params, "ImageName", "InvalidImageName.Malformed", forbidden=("aliyun", "acs:")
    )
    text = description(params, status=400)
    group, tags = resource_group_id(params), new_tags(params)
    state = context.state

    def create(now: int) -> dict[str, object]:
        snapshot = existing(context, Snapshot, snapshot_id, "SnapshotId")
        _check_snapshot(snapshot, now)
        taken = [equal("name", name), equal("region", context.region)]
        if name and state.count(Image, taken):
            raise ApiError(400, "InvalidImageName.Duplicated", "Another image has this ImageName.")
        answer_dry_run(params)
        image = Image(
            id=new_id("m"),
            snapshot_id=snapshot_id,
            created=now,
            size=snapshot.disk_size,
            name=name,
            description=text,
            region=snapshot.region,
            resource_group_id=group,
            tags=tags,
        )
        state.add(image)
        return {"ImageId": image.id}

    return once(context, ACTION.name, params, create)


def _check_snapshot(snapshot: Snapshot, now: int) -> None:
    if progress_of(snapshot, now).status != "accomplished":
        raise ApiError(403, "InvalidSnapshotId.NotReady", "The snapshot is not accomplished.")
    if snapshot.disk_type != "system":
        raise ApiError(403, "OperationDenied", "The snapshot is not of a system disk.")


ACTION = Action(
    name="CreateImage",
    handle=handle,
    supported=ANY_TAG_PAIRS
    | {"ClientToken", "Description", "DryRun", "ImageName", "ResourceGroupId", "SnapshotId"},
    unsupported=frozenset(
        {
            "Architecture",
            "BootMode",
            "DetectionStrategy",
            "DiskDeviceMapping.N.Device",
            "DiskDeviceMapping.N.DiskType",
            "DiskDeviceMapping.N.Size",
            "DiskDeviceMapping.N.SnapshotId",
            "Features",
            "Features.ImdsSupport",
            "ImageFamily",
            "ImageVersion",
            "InstanceId",
            "Platform",
            "SecureBootOptions.SecureBootSupport",
        }
    ),
    region_required=True,
)
