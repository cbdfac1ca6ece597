"""What a check may say of given answers, by the documentation and not by the program.

``may_pass`` and ``may_fail`` hold, for each check, what has to be there in words and shapes that
ECS documents. Anything else has to warn, or the check does not apply.
"""

from __future__ import annotations

from typing import Any

from tests.unit.spoiled import MOVING, OLD_TIMES, YOUNG_TIMES

# Instead of either rule set's own figure, so that one more record reaches it.
SNAPSHOT_LIMITS = {"documented": 4, "current": 3}
Bodies = dict[str, Any]
Record = dict[str, Any]

CLOUD = ("cloud", "cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud_auto")
LOCAL = ("ephemeral", "local_ssd_pro")
NEITHER = ("Pending", "Starting", "Stopping")


def may_pass(check: str, bodies: Bodies, rules: str) -> bool:
    """Whether every fact that the check needs is there, is understood and speaks for the disk."""
    if check in ("snapshot-limit", "snapshot-pending"):
        return _snapshots_pass(check, bodies, rules)
    disks = _named(bodies["DescribeDisks"], "Disks", "Disk", "DiskId", "d-1")
    return bool(disks) and all(_disk_passes(check, disk, bodies, rules) for disk in disks)


def may_fail(check: str, bodies: Bodies, rules: str) -> bool:
    """Whether something that is understood speaks against the disk."""
    body = bodies["DescribeDisks"]
    disks = _named(body, "Disks", "Disk", "DiskId", "d-1")
    instances = _listed(bodies["DescribeInstances"], "Instances", "Instance") or []
    snapshots = _by_id(bodies)
    match check:
        case "disk-exists":
            more = body.get("NextToken") or _count(body.get("TotalCount"))
            return _listed(body, "Disks", "Disk") == [] and not more
        case "disk-attached":
            return any(_is(disk.get("Status"), "Available", *MOVING) for disk in disks)
        case "disk-category":
            return any(disk.get("Category") in LOCAL for disk in disks)
        case "instance-status":
            return any(_is(each.get("Status"), *NEITHER) for each in instances)
        case "instance-started":
            stopped = [each for each in instances if _is(each.get("Status"), "Stopped")]
            return any(each.get("StartTime") in (None, "") for each in stopped)
        case "instance-lock":
            return any("security" in (_locks(each) or []) for each in [*disks, *instances])
        case "snapshot-limit":
            counted = list(snapshots.values())
            if rules == "current":
                counted = [each for each in counted if _all_are(each, "SnapshotType", "user")]
            return len(counted) >= SNAPSHOT_LIMITS[rules]
        case "snapshot-pending":
            return any(_all_are(each, "Status", "progressing") for each in snapshots.values())
    young = [disk for disk in disks if disk.get("CreationTime") in YOUNG_TIMES]
    return any(_is(disk.get("Type"), "system") for disk in young)


def _disk_passes(check: str, disk: Record, bodies: Bodies, rules: str) -> bool:
    times = [disk.get(name) for name in ("AttachedTime", "DetachedTime")]
    attached = _attached_to(disk)
    detached = attached == [] and _is(disk.get("Status"), "Available", *MOVING)
    match check:
        case "disk-exists":
            return True
        case "disk-attached":
            before = any(time in OLD_TIMES + YOUNG_TIMES for time in times)
            if rules == "current" and before and _is(disk.get("Status"), "Available"):
                return True
            return bool(attached) and _is(disk.get("Status"), "In_use")
        case "disk-category":
            return disk.get("Category") in CLOUD
        case "data-loading":
            if _is(disk.get("Type"), "data") and disk.get("SourceSnapshotId") in (None, ""):
                return True
            return _is(disk.get("Type"), "system", "data") and disk.get("CreationTime") in OLD_TIMES
        case "instance-lock":
            owners = [disk] if detached else [disk, *_instances(bodies, attached)]
            harmless = set()
            if rules == "current" and _is(disk.get("Status"), "Available", *MOVING):
                harmless = {"security"}
            reasons = [_locks(each) for each in owners]
            if not detached and len(owners) == 1:
                return False
            return all(each is not None and set(each) <= harmless for each in reasons)
    found = _instances(bodies, attached)
    if check == "instance-status":
        return bool(found) and _all_are(found, "Status", "Running", "Stopped")
    return bool(found) and all(_has_started(each) for each in found)


def _has_started(instance: Record) -> bool:
    if _is(instance.get("Status"), "Stopped"):
        return instance.get("StartTime") in OLD_TIMES + YOUNG_TIMES
    return _is(instance.get("Status"), "Running", *NEITHER)


