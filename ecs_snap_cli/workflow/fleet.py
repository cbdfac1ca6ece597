"""The facts of many disks in few calls: their instances, and their snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Protocol

from ecs_snap_cli.core.tally import Tallying
from ecs_snap_cli.errors import ApiError, EcsSnapError
from ecs_snap_cli.model import (
    Disk,
    Facts,
    Instance,
    Snapshot,
    SnapshotQuery,
    Tally,
    Unknown,
)
from ecs_snap_cli.workflow.background import Task
from ecs_snap_cli.workflow.gather import facts_of
from ecs_snap_cli.workflow.selecting import MOST_IDS, DiskFinder, FoundDisk
from ecs_snap_cli.workflow.several import at_once, chunks

# ECS lists so many snapshots on a page.
PAGE_SIZE = 100

Instances = Mapping[str, Instance | Unknown | EcsSnapError]


class FleetReader(DiskFinder, Protocol):
    """The reads that a run over many disks needs; the gateway offers them."""

    def instances(self, instance_ids: tuple[str, ...]) -> Mapping[str, Instance] | Unknown: ...

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown: ...

    def snapshots(self, query: SnapshotQuery) -> Iterator[Snapshot]: ...

    def count_snapshots(self) -> int | None: ...

    @property
    def clock_ahead(self) -> timedelta: ...


class Fleet:
    """The facts of ``disks``, of which ``read`` reads what many have in common.

    What could not be read for a disk is raised where that disk's facts are asked for.
    """

    def __init__(self, reader: FleetReader, disks: Mapping[str, FoundDisk]) -> None:
        self._reader = reader
        self._disks = disks
        self._instances: Instances = {}
        self._tallies: Mapping[str, Tally] | Unknown | None = None

    def read(self, concurrency: int) -> None:
        """Read the instances, and the snapshots where the region's pages are fewer than disks."""
        snapshots = Task(self._read_region)
        self._instances = self._read_instances(concurrency)
        self._tallies = snapshots.result()

    def facts(self, disk_id: str) -> Facts:
        """The facts of one of the disks; reads its snapshots where they are not known yet."""
        disk = self._disks[disk_id]
        instances = self._instances_of(disk)
        if isinstance(self._tallies, Unknown):
            return Facts(disk_id, disk, instances, self._tallies)
        if self._tallies is not None:
            return Facts(disk_id, disk, instances, self._tallies[disk_id])
        return facts_of(disk_id, disk, instances, self._reader.snapshots_of_disk(disk_id))

    def _read_instances(self, concurrency: int) -> Instances:
        named = (each for disk in self._disks.values() for each in _instance_ids(disk))
        wanted = tuple(dict.fromkeys(named))

        def read(instance_ids: tuple[str, ...]) -> Instances:
            try:
                found = self._reader.instances(instance_ids)
            except EcsSnapError as error:
                return dict.fromkeys(instance_ids, error)
            return dict.fromkeys(instance_ids, found) if isinstance(found, Unknown) else found

        known: dict[str, Instance | Unknown | EcsSnapError] = {}
        for part in at_once(list(chunks(wanted, MOST_IDS)), read, concurrency):
            known |= part
        return known

    def _instances_of(self, disk: FoundDisk) -> Mapping[str, Instance] | Unknown:
        found: dict[str, Instance] = {}
        for each in _instance_ids(disk):
            match self._instances.get(each):
                case Instance() as instance:
                    found[each] = instance
                case Unknown() as unknown:
                    return unknown
                case EcsSnapError() as error:
                    raise error
        return found

    def _read_region(self) -> Mapping[str, Tally] | Unknown | None:
        """The tallies of all disks from the region's pages; ``None``: disk by disk is cheaper."""
        try:
            count = self._reader.count_snapshots() if len(self._disks) > 2 else None
            if count is None or -(-count // PAGE_SIZE) >= len(self._disks):
                return None
            counting = {disk_id: Tallying() for disk_id in self._disks}
            for snapshot in self._reader.snapshots(SnapshotQuery()):
                if snapshot.disk_id in counting:
                    counting[snapshot.disk_id].add(snapshot)
        except ApiError as error:
            if error.permission_denied:
                return Unknown(
                    f"DescribeSnapshots is not permitted to this caller ({error.code}).",
                    code=error.code,
                    permission="ecs:DescribeSnapshots",
                )
            return None
        except EcsSnapError:
            # Whoever asks for a single disk's snapshots meets the trouble, or no longer.
            return None
        return {disk_id: each.tally() for disk_id, each in counting.items()}


def _instance_ids(disk: FoundDisk) -> tuple[str, ...]:
    if not isinstance(disk, Disk) or isinstance(disk.instance_ids, Unknown):
        return ()
    return disk.instance_ids
