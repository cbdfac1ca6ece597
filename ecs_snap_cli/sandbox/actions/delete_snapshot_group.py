"""DeleteSnapshotGroup: each snapshot of it for itself, the group with the last of them.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deletesnapshotgroup
"""

from ..errors import ApiError
from ..params import Params
from ..rows import Snapshot, SnapshotGroup
from .action import Action, Context, existing
from .delete_snapshot import refusal_to_delete
from .describe_snapshot_groups import members


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"OperationProgressSet": {"OperationProgress": [...]}}`, what became of each snapshot."""
    group_id = params.required("SnapshotGroupId")
    state = context.state
    told = []
    with state.transaction():
        group = existing(context, SnapshotGroup, group_id, "SnapshotGroupId")
        for snapshot in members(state, group):
            refused = refusal_to_delete(state, snapshot, force=False)
            if refused is None:
                state.remove(Snapshot, snapshot.id)
            told.append(_outcome(snapshot, refused))
    return {"OperationProgressSet": {"OperationProgress": told}}


def _outcome(snapshot: Snapshot, refused: ApiError | None) -> dict[str, object]:
    return {
        "OperationStatus": "Failed" if refused else "Success",
        "ErrorCode": refused.code if refused else "",
        "ErrorMsg": refused.message if refused else "",
        "RelatedItemSet": {"RelatedItem": [{"Name": "SnapshotId", "Value": snapshot.id}]},
    }


ACTION = Action(
    name="DeleteSnapshotGroup",
    handle=handle,
    supported=frozenset({"SnapshotGroupId"}),
    unsupported=frozenset(),
    region_required=True,
)
