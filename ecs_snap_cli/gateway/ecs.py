"""The calls this program makes, in the program's own terms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from ecs_snap_cli.errors import ApiError, ExitCode
from ecs_snap_cli.events import Observer, ignore
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.gateway.api import Api, Timing
from ecs_snap_cli.gateway.filters import snapshot_filters
from ecs_snap_cli.gateway.paging import (
    PAGE_SIZE,
    FetchPage,
    NotUnderstood,
    all_records,
    each_record,
)
from ecs_snap_cli.gateway.settings import Settings
from ecs_snap_cli.model import (
    Created,
    Disk,
    Instance,
    JsonObject,
    Snapshot,
    SnapshotOrder,
    SnapshotQuery,
    Unknown,
)

_SNAPSHOTS = ("Snapshots", "Snapshot", "SnapshotId", "DescribeSnapshots")


class Ecs:
    """ECS in one region. Every method may be called from any thread.

    All raise the family of ``errors``. A read that the caller has no permission for answers
    ``Unknown`` instead: what is not known is not the same as what is not there.
    """

    def __init__(
        self, settings: Settings, observer: Observer = ignore, timing: Timing | None = None
    ) -> None:
        self._api = Api(settings, observer, timing)

    @property
    def clock_ahead(self) -> timedelta:
        """How far ECS's clock is ahead of this machine's, as its last answer told."""
        return self._api.clock_ahead

    def disk(self, disk_id: str) -> Disk | Unknown | None:
        """One disk by DescribeDisks; ``None`` where ECS has no such disk.

        DescribeDisks leaves out a disk that the caller may not see just as one that does not
        exist; a DryRun of the same call tells the two apart.
        """
        try:
            body = self._describe_disk(disk_id)
        except ApiError as error:
            return _not_permitted(error, "DescribeDisks")
        found = decode.listing(body, "Disks", "Disk")
        if isinstance(found, Unknown):
            return found
        disks = [decode.disk(record) for record in found]
        mine = [disk for disk in disks if disk.disk_id == disk_id]
        if not mine:
            if disks or body.get("NextToken") or decode.whole(body.get("TotalCount")):
                return Unknown("DescribeDisks answers with something else than the disk asked for.")
            return self._why_left_out(disk_id)
        if any(disk != mine[0] for disk in mine):
            return Unknown("DescribeDisks answers with two different disks of this ID.")
        return mine[0]

    def _why_left_out(self, disk_id: str) -> Unknown | None:
        try:
            self._describe_disk(disk_id, dry_run=True)
        except ApiError as error:
            if error.permission_denied:
                return _not_permitted(error, "DescribeDisks")
            if error.exit_code in (ExitCode.UNAVAILABLE, ExitCode.ACCESS):
                raise
        return None

    def _describe_disk(self, disk_id: str, **options: Any) -> JsonObject:
        from alibabacloud_ecs20140526.models import DescribeDisksRequest

        request = DescribeDisksRequest(
            region_id=self._api.region_id, disk_ids=json.dumps([disk_id]), **options
        )
        return self._api.call("DescribeDisks", request, extra=_lacks("Disks"))

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
            body = self._api.call("DescribeInstances", request, extra=_lacks("Instances"))
        except ApiError as error:
            return _not_permitted(error, "DescribeInstances")
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
        if isinstance(found, Unknown) or all(_may_be_of(disk_id, each) for each in found):
            return found
        return Unknown("DescribeSnapshots answers with snapshots of other disks, too.")

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> tuple[Snapshot, ...] | Unknown:
        """Snapshots by ID, up to 100; one that ECS does not list is missing."""
        return self._snapshots(snapshot_ids=json.dumps(list(snapshot_ids)))

    def snapshots(self, query: SnapshotQuery) -> Iterator[Snapshot]:
        """All that satisfy ``query``, each once; a page is asked for when it is needed.

        One disk after the other, in the order given. The query's ``limit`` is left to the
        caller, who need not read to the end. Unlike the other reads this one raises ``ApiError``
        where it is not permitted and ``Unavailable`` where it is not understood: a list that
        cannot be read must not pass for an empty one.
        """
        given: set[str] = set()
        for filters in snapshot_filters(query):
            try:
                for record in each_record(self._snapshot_pages(filters), *_SNAPSHOTS):
                    snapshot = decode.snapshot(record)
                    if _is_stranger(snapshot, filters["disk_id"], query):
                        raise NotUnderstood(
                            "DescribeSnapshots answers with snapshots that were not asked for."
                        )
                    if not snapshot.snapshot_id or snapshot.snapshot_id not in given:
                        given.add(snapshot.snapshot_id)
                        yield snapshot
            except ApiError as error:
                if error.code == "InvalidDiskId.NotFound" and filters["disk_id"]:
                    error.message = f"Disk {filters['disk_id']}: {error.message}"
                raise

    def _snapshots(self, **filters: Any) -> tuple[Snapshot, ...] | Unknown:
        try:
            found = all_records(self._snapshot_pages(filters), *_SNAPSHOTS)
        except ApiError as error:
            return _not_permitted(error, "DescribeSnapshots")
        if isinstance(found, Unknown):
            return found
        return tuple(map(decode.snapshot, found))

    def _snapshot_pages(self, filters: dict[str, Any]) -> FetchPage:
        from alibabacloud_ecs20140526.models import DescribeSnapshotsRequest

        def fetch(**page: Any) -> JsonObject:
            request = DescribeSnapshotsRequest(region_id=self._api.region_id, **filters, **page)
            return self._api.call("DescribeSnapshots", request, extra=_lacks("Snapshots"))

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
        body = self._api.call("CreateSnapshot", request, extra=_lacks_snapshot_id)
        return Created(decode.text(body["SnapshotId"]) or "", decode.text(body.get("RequestId")))


def _may_be_of(disk_id: str, snapshot: Snapshot) -> bool:
    return snapshot.disk_id in (disk_id, "", None)


def _is_stranger(snapshot: Snapshot, disk_id: str | None, query: SnapshotQuery) -> bool:
    """An endpoint that minds no filter must not pass other snapshots off for those asked for."""
    other_disk = disk_id is not None and not _may_be_of(disk_id, snapshot)
    return other_disk or bool(query.snapshot_ids and snapshot.snapshot_id not in query.snapshot_ids)


def _lacks(outer: str) -> Callable[[JsonObject], str | None]:
    """An object that is none of the API's must not be read as "nothing there"."""

    def wrong(body: JsonObject) -> str | None:
        if outer in body or "RequestId" in body:
            return None
        return f"it answered HTTP 200 with neither {outer} nor a RequestId"

    return wrong


def _lacks_snapshot_id(body: JsonObject) -> str | None:
    if (decode.text(body.get("SnapshotId")) or "").strip():
        return None
    return "it answered HTTP 200 without a SnapshotId"


def _not_permitted(error: ApiError, action: str) -> Unknown:
    """The caller's lack of a permission as a fact; any other error goes on."""
    if not error.permission_denied:
        raise error
    return Unknown(
        f"{action} is not permitted to this caller ({error.code}).",
        code=error.code,
        permission=f"ecs:{action}",
    )
