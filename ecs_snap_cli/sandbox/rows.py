"""What the sandbox keeps: disks, instances, snapshots and what belongs to them, as plain values.

Times are milliseconds since 1970. In the stored form (and in the first state) a negative
time is an age: it is counted back from the moment of reading and so never grows old.
"""

from dataclasses import dataclass

from .regions import REGION_ID, ZONE_ID

Tags = tuple[tuple[str, str], ...]

INSTANCE_STATUSES = ("Pending", "Running", "Starting", "Stopping", "Stopped")
DISK_STATUSES = ("In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting")
LOCK_REASONS = ("financial", "security", "recycling", "dedicatedhostfinancial", "refunded")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One instance that a disk is attached to, and as which device."""

    instance_id: str
    device: str
    attached: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An ECS instance; `started` is None as long as it has never been started.

    `changed` is when it got into a `status` that will end (see moving.py); None is for ever.
    """

    id: str
    status: str
    created: int
    started: int | None
    name: str = ""
    instance_type: str = "ecs.g7.large"
    region: str = REGION_ID
    zone: str = ZONE_ID
    changed: int | None = None
    resource_group_id: str = ""
    locks: tuple[str, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk; `type` is system or data, `size` is in GiB, `attached` the last time it was.

    `changed` is as an instance's; `policies` are the IDs of the automatic snapshot policies that
    it is under.
    """

    id: str
    type: str
    category: str
    status: str
    created: int
    attached: int | None
    detached: int | None = None
    size: int = 40
    name: str = ""
    description: str = ""
    source_snapshot_id: str = ""
    encrypted: bool = False
    attachments: tuple[Attachment, ...] = ()
    region: str = REGION_ID
    zone: str = ZONE_ID
    changed: int | None = None
    resource_group_id: str = ""
    policies: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot; what it is *now* (see progress.py) follows from `created` and `fate`.

    `fate` is how it ends: accomplished, failed, or frozen (it never does). `type` is user
    or auto; `retention_days` None means for ever. A copy names the snapshot and the region that
    it was made of (`source_snapshot_id`, `source_region`), one of a group the group.
    """

    id: str
    disk_id: str
    created: int
    disk_type: str
    disk_category: str
    disk_size: int
    name: str = ""
    description: str = ""
    type: str = "user"
    fate: str = "accomplished"
    encrypted: bool = False
    retention_days: int | None = None
    region: str = REGION_ID
    group_id: str = ""
    source_snapshot_id: str = ""
    source_region: str = ""
    resource_group_id: str = ""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class SnapshotLock:
    """A snapshot's lock in compliance mode; what it is *now* follows from its times (locking.py).

    `id` is the snapshot's. `started` is when its duration begins to count: not before the
    snapshot is accomplished.
    """

    id: str
    created: int
    started: int
    duration_days: int
    cool_off_hours: int
    region: str = REGION_ID


@dataclass(frozen=True, slots=True)
class Image:
    """A custom image; `snapshot_id` is the snapshot that its system disk was made of."""

    id: str
    snapshot_id: str
    created: int
    size: int
    name: str = ""
    description: str = ""
    region: str = REGION_ID
    resource_group_id: str = ""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class SnapshotGroup:
    """Snapshots of several disks of one instance, taken at once; they name it themselves."""

    id: str
    instance_id: str
    created: int
    name: str = ""
    description: str = ""
    region: str = REGION_ID
    resource_group_id: str = ""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """An automatic snapshot policy; the disks under it name it themselves.

    `time_points` are hours of the day, `weekdays` 1 (Monday) to 7. `retention_days` None means
    for ever. `next_fire` is when it makes snapshots next, None for one that no disk is under.
    """

    id: str
    created: int
    time_points: tuple[int, ...]
    weekdays: tuple[int, ...]
    retention_days: int | None
    next_fire: int | None = None
    name: str = ""
    region: str = REGION_ID
    resource_group_id: str = ""
    tags: Tags = ()
