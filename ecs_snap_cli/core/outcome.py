"""How a run over several resources ended, as one exit code; pure."""

from __future__ import annotations

from collections.abc import Iterable

from ecs_snap_cli.errors import ExitCode


def combined(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that all share, ``MIXED`` where they differ, ``DONE`` where there is none."""
    found = set(codes)
    if len(found) > 1:
        return ExitCode.MIXED
    return found.pop() if found else ExitCode.DONE
