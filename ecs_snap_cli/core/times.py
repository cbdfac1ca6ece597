"""ECS's times: always UTC, to the minute in some answers and to the second in others."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_KNOWN_FORM = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)


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
