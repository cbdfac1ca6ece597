"""``batch``: one snapshot of each of many disks; no result of any is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ecs_snap_cli.core.missing import named
from ecs_snap_cli.core.outcome import combined
from ecs_snap_cli.core.preflight import Policy, evaluate
from ecs_snap_cli.errors import EcsSnapError, ExitCode, as_told
from ecs_snap_cli.events import DiskEnded, FleetSelected, Observer
from ecs_snap_cli.model import Check, DiskSelection, SnapshotOrder
from ecs_snap_cli.values import value
from ecs_snap_cli.workflow.check import utc_now
from ecs_snap_cli.workflow.create import Journal, send
from ecs_snap_cli.workflow.disk_result import (
    Result,
    created,
    ended_badly,
    failed,
    refused,
    unfinished,
)
from ecs_snap_cli.workflow.fleet import Fleet, Region
from ecs_snap_cli.workflow.selecting import no_disk_on, select
from ecs_snap_cli.workflow.several import Several
from ecs_snap_cli.workflow.wait import Clock, Patience, wait_for_each

if TYPE_CHECKING:
    from ecs_snap_cli.workflow.create import Gateway as CreateGateway
    from ecs_snap_cli.workflow.fleet import FleetReader

    class Gateway(CreateGateway, FleetReader, Protocol):
        """All that ``batch`` asks of ECS."""


_MOST_NAMED = 3


@value(frozen=True, slots=True)
class Plan:
    """What is to be done to each disk.

    ``order`` makes the order of a disk; no ``policy``: unchecked; no ``patience``: nothing is
    waited for; ``dry_run``: nothing is created. Up to ``concurrency`` calls are under way at once.
    """

    selection: DiskSelection
    order: Callable[[str], SnapshotOrder]
    policy: Policy | None
    patience: Patience | None
    dry_run: bool
    concurrency: int


class Batch:
    """One run. ``results`` may be asked for at any time, after a signal as well."""

    def __init__(
        self,
        gateway: Gateway,
        plan: Plan,
        observer: Observer,
        now: Callable[[], datetime] = utc_now,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock
        self._gateway = gateway
        self._plan = plan
        self._observe = observer
        self._now = now
        self._journals: dict[str, Journal] = {}
        self._warned: dict[str, tuple[Check, ...]] = {}
        self._bare_instances: tuple[str, ...] = ()
        self._pending: set[str] = set()
        self._ended_badly: dict[str, EcsSnapError] = {}
        self._begin(tuple(e for e in plan.selection.disk_ids if e not in plan.selection.excluded))

    def _begin(self, disk_ids: tuple[str, ...]) -> None:
        self._disk_ids = disk_ids
        self._run = Several(disk_ids, self._act, self._lost)

    def run(self) -> None:
        """Select, check and create; wait, if that is planned.

        Raises what stands in the way of all disks before anything is created, and
        ``Interrupted`` after a signal.
        """
        plan = self._plan
        checked = plan.policy is not None
        one_job = bool(plan.selection.tags or plan.selection.every)
        region = None
        if checked and one_job and plan.concurrency > 1:
            # Its first page takes no longer than the disks' first page.
            region = Region(self._gateway)
        disks = select(self._gateway, plan.selection, plan.concurrency, look_up=checked)
        self._bare_instances = disks.bare_instances
        self._fleet = Fleet(self._gateway, disks.disks)
        self._begin(tuple(disks.disks))
        self._observe(FleetSelected(len(self._disk_ids)))
        if checked:
            self._fleet.read(plan.concurrency, region)
        self._run.run(plan.concurrency)
        if plan.patience is not None:
            self._wait(plan.patience)

    def _wait(self, patience: Patience) -> None:
        self._pending = set(self.ids)
        waits = wait_for_each(
            self._gateway, self.ids, patience, self._observe, self._clock, just_created=True
        )
        try:
            for waited in waits:
                self._pending.discard(waited.snapshot_id)
                if isinstance(waited.outcome, EcsSnapError):
                    self._ended_badly[waited.snapshot_id] = waited.outcome
        except Exception as error:
            # A bug: what was created is told all the same, each disk as one result.
            self._ended_badly |= dict.fromkeys(self._pending, as_told(error))
            self._pending.clear()

    def results(self) -> list[Result]:
        """One for each disk, in the order of selection."""
        return [self._with_wait(each) for each in self._run.results()]

    def _with_wait(self, result: Result) -> Result:
        """A result with what is known of the wait for its snapshot."""
        if result.snapshot_id in self._pending:
            return replace(
                result,
                exit_code=ExitCode.INTERRUPTED,
                code="Interrupted",
                message="The run was interrupted while this snapshot was waited for.",
            )
        error = self._ended_badly.get(result.snapshot_id or "")
        return result if error is None else ended_badly(result, error)

    @property
    def ids(self) -> tuple[str, ...]:
        """The IDs that must not be lost."""
        return tuple(each.snapshot_id for each in self.results() if each.snapshot_id is not None)

    @property
    def go_on(self) -> str:
        """What to do after a run that was interrupted."""
        return "ECS goes on with these snapshots by itself: `ecs-snap list` shows them"

    def complete(self, error: EcsSnapError) -> None:
        """Add to an error that ends the run what was created by now."""
        error.add(self.what_exists())

    def what_exists(self) -> str | None:
        """The snapshots that were created, or may have been, in a sentence; ``None``: none."""
        told = [
            f"{each.snapshot_id} of disk {each.disk_id}"
            for each in self.results()
            if each.snapshot_id is not None
        ]
        unsure = [
            found
            for each in list(self._journals.values())
            if each.created is None and (found := each.what_exists())
        ]
        exists = [f"These snapshots exist all the same: {', '.join(told)}."] if told else []
        return " ".join([*exists, *unsure]) or None

    def exit_code(self) -> ExitCode:
        """How the whole run ended, unless a signal ended it."""
        codes = [each.exit_code for each in self.results()]
        return combined([*codes, *(ExitCode.NOT_FOUND for _ in self._bare_instances)])

    def warnings(self) -> list[str]:
        """What is to be said beside the results, a sentence each."""
        return [
            *map(no_disk_on, self._bare_instances),
            *_summed_up([(each, self._warned.get(each, ())) for each in self._disk_ids]),
        ]

    # For the threads of the run

    def _act(self, disk_id: str) -> Result:
        try:
            result = self._result(disk_id)
        except Exception as error:
            result = self._lost(disk_id, error)
        self._observe(DiskEnded(disk_id, result.status, result.message))
        return result

    def _result(self, disk_id: str) -> Result:
        policy, known = self._plan.policy, None
        if policy is not None:
            facts = self._fleet.facts(disk_id)
            report = evaluate(facts, policy, self._now() + self._gateway.clock_ahead)
            known = facts.snapshot_ids
            if not report.eligible:
                return refused(report)
            self._warned[disk_id] = report.warned
        if self._plan.dry_run:
            return Result(disk_id, "planned")
        # Kept for good: until its result is kept, too, nothing else knows of the snapshot.
        journal = self._journals[disk_id] = Journal(self._plan.order(disk_id), of_many=True)
        return created(
            disk_id,
            send(self._gateway, journal, known=known, observer=self._observe, now=self._now),
        )

    def _lost(self, disk_id: str, error: Exception | None) -> Result:
        journal = self._journals.get(disk_id)
        if error is None:
            return unfinished(disk_id, journal)
        return failed(disk_id, as_told(error), journal)


def _summed_up(warned: Sequence[tuple[str, tuple[Check, ...]]]) -> Iterator[str]:
    """What the pre-flight warned of, each text once, with the disks that it is about."""
    disks: dict[tuple[str, str], list[str]] = {}
    for disk_id, checks in warned:
        for check in checks:
            disks.setdefault((check.id, check.message), []).append(disk_id)
    for (check_id, message), disk_ids in disks.items():
        yield f"{check_id} of {named(disk_ids, _MOST_NAMED)}: {message}"
