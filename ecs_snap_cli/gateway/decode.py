"""ECS's answers as model values; nothing in an answer is trusted to have its documented shape.

What is absent or null is read as empty, as ECS means it; what has another shape is ``Unknown``
(or ``None`` for a single field), never guessed.
"""

from __future__ import annotations

import re
from typing import Any

from ecs_snap_cli.model import Disk, Instance, JsonObject, Snapshot, Unknown

# DescribeInstances refuses a call that names anything else.
_INSTANCE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def listing(body: JsonObject, outer: str, inner: str | None) -> list[JsonObject] | Unknown:
    """The records of a Describe call; ECS may leave an empty list out, but not a full one."""
    found = records(body, outer, inner)
    count = whole(body.get("TotalCount")) or 0
    if found == [] and count > 0 and _unwrapped(body.get(outer), inner) is None:
        return Unknown(f"ECS's answer counts {count:,} {outer}, but lists none.")
    return found


def records(record: JsonObject, outer: str, inner: str | None) -> list[JsonObject] | Unknown:
    """The list in ``{"Disks": {"Disk": [...]}}``; empty where either level is left out.

    Without ``inner`` the list is not wrapped.
    """
    items = _unwrapped(record.get(outer), inner)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return Unknown(f"ECS's answer holds {outer} in a form that is not understood.")
    return items


def _unwrapped(wrapper: Any, inner: str | None) -> Any:
    """The list in a wrapper, or what is there instead; ``None`` where either is left out."""
    if inner is None or wrapper is None:
        return wrapper
    return wrapper.get(inner) if isinstance(wrapper, dict) else "no wrapper"


def agreed(first: JsonObject, later: JsonObject) -> JsonObject:
    """A record that came twice: what its two copies say of a field differently is not known."""
    differing = {name for name in first | later if first.get(name) != later.get(name)}
    return later | dict.fromkeys(differing)


def disk(record: JsonObject) -> Disk:
    """A disk of DescribeDisks."""
    return Disk(
        disk_id=text(record.get("DiskId")) or "",
        status=text(record.get("Status")),
        category=text(record.get("Category")),
        disk_type=text(record.get("Type")),
        creation_time=text(record.get("CreationTime")),
        attached_time=_text_if_any(record, "AttachedTime"),
        detached_time=_text_if_any(record, "DetachedTime"),
        source_snapshot_id=_text_if_any(record, "SourceSnapshotId"),
        instance_ids=_attached_to(record),
        lock_reasons=_lock_reasons(record.get("OperationLocks"), "disk"),
    )


def instance(record: JsonObject) -> Instance:
    """An instance of DescribeInstances."""
    return Instance(
        instance_id=text(record.get("InstanceId")) or "",
        status=text(record.get("Status")),
        start_time=_text_if_any(record, "StartTime"),
        lock_reasons=_lock_reasons(record.get("OperationLocks"), "instance"),
    )


def snapshot(record: JsonObject) -> Snapshot:
    """A snapshot of DescribeSnapshots."""
    available = record.get("Available")
    remaining = whole(record.get("RemainTime"))
    return Snapshot(
        snapshot_id=snapshot_id(record),
        status=text(record.get("Status")),
        progress=percent(record.get("Progress")),
        remain_seconds=remaining if remaining is not None and remaining >= 0 else None,
        available=available if isinstance(available, bool) else None,
        snapshot_type=text(record.get("SnapshotType")),
        disk_id=text(record.get("SourceDiskId")),
        name=text(record.get("SnapshotName")),
        description=text(record.get("Description")),
        creation_time=text(record.get("CreationTime")),
        usage=_usage(record),
        tags=tags(record),
        record=record,
    )


def snapshot_id(record: JsonObject) -> str:
    """The ID of a snapshot of DescribeSnapshots; empty where there is none."""
    return text(record.get("SnapshotId")) or ""


def _usage(record: JsonObject) -> str | Unknown | None:
    """What was made of a snapshot; null is what two copies of a record say differently."""
    if "Usage" not in record:
        return None
    understood = text(record["Usage"])
    return Unknown("Usage is not understood.") if understood is None else understood


def tags(record: JsonObject) -> tuple[tuple[str, str], ...] | Unknown:
    """Tags by TagKey and TagValue; a tag without a value has an empty one."""
    found = records(record, "Tags", "Tag")
    odd = Unknown("The tags are in a form that is not understood.")
    if isinstance(found, Unknown):
        return odd
    pairs = []
    for each in found:
        key, value = text(each.get("TagKey")), text(each.get("TagValue", ""))
        if not key or (value is None and each.get("TagValue") is not None):
            return odd
        pairs.append((key, value or ""))
    return tuple(pairs)


def text(value: object) -> str | None:
    """A text, or a number as the text that ECS could have sent; else ``None``."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _text_if_any(record: JsonObject, name: str) -> str | Unknown | None:
    """A text whose absence means something, so that an odd value must not pass for absent."""
    value = record.get(name)
    if value is None:
        return None
    understood = text(value)
    return (
        Unknown(f"{name} is in a form that is not understood.")
        if understood is None
        else understood
    )


def whole(value: object) -> int | None:
    """A whole number of up to 18 digits, sent as a number or as text.

    JSON sets no bound, but arithmetic does: a float holds no 400 digits.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**18 else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return int(value)
    return None


def percent(value: object) -> int | None:
    """``"37%"`` (or 37) as 37; ``None`` for anything outside 0-100."""
    number = whole(value[:-1] if isinstance(value, str) and value.endswith("%") else value)
    return number if number is not None and 0 <= number <= 100 else None


def _attached_to(record: JsonObject) -> tuple[str, ...] | Unknown:
    """InstanceId, and for a multi-attach disk, where that is empty, its Attachments."""
    found: list[str] = []
    single = record.get("InstanceId")
    if single not in (None, ""):
        each = _instance_id(single)
        if each is None:
            return Unknown("The disk's InstanceId is in a form that is not understood.")
        found.append(each)
    attachments = records(record, "Attachments", "Attachment")
    if isinstance(attachments, Unknown):
        return Unknown("The disk's Attachments are in a form that is not understood.")
    for attachment in attachments:
        each = _instance_id(attachment.get("InstanceId"))
        if each is None:
            return Unknown("One of the disk's Attachments names no instance.")
        found.append(each)
    return tuple(dict.fromkeys(found))


def _instance_id(value: object) -> str | None:
    found = text(value)
    return found if found is not None and _INSTANCE_ID.fullmatch(found) else None


def _lock_reasons(locks: Any, owner: str) -> tuple[str, ...] | Unknown:
    """Lock reasons: instances call the list LockReason, disks OperationLock."""
    if locks is None:
        return ()
    odd = Unknown(f"The {owner}'s OperationLocks are in a form that is not understood.")
    if not isinstance(locks, dict):
        return odd
    lists = [locks[name] for name in ("LockReason", "OperationLock") if name in locks]
    if locks and not lists:
        return odd
    found: list[str] = []
    for entries in lists:
        if entries is None:
            continue
        if not isinstance(entries, list):
            return odd
        for entry in entries:
            reason = text(entry.get("LockReason")) if isinstance(entry, dict) else None
            if not reason:
                return odd
            found.append(reason)
    return tuple(found)
