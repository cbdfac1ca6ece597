"""A fleet of eligible disks beside the first state, to try commands on many of them."""

from .rows import Attachment, Disk, Instance, Snapshot
from .times import MINUTE, SECOND, WEEK

_DEVICES = ("/dev/xvda", "/dev/xvdb", "/dev/xvdc", "/dev/xvdd")
_CATEGORIES = ("cloud_essd", "cloud_ssd", "cloud_efficiency", "cloud_auto", "cloud_essd_entry")
_SIZES_GIB = (40, 100, 200, 500, 1_000, 2_048)
_TAGS = (("fleet", "sandbox"),)


def fleet(now: int, size: int) -> tuple[list[Instance], list[Disk], list[Snapshot]]:
    """`size` disks as of `now` (milliseconds since 1970), their instances and old snapshots.

    A system disk and three data disks share an instance; every other disk has one snapshot.
    """
    base = now - now % SECOND
    created, attached, started = base - 6 * WEEK, base - 6 * WEEK + MINUTE, base - 5 * WEEK
    disks = [_disk(number, created, attached) for number in range(1, size + 1)]
    instances = [
        Instance(
            id=disk.attachments[0].instance_id,
            status="Running",
            created=created,
            started=started,
            name=disk.attachments[0].instance_id.removeprefix("i-"),
            tags=_TAGS,
        )
        for disk in disks[:: len(_DEVICES)]
    ]
    snapshots = [
        Snapshot(
            id=f"{disk.id.replace('d-', 's-', 1)}-1",
            disk_id=disk.id,
            # Not all at once, so that a list of them has an order to keep.
            created=base - 4 * WEEK - place * SECOND,
            disk_type=disk.type,
            disk_category=disk.category,
            disk_size=disk.size,
            name=f"{disk.name}-1",
        )
        for place, disk in enumerate(disks[::2])
    ]
    return instances, disks, snapshots


def _disk(number: int, created: int, attached: int) -> Disk:
    instance, place = divmod(number - 1, len(_DEVICES))
    device = _DEVICES[place]
    return Disk(
        id=f"d-sandbox-fleet-{number:04}",
        type="system" if place == 0 else "data",
        category=_CATEGORIES[number % len(_CATEGORIES)],
        status="In_use",
        created=created,
        attached=attached,
        size=_SIZES_GIB[number % len(_SIZES_GIB)],
        name=f"sandbox-fleet-{number:04}",
        attachments=(Attachment(f"i-sandbox-fleet-{instance + 1:04}", device, attached),),
        tags=_TAGS,
    )
