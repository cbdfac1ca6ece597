"""Reading the facts of one disk in as few round trips as they allow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from ecs_snap_cli.core.tally import tally
from ecs_snap_cli.model import Disk, Facts, Instance, Snapshot, Unknown
from ecs_snap_cli.workflow.background import Task


class Reader(Protocol):
    """The reads that the pre-flight needs; the gateway offers them."""

    def disk(self, disk_id: str) -> Disk | Unknown | None: ...

    def instances(self, instance_ids: tuple[str, ...]) -> Mapping[str, Instance] | Unknown: ...

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown: ...

    @property
    def clock_ahead(self) -> timedelta: ...


def gather(reader: Reader, disk_id: str) -> Facts:
    """The facts of one disk: its record and its snapshots at once, then its instances.

    Raises what the reads raise; the disk's error goes before the snapshots'.
    """
    reading_snapshots = Task(lambda: reader.snapshots_of_disk(disk_id))
    disk = Task(lambda: reader.disk(disk_id)).result()
    instances: Mapping[str, Instance] | Unknown = {}
    if isinstance(disk, Disk) and not isinstance(disk.instance_ids, Unknown) and disk.instance_ids:
        wanted = disk.instance_ids
        instances = Task(lambda: reader.instances(wanted)).result()
    return facts_of(disk_id, disk, instances, reading_snapshots.result())


def facts_of(
    disk_id: str,
    disk: Disk | Unknown | None,
    instances: Mapping[str, Instance] | Unknown,
    snapshots: tuple[Snapshot, ...] | Unknown,
) -> Facts:
    """The facts of a disk whose snapshots were read for its own sake."""
    if isinstance(snapshots, Unknown):
        return Facts(disk_id, disk, instances, snapshots)
    ids = frozenset(each.snapshot_id for each in snapshots)
    return Facts(disk_id, disk, instances, tally(snapshots), ids)
