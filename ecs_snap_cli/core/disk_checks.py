"""The pre-flight checks that look at the disk itself.

Each takes ``(facts, rules, now)`` and returns one finding; ``now`` is an aware UTC time.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from ecs_snap_cli.core.findings import is_known, no_disk, shown, unreadable
from ecs_snap_cli.core.rules import (
    DATA_LOADING,
    DISK_STATUSES,
    SUPPORTED_CATEGORIES,
    UNSUPPORTED_CATEGORIES,
    Rules,
)
from ecs_snap_cli.core.times import past_time
from ecs_snap_cli.model import Check, Disk, Facts, Status, Unknown, same_word

CHECK_THE_ID = "Check the disk ID, --region and --profile."


def no_such_disk(disk_id: str) -> str:
    """That ECS does not have the disk, as a sentence."""
    return f"ECS knows no disk {disk_id} in this region and account."


def disk_exists(facts: Facts, rules: Rules, now: datetime) -> Check:
    """DescribeDisks knows the disk."""
    if isinstance(facts.disk, Unknown):
        return unreadable("disk-exists", facts.disk)
    if facts.disk is None:
        return Check(
            "disk-exists",
            Status.FAIL,
            no_such_disk(facts.disk_id),
            CHECK_THE_ID,
            "InvalidDiskId.NotFound",
        )
    return Check("disk-exists", Status.PASS, "The disk exists.")


def disk_attached(facts: Facts, rules: Rules, now: datetime) -> Check:
    """The disk is In_use on an instance (or, under ``current``, was attached before)."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return no_disk("disk-attached", disk)
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
    detached = disk.detached_time
    since = f" (detached {detached})" if isinstance(detached, str) and detached else ""
    if not rules.detached_passes_if_attached_before:
        return Check(
            "disk-attached",
            Status.FAIL,
            f"The disk is Available: it is attached to no instance{since}.",
            "Attach it to an instance that is Running or Stopped.",
            "IncorrectDiskStatus",
        )
    if not any(past_time(time, now) for time in times):
        return unreadable(
            "disk-attached",
            Unknown("The disk is Available; the time when it was attached is not understood."),
        )
    return Check(
        "disk-attached",
        Status.PASS,
        f"The disk is Available and was attached to an instance before{since}.",
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
        return no_disk("disk-category", disk)
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


def data_loading(facts: Facts, rules: Rules, now: datetime) -> Check:
    """The data of a new disk has had time to load."""
    disk = facts.disk
    if not isinstance(disk, Disk):
        return no_disk("data-loading", disk)
    is_system = same_word(disk.disk_type, "system")
    if not is_system and not same_word(disk.disk_type, "data"):
        return Check(
            "data-loading",
            Status.WARN,
            "ECS does not say whether this is a system disk or a data disk.",
            "If the disk is new, wait an hour before its first snapshot.",
        )
    if not is_system and not disk.source_snapshot_id:
        return Check("data-loading", Status.PASS, "A data disk that was made empty loads no data.")
    created = past_time(disk.creation_time, now)
    if created is None:
        return Check(
            "data-loading",
            Status.WARN,
            "The disk's CreationTime "
            + (
                f'is not understood ("{disk.creation_time}").'
                if disk.creation_time
                else "is missing."
            ),
            "If the disk is new, wait an hour before its first snapshot.",
            "CreateSnapshot.Failed",
        )
    age = now - created
    if age >= DATA_LOADING:
        return Check("data-loading", Status.PASS, f"The disk was created {disk.creation_time}.")
    made = "This system disk" if is_system else "This disk, made from a snapshot,"
    left = math.ceil((DATA_LOADING - age) / timedelta(minutes=1))
    minutes = "1 minute" if left == 1 else f"{left} minutes"
    return Check(
        "data-loading",
        rules.loading_system_disk if is_system else Status.WARN,
        f"{made} was created {disk.creation_time}; its data may still be loading.",
        f"Try again in {minutes}."
        if is_system
        else f"Loading depends on the disk's size; in {minutes} it is an hour old.",
        "CreateSnapshot.Failed",
    )
