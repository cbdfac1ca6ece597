"""Which snapshots may be the one that a lost answer would have named; pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from ecs_snap_cli.core.times import parse_time
from ecs_snap_cli.model import Snapshot, SnapshotOrder, same_word


def possibly_of(
    order: SnapshotOrder,
    snapshots: Iterable[Snapshot],
    *,
    known: Set[str] | None,
    since: datetime,
) -> tuple[str, ...]:
    """The IDs of manual ``snapshots`` that look like the order's own and are new.

    ``known`` are the IDs that were there before the order went out. Where they were not read
    (``None``), a snapshot is new if ECS created it at ``since``, an aware UTC time, or later.
    DescribeSnapshots tells no ClientToken, so this can make it likely, never certain.
    """
    return tuple(
        each.snapshot_id
        for each in snapshots
        if each.snapshot_id
        and _looks_like(order, each)
        and (each.snapshot_id not in known if known is not None else _is_since(each, since))
    )


def _looks_like(order: SnapshotOrder, snapshot: Snapshot) -> bool:
    return (
        same_word(snapshot.snapshot_type or "user", "user")
        and (snapshot.name or None) == order.name
        and (snapshot.description or None) == order.description
    )


def _is_since(snapshot: Snapshot, since: datetime) -> bool:
    created = parse_time(snapshot.creation_time)
    return created is not None and created >= since
