"""Which automatic snapshots a disk has once hours of its policies have come: pure but for IDs."""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from math import inf

from .actions.values import new_snapshot
from .progress import progress_of
from .rows import Disk, Policy, Snapshot
from .schedule import snapshot_name
from .times import DAY

# How many snapshots there can be, and of which types.
Quota = tuple[frozenset[str], int]


def taken(
    disk: Disk,
    existing: Sequence[Snapshot],
    hours: Iterable[tuple[int, Policy]],
    *,
    quota: Quota,
    in_images: frozenset[str],
    locked_until: Mapping[str, int],
    eligible: Callable[[int], bool],
) -> tuple[list[Snapshot], list[str]]:
    """The new snapshots that are there after `hours`, and the IDs of the old ones that are not.

    The hours are moments in milliseconds since 1970, in their order. One is skipped while a
    snapshot of the disk is in creation, be it another policy's of that hour, and where the disk
    is not `eligible`. Beyond the quota the oldest automatic one goes that can be deleted.
    """
    counted, limit = quota
    by_age = sorted(existing, key=lambda snapshot: snapshot.created)
    kept = {snapshot.id: snapshot for snapshot in by_age if snapshot.type in counted}
    before = list(kept)
    ends = [(_end(each), each.id) for each in existing if each.id not in in_images]
    heapq.heapify(ends)
    under_way, made = list(existing), set()
    for hour, policy in hours:
        gone = set()
        while ends and ends[0][0] <= hour:
            gone.add(heapq.heappop(ends)[1])
        for snapshot_id in gone:
            kept.pop(snapshot_id, None)
        under_way = [
            each
            for each in under_way
            if each.id not in gone and progress_of(each, hour).status == "progressing"
        ]
        if under_way or not eligible(hour):
            continue
        beyond = max(len(kept) - limit + 1, 0)
        free = (
            each.id
            for each in kept.values()
            if each.type == "auto"
            and each.id not in in_images
            and locked_until.get(each.id, hour) <= hour
        )
        oldest = list(islice(free, beyond))
        if len(oldest) < beyond:
            continue
        for snapshot_id in oldest:
            del kept[snapshot_id]
        snapshot = new_snapshot(
            disk,
            hour,
            name=snapshot_name(policy, hour),
            type="auto",
            retention_days=policy.retention_days,
        )
        kept[snapshot.id] = snapshot
        made.add(snapshot.id)
        under_way.append(snapshot)
        heapq.heappush(ends, (_end(snapshot), snapshot.id))
    return (
        [each for each in kept.values() if each.id in made],
        [snapshot_id for snapshot_id in before if snapshot_id not in kept],
    )


def _end(snapshot: Snapshot) -> float:
    if snapshot.retention_days is None:
        return inf
    return snapshot.created + snapshot.retention_days * DAY
