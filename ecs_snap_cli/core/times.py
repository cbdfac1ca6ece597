"""ECS's times: always UTC, to the minute in some answers and to the second in others."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ecs_snap_cli.model import Unknown

_KNOWN_FORM = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)

# A time that was never set: 1970 is the zero of Unix, the year 1 that of Go and .NET.
_LAST_BLANK_YEAR = 1970
# The protocol refuses a caller whose clock is further away from ECS's than this.
CLOCK_SKEW = timedelta(minutes=15)


def duration(seconds: int) -> str:
    """A rough length of time for people: ``90 s``, ``21 min``, ``3 h``."""
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def parse_time(text: str | None) -> datetime | None:
    """An aware UTC time, or ``None`` when ``text`` is in no form that ECS is known to use."""
    if text is None or not _KNOWN_FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def past_time(text: str | Unknown | None, now: datetime) -> datetime | None:
    """When something happened, by ECS's word for it; ``None`` when that cannot be.

    Besides an unknown form: a clock's zero, and a time further ahead of ``now`` (an aware UTC
    time) than two clocks may differ.
    """
    when = parse_time(text) if isinstance(text, str) else None
    if when is None or when.year <= _LAST_BLANK_YEAR or when - now > CLOCK_SKEW:
        return None
    return when
