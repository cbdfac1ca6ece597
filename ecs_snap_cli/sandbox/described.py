"""The rows that the records of a scenario stand for, with defaults that make a healthy whole."""

from collections.abc import Container, Iterable, Mapping

from .entries import Entry
from .passed_over import PASSED_OVER
from .regions import REGION_ID, REGIONS, ZONE_ID
from .rows import (
    DISK_STATUSES,
    INSTANCE_STATUSES,
    LOCK_REASONS,
    Attachment,
    Disk,
    Image,
    Instance,
    Snapshot,
    SnapshotLock,
)
from .times import MINUTE, SECOND, WEEK

# ECS's Status of a snapshot, and how it ends.
_FATES = {"accomplished": "accomplished", "failed": "failed", "progressing": "frozen"}


def instance(entry: Entry) -> Instance:
    """An Instance record."""
    instance_id = entry.identifier("InstanceId")
    created = entry.since("CreationTime", entry.now - 6 * WEEK)
    region = _region(entry)
    return Instance(
        id=instance_id,
        status=entry.choice("Status", INSTANCE_STATUSES, "Running"),
        created=created,
        started=entry.moment("StartTime", min(created + MINUTE, entry.now)),
        # As ECS names one that was given no name.
        name=entry.text("InstanceName", instance_id),
        instance_type=entry.text("InstanceType") or "ecs.g7.large",
        region=region,
        zone=entry.text("ZoneId") or _zone(region),
        resource_group_id=entry.text("ResourceGroupId"),
        locks=_locks(entry, "LockReason"),
        tags=entry.tags(),
    )


def named_instances(described: Container[str], disks: Iterable[Disk], now: int) -> list[Instance]:
    """A running one for each instance that a disk names and that is not described."""
    records = {
        attachment.instance_id: {
            "InstanceId": attachment.instance_id,
            "RegionId": each.region,
            "ZoneId": each.zone,
        }
        for each in disks
        for attachment in each.attachments
        if attachment.instance_id not in described
    }
    return [instance(Entry(name, record, now)) for name, record in records.items()]


def disk(entry: Entry) -> Disk:
    """A Disk record; of no instance it is Available, and never was attached."""
    disk_id = entry.identifier("DiskId")
    kind = entry.choice("Type", ("system", "data"), "data")
    created = entry.since("CreationTime", entry.now - 6 * WEEK)
    attachments = _attachments(entry, kind, min(created + MINUTE, entry.now))
    status = entry.choice("Status", DISK_STATUSES, "In_use" if attachments else "Available")
    if status == ("Available" if attachments else "In_use"):
        belongs = "belongs to an instance" if attachments else "names no instance"
        raise entry.error(f"Status is {status}, but the disk {belongs}")
    region = _region(entry)
    return Disk(
        id=disk_id,
        type=kind,
        category=entry.text("Category") or "cloud_essd",
        status=status,
        created=created,
        # Without an instance or a time of either kind it never was attached.
        attached=entry.moment("AttachedTime", attachments[0].attached if attachments else None),
        detached=entry.moment("DetachedTime", None),
        size=entry.number("Size", 40, least=1),
        name=entry.text("DiskName"),
        description=entry.text("Description"),
        source_snapshot_id=entry.text("SourceSnapshotId"),
        encrypted=entry.flag("Encrypted"),
        attachments=attachments,
        region=region,
        zone=entry.text("ZoneId") or _zone(region),
        resource_group_id=entry.text("ResourceGroupId"),
        locks=_locks(entry, "OperationLock"),
        tags=entry.tags(),
    )


