"""CancelAutoSnapshotPolicy.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-cancelautosnapshotpolicy
"""

from ..errors import ApiError
from ..params import Params
from ..rows import Policy
from .action import Action, Context, existing
from .policies import disks_of, put_under


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; without a policy's ID it is the only one of each disk that is meant."""
    policy_id = params.text("autoSnapshotPolicyId")
    with context.state.transaction():
        if policy_id:
            existing(context, Policy, policy_id, "AutoSnapshotPolicyId")
        for disk in disks_of(context, params):
            if not policy_id and len(disk.policies) > 1:
                raise ApiError(
                    403,
                    "OperationDenied.TooManyAutoSnapshotPolicies",
                    f"Several policies apply to the disk {disk.id}; say which one is meant.",
                )
            others = tuple(each for each in disk.policies if policy_id not in ("", each))
            put_under(context, disk, others)
    return {}


ACTION = Action(
    name="CancelAutoSnapshotPolicy",
    handle=handle,
    supported=frozenset({"autoSnapshotPolicyId", "diskIds"}),
    unsupported=frozenset(),
    region_required=True,
    region_parameter="regionId",
)
