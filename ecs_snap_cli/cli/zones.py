"""``--timezone``: a zone by its name in the time zone database."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, tzinfo

from ecs_snap_cli.core.validate import quoted
from ecs_snap_cli.errors import UsageError


def zone(name: str) -> tzinfo:
    """The zone; raises ``UsageError`` for one that this machine does not know."""
    if name == "UTC":
        # Known without the database.
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    # What is no zone may be a directory, a file of another kind, or no name for a file at all.
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError) as error:
        if not zoneinfo.available_timezones():
            raise UsageError(
                "This machine has no time zone database, so that it knows no zone but UTC.",
                hint="Install the package tzdata (apt install tzdata), or leave --timezone out.",
            ) from error
        raise UsageError(
            f"There is no time zone {quoted(name)}.",
            hint="Give --timezone a name such as Europe/Berlin.",
        ) from error
