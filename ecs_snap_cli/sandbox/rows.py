"""What the sandbox keeps: disks, instances, snapshots, their locks and images as plain values.

Times are milliseconds since 1970. In the stored form (and in the first state) a negative
time is an age: it is counted back from the moment of reading and so never grows old.
"""

from dataclasses import dataclass

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """One instance that a disk is attached to, and as which device."""

    instance_id: str
    device: str
    attached: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An ECS instance; `started` is None as long as it has never been started."""

    id: str
    status: str
    created: int
    started: int | None
    name: str = ""
    instance_type: str = "ecs.g7.large"
    locks: tuple[str, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk; `type` is system or data, `size` is in GiB, `attached` the last time it was."""

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
    locks: tuple[str, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot; what it is *now* (see progress.py) follows from `created` and `fate`.

    `fate` is how it ends: accomplished, failed, or frozen (it never does). `type` is user
    or auto; `retention_days` None means for ever.
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
    resource_group_id: str = ""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class SnapshotLock:
    """A snapshot's lock in compliance mode; what it is *now* follows from its times (locking.py).

    `started` is when its duration begins to count: not before the snapshot is accomplished.
    """

    snapshot_id: str
    created: int
    started: int
    duration_days: int
    cool_off_hours: int


@dataclass(frozen=True, slots=True)
class Image:
    """A custom image; `snapshot_id` is the snapshot that its system disk was made of."""

    id: str
    snapshot_id: str
    created: int
    size: int
    name: str = ""
    description: str = ""
    resource_group_id: str = ""
    tags: Tags = ()
