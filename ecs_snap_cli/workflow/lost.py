"""After CreateSnapshot's answer was lost: is there a snapshot that it would have named?"""

from __future__ import annotations

from collections.abc import Callable, Set
from datetime import datetime, timedelta

from ecs_snap_cli.core.lost import possibly_of
from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.events import Observer, SnapshotSought
from ecs_snap_cli.model import SnapshotOrder, Unknown
from ecs_snap_cli.workflow.gather import Reader

# ECS lists a new snapshot with a delay: it is looked for again after these pauses.
PAUSES_SECONDS = (2.0, 4.0)
# ECS writes whole seconds into CreationTime, and so does HTTP into the Date that tells its clock.
CLOCK_SLACK = timedelta(seconds=3)


def look_for(
    reader: Reader,
    order: SnapshotOrder,
    *,
    known: Set[str] | None,
    sent_at: datetime,
    observer: Observer,
    sleep: Callable[[float], None],
) -> tuple[str, ...]:
    """IDs of the snapshots that may be the order's; none also where they cannot be read.

    ``known``: the disk's snapshots before the order, if they were read. ``sent_at``: when the
    order went out, by this machine's clock. Raises nothing of ECS's: the error that led here is
    the one to be told.
    """
    observer(SnapshotSought(order.disk_id))
    for pause in (*PAUSES_SECONDS, None):
        try:
            found = reader.snapshots_of_disk(order.disk_id)
        except EcsSnapError:
            return ()
        if isinstance(found, Unknown):
            return ()
        since = sent_at + reader.clock_ahead - CLOCK_SLACK
        if ids := possibly_of(order, found, known=known, since=since):
            return ids
        if pause is not None:
            sleep(pause)
    return ()
