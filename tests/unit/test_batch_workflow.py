"""One snapshot of each of many disks, over a played gateway: what becomes of each, and is told."""

from __future__ import annotations

import io
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecs_snap_cli.core.preflight import Policy
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, Interrupted, Unavailable
from ecs_snap_cli.events import DiskEnded, Event, FleetSelected, SnapshotCreated
from ecs_snap_cli.model import (
    Created,
    Disk,
    DiskSelection,
    Instance,
    Snapshot,
    SnapshotOrder,
    SnapshotQuery,
)
from ecs_snap_cli.workflow import lost
from ecs_snap_cli.workflow.batch import Batch, Plan
from ecs_snap_cli.workflow.disk_result import Result
from ecs_snap_cli.workflow.wait import Clock, Patience

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DISK = Disk("d-", "In_use", "cloud_ssd", "data", "2020-01-01T00:00:00Z", instance_ids=("i-1",))
THREE = ("d-1", "d-2", "d-3")
ALL_THREE, CHECKED = DiskSelection(THREE), Policy()
BUSY = ApiError("Busy.", code="IncorrectDiskStatus.CreatingSnapshot", request_id="R-9")
GONE = ApiError("Gone.", code="InvalidDiskId.NotFound")
DENIED = ApiError("Denied.", code="Forbidden.RAM")
DOWN = Unavailable("No answer.", hint="Check the network.")


def lost_answer() -> Unavailable:
    error = Unavailable("No answer.")
    error.may_have_acted = True
    return error


@dataclass
class Played:
    """A region: its disks by ID, and how CreateSnapshot ends for each (``s-ID`` else)."""

    disks_there: dict[str, Any] = field(default_factory=dict)
    creations: dict[str, Any] = field(default_factory=dict)
    snapshots_there: dict[str, Any] = field(default_factory=dict)
    looks: Callable[[str], Snapshot | None] = lambda each: Snapshot(each, "accomplished", 100)
    clock_ahead: timedelta = timedelta()
    orders: list[SnapshotOrder] = field(default_factory=list)
    looked_up: list[tuple[str, ...]] = field(default_factory=list)

    def disks_by_id(self, disk_ids: tuple[str, ...]) -> dict[str, Any]:
        self.looked_up.append(disk_ids)
        there = {each: replace(DISK, disk_id=each) for each in disk_ids} | self.disks_there
        return {each: there[each] for each in disk_ids}

    def disk(self, disk_id: str) -> Any:
        return self.disks_by_id((disk_id,))[disk_id]

    def disks(self, *, instance_id: str | None = None, tags: Any = ()) -> dict[str, Any]:
        return {} if instance_id else self.disks_there

    def instances(self, instance_ids: tuple[str, ...]) -> dict[str, Instance]:
        return {each: Instance(each, "Running", "2020-01-01T00:00Z") for each in instance_ids}

    def snapshots(self, query: SnapshotQuery) -> Any:
        raise DOWN

    def snapshot_page(self, number: int) -> Any:
        # More than any disk is worth: each is asked for its own.
        return (), 10_000

    def snapshots_of_disk(self, disk_id: str) -> Any:
        return ended(self.snapshots_there.get(disk_id, ()))

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> tuple[Snapshot, ...]:
        return tuple(filter(None, map(self.looks, snapshot_ids)))

    def create_snapshot(self, order: SnapshotOrder) -> Created:
        self.orders.append(order)
        default = Created(f"s-{order.disk_id}", "R-1")
        return ended(self.creations.get(order.disk_id, default))


def ended(answer: Any) -> Any:
    answer = answer() if callable(answer) else answer
    if isinstance(answer, BaseException):
        raise answer
    return answer


