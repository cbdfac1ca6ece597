"""The pre-flight checks that look at the instances a disk is attached to.

Each takes ``(facts, rules, now)`` and returns one finding; ``now`` is an aware UTC time. Of a
multi-attach disk what is known is judged first: one bad instance refuses, whatever is not known
of the others.
"""

from __future__ import annotations

from datetime import datetime

from ecs_snap_cli.core.findings import is_known, no_disk, shown, unreadable
from ecs_snap_cli.core.rules import DISK_STATUSES, INSTANCE_STATUSES, Rules
from ecs_snap_cli.core.times import past_time
from ecs_snap_cli.model import Check, Disk, Facts, Instance, Status, Unknown, same_word


def instance_status(facts: Facts, rules: Rules, now: datetime) -> Check:
    """Every instance that the disk is attached to is Running or Stopped."""
    found, not_known = _instances("instance-status", facts)
    wrong = [i for i in found if is_known(i.status, INSTANCE_STATUSES) and not _settled(i)]
    if wrong:
        return Check(
            "instance-status",
            Status.FAIL,
            "; ".join(f"Instance {i.instance_id} is {i.status}" for i in wrong)
            + ", neither Running nor Stopped.",
            "Wait until it is Running or Stopped, then try again.",
            "IncorrectInstanceStatus",
        )
    return (
        not_known
        or _unclear_status("instance-status", found)
        or Check(
            "instance-status",
            Status.PASS,
            "; ".join(f"Instance {i.instance_id} is {i.status}" for i in found) + ".",
        )
    )


def instance_started(facts: Facts, rules: Rules, now: datetime) -> Check:
    """No instance that the disk is attached to is Stopped without ever having been started."""
    found, not_known = _instances("instance-started", facts)
    never = [i for i in found if same_word(i.status, "Stopped") and not i.start_time]
    if never:
        return Check(
            "instance-started",
            rules.never_started,
            "; ".join(f"Instance {i.instance_id} is Stopped and has no StartTime" for i in never)
            + ": it was never started.",
            "Start the instance once, then try again."
            if rules.never_started is Status.FAIL
            else "If ECS refuses, start the instance once and try again.",
            "IncorrectDiskStatus.NeverUsed",
        )
    return (
        not_known
        or _unclear_start(found, now)
        or _unclear_status("instance-started", found)
        or Check("instance-started", Status.PASS, "No instance waits for its first start.")
    )


def _unclear_start(found: tuple[Instance, ...], now: datetime) -> Check | None:
    for instance in found:
        start = instance.start_time
        if not same_word(instance.status, "Stopped"):
            continue
        if past_time(start, now):
            continue
        seen = f' ("{start}")' if isinstance(start, str) else ""
        return Check(
            "instance-started",
            Status.WARN,
            f"Instance {instance.instance_id} is Stopped; its StartTime is not understood{seen}.",
            "Make sure in the console that the instance was started once.",
        )
    return None


def instance_lock(facts: Facts, rules: Rules, now: datetime) -> Check:
    """Neither the instance nor the disk is locked for ``security``."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return no_disk("instance-lock", disk)
    found, not_known = _instances("instance-lock", facts)
    locks: list[tuple[str, str]] = []
    unclear = [] if not_known is None or not_known.status is Status.SKIP else [not_known]
    owners = [(f"Disk {disk.disk_id}", disk.lock_reasons)]
    owners += [(f"Instance {each.instance_id}", each.lock_reasons) for each in found]
    for owner, reasons in owners:
        if isinstance(reasons, Unknown):
            unclear.append(unreadable("instance-lock", reasons))
        else:
            locks += [(owner, reason) for reason in reasons]
    return _judge_locks(disk, locks, unclear, rules)


def _judge_locks(
    disk: Disk, locks: list[tuple[str, str]], unclear: list[Check], rules: Rules
) -> Check:
    security = [who for who, reason in locks if same_word(reason, "security")]
    others = [(who, reason) for who, reason in locks if not same_word(reason, "security")]
    carries = f'{" and ".join(security)} carries the lock reason "security"'
    if security and (disk.has_status("In_use") or not rules.lock_counts_only_in_use):
        return Check(
            "instance-lock",
            Status.FAIL,
            f"{carries}.",
            "Settle the security matter with Alibaba Cloud; the lock is lifted then.",
            "InstanceLockedForSecurity",
        )
    if security and not is_known(disk.status, DISK_STATUSES):
        seen = shown(disk.status)
        return unreadable(
            "instance-lock",
            Unknown(f"{carries}; with {seen} of the disk it is not known whether that counts."),
        )
    if unclear:
        return unclear[0]
    if others:
        return Check(
            "instance-lock",
            Status.WARN,
            "; ".join(f'{who} carries the lock reason "{reason}"' for who, reason in others) + ".",
            "It does not stop a snapshot, but look into it soon: locked resources get released.",
        )
    if security:
        return Check(
            "instance-lock",
            Status.PASS,
            f"{carries}, which stops a snapshot only while the disk is In_use.",
        )
    return Check("instance-lock", Status.PASS, "No lock on the disk or its instance.")


def _instances(check_id: str, facts: Facts) -> tuple[tuple[Instance, ...], Check | None]:
    """The instances that the disk is attached to, and the finding for those that are not known."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return (), no_disk(check_id, disk)
    if isinstance(disk.instance_ids, Unknown):
        return (), unreadable(check_id, disk.instance_ids)
    if not disk.instance_ids:
        if disk.has_status("In_use") or not is_known(disk.status, DISK_STATUSES):
            return (), unreadable(check_id, Unknown("ECS names no instance that uses the disk."))
        return (), Check(check_id, Status.SKIP, "The disk is attached to no instance.")
    if isinstance(facts.instances, Unknown):
        return (), unreadable(check_id, facts.instances)
    known = tuple(facts.instances[each] for each in disk.instance_ids if each in facts.instances)
    left_out = [each for each in disk.instance_ids if each not in facts.instances]
    if not left_out:
        return known, None
    return known, unreadable(
        check_id,
        Unknown(
            f"DescribeInstances leaves out {', '.join(left_out)}, as it does for a caller "
            "who may not see the instance.",
            permission="ecs:DescribeInstances",
        ),
    )


def _settled(instance: Instance) -> bool:
    return same_word(instance.status, "Running") or same_word(instance.status, "Stopped")


def _unclear_status(check_id: str, instances: tuple[Instance, ...]) -> Check | None:
    for instance in instances:
        if not is_known(instance.status, INSTANCE_STATUSES):
            return Check(
                check_id,
                Status.WARN,
                f"ECS reports {shown(instance.status)} for instance {instance.instance_id}, "
                "which is not understood.",
                "Look at the instance in the console.",
            )
    return None
