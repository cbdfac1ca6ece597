"""DescribeAutoSnapshotPolicyEx.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeautosnapshotpolicyex
"""

import json
from collections.abc import Iterable

from ..conditions import equal, listed, tagged
from ..paging import MAX_PAGE_SIZE, NUMBER_PARAMETERS
from ..params import Params
from ..rows import Disk, Policy
from ..state import State
from ..times import second_form
from .action import ANY_TAG_PAIRS, Action, Context, tags_shape
from .listing import list_page


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"AutoSnapshotPolicies": {"AutoSnapshotPolicy": [...]}}` and the page, the newest first."""
    where = [
        equal("id", params.text("AutoSnapshotPolicyId")),
        equal("name", params.text("AutoSnapshotPolicyName")),
        equal("resource_group_id", params.text("ResourceGroupId")),
        *tagged(params.tags()),
    ]
    page, paging = list_page(
        context, params, Policy, where, action=ACTION.name, max_results=MAX_PAGE_SIZE
    )
    shapes = [_shape(context.state, policy) for policy in page]
    return {
        **{field: paging[field] for field in ("TotalCount", "PageNumber", "PageSize")},
        "AutoSnapshotPolicies": {"AutoSnapshotPolicy": shapes},
    }


def _shape(state: State, policy: Policy) -> dict[str, object]:
    disks = state.count(Disk, [equal("region", policy.region), listed("policies", policy.id)])
    return {
        "AutoSnapshotPolicyId": policy.id,
        "AutoSnapshotPolicyName": policy.name,
        "RegionId": policy.region,
        "CreationTime": second_form(policy.created),
        "TimePoints": _numbers(policy.time_points),
        "RepeatWeekdays": _numbers(policy.weekdays),
        "RetentionDays": -1 if policy.retention_days is None else policy.retention_days,
        "Status": "Normal",
        "Type": "Custom",
        "AssociationType": "AssociatedWithDisk",
        "DiskNums": disks,
        "VolumeNums": 0,
        "EnableCrossRegionCopy": False,
        "TargetCopyRegions": "[]",
        "CopiedSnapshotsRetentionDays": -1,
        "CopyEncryptionConfiguration": {"Encrypted": False, "KMSKeyId": ""},
        "ResourceGroupId": policy.resource_group_id,
        "Tags": tags_shape(policy.tags),
    }


def _numbers(values: Iterable[int]) -> str:
    """Such as `["1","7"]`, a text of JSON within the answer."""
    return json.dumps([str(value) for value in values], separators=(",", ":"))


ACTION = Action(
    name="DescribeAutoSnapshotPolicyEx",
    handle=handle,
    supported=NUMBER_PARAMETERS
    | ANY_TAG_PAIRS
    | {"AutoSnapshotPolicyId", "AutoSnapshotPolicyName", "ResourceGroupId"},
    unsupported=frozenset(),
    region_required=True,
)
