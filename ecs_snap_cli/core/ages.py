"""Ages as people write them: ``36h``, ``14d``, ``8w``."""

from __future__ import annotations

import re
from datetime import timedelta

from ecs_snap_cli.core.validate import quoted
from ecs_snap_cli.errors import UsageError
from ecs_snap_cli.values import value

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
# Six digits of weeks are 19,000 years, which every calculation with times still holds.
_AGE = re.compile(r"(\d{1,6})([hdw])", re.ASCII)


@value(frozen=True, slots=True)
class Age:
    """A length of time above 0; ``text`` is how it was written, for messages."""

    text: str
    length: timedelta


def age(value: str) -> Age:
    """Hours, days of 24 hours, or weeks of 7 days; raises ``UsageError`` for anything else."""
    match = _AGE.fullmatch(value)
    if match is None or int(match[1]) == 0:
        raise UsageError(
            "An age is a whole number from 1 to 999999 and a unit, which is h for hours, d for "
            f"days or w for weeks; {quoted(value)} is not.",
            hint="Write 36h, 14d or 8w.",
        )
    return Age(value, int(match[1]) * _UNITS[match[2]])