@dataclass
class Run:
    """A run over ``d-1`` to ``d-3`` and all that can be known of it."""

    ecs: Played = field(default_factory=Played)
    selection: DiskSelection = ALL_THREE
    policy: Policy | None = CHECKED
    patience: Patience | None = None
    dry_run: bool = False
    concurrency: int = 2
    events: list[Event] = field(default_factory=list)
    watch: Callable[[Event], None] = lambda event: None
    passed: float = 0.0
    ends_at_a_pause: bool = False
    batch: Batch = field(init=False)

    def __post_init__(self) -> None:
        self.batch = Batch(
            self.ecs,
            Plan(
                self.selection,
                lambda disk_id: SnapshotOrder(disk_id, f"token of {disk_id}", name="nightly"),
                self.policy,
                self.patience,
                self.dry_run,
                self.concurrency,
            ),
            self.observe,
            now=lambda: NOW,
            clock=Clock(lambda: self.passed, self.sleep),
        )

    def observe(self, event: Event) -> None:
        self.events.append(event)
        self.watch(event)

    def sleep(self, seconds: float) -> None:
        if self.ends_at_a_pause:
            raise Interrupted(signal.SIGTERM)
        self.passed += seconds

    def start(self) -> list[Result]:
        self.batch.run()
        return self.batch.results()

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(each.status, each.code) for each in self.batch.results()]


@pytest.fixture(autouse=True)
def pauseless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost, "PAUSES_SECONDS", ())


CREATED = ("created", None)


def test_each_disk_has_one_snapshot_by_an_order_of_its_own_and_one_result_in_order() -> None:
    run = Run(selection=DiskSelection(("d-3", "d-1", "d-2")))
    assert run.start() == [
        Result(each, "created", snapshot_id=f"s-{each}", request_id="R-1")
        for each in ("d-3", "d-1", "d-2")
    ]
    assert sorted((each.disk_id, each.client_token) for each in run.ecs.orders) == [
        (each, f"token of {each}") for each in THREE
    ]
    assert run.batch.exit_code() is ExitCode.DONE
    assert run.batch.ids == ("s-d-3", "s-d-1", "s-d-2")
    assert run.events[0] == FleetSelected(3)
    assert {each for each in run.events if isinstance(each, DiskEnded)} == {
        DiskEnded(each, "created", None) for each in THREE
    }
    assert SnapshotCreated("s-d-1", "d-1") in run.events


UNUSED = replace(DISK, disk_id="d-2", status="Available", instance_ids=())
LOCKED = replace(DISK, disk_id="d-2", lock_reasons=("security",), category="local_ssd_pro")


@pytest.mark.parametrize(
    ("disk", "code", "exit_code"),
    [
        (UNUSED, "IncorrectDiskStatus.NeverAttached", ExitCode.REFUSED),
        (LOCKED, "DiskCategory.OperationNotSupported", ExitCode.REFUSED),
        (None, "InvalidDiskId.NotFound", ExitCode.NOT_FOUND),
    ],
    ids=["status", "two checks fail", "no such disk"],
)
def test_a_disk_that_a_check_refuses_has_the_first_ones_code_and_is_not_ordered(
    disk: Disk | None, code: str, exit_code: ExitCode
) -> None:
    run = Run(Played({"d-2": disk}))
    refused = run.start()[1]
    assert run.told == [CREATED, ("refused", code), CREATED]
    assert (refused.exit_code, refused.snapshot_id) == (exit_code, None)
    assert refused.message
    assert {each.disk_id for each in run.ecs.orders} == {"d-1", "d-3"}
    assert run.batch.exit_code() is ExitCode.MIXED


def test_all_that_refuses_a_disk_is_in_its_message() -> None:
    refused = Run(Played({"d-2": LOCKED})).start()[1].message or ""
    assert "local_ssd_pro" in refused
    assert '"security"' in refused


def test_what_the_other_rules_would_let_pass_is_said_in_short() -> None:
    detached = replace(UNUSED, detached_time="2026-01-01T00:00:00Z")
    assert (Run(Played({"d-2": detached})).start()[1].message or "").endswith(
        "Running or Stopped. (Not refused by --rules current.)"
    )
    assert "--rules" not in (Run(Played({"d-2": UNUSED})).start()[1].message or "")


