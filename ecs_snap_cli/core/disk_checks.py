"""The pre-flight checks that look at the disk and its instances.

Each takes ``(facts, rules, now)`` and returns one finding; ``now`` is an aware UTC time.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from ecs_snap_cli.core.rules import (
    DATA_LOADING,
    DISK_STATUSES,
    INSTANCE_STATUSES,
    SUPPORTED_CATEGORIES,
    UNSUPPORTED_CATEGORIES,
    Rules,
)
from ecs_snap_cli.core.times import parse_time
from ecs_snap_cli.model import Check, Disk, Facts, Instance, Status, Unknown

NO_SUCH_DISK = "Not checked: there is no such disk."


def is_known(word: str | None, known: frozenset[str]) -> bool:
    """Whether ECS's ``word`` is one of those documented, in any case."""
    return word is not None and word.casefold() in {each.casefold() for each in known}


def shown(word: str | None) -> str:
    """A status as evidence: quoted, or that it is missing."""
    return "no status at all" if not word else f'the status "{word}"'


def unreadable(check_id: str, unknown: Unknown) -> Check:
    """The warning for a fact that ECS did not tell."""
    advice = "The check could not be made: look at this fact in the console."
    if unknown.permission:
        advice = f"Allow {unknown.permission} in the RAM policy so that it can be checked."
    return Check(check_id, Status.WARN, unknown.reason, advice, unknown.code)


def disk_exists(facts: Facts, rules: Rules, now: datetime) -> Check:
    """DescribeDisks knows the disk."""
    if isinstance(facts.disk, Unknown):
        return unreadable("disk-exists", facts.disk)
    if facts.disk is None:
        return Check(
            "disk-exists",
            Status.FAIL,
            f"ECS knows no disk {facts.disk_id} in this region and account.",
            "Check the disk ID, --region and --profile.",
            "InvalidDiskId.NotFound",
        )
    return Check("disk-exists", Status.PASS, "The disk exists.")


def disk_attached(facts: Facts, rules: Rules, now: datetime) -> Check:
    """The disk is In_use on an instance (or, under ``current``, was attached before)."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return _no_disk("disk-attached", disk)
    if not is_known(disk.status, DISK_STATUSES):
        return Check(
            "disk-attached",
            Status.WARN,
            f"ECS reports {shown(disk.status)} for the disk, which is not understood.",
            "Look at the disk in the console.",
        )
    if disk.has_status("In_use"):
        return _attached_to(disk)
    if not disk.has_status("Available"):
        return Check(
            "disk-attached",
            Status.FAIL,
            f"The disk is {disk.status}, not In_use.",
            "Wait until that operation ends, then try again.",
            "IncorrectDiskStatus",
        )
    times = (disk.attached_time, disk.detached_time)
    if not any(times):
        return Check(
            "disk-attached",
            Status.FAIL,
            "The disk is Available and was never attached to an instance.",
            "Attach it to an instance first: a disk that was never attached holds no data.",
            "IncorrectDiskStatus.NeverAttached",
        )
    for time in times:
        if isinstance(time, Unknown):
            return unreadable("disk-attached", time)
    since = f" (detached {disk.detached_time})" if disk.detached_time else ""
    if rules.detached_passes_if_attached_before:
        return Check(
            "disk-attached",
            Status.PASS,
            f"The disk is Available and was attached to an instance before{since}.",
        )
    return Check(
        "disk-attached",
        Status.FAIL,
        f"The disk is Available: it is attached to no instance{since}.",
        "Attach it to an instance that is Running or Stopped.",
        "IncorrectDiskStatus",
    )


def _attached_to(disk: Disk) -> Check:
    if isinstance(disk.instance_ids, Unknown):
        return unreadable("disk-attached", disk.instance_ids)
    if not disk.instance_ids:
        return Check(
            "disk-attached",
            Status.WARN,
            "The disk is In_use, but ECS names no instance that uses it.",
            "Look at the disk's instance in the console.",
        )
    return Check(
        "disk-attached", Status.PASS, f"The disk is In_use on {', '.join(disk.instance_ids)}."
    )


def disk_category(facts: Facts, rules: Rules, now: datetime) -> Check:
    """Disks of this category can be snapshotted at all."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return _no_disk("disk-category", disk)
    if disk.category in UNSUPPORTED_CATEGORIES:
        return Check(
            "disk-category",
            Status.FAIL,
            f"Disks of the category {disk.category} cannot be snapshotted.",
            "Back its data up from within the instance, or move it to a cloud disk.",
            "DiskCategory.OperationNotSupported",
        )
    if disk.category in SUPPORTED_CATEGORIES:
        return Check("disk-category", Status.PASS, f"{disk.category} can be snapshotted.")
    seen = f'the category "{disk.category}"' if disk.category else "no category"
    return Check(
        "disk-category",
        Status.WARN,
        f"ECS reports {seen} for the disk, which this version does not know.",
        "ECS decides; --skip-check disk-category silences this.",
        "DiskCategory.OperationNotSupported",
    )


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
    never = [i for i in found if _is(i, "Stopped") and not i.start_time]
    if never:
        return Check(
            "instance-started",
            rules.never_started,
            "; ".join(f"Instance {i.instance_id} is Stopped and has no StartTime" for i in never)
            + ": it was never started.",
            "Start the instance once, then try again.",
            "IncorrectDiskStatus.NeverUsed",
        )
    return (
        not_known
        or _unclear_start(found)
        or _unclear_status("instance-started", found)
        or Check("instance-started", Status.PASS, "The instance has been started before.")
    )


