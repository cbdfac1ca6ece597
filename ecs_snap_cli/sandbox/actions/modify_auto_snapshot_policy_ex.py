"""ModifyAutoSnapshotPolicyEx: for the disks under it at once, for snapshots that are there never.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-modifyautosnapshotpolicyex
"""

from dataclasses import replace

from ..params import Params
from ..schedule import next_firing
from .action import Action, Context
from .policies import COPIED_IF_TRUE, NOT_COPIED, TERMS, policy_to_change, with_terms


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer."""
    state = context.state
    with state.transaction():
        policy = with_terms(policy_to_change(context, params), params)
        if policy.next_fire is not None:
            policy = replace(policy, next_fire=next_firing(policy, state.now()))
        state.replace(policy)
    return {}


ACTION = Action(
    name="ModifyAutoSnapshotPolicyEx",
    handle=handle,
    supported=(TERMS - {"AssociationType"}) | {"autoSnapshotPolicyId"},
    unsupported=NOT_COPIED - {"StorageLocationArn"},
    only_false=COPIED_IF_TRUE,
    region_required=True,
    region_parameter="regionId",
)
