"""Instants as whole milliseconds since 1970 (UTC), and the two forms in which ECS writes them."""

from datetime import datetime
from time import gmtime, strftime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY


def milliseconds(moment: datetime) -> int:
    """`moment` (aware) as milliseconds since 1970."""
    return round(moment.timestamp() * SECOND)


def second_form(instant: int | None) -> str:
    """`yyyy-MM-ddTHH:mm:ssZ`, as in disks and snapshots; empty for no time."""
    return _format(instant, "%Y-%m-%dT%H:%M:%SZ")


def minute_form(instant: int | None) -> str:
    """`yyyy-MM-ddTHH:mmZ`, as in instances; empty for no time."""
    return _format(instant, "%Y-%m-%dT%H:%MZ")


def _format(instant: int | None, form: str) -> str:
    return "" if instant is None else strftime(form, gmtime(instant // SECOND))
