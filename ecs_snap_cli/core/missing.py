"""The error for snapshots that are asked for by ID and that ECS does not list; pure."""

from __future__ import annotations

from collections.abc import Sequence

from ecs_snap_cli import catalog
from ecs_snap_cli.errors import ApiError

NOT_FOUND = "InvalidSnapshotId.NotFound"
_MOST_NAMED = 10


def no_such_snapshots(snapshot_ids: Sequence[str], *, since: str = "") -> ApiError:
    """As ECS itself answers where it looks a snapshot up.

    ``since`` says how they went, if they were there before: ``deleted while ...``.
    """
    entry = catalog.find(NOT_FOUND)
    one = len(snapshot_ids) == 1
    gone = f" any more: {'it was' if one else 'they were'} {since}" if since else ""
    return ApiError(
        f"ECS does not list {'snapshot' if one else 'the snapshots'} {named(snapshot_ids)}{gone}.",
        code=NOT_FOUND,
        http_status=404,
        hint="A deleted snapshot does not come back." if since or entry is None else entry.remedy,
    )


def named(ids: Sequence[str], most: int = _MOST_NAMED) -> str:
    """The first ``most`` IDs, and how many more there are."""
    more = len(ids) - most
    return ", ".join(ids[:most]) + (f" and {more:,} more" if more > 0 else "")
