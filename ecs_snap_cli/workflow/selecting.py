"""From a selection to the IDs of its disks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ecs_snap_cli.errors import EcsSnapError, ExitCode
from ecs_snap_cli.model import DiskSelection


class DiskFinder(Protocol):
    """The read that a selection needs; the gateway offers it."""

    def disks(
        self, *, instance_id: str | None = None, tags: tuple[tuple[str, str], ...] = ()
    ) -> Iterable[str]: ...


def selected(finder: DiskFinder, selection: DiskSelection) -> tuple[str, ...]:
    """The IDs in the order of selection, each once.

    Those that the selection names are not looked up. Raises ``EcsSnapError`` (exit code 4) where
    nothing is left, and what the reads raise.
    """
    found = list(selection.disk_ids)
    for instance_id in selection.instance_ids:
        found += finder.disks(instance_id=instance_id)
    if selection.tags or selection.every:
        found += finder.disks(tags=selection.tags)
    disk_ids = tuple(each for each in dict.fromkeys(found) if each not in selection.excluded)
    if not disk_ids:
        raise EcsSnapError(
            "The selection matches no disk in this region and account.",
            code="InvalidDiskId.NotFound",
            exit_code=ExitCode.NOT_FOUND,
            hint="Check the options that select disks, --region and --profile.",
        )
    return disk_ids
