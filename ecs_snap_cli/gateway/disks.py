"""DescribeDisks: some disks by ID, or all that an instance or tags point at."""

from __future__ import annotations

import json
from collections.abc import Set
from typing import Any

from ecs_snap_cli.errors import ApiError, ExitCode
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.gateway.api import Api
from ecs_snap_cli.gateway.filters import MOST_BY_TAG
from ecs_snap_cli.gateway.findings import lacks, not_permitted
from ecs_snap_cli.gateway.paging import NotUnderstood, every_copy
from ecs_snap_cli.model import Disk, JsonObject, Unknown

_DISKS = ("Disks", "Disk", "DiskId", "DescribeDisks")
# https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describedisks
# Without MaxResults a page holds 10; with it up to 500.
_DEFAULT_PAGE = 10
_LARGEST_PAGE = 500


def disks_by_id(api: Api, disk_ids: tuple[str, ...]) -> dict[str, Disk | Unknown | None]:
    """Up to 100 disks; ``None`` for one that ECS does not have.

    DescribeDisks leaves out a disk that the caller may not see just as one that does not exist;
    a DryRun of the same call tells the two apart.
    """
    try:
        body = _call(api, **_by_id(disk_ids))
    except ApiError as error:
        return dict.fromkeys(disk_ids, not_permitted(error, "DescribeDisks"))
    records = decode.listing(body, *_DISKS[:2])
    if isinstance(records, Unknown):
        return dict.fromkeys(disk_ids, records)
    known: dict[str, Disk | Unknown] = {}
    for each in map(decode.disk, records):
        _note(known, each)
    absent = None
    if not known.keys() >= set(disk_ids):
        absent = _why_left_out(api, disk_ids, body, known.keys())
    return {each: known.get(each, absent) for each in disk_ids}


def _why_left_out(
    api: Api, disk_ids: tuple[str, ...], body: JsonObject, known: Set[str]
) -> Unknown | None:
    promised = decode.whole(body.get("TotalCount")) or 0
    if known - set(disk_ids) or body.get("NextToken") or promised > len(known):
        return Unknown("DescribeDisks answers with something else than the disk asked for.")
    try:
        _require_permission(api, _by_id(disk_ids))
    except ApiError as error:
        return not_permitted(error, "DescribeDisks")
    return None


def _by_id(disk_ids: tuple[str, ...]) -> dict[str, Any]:
    size = len(disk_ids) if len(disk_ids) > _DEFAULT_PAGE else None
    return {"disk_ids": json.dumps(list(disk_ids)), "max_results": size}


def disks_of(
    api: Api, *, instance_id: str | None = None, tags: tuple[tuple[str, str], ...] = ()
) -> dict[str, Disk | Unknown]:
    """The disks that are on an instance and bear all ``tags``; all of the region without either.

    Raises ``ApiError`` where it is not permitted, also where ECS says so with an empty list, and
    ``NotUnderstood`` for a disk without an ID: a selection that cannot be read must not pass for
    a smaller one.
    """
    from alibabacloud_ecs20140526.models import DescribeDisksRequestTag

    filters: dict[str, Any] = {"instance_id": instance_id}
    tagged = [DescribeDisksRequestTag(key=key, value=value) for key, value in tags]
    known = _read(api, {**filters, "tag": tagged} if tags else filters, tags)
    if tags and len(known) == MOST_BY_TAG:
        known = _read(api, filters, tags)
    if not known:
        _require_permission(api, filters)
    return known


def _read(
    api: Api, filters: dict[str, Any], tags: tuple[tuple[str, str], ...]
) -> dict[str, Disk | Unknown]:
    """The disks of every page that bear all ``tags``."""

    def fetch(**page: Any) -> JsonObject:
        return _call(api, **filters, **page)

    known: dict[str, Disk | Unknown] = {}
    for _, record in every_copy(fetch, *_DISKS, size=_LARGEST_PAGE):
        disk = decode.disk(record)
        if not disk.disk_id:
            raise NotUnderstood("DescribeDisks answers with a disk that has no ID.")
        if _is_elsewhere(disk, filters["instance_id"]):
            raise NotUnderstood("DescribeDisks answers with disks of other instances.")
        if _bears(record, tags, filtered="tag" in filters):
            _note(known, disk)
    return known


def _is_elsewhere(disk: Disk, instance_id: str | None) -> bool:
    """Whether a disk is on instances, but not on the one that was asked for, if one was."""
    if instance_id is None or isinstance(disk.instance_ids, Unknown):
        return False
    return bool(disk.instance_ids) and instance_id not in disk.instance_ids


def _bears(record: JsonObject, tags: tuple[tuple[str, str], ...], *, filtered: bool) -> bool:
    """Whether a disk has all ``tags``; one that says nothing of any is as the filter was."""
    if not tags or (filtered and record.get("Tags") is None):
        return True
    borne = decode.tags(record)
    if isinstance(borne, Unknown):
        raise NotUnderstood("DescribeDisks answers with tags in a form that is not understood.")
    return set(tags) <= set(borne)


def _note(known: dict[str, Disk | Unknown], disk: Disk) -> None:
    """Add a disk; one that came before in other words is not known."""
    if known.setdefault(disk.disk_id, disk) != disk:
        known[disk.disk_id] = Unknown("DescribeDisks answers with two different disks of this ID.")


def _require_permission(api: Api, filters: dict[str, Any]) -> None:
    """Raise what a DryRun of the same call tells, where an answer lists less than asked for."""
    try:
        _call(api, **filters, dry_run=True)
    except ApiError as error:
        if error.exit_code in (ExitCode.UNAVAILABLE, ExitCode.ACCESS):
            raise


def _call(api: Api, **parameters: Any) -> JsonObject:
    from alibabacloud_ecs20140526.models import DescribeDisksRequest

    request = DescribeDisksRequest(region_id=api.region_id, **parameters)
    return api.call("DescribeDisks", request, extra=lacks("Disks"))
