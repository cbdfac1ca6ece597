"""DeleteAutoSnapshotPolicy: its disks are under it no more, their snapshots stay.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deleteautosnapshotpolicy
"""

from ..conditions import listed
from ..params import Params
from ..rows import Disk, Policy
from .action import Action, Context
from .policies import policy_to_change, put_under


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer."""
    state = context.state
    with state.transaction():
        policy = policy_to_change(context, params)
        for disk in list(state.walk(Disk, [listed("policies", policy.id)])):
            put_under(context, disk, tuple(each for each in disk.policies if each != policy.id))
        state.remove(Policy, policy.id)
    return {}


ACTION = Action(
    name="DeleteAutoSnapshotPolicy",
    handle=handle,
    supported=frozenset({"autoSnapshotPolicyId"}),
    unsupported=frozenset(),
    region_required=True,
    region_parameter="regionId",
)