def _unclear_start(found: tuple[Instance, ...]) -> Check | None:
    for instance in found:
        start = instance.start_time
        if not _is(instance, "Stopped") or (isinstance(start, str) and parse_time(start)):
            continue
        seen = f' ("{start}")' if isinstance(start, str) else ""
        return Check(
            "instance-started",
            Status.WARN,
            f"Instance {instance.instance_id} is Stopped and its StartTime is in no known "
            f"form{seen}.",
            "Make sure in the console that the instance was started once.",
        )
    return None


def instance_lock(facts: Facts, rules: Rules, now: datetime) -> Check:
    """Neither the instance nor the disk is locked for ``security``."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return _no_disk("instance-lock", disk)
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
    security = [who for who, reason in locks if reason.casefold() == "security"]
    others = [(who, reason) for who, reason in locks if reason.casefold() != "security"]
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


def data_loading(facts: Facts, rules: Rules, now: datetime) -> Check:
    """The data of a new disk has had time to load."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return _no_disk("data-loading", disk)
    kind = (disk.disk_type or "").casefold()
    if kind not in ("system", "data"):
        return Check(
            "data-loading",
            Status.WARN,
            "ECS does not say whether this is a system disk or a data disk.",
            "If the disk is new, wait an hour before its first snapshot.",
        )
    if kind == "data" and not disk.source_snapshot_id:
        return Check("data-loading", Status.PASS, "A data disk that was made empty loads no data.")
    created = parse_time(disk.creation_time)
    if created is None:
        return Check(
            "data-loading",
            Status.WARN,
            "The disk's CreationTime "
            + (
                f'is in no known form ("{disk.creation_time}").'
                if disk.creation_time
                else "is missing."
            ),
            "If the disk is new, wait an hour before its first snapshot.",
            "CreateSnapshot.Failed",
        )
    age = now - created
    if age >= DATA_LOADING:
        return Check("data-loading", Status.PASS, f"The disk was created {disk.creation_time}.")
    made = "This system disk" if kind == "system" else "This disk, made from a snapshot,"
    left = math.ceil((DATA_LOADING - age) / timedelta(minutes=1))
    minutes = "1 minute" if left == 1 else f"{left} minutes"
    return Check(
        "data-loading",
        rules.loading_system_disk if kind == "system" else Status.WARN,
        f"{made} was created {disk.creation_time}; its data may still be loading.",
        f"Try again in {minutes}."
        if kind == "system"
        else f"Loading depends on the disk's size; in {minutes} it is an hour old.",
        "CreateSnapshot.Failed",
    )


def _no_disk(check_id: str, disk: Unknown | None) -> Check:
    if disk is None:
        return Check(check_id, Status.SKIP, NO_SUCH_DISK)
    return unreadable(check_id, disk)


def _instances(check_id: str, facts: Facts) -> tuple[tuple[Instance, ...], Check | None]:
    """The instances that the disk is attached to, and the finding for those that are not known."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return (), _no_disk(check_id, disk)
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


def _is(instance: Instance, status: str) -> bool:
    return instance.status is not None and instance.status.casefold() == status.casefold()


def _settled(instance: Instance) -> bool:
    return _is(instance, "Running") or _is(instance, "Stopped")


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
