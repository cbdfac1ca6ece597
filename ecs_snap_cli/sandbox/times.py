"""Instants as whole milliseconds since 1970 (UTC), and the two forms in which ECS writes them."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from time import gmtime, strftime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

_MINUTE_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)Z", re.ASCII)


def milliseconds(moment: datetime) -> int:
    """`moment` (aware) as milliseconds since 1970."""
    return round(moment.timestamp() * SECOND)


def second_form(instant: int | None) -> str:
    """`yyyy-MM-ddTHH:mm:ssZ`, as in disks and snapshots; empty for no time."""
    return _format(instant, "%Y-%m-%dT%H:%M:%SZ")


def minute_form(instant: int | None) -> str:
    """`yyyy-MM-ddTHH:mmZ`, as in instances; empty for no time."""
    return _format(instant, "%Y-%m-%dT%H:%MZ")


def parse_minute_form(text: str) -> int:
    """Milliseconds since 1970 of a `yyyy-MM-ddTHH:mmZ`. ValueError for anything else."""
    match = _MINUTE_FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time: {text!r}")
    year, month, day, hour, minute = map(int, match.groups())
    return milliseconds(datetime(year, month, day, hour, minute, tzinfo=UTC))


# One answer has the same time in many places, and the next answer has them again.
@lru_cache(4096)
def _format(instant: int | None, form: str) -> str:
    return "" if instant is None else strftime(form, gmtime(instant // SECOND))
