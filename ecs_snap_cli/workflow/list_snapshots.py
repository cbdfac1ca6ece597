"""``list``: the snapshots that satisfy a query, and none of those asked for by ID forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Protocol

from ecs_snap_cli.core.missing import no_such_snapshots
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.gateway.filters import MOST_BY_TAG
from ecs_snap_cli.model import JsonObject, SnapshotQuery
from ecs_snap_cli.workflow.background import Task
from ecs_snap_cli.workflow.spool import Spool


class Lister(Protocol):
    """The read that listing needs; the gateway offers it."""

    def snapshot_records(self, query: SnapshotQuery) -> Iterator[JsonObject]: ...


def list_all(lister: Lister, query: SnapshotQuery) -> Spool:
    """The snapshots that satisfy ``query``, in ECS's order, disk by disk where disks are given.

    All of them are read then; the caller closes what holds them. Raises ``ApiError``
    (``InvalidSnapshotId.NotFound``) where a snapshot that is asked for by ID does not exist, and
    what the reads raise. One that exists and is only left out by the rest of the query is no
    error; neither is one that ``limit`` leaves unread.
    """
    return Task(lambda: Spool(_read(lister, query))).result()


def may_lack_some(query: SnapshotQuery, count: int) -> bool:
    """Whether ECS may have kept some of the snapshots to itself where it listed ``count``."""
    return bool(query.tags) and count >= MOST_BY_TAG and not _is_reached(query.limit, count)


def _read(lister: Lister, query: SnapshotQuery) -> Iterator[JsonObject]:
    missing = dict.fromkeys(query.snapshot_ids)
    count = 0
    for record in islice(lister.snapshot_records(query), query.limit):
        yield record
        count += 1
        missing.pop(decode.snapshot_id(record), None)
    if _is_reached(query.limit, count):
        return
    if missing and replace(query, snapshot_ids=(), limit=None) != SnapshotQuery():
        # The rest of the query may have left them out: look again by ID alone.
        for record in lister.snapshot_records(SnapshotQuery(snapshot_ids=tuple(missing))):
            missing.pop(decode.snapshot_id(record), None)
    if missing:
        raise no_such_snapshots(tuple(missing))


def _is_reached(limit: int | None, count: int) -> bool:
    return limit is not None and count >= limit
