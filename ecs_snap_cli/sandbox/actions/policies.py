"""What the actions of automatic snapshot policies share: their values, and the disks under them."""

import json
from dataclasses import replace

from ..conditions import listed
from ..errors import ApiError, unsupported_parameter
from ..params import Params
from ..rows import Disk, Policy
from ..schedule import next_firing
from .action import Context, existing, find
from .values import legal_name

# What is not acted upon can still be said, as long as it says what is so anyhow.
_DEFAULTS = {
    "AssociationType": ("AssociatedWithDisk",),
    "CopiedSnapshotsRetentionDays": ("-1",),
    "TargetCopyRegions": ("[]",),
}
TERMS = frozenset(_DEFAULTS) | {
    "autoSnapshotPolicyName",
    "repeatWeekdays",
    "retentionDays",
    "timePoints",
}
COPIED_IF_TRUE = frozenset({"CopyEncryptionConfiguration.Encrypted", "EnableCrossRegionCopy"})
NOT_COPIED = frozenset(
    {
        "CopyEncryptionConfiguration.Arn.N.AssumeRoleFor",
        "CopyEncryptionConfiguration.Arn.N.RoleType",
        "CopyEncryptionConfiguration.Arn.N.Rolearn",
        "CopyEncryptionConfiguration.KMSKeyId",
        "StorageLocationArn",
        "TargetTags.N.Key",
        "TargetTags.N.Value",
    }
)


def with_terms(policy: Policy, params: Params) -> Policy:
    """The policy with what the parameters say of its name, its hours and its days."""
    for name, allowed in _DEFAULTS.items():
        if params.text(name) not in ("", *allowed):
            raise unsupported_parameter(name)
    return replace(
        policy,
        name=legal_name(params, "autoSnapshotPolicyName", "InvalidSnapshotPolicyName.Malformed")
        or policy.name,
        time_points=_numbers(params, "timePoints", 0, 23) or policy.time_points,
        weekdays=_numbers(params, "repeatWeekdays", 1, 7) or policy.weekdays,
        retention_days=_retention_days(params)
        if params.text("retentionDays")
        else policy.retention_days,
    )


def policy_to_change(context: Context, params: Params) -> Policy:
    """The policy of `autoSnapshotPolicyId`, in the words of the pages that change or delete it."""
    policy = find(context, Policy, params.required("autoSnapshotPolicyId"))
    if policy is None:
        raise ApiError(404, "ParameterInvalid", "There is none of this autoSnapshotPolicyId.")
    return policy


def disks_of(context: Context, params: Params) -> list[Disk]:
    """The disks of `diskIds`, all of which there are."""
    params.required("diskIds")
    try:
        ids = params.ids("diskIds")
    except ApiError:
        ids = None
    if not ids:
        raise ApiError(403, "ParameterInvalid", "The diskIds are to be a JSON array of disk IDs.")
    return [existing(context, Disk, disk_id, "DiskId") for disk_id in sorted(ids)]


def put_under(context: Context, disk: Disk, policies: tuple[str, ...]) -> None:
    """Have just these policies, by their IDs, apply to the disk."""
    state = context.state
    state.change(disk, policies=policies)
    for policy_id in {*disk.policies} ^ {*policies}:
        if policy := state.find(Policy, policy_id):
            fires = state.has_any((Disk, [listed("policies", policy_id)]))
            if fires != (policy.next_fire is not None):
                hour = next_firing(policy, state.now()) if fires else None
                state.change(policy, next_fire=hour)


def _numbers(params: Params, name: str, least: int, most: int) -> tuple[int, ...]:
    """The numbers of a JSON array such as `["1", "7"]`, sorted; none where it is absent."""
    value = params.text(name)
    if not value:
        return ()
    legal = {str(number): number for number in range(least, most + 1)}
    try:
        given = json.loads(value)
    except (ValueError, RecursionError):
        given = None
    texts = [str(each) for each in given] if isinstance(given, list) else []
    if not texts or not legal.keys() >= set(texts):
        raise ApiError(
            403,
            "ParameterInvalid",
            f"The {name} are to be a JSON array of numbers from {least} to {most}, as strings.",
        )
    return tuple(sorted({legal[text] for text in texts}))


def _retention_days(params: Params) -> int | None:
    days = params.integer("retentionDays")
    if days == -1:
        return None
    if days is None or not 1 <= days <= 65536:
        raise ApiError(403, "ParameterInvalid", "The retentionDays are to be -1 or 1 to 65536.")
    return days
