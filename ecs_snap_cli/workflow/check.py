"""``check``: the pre-flight's reports on any number of disks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ecs_snap_cli.core.preflight import Policy, evaluate, exit_code, unread
from ecs_snap_cli.errors import EcsSnapError, ExitCode, UsageError
from ecs_snap_cli.model import Facts, Report, Unknown
from ecs_snap_cli.redact import redact
from ecs_snap_cli.values import value
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


@value(frozen=True, slots=True)
class Examination:
    """What came of looking at one disk: a report, and the error where it could not be read."""

    report: Report
    error: EcsSnapError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that this stands for."""
        return exit_code(self.report) if self.error is None else self.error.exit_code


def check_disks(
    reader: Reader,
    disk_ids: Sequence[str],
    policy: Policy,
    now: Callable[[], datetime] = utc_now,
) -> tuple[Examination, ...]:
    """One examination a disk, in the order asked, of those that could not be read too.

    An error that is no matter of single disks is raised at once, and one that all of them end
    in instead of reports that say it over and over; it names the first disk that met it.
    """
    found: list[Report | EcsSnapError] = []
    for disk_id in disk_ids:
        try:
            found.append(check_disk(reader, disk_id, policy, now))
        except EcsSnapError as error:
            if _concerns_all_disks(error):
                _name(disk_id, error)
                raise
            found.append(error)
    errors = [each for each in found if isinstance(each, EcsSnapError)]
    if len(errors) == len(found) and len({error.exit_code for error in errors}) == 1:
        _name(disk_ids[0], errors[0])
        raise errors[0]
    return tuple(
        _examination(disk_id, each, policy) for disk_id, each in zip(disk_ids, found, strict=True)
    )


def _examination(disk_id: str, found: Report | EcsSnapError, policy: Policy) -> Examination:
    if isinstance(found, Report):
        return Examination(found)
    # ECS's own words are in there, and it may repeat what it was sent.
    reason = Unknown(redact(found.message), found.code)
    return Examination(unread(disk_id, reason, policy, found.hint), found)


def _concerns_all_disks(error: EcsSnapError) -> bool:
    """Credentials, this machine's settings, and bugs; ECS may mind a value of one disk only."""
    access_or_bug = error.exit_code in (ExitCode.ACCESS, ExitCode.UNEXPECTED)
    return access_or_bug or isinstance(error, UsageError)


def _name(disk_id: str, error: EcsSnapError) -> None:
    error.message = f"Disk {disk_id}: {error.message}"
