"""``check``: the pre-flight's reports on any number of disks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from ecs_snap_cli.core.preflight import Policy, evaluate
from ecs_snap_cli.errors import EcsSnapError
from ecs_snap_cli.model import Facts, Report
from ecs_snap_cli.workflow.gather import Reader, gather


def utc_now() -> datetime:
    """The time by this machine's clock, aware and in UTC."""
    return datetime.now(UTC)


def examine(
    reader: Reader, disk_id: str, policy: Policy, now: Callable[[], datetime] = utc_now
) -> tuple[Facts, Report]:
    """Read the facts of one disk and judge them, by ECS's clock where its answers tell it."""
    facts = gather(reader, disk_id)
    return facts, evaluate(facts, policy, now() + reader.clock_ahead)


def check_disk(
    reader: Reader, disk_id: str, policy: Policy, now: Callable[[], datetime] = utc_now
) -> Report:
    """The pre-flight's verdict on one disk."""
    return examine(reader, disk_id, policy, now)[1]


def check_disks(
    reader: Reader,
    disk_ids: Iterable[str],
    policy: Policy,
    now: Callable[[], datetime] = utc_now,
) -> tuple[Report, ...]:
    """One report a disk, in the order asked; an error names the disk that it is about."""

    def check(disk_id: str) -> Report:
        try:
            return check_disk(reader, disk_id, policy, now)
        except EcsSnapError as error:
            error.message = f"Disk {disk_id}: {error.message}"
            raise

    return tuple(check(disk_id) for disk_id in disk_ids)
