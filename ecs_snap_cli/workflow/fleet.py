"""The facts of many disks in few calls: their instances, and their snapshots."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

from ecs_snap_cli.core.tally import Tallying
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode
from ecs_snap_cli.gateway.filters import id_lists
from ecs_snap_cli.gateway.findings import not_permitted
from ecs_snap_cli.gateway.paging import PAGE_SIZE
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
from ecs_snap_cli.workflow.selecting import DiskFinder, FoundDisk
from ecs_snap_cli.workflow.several import at_once


class FleetReader(DiskFinder, Protocol):
    """The reads that a run over many disks needs; the gateway offers them."""

    def instances(self, instance_ids: tuple[str, ...]) -> Mapping[str, Instance] | Unknown: ...

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown: ...

    def snapshots(self, query: SnapshotQuery) -> Iterator[Snapshot]: ...

    def snapshot_page(self, number: int) -> tuple[tuple[Snapshot, ...], int | None]: ...

    @property
    def clock_ahead(self) -> timedelta: ...


class Region:
    """The region's snapshots, tallied as they come: nothing is kept of them but numbers.

    They are read by numbered pages, all at once; the first one in the background from the
    beginning. While pages are read, snapshots come and go and may slip from one page to the next,
    and not every endpoint numbers its pages. Where the pages do not make up what they count,
    the region is walked from token to token.
    """

    def __init__(self, reader: FleetReader) -> None:
        self._reader = reader
        self._first = Task(lambda: reader.snapshot_page(1))
        self._disk_ids: Collection[str] = ()
        self._counting: dict[str, Tallying] = {}
        self._lock = threading.Lock()
        self._totals: set[int | None] = set()
        self._listed = 0
        self._trouble: EcsSnapError | None = None

    def pages(self, disk_ids: Collection[str]) -> Sequence[int]:
        """The pages that ``read`` is to read, once it is known which disks are meant."""
        self._disk_ids = disk_ids
        self._begin()
        self._try(lambda: self._add(*self._first.result()))
        return () if self._is_dear() else range(2, self._last_page() + 1)

    def read(self, page: int) -> None:
        """Read one of those pages."""
        self._try(lambda: self._add(*self._reader.snapshot_page(page)))

    def tallies(self) -> Mapping[str, Tally] | Unknown | None:
        """What each disk has, once the pages are read; ``None``: ask for it disk by disk."""
        if not self._is_dear() and self._is_to_be_walked():
            self._trouble = None
            self._try(self._walk)
        if isinstance(self._trouble, ApiError) and self._trouble.permission_denied:
            return not_permitted(self._trouble, "DescribeSnapshots")
        # Other trouble is met, or no longer, by whoever asks for a single disk's snapshots.
        if self._trouble is not None or self._is_dear():
            return None
        return {disk_id: each.tally() for disk_id, each in self._counting.items()}

    def _is_to_be_walked(self) -> bool:
        """Whether the numbered pages were no use, but tokens may be."""
        if self._trouble is not None:
            return self._trouble.exit_code is ExitCode.USAGE
        return self._totals != {self._listed}

    def _begin(self) -> None:
        self._counting = {disk_id: Tallying() for disk_id in self._disk_ids}
        self._listed = 0

    def _last_page(self) -> int:
        known = [each for each in self._totals if each is not None]
        return -(-max(known, default=self._listed) // PAGE_SIZE)

    def _is_dear(self) -> bool:
        """Whether the region has as many pages as a read for each disk would be, or more."""
        return self._last_page() >= len(self._disk_ids)

    def _try(self, read: Callable[[], None]) -> None:
        try:
            read()
        except EcsSnapError as error:
            self._trouble = error

    def _add(self, snapshots: Iterable[Snapshot], total: int | None) -> None:
        with self._lock:
            self._totals.add(total)
            for snapshot in snapshots:
                self._count(snapshot)

    def _walk(self) -> None:
        self._begin()
        for snapshot in self._reader.snapshots(SnapshotQuery()):
            if self._is_dear():
                return
            self._count(snapshot)

    def _count(self, snapshot: Snapshot) -> None:
        self._listed += 1
        if snapshot.disk_id in self._counting:
            self._counting[snapshot.disk_id].add(snapshot)


class Fleet:
    """The facts of ``disks``, of which ``read`` reads what many have in common.

    What could not be read for a disk is raised where that disk's facts are asked for.
    """

    def __init__(self, reader: FleetReader, disks: Mapping[str, FoundDisk]) -> None:
        self._reader = reader
        self._disks = disks
        self._instances: dict[str, Instance | Unknown | EcsSnapError] = {}
        self._tallies: Mapping[str, Tally] | Unknown | None = None

    def read(self, concurrency: int, region: Region | None = None) -> None:
        """Read the instances, and the snapshots where the region's pages are fewer than disks.

        For the main thread.
        """
        named = (each for disk in self._disks.values() for each in _instance_ids(disk))
        reads = [partial(self._read_instances, ids) for ids in id_lists(named)]
        if len(self._disks) > 1:
            region = region or Region(self._reader)
            reads += [partial(region.read, page) for page in region.pages(self._disks.keys())]
        at_once(reads, concurrency)
        if region is not None:
            self._tallies = Task(region.tallies).result()

    def facts(self, disk_id: str) -> Facts:
        """The facts of one of the disks; reads its snapshots where they are not known yet."""
        disk = self._disks[disk_id]
        instances = self._instances_of(disk)
        if isinstance(self._tallies, Unknown):
            return Facts(disk_id, disk, instances, self._tallies)
        if self._tallies is not None:
            return Facts(disk_id, disk, instances, self._tallies[disk_id])
        return facts_of(disk_id, disk, instances, self._reader.snapshots_of_disk(disk_id))

    def _read_instances(self, instance_ids: tuple[str, ...]) -> None:
        found: Mapping[str, Instance] | Unknown | EcsSnapError
        try:
            found = self._reader.instances(instance_ids)
        except EcsSnapError as error:
            found = error
        if isinstance(found, Unknown | EcsSnapError):
            self._instances.update(dict.fromkeys(instance_ids, found))
        else:
            # Others that the answer holds are for another call to tell.
            self._instances.update({each: found[each] for each in instance_ids if each in found})

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


def _instance_ids(disk: FoundDisk) -> tuple[str, ...]:
    if not isinstance(disk, Disk) or isinstance(disk.instance_ids, Unknown):
        return ()
    return disk.instance_ids