def _snapshots_pass(check: str, bodies: Bodies, rules: str) -> bool:
    body = bodies["DescribeSnapshots"]
    rows = _listed(body, "Snapshots", "Snapshot")
    if rows is None or body.get("NextToken") not in (None, ""):
        return False
    if _count(body.get("TotalCount")) > len(rows):
        return False
    snapshots = _by_id(bodies).values()
    if any(_is_of_another_disk(copies) for copies in snapshots):
        return False
    if check == "snapshot-limit":
        automatic = ("auto", "timer") if rules == "current" else ()
        counted = [each for each in snapshots if not _all_are(each, "SnapshotType", *automatic)]
        return len(counted) < SNAPSHOT_LIMITS[rules]
    pending = [each for each in snapshots if not _all_are(each, "Status", "accomplished", "failed")]
    disks = _named(bodies["DescribeDisks"], "Disks", "Disk", "DiskId", "d-1")
    many = rules == "current" and all(disk.get("Category") == "cloud_essd" for disk in disks)
    return len(pending) < (10 if many and disks else 1)


def _is_of_another_disk(copies: list[Record]) -> bool:
    """One whose records disagree on it is counted, and so stands in the way if anything."""
    first, *others = [each.get("SourceDiskId") for each in copies]
    return _text(first) not in ("", "d-1") and all(each == first for each in others)


def _all_are(copies: list[Record], field: str, *known: str) -> bool:
    return all(_is(each.get(field), *known) for each in copies)


def _is(value: object, *known: str) -> bool:
    """One of ECS's words, in any case of ASCII letters."""
    words = {each.lower() for each in known}
    return isinstance(value, str) and value.isascii() and value.lower() in words


def _text(value: object) -> str:
    """A text, or a number as one; empty for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, str) else ""


def _count(value: object) -> int:
    """A number that counts something; 0 for anything else."""
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _listed(body: Any, outer: str, inner: str) -> list[Record] | None:
    """The records; none where ECS leaves the list or all around it out."""
    if not isinstance(body, dict):
        return None
    wrapper = {} if body.get(outer) is None else body[outer]
    if not isinstance(wrapper, dict):
        return None
    items = [] if wrapper.get(inner) is None else wrapper[inner]
    if isinstance(items, list) and all(isinstance(item, dict) for item in items):
        return items
    return None


def _named(body: Any, outer: str, inner: str, id_field: str, wanted: str) -> list[Record]:
    rows = _listed(body, outer, inner) or []
    return [row for row in rows if _text(row.get(id_field)) == wanted]


def _by_id(bodies: Bodies) -> dict[object, list[Record]]:
    """The records of each snapshot; one without an ID is a snapshot of its own."""
    found: dict[object, list[Record]] = {}
    rows = _listed(bodies["DescribeSnapshots"], "Snapshots", "Snapshot") or []
    for number, row in enumerate(rows):
        found.setdefault(_text(row.get("SnapshotId")) or number, []).append(row)
    return found


def _attached_to(disk: Record) -> list[str] | None:
    """The instances that the disk names; ``None`` where one of them is not understood."""
    single = disk.get("InstanceId")
    named = [] if single in (None, "") else [_text(single)]
    wrapper = disk.get("Attachments")
    if wrapper is not None and not isinstance(wrapper, dict):
        return None
    if wrapper and wrapper.get("Attachment") is not None:
        rows = _listed({"Attachments": wrapper}, "Attachments", "Attachment")
        if rows is None:
            return None
        named += [_text(row.get("InstanceId")) for row in rows]
    return named if all(named) else None


def _instances(bodies: Bodies, attached: list[str] | None) -> list[Record]:
    """Every record of every instance; none at all where one is left out."""
    body = bodies["DescribeInstances"]
    found = [_named(body, "Instances", "Instance", "InstanceId", each) for each in attached or []]
    return [record for records in found for record in records] if all(found) else []


def _locks(owner: Record) -> list[str] | None:
    """The lock reasons in lower case; ``None`` where they are not understood."""
    locks = owner.get("OperationLocks")
    if locks is None or locks == {}:
        return []
    lists = ("LockReason", "OperationLock")
    if not isinstance(locks, dict) or not set(lists) & set(locks):
        return None
    reasons: list[str] = []
    for name in lists:
        rows = _listed({"Locks": locks}, "Locks", name) if locks.get(name) is not None else []
        if rows is None or not all(_text(row.get("LockReason")) for row in rows):
            return None
        reasons += [_text(row["LockReason"]).lower() for row in rows]
    return reasons
