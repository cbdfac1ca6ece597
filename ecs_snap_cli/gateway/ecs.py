"""The calls this program makes, in the program's own terms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from datetime import timedelta
from typing import Any

from ecs_snap_cli.core.pacing import Pace
from ecs_snap_cli.errors import ApiError
from ecs_snap_cli.events import Observer, ignore
from ecs_snap_cli.gateway import decode, disks
from ecs_snap_cli.gateway.api import Api, Timing
from ecs_snap_cli.gateway.filters import snapshot_filters
from ecs_snap_cli.gateway.findings import lacks, lacks_id, not_permitted
from ecs_snap_cli.gateway.paging import (
    PAGE_SIZE,
    FetchPage,
    NotUnderstood,
    all_records,
    each_record,
    every_copy,
)
from ecs_snap_cli.gateway.settings import Settings
from ecs_snap_cli.model import (
    Created,
    CreatedImage,
    Disk,
    ImageOrder,
    Instance,
    JsonObject,
    Snapshot,
    SnapshotOrder,
    SnapshotQuery,
    Unknown,
    same_word,
)

_SNAPSHOTS = ("Snapshots", "Snapshot", "SnapshotId", "DescribeSnapshots")
_LOCKED = ("LockedSnapshotsInfo", None, "SnapshotId", "DescribeLockedSnapshots")


class Ecs:
    """ECS in one region. Every method may be called from any thread.

    All raise the family of ``errors``. A read that the caller has no permission for answers
    ``Unknown`` instead: what is not known is not the same as what is not there.
    """

    def __init__(
        self,
        settings: Settings,
        observer: Observer = ignore,
        timing: Timing | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._api = Api(settings, observer, timing, pace)

    @property
    def clock_ahead(self) -> timedelta:
        """How far ECS's clock is ahead of this machine's, as its last answer told."""
        return self._api.clock_ahead

    def disk(self, disk_id: str) -> Disk | Unknown | None:
        """One disk by DescribeDisks; ``None`` where ECS has no such disk."""
        return self.disks_by_id((disk_id,))[disk_id]

    def disks_by_id(self, disk_ids: tuple[str, ...]) -> dict[str, Disk | Unknown | None]:
        """Up to 100 disks by ID, all of them in the answer; ``None`` where ECS has none."""
        return disks.disks_by_id(self._api, disk_ids)

    def disks(
        self, *, instance_id: str | None = None, tags: tuple[tuple[str, str], ...] = ()
    ) -> dict[str, Disk | Unknown]:
        """The disks on an instance that bear all ``tags``; all of the region without either.

        Unlike other reads it raises ``ApiError`` where it is not permitted.
        """
        return disks.disks_of(self._api, instance_id=instance_id, tags=tags)

    def instances(self, instance_ids: tuple[str, ...]) -> dict[str, Instance] | Unknown:
        """Instances by ID; one that ECS leaves out is missing from the answer.

        ``Unknown`` for more than 100, which is more than ECS looks up at once and more than any
        disk is attached to.
        """
        from alibabacloud_ecs20140526.models import DescribeInstancesRequest

        if len(instance_ids) > PAGE_SIZE:
            return Unknown("The disk names more instances than DescribeInstances looks up.")
        request = DescribeInstancesRequest(
            region_id=self._api.region_id,
            instance_ids=json.dumps(list(instance_ids)),
            max_results=PAGE_SIZE,
        )
        try:
            body = self._api.call("DescribeInstances", request, extra=lacks("Instances"))
        except ApiError as error:
            return not_permitted(error, "DescribeInstances")
        found = decode.listing(body, "Instances", "Instance")
        if isinstance(found, Unknown):
            return found
        known: dict[str, Instance] = {}
        for each in map(decode.instance, found):
            first = known.setdefault(each.instance_id, each)
            if first != each and each.instance_id in instance_ids:
                return Unknown(
                    f"DescribeInstances answers with two different instances {each.instance_id}."
                )
        return known

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown:
        """All snapshots of a disk, of every page; ``Unknown`` where ECS does not know the disk."""
        try:
            found = self._snapshots(disk_id=disk_id)
        except ApiError as error:
            if error.code == "InvalidDiskId.NotFound":
                return Unknown("DescribeSnapshots does not know the disk.", code=error.code)
            raise
        if isinstance(found, Unknown) or not any(
            _is_stranger(each.record, disk_id) for each in found
        ):
            return found
        return Unknown("DescribeSnapshots answers with snapshots of other disks, too.")

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> tuple[Snapshot, ...] | Unknown:
        """Snapshots by ID, up to 100; one that ECS does not list is missing."""
        return self._snapshots(snapshot_ids=json.dumps(list(snapshot_ids)))

    def snapshots(self, query: SnapshotQuery) -> Iterator[Snapshot]:
        """All that satisfy ``query``, as ``snapshot_records`` reads them."""
        return map(decode.snapshot, self.snapshot_records(query))

    def snapshot_records(self, query: SnapshotQuery) -> Iterator[JsonObject]:
        """All that satisfy ``query``, each once; a page is asked for when it is needed.

        One disk after the other, in the order given. The query's ``limit`` is left to the
        caller, who need not read to the end. Unlike the other reads this one raises ``ApiError``
        where it is not permitted and ``Unavailable`` where it is not understood: a list that
        cannot be read must not pass for an empty one.
        """
        wanted = frozenset(query.snapshot_ids)
        given: set[str] = set()
        for filters in snapshot_filters(query):
            try:
                for record in each_record(self._snapshot_pages(filters), *_SNAPSHOTS):
                    snapshot_id = decode.snapshot_id(record)
                    if _is_stranger(record, filters["disk_id"]) or (
                        wanted and snapshot_id not in wanted
                    ):
                        # An endpoint that minds no filter must not pass these off for the others.
                        raise NotUnderstood(
                            "DescribeSnapshots answers with snapshots that were not asked for."
                        )
                    if not snapshot_id or snapshot_id not in given:
                        given.add(snapshot_id)
                        yield record
            except ApiError as error:
                if error.code == "InvalidDiskId.NotFound" and filters["disk_id"]:
                    error.message = f"Disk {filters['disk_id']}: {error.message}"
                raise

    def snapshot_page(self, number: int) -> tuple[tuple[Snapshot, ...], int | None]:
        """One page of the region's snapshots by its number, from 1, and how many there are.

        The older way of paging: it tells TotalCount, and its pages can be read at once. Who reads
        them all has to see that they make up that count. Raises as ``snapshots`` does.
        """
        body = self._snapshot_pages({})(page_number=number, page_size=PAGE_SIZE)
        found = decode.listing(body, *_SNAPSHOTS[:2])
        if isinstance(found, Unknown):
            raise NotUnderstood(found.reason)
        return tuple(map(decode.snapshot, found)), decode.whole(body.get("TotalCount"))

    def _snapshots(self, **filters: Any) -> tuple[Snapshot, ...] | Unknown:
        try:
            found = all_records(self._snapshot_pages(filters), *_SNAPSHOTS)
        except ApiError as error:
            return not_permitted(error, "DescribeSnapshots")
        if isinstance(found, Unknown):
            return found
        return tuple(map(decode.snapshot, found))

    def _snapshot_pages(self, filters: dict[str, Any]) -> FetchPage:
        from alibabacloud_ecs20140526.models import DescribeSnapshotsRequest

        def fetch(**page: Any) -> JsonObject:
            request = DescribeSnapshotsRequest(region_id=self._api.region_id, **filters, **page)
            return self._api.call("DescribeSnapshots", request, extra=lacks("Snapshots"))

        return fetch

    def create_snapshot(self, order: SnapshotOrder) -> Created:
        """Order one snapshot; every retry carries the order's ClientToken."""
        from alibabacloud_ecs20140526.models import CreateSnapshotRequest, CreateSnapshotRequestTag

        request = CreateSnapshotRequest(
            disk_id=order.disk_id,
            client_token=order.client_token,
            snapshot_name=order.name,
            description=order.description,
            retention_days=order.retention_days,
            resource_group_id=order.resource_group_id,
            tag=[CreateSnapshotRequestTag(key=key, value=value) for key, value in order.tags]
            or None,
        )
        body = self._api.call("CreateSnapshot", request, extra=lacks_id("SnapshotId"))
        return Created(decode.text(body["SnapshotId"]) or "", decode.text(body.get("RequestId")))

    def delete_snapshot(self, snapshot_id: str, *, force: bool = False) -> str | None:
        """Delete one snapshot; the RequestId. ``force`` reaches one that a disk was made from.

        Where an answer was lost and the next attempt finds nothing, the deletion is done.
        """
        from alibabacloud_ecs20140526.models import DeleteSnapshotRequest

        request = DeleteSnapshotRequest(snapshot_id=snapshot_id, force=force or None)
        try:
            body = self._api.call("DeleteSnapshot", request, extra=lacks("RequestId"))
        except ApiError as error:
            if error.code == "InvalidSnapshotId.NotFound" and error.may_have_acted:
                return error.request_id
            raise
        return decode.text(body.get("RequestId"))

    def locked_snapshots(self) -> Set[str] | Unknown:
        """The IDs of all snapshots of the region that a lock keeps from being deleted."""
        from alibabacloud_ecs20140526.models import DescribeLockedSnapshotsRequest

        def fetch(**page: Any) -> JsonObject:
            request = DescribeLockedSnapshotsRequest(region_id=self._api.region_id, **page)
            return self._api.call(_LOCKED[-1], request, extra=lacks(_LOCKED[0]))

        try:
            found = [record for _, record in every_copy(fetch, *_LOCKED)]
        except NotUnderstood as error:
            return Unknown(error.message)
        except ApiError as error:
            return not_permitted(error, _LOCKED[-1])
        # Only a lock whose time is over is known to keep nothing from being deleted.
        return frozenset(
            decode.text(record.get("SnapshotId")) or ""
            for record in found
            if not same_word(decode.text(record.get("LockStatus")), "expired")
        )

    def create_image(self, order: ImageOrder) -> CreatedImage:
        """Order an image of one snapshot; every retry carries the order's ClientToken."""
        from alibabacloud_ecs20140526.models import CreateImageRequest

        request = CreateImageRequest(
            region_id=self._api.region_id,
            snapshot_id=order.snapshot_id,
            image_name=order.name,
            client_token=order.client_token,
        )
        body = self._api.call("CreateImage", request, extra=lacks_id("ImageId"))
        return CreatedImage(decode.text(body["ImageId"]) or "", decode.text(body.get("RequestId")))


def _is_stranger(record: JsonObject, disk_id: str | None) -> bool:
    """Whether a snapshot is known to be of another disk than the one that was asked for."""
    found = decode.text(record.get("SourceDiskId"))
    return disk_id is not None and found not in (disk_id, "", None)
