"""ApplyAutoSnapshotPolicy: one more for disks that others apply to already.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-applyautosnapshotpolicy
"""

from ..errors import ApiError
from ..params import Params
from ..rows import Policy
from ..rules import NO_SNAPSHOT_CATEGORIES
from .action import Action, Context, existing
from .policies import disks_of, put_under

_MOST_OF_A_DISK = 10


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; all of the disks are put under the policy, or none."""
    policy_id = params.required("autoSnapshotPolicyId")
    with context.state.transaction():
        policy = existing(context, Policy, policy_id, "AutoSnapshotPolicyId")
        disks = disks_of(context, params)
        unfit = [disk for disk in disks if disk.category in NO_SNAPSHOT_CATEGORIES]
        if unfit:
            part = "Partof" if len(unfit) < len(disks) else ""
            raise ApiError(
                400,
                f"{part}DiskCategory.OperationNotSupported",
                f"A disk of the category {unfit[0].category} cannot be snapshotted.",
            )
        for disk in disks:
            if policy.id in disk.policies:
                continue
            if len(disk.policies) >= _MOST_OF_A_DISK:
                raise ApiError(
                    403,
                    "QuotaExceed.AppliedAutoSnapshotPolicyQuota",
                    f"{_MOST_OF_A_DISK} policies apply to the disk {disk.id}, as many as may.",
                )
            put_under(context, disk, (*disk.policies, policy.id))
    return {}


ACTION = Action(
    name="ApplyAutoSnapshotPolicy",
    handle=handle,
    supported=frozenset({"autoSnapshotPolicyId", "diskIds"}),
    unsupported=frozenset(),
    region_required=True,
    region_parameter="regionId",
)
