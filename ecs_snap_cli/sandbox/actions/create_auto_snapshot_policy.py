"""CreateAutoSnapshotPolicy.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createautosnapshotpolicy
"""

from ..conditions import equal
from ..errors import ApiError
from ..params import Params
from ..regions import REGION_ID
from ..rows import Policy
from .action import ANY_TAG_PAIRS, Action, Context
from .policies import COPIED_IF_TRUE, NOT_COPIED, TERMS, with_terms
from .values import new_id, new_tags, resource_group_id

_MOST_OF_A_REGION = 100


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"AutoSnapshotPolicyId"}`; it does nothing before it is applied to a disk."""
    for name in ("timePoints", "repeatWeekdays", "retentionDays"):
        params.required(name)
    state = context.state
    with state.transaction():
        blank = Policy(
            id=new_id("sp"),
            created=state.now(),
            time_points=(),
            weekdays=(),
            retention_days=None,
            region=context.region or REGION_ID,
            resource_group_id=resource_group_id(params),
            tags=new_tags(params),
        )
        policy = with_terms(blank, params)
        if state.count(Policy, [equal("region", policy.region)]) >= _MOST_OF_A_REGION:
            raise ApiError(
                403,
                "AutoSnapshotPolicy.QuotaExceed",
                f"The region has {_MOST_OF_A_REGION} policies, as many as it may have.",
            )
        state.add(policy)
    return {"AutoSnapshotPolicyId": policy.id}


ACTION = Action(
    name="CreateAutoSnapshotPolicy",
    handle=handle,
    supported=TERMS | ANY_TAG_PAIRS | {"ResourceGroupId"},
    unsupported=NOT_COPIED,
    only_false=COPIED_IF_TRUE,
    region_required=True,
    region_parameter="regionId",
)
