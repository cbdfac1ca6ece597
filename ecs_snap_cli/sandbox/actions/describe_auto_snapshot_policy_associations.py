"""DescribeAutoSnapshotPolicyAssociations: the disks of a policy, or the policies of a disk.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeautosnapshotpolicyassociations
"""

from ..conditions import listed, these
from ..errors import ApiError
from ..paging import TOKEN_PARAMETERS
from ..params import Params
from ..rows import Disk, Policy
from .action import Action, Context, existing
from .listing import list_page

# A MaxResults below 10 counts as 10, one above 100 as 100.
_LEAST, _MOST = 10, 100


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"AutoSnapshotPolicyAssociations": {"AutoSnapshotPolicyAssociation": [...]}}`, NextToken."""
    policy_id, disk_id = params.text("AutoSnapshotPolicyId"), params.text("DiskId")
    both = "AutoSnapshotPolicyId and DiskId"
    if not policy_id and not disk_id:
        code = "MissingParameter.AutoSnapshotPolicyIdOrDiskId"
        raise ApiError(403, code, f"One of {both} is to be given.")
    if policy_id and disk_id:
        code = "ParameterConflict.AutoSnapshotPolicyIdAndDiskId"
        raise ApiError(403, code, f"Only one of {both} is to be given.")
    if policy_id:
        existing(context, Policy, policy_id, "AutoSnapshotPolicyId")
        disks, paging = list_page(
            context,
            params,
            Disk,
            [listed("policies", policy_id)],
            action=ACTION.name,
            max_results=_MOST,
            min_results=_LEAST,
            numbered=False,
        )
        pairs = [(policy_id, disk.id) for disk in disks]
    else:
        disk = existing(context, Disk, disk_id, "DiskId")
        policies, paging = list_page(
            context,
            params,
            Policy,
            [these(disk.policies)],
            action=ACTION.name,
            max_results=_MOST,
            min_results=_LEAST,
            numbered=False,
        )
        pairs = [(policy.id, disk_id) for policy in policies]
    found = [{"AutoSnapshotPolicyId": policy, "DiskId": disk} for policy, disk in pairs]
    return {
        "NextToken": paging["NextToken"],
        "AutoSnapshotPolicyAssociations": {"AutoSnapshotPolicyAssociation": found},
    }


ACTION = Action(
    name="DescribeAutoSnapshotPolicyAssociations",
    handle=handle,
    supported=TOKEN_PARAMETERS | {"AutoSnapshotPolicyId", "DiskId"},
    unsupported=frozenset(),
    region_required=True,
)
