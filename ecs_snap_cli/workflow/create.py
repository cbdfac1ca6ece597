"""``create``: check one disk, order one snapshot, wait if asked; never lose its ID."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ecs_snap_cli.core.disk_checks import CHECK_THE_ID, no_such_disk
from ecs_snap_cli.core.preflight import Policy
from ecs_snap_cli.errors import EcsSnapError, ExitCode, PreflightFailed, WaitTimeout
from ecs_snap_cli.events import Observer, SnapshotCreated, Warned, ignore
from ecs_snap_cli.model import Created, Report, Snapshot, SnapshotOrder
from ecs_snap_cli.values import value
from ecs_snap_cli.workflow.check import examine, utc_now
from ecs_snap_cli.workflow.lost import look_for
from ecs_snap_cli.workflow.sending import may_have_acted, sent, token_option

if TYPE_CHECKING:
    from ecs_snap_cli.workflow.gather import Reader
    from ecs_snap_cli.workflow.wait import Clock, Patience, SnapshotReader

    class Gateway(Reader, SnapshotReader, Protocol):
        """All that ``create`` asks of ECS."""

        def create_snapshot(self, order: SnapshotOrder) -> Created: ...


@dataclass(slots=True)
class Journal:
    """How far an order got, for whoever has to report a run that ended early.

    Written before and after CreateSnapshot, so that an ID that ECS named is never forgotten
    and an answer that never came is not mistaken for a refusal. ``in_flight``: it was sent, and
    is not known to have done nothing; ``found``: snapshots that may be what it did, told from the
    older ones by their IDs or, where those were not read, only by their times. ``of_many``: the
    run is about other disks, too, so that it cannot be run again for this order alone.
    """

    order: SnapshotOrder
    in_flight: bool = False
    created: Created | None = None
    found: tuple[str, ...] = ()
    found_by_id: bool = True
    report: Report | None = None
    of_many: bool = False

    def what_exists(self) -> str | None:
        """What an operator must know of the snapshot, in a sentence; ``None``: there is none."""
        disk_id = self.order.disk_id
        if self.created is not None:
            return f"Snapshot {self.created.snapshot_id} of disk {disk_id} exists all the same."
        if not self.in_flight:
            return None
        if not self.found:
            return (
                f"CreateSnapshot was under way: a snapshot of disk {disk_id} may exist. "
                f"Run {self._again} to get its ID."
            )
        several = len(self.found) > 1
        snapshots = f"Snapshot{'s' if several else ''} {', '.join(self.found)} of disk {disk_id}"
        if not self.found_by_id:
            return (
                f"{snapshots} {'were' if several else 'was'} created at about the time of this "
                "order: whether by this order, only its ClientToken tells."
            )
        return (
            f"{snapshots} appeared after the order was sent: "
            f"{'one of them' if several else 'it'} is most likely this order's."
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """The IDs that must not be lost."""
        return (self.created.snapshot_id,) if self.created is not None else ()

    def complete(self, error: EcsSnapError) -> None:
        """Add to an error that ends the run what is known of the order by now."""
        if not error.checks and self.report is not None:
            error.checks = self.report.checks
        if not any(each in error.message for each in self.ids):
            error.add(self.what_exists())
        if self.created is None and self.in_flight:
            error.hint = self.next_step

    @property
    def go_on(self) -> str:
        """What to do with a snapshot that exists and whose wait was cut short."""
        snapshot_id = self.created.snapshot_id if self.created is not None else "ID"
        return (
            "ECS goes on with the snapshot by itself. To go on waiting, run "
            f"`ecs-snap wait --snapshot-id {snapshot_id}`"
        )

    @property
    def next_step(self) -> str:
        """What to do where it is not known for certain whether the snapshot exists."""
        return (
            f"Do not order another snapshot: run {self._again}, "
            f"or see `ecs-snap list --disk-id {self.order.disk_id}`."
        )

    @property
    def _again(self) -> str:
        """The command line that names this very order once more."""
        option = token_option(self.order.client_token)
        if self.of_many:
            create = f"`ecs-snap create --disk-id {self.order.disk_id} {option}`"
            return f"{create} with the other options of this run"
        return f"the same command again with {option}"


@value(frozen=True, slots=True)
class Result:
    """What ``create`` did; no ``report`` without a pre-flight, no ``snapshot`` without a wait."""

    created: Created
    report: Report | None
    snapshot: Snapshot | None


def create(
    gateway: Gateway,
    journal: Journal,
    *,
    policy: Policy | None,
    patience: Patience | None,
    observer: Observer = ignore,
    now: Callable[[], datetime] = utc_now,
    clock: Clock | None = None,
) -> Result:
    """Check, order and wait, as far as asked for (``None``: not at all).

    Raises ``PreflightFailed`` before anything is created, else what the calls and the wait
    raise; ``journal`` then tells what exists.
    """
    known = None
    if policy is not None:
        known = _check(gateway, journal, policy, observer, now)
    created = _order(gateway, journal, known, observer, now, clock)
    snapshot = None
    if patience is not None:
        snapshot = _wait(gateway, journal, created, patience, observer, clock)
    return Result(created, journal.report, snapshot)


def _wait(
    gateway: Gateway,
    journal: Journal,
    created: Created,
    patience: Patience,
    observer: Observer,
    clock: Clock | None,
) -> Snapshot:
    from ecs_snap_cli.workflow.wait import wait_for

    try:
        return wait_for(gateway, created.snapshot_id, patience, observer, clock, just_created=True)
    except WaitTimeout as error:
        error.hint = f"{journal.go_on}; --wait-timeout sets how long, 0 for ever."
        raise
    except EcsSnapError as error:
        if error.exit_code in (ExitCode.ACCESS, ExitCode.UNAVAILABLE):
            error.hint = f"{error.hint or ''} {journal.go_on}.".strip()
        raise


def _check(
    gateway: Gateway,
    journal: Journal,
    policy: Policy,
    observer: Observer,
    now: Callable[[], datetime],
) -> Set[str] | None:
    """Go ahead or raise; the IDs of the snapshots that the disk has, if they could be read."""
    facts, report = examine(gateway, journal.order.disk_id, policy, now)
    journal.report = report
    if not report.eligible:
        raise refusal(report)
    if report.warned:
        observer(Warned(report.warned))
    return facts.snapshot_ids


def refusal(report: Report) -> PreflightFailed:
    """The error that a report which is not eligible stands for."""
    if not report.disk_found:
        return PreflightFailed(
            no_such_disk(report.disk_id),
            code="InvalidDiskId.NotFound",
            exit_code=ExitCode.NOT_FOUND,
            hint=CHECK_THE_ID,
            checks=report.checks,
        )
    failed, warned = len(report.failed), len(report.warned)
    why = f"{failed} of {len(report.checks)} checks failed" if failed else "none failed"
    if warned:
        why += f", {warned} warned" if failed else f", but {warned} warned and --strict is set"
    return PreflightFailed(
        f"Disk {report.disk_id} cannot be snapshotted as it is: {why}.",
        hint=report.hint,
        checks=report.checks,
    )


def send(
    gateway: Gateway,
    journal: Journal,
    *,
    known: Set[str] | None,
    observer: Observer = ignore,
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Created:
    """Order the snapshot; where the answer is lost, look for what it left behind, and raise.

    ``known`` are the disk's snapshots before, if they were read. In the caller's thread.
    """
    sent_at = now()
    journal.in_flight = True
    try:
        # In the thread that got the answer: a signal cannot come between the two.
        journal.created = gateway.create_snapshot(journal.order)
    except Exception as error:
        journal.in_flight = may_have_acted(error)
        if journal.in_flight:
            journal.found_by_id = known is not None
            journal.found = look_for(
                gateway, journal.order, known=known, sent_at=sent_at, observer=observer, sleep=sleep
            )
        raise
    observer(SnapshotCreated(journal.created.snapshot_id, journal.order.disk_id))
    return journal.created


def _order(
    gateway: Gateway,
    journal: Journal,
    known: Set[str] | None,
    observer: Observer,
    now: Callable[[], datetime],
    clock: Clock | None,
) -> Created:
    sleep = clock.sleep if clock is not None else time.sleep
    return sent(
        lambda: send(gateway, journal, known=known, observer=observer, now=now, sleep=sleep),
        journal,
    )
