"""The pre-flight checks that look at the snapshots a disk has already."""

from __future__ import annotations

from datetime import datetime

from ecs_snap_cli.core.findings import is_known, no_disk, unreadable
from ecs_snap_cli.core.rules import SNAPSHOT_STATUSES, Rules
from ecs_snap_cli.core.times import duration
from ecs_snap_cli.model import Check, Disk, Facts, Snapshot, Status, Unknown, same_word

_SNAPSHOT_TYPES = frozenset({"user", "auto", "timer"})


def snapshot_limit(facts: Facts, rules: Rules, now: datetime) -> Check:
    """The disk has room for one more snapshot."""
    snapshots = _snapshots("snapshot-limit", facts)
    if isinstance(snapshots, Check):
        return snapshots
    certain, possible = len(snapshots), len(snapshots)
    kind = "snapshots"
    if rules.counts_user_only:
        kind = "manual snapshots"
        certain = sum(same_word(each.snapshot_type, "user") for each in snapshots)
        possible = certain + sum(
            not is_known(each.snapshot_type, _SNAPSHOT_TYPES) for each in snapshots
        )
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
    pending = [each for each in snapshots if same_word(each.status, "progressing")]
    unclear = [each for each in snapshots if not is_known(each.status, SNAPSHOT_STATUSES)]
    category = facts.disk.category if isinstance(facts.disk, Disk) else None
    limit = rules.pending_limit(category)
    if len(pending) >= (limit if category else rules.highest_pending_limit):
        return Check(
            "snapshot-pending",
            Status.FAIL,
            _in_creation(pending, limit),
            "Wait until it is accomplished, then try again.",
            "IncorrectDiskStatus.CreatingSnapshot"
            if limit == 1
            else "QuotaExceed.ConcurrentSnapshotQuota",
        )
    if len(pending) + len(unclear) >= limit:
        seen = (
            _in_creation(pending, limit) if pending else "No snapshot is known to be in creation."
        )
        if unclear:
            ids = ", ".join(_name(each) for each in unclear[:3])
            seen += f" The status of {ids} is not understood."
        return Check(
            "snapshot-pending",
            Status.WARN,
            seen,
            "Look at the disk's snapshots in the console.",
            "IncorrectDiskStatus.CreatingSnapshot",
        )
    if pending:
        return Check("snapshot-pending", Status.PASS, _in_creation(pending, limit))
    return Check("snapshot-pending", Status.PASS, "No snapshot of the disk is in creation.")


def _in_creation(pending: list[Snapshot], limit: int) -> str:
    first = pending[0]
    state = f"{first.progress}% done" if first.progress is not None else "progress unknown"
    if first.remain_seconds is not None and first.remain_seconds > 0:
        state += f", about {duration(first.remain_seconds)} left"
    others = f" and {len(pending) - 1} more" if len(pending) > 1 else ""
    verb = "are" if others else "is"
    return (
        f"Snapshot {_name(first)} ({state}){others} {verb} in creation; "
        f"this disk takes {limit} at once."
    )


def _name(snapshot: Snapshot) -> str:
    return snapshot.snapshot_id or "(without an ID)"


def _snapshots(check_id: str, facts: Facts) -> tuple[Snapshot, ...] | Check:
    if facts.disk is None:
        return no_disk(check_id, None)
    if isinstance(facts.snapshots, Unknown):
        return unreadable(check_id, facts.snapshots)
    return facts.snapshots
