"""``list``: the snapshots that satisfy a query, and none of those asked for by ID forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Protocol

from ecs_snap_cli.core.missing import no_such_snapshots
from ecs_snap_cli.model import Snapshot, SnapshotQuery
from ecs_snap_cli.workflow.background import Task

# ECS shows no more than this under a tag filter, and does not say when there are more:
# https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshots
MOST_BY_TAG = 1_000


class Lister(Protocol):
    """The read that listing needs; the gateway offers it."""

    def snapshots(self, query: SnapshotQuery) -> Iterator[Snapshot]: ...


def list_all(lister: Lister, query: SnapshotQuery) -> tuple[Snapshot, ...]:
    """The snapshots that satisfy ``query``, in ECS's order, disk by disk where disks are given.

    Raises ``ApiError`` (``InvalidSnapshotId.NotFound``) where a snapshot that is asked for by ID
    does not exist, and what the reads raise. One that exists and is only left out by the rest of
    the query is no error; neither is one that ``limit`` leaves unread.
    """
    return Task(lambda: _read(lister, query)).result()


def may_lack_some(query: SnapshotQuery, count: int) -> bool:
    """Whether ECS may have kept some of the snapshots to itself where it listed ``count``."""
    return bool(query.tags) and count >= MOST_BY_TAG and not _is_reached(query.limit, count)


def _read(lister: Lister, query: SnapshotQuery) -> tuple[Snapshot, ...]:
    found = tuple(islice(lister.snapshots(query), query.limit))
    if not _is_reached(query.limit, len(found)):
        missing = _without(query.snapshot_ids, found)
        if missing and replace(query, snapshot_ids=(), limit=None) != SnapshotQuery():
            # The rest of the query may have left them out: look again by ID alone.
            missing = _without(missing, lister.snapshots(SnapshotQuery(snapshot_ids=missing)))
        if missing:
            raise no_such_snapshots(missing)
    return found


def _is_reached(limit: int | None, count: int) -> bool:
    return limit is not None and count >= limit


def _without(snapshot_ids: tuple[str, ...], found: Iterable[Snapshot]) -> tuple[str, ...]:
    present = {snapshot.snapshot_id for snapshot in found}
    return tuple(each for each in dict.fromkeys(snapshot_ids) if each not in present)
