"""How disks and instances come out of the states between two others: computed when read.

So no thread has to move them, and a clock that is turned moves them too.
"""

from dataclasses import replace
from typing import TypeVar

from .conditions import Condition, among
from .rows import Disk, Instance
from .times import SECOND

# Long enough to be seen on the way, short enough to be waited for.
DURATION = 2 * SECOND

_END_OF = {
    "Starting": "Running",
    "Stopping": "Stopped",
    "Pending": "Stopped",
    "Attaching": "In_use",
    "Detaching": "Available",
    "Creating": "Available",
}

Moving = TypeVar("Moving", Disk, Instance)


def settled(row: Moving, now: int) -> Moving:
    """`row` as it is at `now` (milliseconds since 1970), once its way has taken `DURATION`."""
    if row.changed is None or now < row.changed + DURATION:
        return row
    return replace(row, status=_END_OF.get(row.status, row.status), changed=None)


def in_status(status: str, now: int) -> Condition | None:
    """A disk or an instance is in this status at `now`; an empty one asks for nothing."""
    if not status:
        return None
    ways = [begin for begin, end in _END_OF.items() if end == status]
    ended, begun = among("status", ways), now - DURATION
    return (
        f"(status = ? AND coalesce(changed > ?, TRUE) OR changed <= ? AND {ended[0]})",
        (status, begun, begun, *ended[1]),
    )
