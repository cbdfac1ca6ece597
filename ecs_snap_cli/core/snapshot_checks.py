"""The pre-flight checks that look at the snapshots a disk has already."""

from __future__ import annotations

from datetime import datetime

from ecs_snap_cli.core.findings import no_disk, unreadable
from ecs_snap_cli.core.rules import Rules
from ecs_snap_cli.core.times import duration
from ecs_snap_cli.model import Check, Disk, Facts, Status, Tally, Unknown


def snapshot_limit(facts: Facts, rules: Rules, now: datetime) -> Check:
    """The disk has room for one more snapshot."""
    snapshots = _snapshots("snapshot-limit", facts)
    if isinstance(snapshots, Check):
        return snapshots
    certain = possible = snapshots.total
    kind = "snapshots"
    if rules.counts_user_only:
        kind = "manual snapshots"
        certain = snapshots.manual
        possible = certain + snapshots.of_odd_type
    if certain == 1:
        kind = kind.removesuffix("s")
    seen = f"The disk has {certain:,} {kind}; the limit is {rules.snapshot_limit:,}."
    if certain >= rules.snapshot_limit:
        return Check(
            "snapshot-limit",
            Status.FAIL,
            seen,
            "Delete snapshots that are no longer needed, or give your own quota with "
            "--snapshot-limit.",
            "QuotaExceed.Snapshot",
        )
    if possible >= rules.snapshot_limit:
        return Check(
            "snapshot-limit",
            Status.WARN,
            f"{seen} It has {possible - certain:,} more of a type that is not understood.",
            "Look at the disk's snapshots in the console.",
            "QuotaExceed.Snapshot",
        )
    if rules.snapshot_limit_warns_from is not None and possible >= rules.snapshot_limit_warns_from:
        return Check(
            "snapshot-limit",
            Status.WARN,
            f"{seen} ECS's pages disagree from {rules.snapshot_limit_warns_from:,} on.",
            "Delete old snapshots soon; --snapshot-limit sets the quota of your account.",
            "QuotaExceed.Snapshot",
        )
    return Check("snapshot-limit", Status.PASS, seen)


def snapshot_pending(facts: Facts, rules: Rules, now: datetime) -> Check:
    """No earlier snapshot in creation stands in the way."""
    snapshots = _snapshots("snapshot-pending", facts)
    if isinstance(snapshots, Check):
        return snapshots
    category = facts.disk.category if isinstance(facts.disk, Disk) else None
    limit = rules.pending_limit(category)
    if snapshots.pending >= (limit if category else rules.highest_pending_limit):
        return Check(
            "snapshot-pending",
            Status.FAIL,
            _in_creation(snapshots, limit),
            "Wait until it is accomplished, then try again.",
            "IncorrectDiskStatus.CreatingSnapshot"
            if limit == 1
            else "QuotaExceed.ConcurrentSnapshotQuota",
        )
    if snapshots.pending + snapshots.unclear >= limit:
        seen = _in_creation(snapshots, limit)
        if snapshots.unclear:
            ids = ", ".join(snapshots.unclear_ids)
            seen += f" The status of {ids} is not understood."
        return Check(
            "snapshot-pending",
            Status.WARN,
            seen,
            "Look at the disk's snapshots in the console.",
            "IncorrectDiskStatus.CreatingSnapshot",
        )
    return Check("snapshot-pending", Status.PASS, _in_creation(snapshots, limit))


def _in_creation(snapshots: Tally, limit: int) -> str:
    first = snapshots.first_pending
    if first is None:
        known = "is known to be" if snapshots.unclear else "of the disk is"
        return f"No snapshot {known} in creation."
    state = f"{first.progress}% done" if first.progress is not None else "progress unknown"
    if first.remain_seconds is not None and first.remain_seconds > 0:
        state += f", about {duration(first.remain_seconds)} left"
    others = f" and {snapshots.pending - 1} more" if snapshots.pending > 1 else ""
    verb = "are" if others else "is"
    return (
        f"Snapshot {first.snapshot_id or '(without an ID)'} ({state}){others} {verb} in creation; "
        f"this disk takes {limit} at once."
    )


def _snapshots(check_id: str, facts: Facts) -> Tally | Check:
    if facts.disk is None:
        return no_disk(check_id, None)
    if isinstance(facts.snapshots, Unknown):
        return unreadable(check_id, facts.snapshots)
    return facts.snapshots
