"""DescribeSnapshotGroups.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshotgroups
"""

from collections.abc import Iterable

from ..conditions import equal, tagged, these
from ..errors import invalid_parameter
from ..paging import TOKEN_PARAMETERS
from ..params import Params
from ..progress import ESSD_CATEGORIES, progress_of
from ..rows import Snapshot, SnapshotGroup, Tags
from ..state import State
from ..times import second_form
from .action import TAG_PAIRS, Action, Context
from .listing import list_page

_STATUSES = frozenset({"progressing", "accomplished", "failed"})


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"SnapshotGroups": {"SnapshotGroup": [...]}, "NextToken"}`, the newest first."""
    state = context.state
    now = state.now()
    statuses = params.repeated("Status")
    if not statuses <= _STATUSES:
        raise invalid_parameter("Status.N", f"it is to be one of {', '.join(sorted(_STATUSES))}")
    page, paging = list_page(
        context,
        params,
        SnapshotGroup,
        [
            these(params.repeated("SnapshotGroupId") or None),
            equal("instance_id", params.text("InstanceId")),
            equal("name", params.text("Name")),
            equal("resource_group_id", params.text("ResourceGroupId")),
            *tagged(params.tags()),
        ],
        action=ACTION.name,
        wanted=lambda group: not statuses or _status(members(state, group), now) in statuses,
        max_results=100,
        numbered=False,
    )
    # Between the two looks the last snapshot of a group, and the group with it, may have gone.
    read = [(group, members(state, group)) for group in page]
    shapes = [_shape(group, snapshots, now) for group, snapshots in read if snapshots]
    return {"NextToken": paging["NextToken"], "SnapshotGroups": {"SnapshotGroup": shapes}}


def members(state: State, group: SnapshotGroup) -> list[Snapshot]:
    """The snapshots of the group that there still are."""
    return list(state.walk(Snapshot, [equal("group_id", group.id)]))


def _status(snapshots: Iterable[Snapshot], now: int) -> str:
    """What is true of the least advanced of the snapshots; empty where there is none."""
    statuses = {progress_of(snapshot, now).status for snapshot in snapshots}
    ranked = ("progressing", "failed", "accomplished")
    return next((each for each in ranked if each in statuses), "")


def _shape(group: SnapshotGroup, snapshots: list[Snapshot], now: int) -> dict[str, object]:
    return {
        "SnapshotGroupId": group.id,
        "InstanceId": group.instance_id,
        "Name": group.name,
        "Description": group.description,
        "Status": _status(snapshots, now),
        "ProgressStatus": "",
        "CreationTime": second_form(group.created),
        "ResourceGroupId": group.resource_group_id,
        "Snapshots": {"Snapshot": [_member(snapshot, now) for snapshot in snapshots]},
        "Tags": _tags(group.tags),
    }


def _member(snapshot: Snapshot, now: int) -> dict[str, object]:
    progress = progress_of(snapshot, now)
    return {
        "SnapshotId": snapshot.id,
        "SourceDiskId": snapshot.disk_id,
        "SourceDiskType": snapshot.disk_type,
        "Progress": f"{progress.percent}%",
        "Available": progress.available,
        "InstantAccess": snapshot.disk_category in ESSD_CATEGORIES,
        "InstantAccessRetentionDays": 0,
        "Tags": _tags(snapshot.tags),
    }


def _tags(tags: Tags) -> dict[str, object]:
    # Not TagKey and TagValue, as in every other answer.
    return {"Tag": [{"Key": key, "Value": value} for key, value in tags]}


ACTION = Action(
    name="DescribeSnapshotGroups",
    handle=handle,
    supported=TOKEN_PARAMETERS
    | TAG_PAIRS
    | {"InstanceId", "Name", "ResourceGroupId", "SnapshotGroupId.N", "Status.N"},
    unsupported=frozenset({"AdditionalAttributes.N"}),
    region_required=True,
)
