"""The first state: one disk for each outcome of CreateSnapshot, and nothing else wrong with it."""

from dataclasses import replace
from typing import Any

from .rows import Attachment, Disk, Instance, Snapshot
from .times import DAY, HOUR, MINUTE, SECOND, WEEK

REGION_ID = "cn-hangzhou"
ZONE_ID = "cn-hangzhou-i"

_TAGS = (("env", "sandbox"), ("team", "storage"))


def first_state(now: int) -> tuple[list[Instance], list[Disk], list[Snapshot]]:
    """The rows as of `now` (milliseconds since 1970), in no particular order."""
    base = now - now % SECOND
    created, started, attached = base - 6 * WEEK, base - 5 * WEEK, base - 6 * WEEK + MINUTE

    def instance(suffix: str, **changes: Any) -> Instance:
        healthy = Instance(
            id=f"i-sandbox-{suffix}",
            status="Running",
            created=created,
            started=started,
            name=f"sandbox-{suffix}",
        )
        return replace(healthy, **changes)

    def disk(suffix: str, **changes: Any) -> Disk:
        device = "/dev/xvda" if changes.get("type") == "system" else "/dev/xvdb"
        healthy = Disk(
            id=f"d-sandbox-{suffix}",
            type="data",
            category="cloud_essd",
            status="In_use",
            created=created,
            attached=attached,
            attachments=(Attachment(f"i-sandbox-{suffix}", device, attached),),
            name=f"sandbox-{suffix}",
        )
        return replace(healthy, **changes)

    def snapshot(of: Disk, number: int, age: int, **changes: Any) -> Snapshot:
        suffix = of.id.removeprefix("d-sandbox-")
        plain = Snapshot(
            id=f"s-sandbox-{suffix}-{number}",
            disk_id=of.id,
            created=base - age,
            disk_type=of.type,
            disk_category=of.category,
            disk_size=of.size,
            name=f"sandbox-{suffix}-{number}",
        )
        return replace(plain, **changes)

    # An age, not a date: its data is still being loaded whenever it is looked at.
    loading_since, loading_attached = -10 * MINUTE, -10 * MINUTE + 20 * SECOND
    system = disk("system", category="cloud_efficiency", type="system")
    data = disk("data", size=100, tags=_TAGS)
    full = disk("full")
    pending = disk("pending")
    disks = [
        system,
        data,
        full,
        pending,
        disk("detached", status="Available", detached=base - 3 * WEEK, attachments=()),
        disk("never-attached", status="Available", attached=None, attachments=()),
        disk("local", category="local_ssd_pro", size=894),
        disk("starting"),
        disk("never-started"),
        disk("locked"),
        disk(
            "loading",
            type="system",
            created=loading_since,
            attached=loading_attached,
            attachments=(Attachment("i-sandbox-loading", "/dev/xvda", loading_attached),),
        ),
    ]
    instances = [
        instance("system"),
        instance("data", tags=_TAGS),
        instance("full"),
        instance("pending"),
        instance("local"),
        instance("starting", status="Starting"),
        instance("never-started", status="Stopped", started=None),
        instance("locked", locks=("security",)),
        instance("loading", created=loading_since, started=-9 * MINUTE),
    ]
    snapshots = [
        *(snapshot(system, number, (5 - number) * WEEK) for number in (1, 2, 3)),
        snapshot(data, 1, 3 * WEEK, type="auto", name="auto_sandbox_data"),
        snapshot(data, 2, 2 * WEEK, description="before the upgrade", tags=_TAGS),
        *(snapshot(full, number, 2 * WEEK + (65 - number) * 6 * HOUR) for number in range(1, 65)),
        snapshot(pending, 1, 2 * WEEK + DAY, fate="frozen"),
    ]
    return instances, disks, snapshots
