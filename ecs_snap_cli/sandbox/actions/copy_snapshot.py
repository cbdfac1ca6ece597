"""CopySnapshot: to another region, where the copy takes as long as any snapshot.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-copysnapshot
"""

from dataclasses import replace

from ..conditions import equal
from ..errors import ApiError
from ..params import Params
from ..progress import in_status, progress_of
from ..regions import REGIONS
from ..rows import Snapshot
from .action import TAG_PAIRS, Action, Context, existing
from .orders import once
from .values import description, new_id, new_tags, retention_days, snapshot_name


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"SnapshotId"}` of the copy; under the same ClientToken the first answer once more."""
    snapshot_id, region = params.required("SnapshotId"), params.required("DestinationRegionId")
    for name in ("DestinationSnapshotName", "DestinationSnapshotDescription"):
        params.required(name)
    name = snapshot_name(params, "DestinationSnapshotName")
    text = description(params, status=400, name="DestinationSnapshotDescription")
    days, tags = retention_days(params), new_tags(params)
    if region not in REGIONS:
        raise ApiError(
            404, "InvalidRegionId.NotFound", "There is no region of this DestinationRegionId."
        )
    if region == context.region:
        raise ApiError(
            403,
            "InvalidOperation.NotSupportCopyInSameRegion",
            "The DestinationRegionId is to be another region than the snapshot's own.",
        )

    def copy(now: int) -> dict[str, object]:
        source = existing(context, Snapshot, snapshot_id, "SnapshotId")
        if progress_of(source, now).status != "accomplished":
            raise ApiError(403, "InvalidSnapshotId.NotReady", "The snapshot is not accomplished.")
        _check_destination(context, source, region, now)
        made = replace(
            source,
            id=new_id("s"),
            region=region,
            created=now,
            type="user",
            fate="accomplished",
            name=name,
            description=text,
            retention_days=days,
            group_id="",
            source_snapshot_id=source.id,
            source_region=source.region,
            resource_group_id="",
            tags=tags,
        )
        context.state.add(made)
        return {"SnapshotId": made.id}

    return once(context, ACTION.name, params, copy)


def _check_destination(context: Context, source: Snapshot, region: str, now: int) -> None:
    under_way = [
        equal("disk_id", source.disk_id),
        equal("region", region),
        ("source_region <> ''", ()),
        in_status("progressing", now),
    ]
    if context.state.count(Snapshot, under_way):
        raise ApiError(
            403,
            "InvalidOperation.DiskHasUnfinishedSnapshotCopy",
            "A copy of a snapshot of the same disk is being made in that region; wait for it.",
        )


ACTION = Action(
    name="CopySnapshot",
    handle=handle,
    supported=TAG_PAIRS
    | {
        "ClientToken",
        "DestinationRegionId",
        "DestinationSnapshotDescription",
        "DestinationSnapshotName",
        "RetentionDays",
        "SnapshotId",
    },
    unsupported=frozenset(
        {
            "Arn.N.AssumeRoleFor",
            "Arn.N.RoleType",
            "Arn.N.Rolearn",
            "DestinationStorageLocationArn",
            "KMSKeyId",
            "ResourceGroupId",
        }
    ),
    only_false=frozenset({"Encrypted"}),
    region_required=True,
)