def test_a_disk_that_is_not_there_is_refused_though_that_is_not_checked() -> None:
    run = Run(Played({"d-2": None}), policy=Policy(skip={"disk-exists"}))
    run.start()
    assert run.told[1] == ("refused", "InvalidDiskId.NotFound")


@pytest.mark.parametrize(
    ("error", "status", "exit_code"),
    [
        (BUSY, "refused", ExitCode.REFUSED),
        (GONE, "refused", ExitCode.NOT_FOUND),
        (DENIED, "failed", ExitCode.ACCESS),
        (DOWN, "failed", ExitCode.UNAVAILABLE),
        (ApiError("Odd.", code="InvalidParameter"), "failed", ExitCode.USAGE),
        (KeyError("a bug"), "failed", ExitCode.UNEXPECTED),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_an_order_that_fails_is_that_disks_result_and_no_others(
    error: Exception, status: str, exit_code: ExitCode
) -> None:
    run = Run(Played(creations={"d-2": error}))
    failed = run.start()[1]
    code = getattr(error, "code", "Unexpected")
    assert run.told == [CREATED, (status, code), CREATED]
    assert failed.exit_code is exit_code
    assert failed.request_id == getattr(error, "request_id", None)
    assert run.batch.exit_code() is ExitCode.MIXED


def test_a_message_says_what_and_the_next_step() -> None:
    run = Run(Played(creations={"d-2": DOWN}))
    assert run.start()[1].message == "No answer. Check the network."


@pytest.mark.parametrize(
    ("ends", "exit_code"),
    [
        ((), ExitCode.DONE),
        ((BUSY,), ExitCode.MIXED),
        ((BUSY, BUSY, BUSY), ExitCode.REFUSED),
        ((GONE, GONE, GONE), ExitCode.NOT_FOUND),
        ((DENIED, DENIED, DENIED), ExitCode.ACCESS),
        ((DOWN, DOWN, DOWN), ExitCode.UNAVAILABLE),
        ((BUSY, GONE, BUSY), ExitCode.MIXED),
        ((DOWN, DOWN, DENIED), ExitCode.MIXED),
    ],
    ids=str,
)
def test_the_exit_code_is_the_one_that_all_disks_share(
    ends: tuple[EcsSnapError, ...], exit_code: ExitCode
) -> None:
    run = Run(Played(creations=dict(zip(THREE, ends, strict=False))))
    run.start()
    assert run.batch.exit_code() is exit_code


def test_facts_that_cannot_be_read_fail_their_own_disk() -> None:
    run = Run(Played(snapshots_there={"d-1": DOWN}))
    run.start()
    assert run.told == [("failed", "Unavailable"), CREATED, CREATED]
    assert "d-1" not in {each.disk_id for each in run.ecs.orders}


def test_a_dry_run_plans_and_refuses_and_orders_nothing() -> None:
    run = Run(Played({"d-2": UNUSED}), dry_run=True, patience=Patience())
    run.start()
    planned = ("planned", None)
    assert run.told == [planned, ("refused", "IncorrectDiskStatus.NeverAttached"), planned]
    assert run.ecs.orders == []
    assert run.batch.exit_code() is ExitCode.MIXED


def test_without_a_preflight_orders_are_sent_unchecked() -> None:
    run = Run(Played({"d-2": UNUSED}, snapshots_there=dict.fromkeys(THREE, DOWN)), policy=None)
    run.start()
    assert run.told == [CREATED] * 3
    assert run.ecs.looked_up == []


# Warnings


def test_what_is_warned_of_is_told_once_with_the_disks_that_it_is_about() -> None:
    odd = {f"d-{n}": replace(DISK, disk_id=f"d-{n}", category="new") for n in range(1, 6)}
    run = Run(Played(odd), selection=DiskSelection(tuple(odd)), concurrency=5)
    others = threading.Event()

    def later() -> tuple[Snapshot, ...]:
        others.wait(10)
        return ()

    # It is the first, whichever is read first.
    run.ecs.snapshots_there["d-1"] = later
    run.ecs.creations["d-5"] = lambda: others.set() or Created("s-d-5", None)
    run.start()
    (warning,) = run.batch.warnings()
    assert warning.startswith("disk-category of d-1, d-2, d-3 and 2 more: ")
    assert run.told == [CREATED] * 5


def test_strict_refuses_what_is_warned_of_and_warns_of_nothing() -> None:
    odd = replace(DISK, disk_id="d-2", category="new")
    run = Run(Played({"d-2": odd}), policy=Policy(strict=True))
    run.start()
    assert run.told[1][0] == "refused"
    assert run.batch.warnings() == []
    assert run.batch.exit_code() is ExitCode.MIXED


def test_an_instance_without_a_disk_is_warned_of_and_counts_as_not_found() -> None:
    run = Run(selection=DiskSelection(THREE, ("i-none",)))
    run.start()
    assert run.batch.warnings() == ["No disk is attached to instance i-none."]
    assert run.batch.exit_code() is ExitCode.MIXED


# Answers that were lost


def test_an_order_whose_answer_was_lost_says_that_a_snapshot_may_exist() -> None:
    run = Run(Played(creations={"d-2": lost_answer()}))
    failed = run.start()[1]
    assert (failed.status, failed.exit_code) == ("failed", ExitCode.UNAVAILABLE)
    assert "a snapshot of disk d-2 may exist" in (failed.message or "")
    # A batch has no --client-token.
    assert (
        "Run `ecs-snap create --disk-id d-2 --client-token 'token of d-2'` with the other options "
        "of this run to get its ID." in (failed.message or "")
    )


def test_a_refusal_after_a_lost_answer_does_not_say_that_there_is_no_snapshot() -> None:
    refused = ApiError("Busy", code="IncorrectDiskStatus.CreatingSnapshot")
    refused.may_have_acted = True
    run = Run(Played(creations={"d-2": refused}))
    failed = run.start()[1]
    assert (failed.status, failed.exit_code) == ("failed", ExitCode.REFUSED)
    assert (failed.message or "").startswith("Busy. CreateSnapshot was under way: ")


def test_what_a_lost_answer_left_behind_is_named() -> None:
    answers = iter([(), (Snapshot("s-new", "progressing", name="nightly"),)])
    run = Run(
        Played(creations={"d-2": lost_answer()}, snapshots_there={"d-2": lambda: next(answers)})
    )
    failed = run.start()[1]
    assert "Snapshot s-new of disk d-2 appeared" in (failed.message or "")
    assert (failed.message or "").endswith("or see `ecs-snap list --disk-id d-2`.")
    assert (failed.status, failed.snapshot_id) == ("failed", None)
    assert "s-new" in (run.batch.what_exists() or "")


# Waits


def wait(run: Run, **states: str) -> list[tuple[str, str | None, ExitCode]]:
    run.ecs.looks = lambda each: Snapshot(each, states.get(each[-1:], "accomplished"))
    return [(each.status, each.code, each.exit_code) for each in run.start()]


WELL = ("created", None, ExitCode.DONE)


def test_waits_that_end_well_change_nothing() -> None:
    run = Run(patience=Patience())
    assert wait(run) == [WELL] * 3
    assert run.batch.exit_code() is ExitCode.DONE


def test_a_wait_that_ends_badly_leaves_the_disk_created_and_counts_as_its_exit_code() -> None:
    run = Run(patience=Patience(timeout=60))
    late = ("created", "WaitTimeout", ExitCode.WAIT_TIMEOUT)
    failed = ("created", "SnapshotFailed", ExitCode.SNAPSHOT_FAILED)
    assert wait(run, **{"2": "progressing", "3": "failed"}) == [WELL, late, failed]
    assert run.batch.exit_code() is ExitCode.MIXED
    assert run.batch.ids == ("s-d-1", "s-d-2", "s-d-3")
    assert all(each.message for each in run.batch.results()[1:])


@pytest.mark.parametrize(
    ("state", "exit_code"),
    [("progressing", ExitCode.WAIT_TIMEOUT), ("failed", ExitCode.SNAPSHOT_FAILED)],
)
def test_waits_that_all_end_alike_share_their_exit_code(state: str, exit_code: ExitCode) -> None:
    run = Run(patience=Patience(timeout=60))
    wait(run, **dict.fromkeys("123", state))
    assert run.batch.exit_code() is exit_code


def test_a_wait_that_ends_in_a_bug_costs_no_result() -> None:
    run = Run(patience=Patience())
    run.ecs.looks = lambda each: {}[each]  # type: ignore[misc]
    run.start()
    assert run.told == [("created", "Unexpected")] * 3
    assert run.batch.exit_code() is ExitCode.UNEXPECTED


def test_where_nothing_was_created_nothing_is_waited_for() -> None:
    run = Run(Played(creations=dict.fromkeys(THREE, BUSY)), patience=Patience())
    run.ecs.looks = lambda each: pytest.fail("looked")
    run.start()
    assert run.batch.exit_code() is ExitCode.REFUSED


# Signals, and whoever asks meanwhile


def test_before_a_run_its_named_disks_are_results_less_those_excluded() -> None:
    run = Run(selection=DiskSelection(THREE, excluded=frozenset({"d-2"})))
    assert [(each.disk_id, each.status, each.code) for each in run.batch.results()] == [
        ("d-1", "failed", "Interrupted"),
        ("d-3", "failed", "Interrupted"),
    ]
    assert run.batch.what_exists() is None


def test_an_order_under_way_is_told_as_one_that_may_exist() -> None:
    run = Run(concurrency=1)
    seen: list[Result] = []

    def create() -> Created:
        seen.extend(run.batch.results())
        return Created("s-1", None)

    run.ecs.creations["d-2"] = create
    run.start()
    assert [each.code for each in seen] == [None, "Interrupted", "Interrupted"]
    assert "a snapshot of disk d-2 may exist" in (seen[1].message or "")
    assert "nothing was created" in (seen[2].message or "")


def test_a_signal_during_the_wait_leaves_the_disks_created_and_says_so() -> None:
    run = Run(patience=Patience(), ends_at_a_pause=True)
    states = {"s-d-1": "accomplished"}
    run.ecs.looks = lambda each: Snapshot(each, states.get(each, "progressing"))
    with pytest.raises(Interrupted):
        run.start()
    assert run.told == [CREATED, ("created", "Interrupted"), ("created", "Interrupted")]
    assert run.batch.ids == ("s-d-1", "s-d-2", "s-d-3")


def test_an_observer_that_fails_costs_no_id() -> None:
    closed = io.StringIO()
    closed.close()

    def watch(event: Event) -> None:
        if isinstance(event, DiskEnded | SnapshotCreated):
            print(event, file=closed)

    run = Run(Played(creations={"d-3": BUSY}), watch=watch, concurrency=1)
    results = run.start()
    assert run.batch.ids == ("s-d-1", "s-d-2")
    assert [(each.status, each.code) for each in results] == [
        ("created", "Unexpected"),
        ("created", "Unexpected"),
        ("failed", "Unexpected"),
    ]
    assert run.batch.exit_code() is ExitCode.UNEXPECTED


def test_an_id_is_known_from_the_moment_that_ecs_names_it() -> None:
    known: list[tuple[str, ...]] = []

    def watch(event: Event) -> None:
        if isinstance(event, DiskEnded | SnapshotCreated):
            known.append(run.batch.ids)

    run = Run(watch=watch, concurrency=1)
    run.start()
    assert known == [("s-d-1",)] * 2 + [("s-d-1", "s-d-2")] * 2 + [run.batch.ids] * 2
    assert run.batch.what_exists() == (
        "These snapshots exist all the same: s-d-1 of disk d-1, s-d-2 of disk d-2, "
        "s-d-3 of disk d-3."
    )
