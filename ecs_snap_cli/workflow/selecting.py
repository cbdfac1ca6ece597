"""From a selection to its disks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from ecs_snap_cli.errors import EcsSnapError, ExitCode
from ecs_snap_cli.gateway.filters import id_lists
from ecs_snap_cli.model import Disk, DiskSelection, Unknown
from ecs_snap_cli.values import value
from ecs_snap_cli.workflow.several import at_once

FoundDisk = Disk | Unknown | None
Read = Callable[[], Mapping[str, FoundDisk]]


class DiskFinder(Protocol):
    """The reads that a selection needs; the gateway offers them."""

    def disks_by_id(self, disk_ids: tuple[str, ...]) -> Mapping[str, FoundDisk]: ...

    def disks(
        self, *, instance_id: str | None = None, tags: tuple[tuple[str, str], ...] = ()
    ) -> Mapping[str, Disk | Unknown]: ...


@value(frozen=True, slots=True)
class Selected:
    """The disks that a selection means, in its order; ``None`` for one that ECS does not have.

    ``bare_instances`` are those named that have no disk: most likely they do not exist.
    """

    disks: Mapping[str, FoundDisk]
    bare_instances: tuple[str, ...] = ()


def select(
    finder: DiskFinder, selection: DiskSelection, concurrency: int, *, look_up: bool = True
) -> Selected:
    """Find the disks; without ``look_up`` those that are named are taken as they are (``None``).

    Raises what a read raises, for what is selected then is not known, and ``EcsSnapError`` (exit
    code 4) where nothing is left. For the main thread.
    """
    named: list[Read] = [partial(dict.fromkeys, selection.disk_ids)]
    if look_up:
        named = [partial(finder.disks_by_id, ids) for ids in id_lists(selection.disk_ids)]
    by_instance: list[Read] = [
        partial(finder.disks, instance_id=each) for each in selection.instance_ids
    ]
    region: list[Read] = []
    if selection.tags or selection.every:
        region = [partial(finder.disks, tags=selection.tags)]
    parts = at_once([*named, *by_instance, *region], concurrency)
    found: dict[str, FoundDisk] = {}
    for disks in parts:
        found |= {disk_id: disk for disk_id, disk in disks.items() if disk_id not in found}
    on_instances = parts[len(named) : len(named) + len(by_instance)]
    kept = {disk_id: disk for disk_id, disk in found.items() if disk_id not in selection.excluded}
    if not kept:
        raise _no_disk(selection)
    return Selected(
        kept,
        tuple(
            instance_id
            for instance_id, disks in zip(selection.instance_ids, on_instances, strict=True)
            if not disks
        ),
    )


def no_disk_on(instance_id: str) -> str:
    """What is to be said of one of the ``bare_instances``."""
    return f"No disk is attached to instance {instance_id}."


def _no_disk(selection: DiskSelection) -> EcsSnapError:
    excluded = " that is not excluded" if selection.excluded else ""
    return EcsSnapError(
        f"The selection matches no disk{excluded} in this region and account.",
        code="InvalidDiskId.NotFound",
        exit_code=ExitCode.NOT_FOUND,
        hint="Check the options that select disks, --region and --profile.",
    )
