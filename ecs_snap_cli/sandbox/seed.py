"""The first state: one disk for each outcome of CreateSnapshot, and nothing else wrong with it.

One of them has a history besides: a snapshot for each outcome of DeleteSnapshot.
"""

from dataclasses import replace
from typing import Any

from .rows import Attachment, Disk, Image, Instance, Snapshot, SnapshotLock
from .times import DAY, HOUR, MINUTE, SECOND, WEEK

_TAGS = (("env", "sandbox"), ("team", "storage"))


def first_state(
    now: int,
) -> tuple[list[Instance], list[Disk], list[Snapshot], list[SnapshotLock], list[Image]]:
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
    detached = disk("detached", status="Available", detached=base - 3 * WEEK, attachments=())
    disks = [
        system,
        data,
        full,
        pending,
        detached,
        disk(
            "never-attached",
            status="Available",
            created=base - 5 * WEEK,
            attached=None,
            attachments=(),
            source_snapshot_id="s-sandbox-detached-1",
        ),
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
        # While it was attached, some days apart: of a disk, of an image, locked, then the rest.
        *(snapshot(detached, number, (44 - 3 * number) * DAY) for number in (1, 2, 3)),
        snapshot(detached, 4, 31 * DAY, type="auto", name="auto_sandbox_detached"),
        snapshot(detached, 5, 28 * DAY, fate="failed"),
        *(snapshot(detached, number, (38 - 2 * number) * DAY) for number in (6, 7, 8)),
    ]
    locked_at = base - 34 * DAY
    locks = [SnapshotLock("s-sandbox-detached-3", locked_at, locked_at, 3650, cool_off_hours=24)]
    images = [
        Image(
            id="m-sandbox-detached",
            snapshot_id="s-sandbox-detached-2",
            created=base - 37 * DAY,
            size=detached.size,
            name="sandbox-detached",
        )
    ]
    return instances, disks, snapshots, locks, images