def _attachments(entry: Entry, kind: str, attached: int) -> tuple[Attachment, ...]:
    """Of Attachments, or without any of the disk's own InstanceId and Device."""
    instance_id, device = entry.text("InstanceId"), entry.text("Device")
    usual = "/dev/xvda" if kind == "system" else "/dev/xvdb"
    at = entry.moment("AttachedTime", attached) or attached
    found = []
    for each in entry.records("Attachments", "Attachment"):
        named = each.identifier("InstanceId")
        since = each.since("AttachedTime", at)
        found.append(Attachment(named, each.text("Device") or usual, since))
        each.done()
    if not found and instance_id:
        found.append(Attachment(entry.reference("InstanceId"), device or usual, at))
    if instance_id and instance_id not in [each.instance_id for each in found]:
        raise entry.error("InstanceId is not among the Attachments")
    return tuple(found)


def snapshot(entry: Entry, disks: Mapping[str, Disk]) -> Snapshot:
    """A Snapshot record, of one of `disks` or of a disk that is gone."""
    snapshot_id = entry.identifier("SnapshotId")
    disk_id = entry.reference("SourceDiskId")
    of = disks.get(disk_id)
    return Snapshot(
        id=snapshot_id,
        disk_id=disk_id,
        created=entry.since("CreationTime", entry.now - WEEK),
        disk_type=entry.choice("SourceDiskType", ("system", "data"), of.type if of else "data"),
        disk_category=of.category if of else "cloud_essd",
        disk_size=entry.number("SourceDiskSize", of.size if of else 40, least=1),
        name=entry.text("SnapshotName"),
        description=entry.text("Description"),
        type=entry.choice("SnapshotType", ("user", "auto"), "user"),
        fate=_FATES[entry.choice("Status", _FATES, "accomplished")],
        encrypted=entry.flag("Encrypted"),
        retention_days=entry.integer("RetentionDays", least=1),
        region=_region(entry, of.region if of else REGION_ID),
        source_snapshot_id=entry.text("SourceSnapshotId"),
        source_region=entry.text("SourceRegionId"),
        resource_group_id=entry.text("ResourceGroupId"),
        tags=entry.tags(),
    )


def lock(entry: Entry, snapshots: Mapping[str, Snapshot]) -> SnapshotLock:
    """A LockedSnapshotsInfo record, of one of `snapshots`; without times it begins now."""
    snapshot_id = entry.identifier("SnapshotId")
    locked = snapshots.get(snapshot_id)
    if locked is None:
        raise entry.error("there is no snapshot of this SnapshotId")
    created = entry.since("LockCreationTime", entry.now - entry.now % SECOND)
    return SnapshotLock(
        id=snapshot_id,
        created=created,
        started=entry.since("LockDurationStartTime", created),
        duration_days=entry.number("LockDuration", 1, least=1),
        cool_off_hours=entry.number("CoolOffPeriod", 0),
        region=locked.region,
    )


def image(entry: Entry) -> Image:
    """An Image record, of the snapshot that its DiskDeviceMappings name."""
    image_id = entry.identifier("ImageId")
    mappings = entry.records("DiskDeviceMappings", "DiskDeviceMapping", PASSED_OVER["Mapping"])
    sources = []
    for each in mappings:
        sources.append(each.text("SnapshotId"))
        each.done()
    return Image(
        id=image_id,
        snapshot_id=next(filter(None, sources), ""),
        created=entry.since("CreationTime", entry.now - WEEK),
        size=entry.number("Size", 40, least=1),
        name=entry.text("ImageName"),
        description=entry.text("Description"),
        region=_region(entry),
        resource_group_id=entry.text("ResourceGroupId"),
        tags=entry.tags(),
    )


def _locks(entry: Entry, inner: str) -> tuple[str, ...]:
    found = []
    for each in entry.records("OperationLocks", inner, PASSED_OVER["Lock"]):
        found.append(each.choice("LockReason", LOCK_REASONS))
        each.done()
    return tuple(filter(None, found))


def _region(entry: Entry, default: str = REGION_ID) -> str:
    return entry.choice("RegionId", list(REGIONS), default)


def _zone(region: str) -> str:
    return ZONE_ID if region == REGION_ID else next(iter(REGIONS[region].zones()))
