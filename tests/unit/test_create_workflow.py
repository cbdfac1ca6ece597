"""Check, order, wait: what is asked of ECS in which order, and what is known of the snapshot."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import FrameType

import pytest

from ecs_snap_cli.core.preflight import Policy, evaluate
from ecs_snap_cli.core.rules import CURRENT
from ecs_snap_cli.errors import (
    ApiError,
    EcsSnapError,
    ExitCode,
    Interrupted,
    PreflightFailed,
    SnapshotFailed,
    Unavailable,
    WaitTimeout,
)
from ecs_snap_cli.events import (
    Event,
    SnapshotCreated,
    SnapshotSeen,
    SnapshotSought,
    WaitEnded,
    Warned,
)
from ecs_snap_cli.model import (
    Created,
    Disk,
    Facts,
    Instance,
    Snapshot,
    SnapshotOrder,
    Status,
    Unknown,
)
from ecs_snap_cli.workflow import sending
from ecs_snap_cli.workflow.background import Task
from ecs_snap_cli.workflow.create import Journal, Result, create, refusal
from ecs_snap_cli.workflow.gather import facts_of
from ecs_snap_cli.workflow.lost import PAUSES_SECONDS
from ecs_snap_cli.workflow.wait import Clock, Patience

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORDER = SnapshotOrder("d-1", "token-1", name="nightly", tags=(("k", "v"),))
CREATED = Created("s-923FE2BF0", "R-1")
DISK = Disk("d-1", "In_use", "cloud_ssd", "data", "2020-01-01T00:00:00Z", instance_ids=("i-1",))
INSTANCE = Instance("i-1", "Running", "2020-01-01T00:00Z")
DONE = Snapshot(CREATED.snapshot_id, "accomplished", 100)


@dataclass
class Gateway:
    """ECS as a few values; ``calls`` keeps what was asked of it."""

    disk_found: Disk | Unknown | None = DISK
    instance: Instance = INSTANCE
    snapshots: tuple[Snapshot, ...] = ()
    on_snapshots: Callable[[], tuple[Snapshot, ...]] | None = None
    on_create: Callable[[], Created] = lambda: CREATED
    looks: tuple[Snapshot, ...] = (DONE,)
    clock_ahead: timedelta = timedelta()
    calls: list[str] = field(default_factory=list)
    orders: list[SnapshotOrder] = field(default_factory=list)

    def disk(self, disk_id: str) -> Disk | Unknown | None:
        self.calls.append("disk")
        return self.disk_found

    def instances(self, instance_ids: tuple[str, ...]) -> dict[str, Instance]:
        self.calls.append("instances")
        return {"i-1": self.instance}

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...]:
        self.calls.append("snapshots")
        return self.on_snapshots() if self.on_snapshots else self.snapshots

    def create_snapshot(self, order: SnapshotOrder) -> Created:
        self.calls.append("create")
        self.orders.append(order)
        return self.on_create()

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> tuple[Snapshot, ...]:
        self.calls.append(f"look at {','.join(snapshot_ids)}")
        return self.looks


@dataclass
class Run:
    """One run of ``create`` and all that can be known of it afterwards."""

    gateway: Gateway = field(default_factory=Gateway)
    journal: Journal = field(default_factory=lambda: Journal(ORDER))
    events: list[Event] = field(default_factory=list)
    passed: float = 0.0

    def start(
        self, policy: Policy | None = None, patience: Patience | None = None, *, check: bool = True
    ) -> Result:
        return create(
            self.gateway,
            self.journal,
            policy=(policy or Policy()) if check else None,
            patience=patience,
            observer=self.events.append,
            now=lambda: NOW,
            clock=Clock(monotonic=lambda: self.passed, sleep=self.sleep),
        )

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

    def fails(self, error: type[BaseException], **options: object) -> pytest.ExceptionInfo:
        with pytest.raises(error) as raised:
            self.start(**options)
        return raised


FULL = tuple(Snapshot(f"s-{number}", "accomplished") for number in range(64))
LOCKED = replace(INSTANCE, lock_reasons=("financial",))


# Checked, ordered, waited for


def test_an_eligible_disk_is_read_checked_and_snapshotted() -> None:
    run = Run()
    result = run.start()
    assert sorted(run.gateway.calls[:3]) == ["disk", "instances", "snapshots"]
    assert run.gateway.calls[3:] == ["create"]
    assert result.created == CREATED
    assert result.snapshot is None
    assert result.report == run.journal.report
    assert result.report is not None
    assert result.report.eligible
    assert run.events == [SnapshotCreated("s-923FE2BF0", "d-1")]


def test_the_order_goes_out_as_it_was_given_with_its_client_token() -> None:
    run = Run()
    run.start()
    assert run.gateway.orders == [ORDER]
    assert run.gateway.orders[0].client_token == "token-1"


def test_without_a_preflight_nothing_is_read() -> None:
    run = Run(Gateway(disk_found=None))
    result = run.start(check=False)
    assert run.gateway.calls == ["create"]
    assert (result.report, run.journal.report) == (None, None)
    assert result.created == CREATED


def test_a_wait_looks_at_the_new_snapshot_and_gives_it_back() -> None:
    run = Run()
    result = run.start(patience=Patience())
    assert run.gateway.calls[3:] == ["create", "look at s-923FE2BF0"]
    assert result.snapshot == DONE
    assert run.events == [
        SnapshotCreated("s-923FE2BF0", "d-1"),
        SnapshotSeen("s-923FE2BF0", DONE),
        WaitEnded("s-923FE2BF0"),
    ]


# Refused


@pytest.mark.parametrize(
    ("gateway", "exit_code", "code"),
    [
        (Gateway(snapshots=FULL), ExitCode.REFUSED, "PreflightFailed"),
        (Gateway(instance=replace(INSTANCE, status="Pending")), 3, "PreflightFailed"),
        (Gateway(disk_found=replace(DISK, category="ephemeral")), 3, "PreflightFailed"),
        (Gateway(disk_found=None), ExitCode.NOT_FOUND, "InvalidDiskId.NotFound"),
    ],
    ids=["full", "instance pending", "category", "no such disk"],
)
def test_nothing_is_created_when_a_check_refuses(
    gateway: Gateway, exit_code: int, code: str
) -> None:
    run = Run(gateway)
    refused = run.fails(PreflightFailed).value
    assert (refused.exit_code, refused.code) == (exit_code, code)
    assert "create" not in gateway.calls
    assert run.events == []
    assert run.journal.what_exists() is None
    assert run.journal.report is not None
    assert refused.checks == run.journal.report.checks
    assert len(refused.checks) == 9
    assert "d-1" in refused.message


def test_a_warning_goes_ahead_with_an_event_before_the_order() -> None:
    run = Run(Gateway(instance=LOCKED))
    result = run.start()
    warned, created = run.events
    assert isinstance(warned, Warned)
    assert [(each.id, each.status) for each in warned.checks] == [("instance-lock", Status.WARN)]
    assert created == SnapshotCreated("s-923FE2BF0", "d-1")
    assert result.created == CREATED


def test_a_warning_refuses_under_strict() -> None:
    run = Run(Gateway(instance=LOCKED))
    refused = run.fails(PreflightFailed, policy=Policy(strict=True)).value
    assert refused.exit_code is ExitCode.REFUSED
    assert "--strict" in refused.message
    assert "create" not in run.gateway.calls


def test_a_pending_snapshot_does_not_stop_an_order_with_the_callers_own_token() -> None:
    run = Run(Gateway(snapshots=(Snapshot("s-0", "progressing"),)))
    assert run.start(Policy(token_given=True)).created == CREATED
    assert isinstance(run.events[0], Warned)


def test_the_policy_decides_by_which_rules() -> None:
    detached = replace(DISK, status="Available", instance_ids=(), detached_time="2021-01-01T00:00Z")
    run = Run(Gateway(disk_found=detached))
    assert "--rules current" in (run.fails(PreflightFailed).value.hint or "")
    assert Run(Gateway(disk_found=detached)).start(Policy(rules=CURRENT)).created == CREATED


def test_a_refusal_counts_what_failed_and_what_warned() -> None:
    facts = facts_of("d-1", DISK, {"i-1": replace(LOCKED, status="Pending")}, FULL)
    message = refusal(evaluate(facts, Policy(), NOW)).message
    assert "2 of 9 checks failed" in message
    assert "1 warned" in message


def test_the_refusal_of_a_missing_disk_says_what_to_look_at() -> None:
    refused = refusal(evaluate(Facts("d-1", None), Policy(), NOW))
    assert "d-1" in refused.message
    assert "--region" in (refused.hint or "")


def test_an_error_of_a_read_creates_nothing() -> None:
    class Broken(Gateway):
        def disk(self, disk_id: str) -> Disk:
            raise Unavailable("No answer.")

    run = Run(Broken())
    run.fails(Unavailable)
    assert run.gateway.orders == []
    assert run.journal.what_exists() is None


# What exists


def raising(error: BaseException, *, may_have_acted: bool = False) -> Callable[[], Created]:
    def fail() -> Created:
        if isinstance(error, EcsSnapError):
            error.may_have_acted = may_have_acted
        raise error

    return fail


def test_before_anything_is_sent_nothing_exists() -> None:
    assert Journal(ORDER).what_exists() is None


def test_a_refusal_by_ecs_leaves_nothing_behind() -> None:
    refused = ApiError("No.", code="QuotaExceed.Snapshot", http_status=403)
    run = Run(Gateway(on_create=raising(refused)))
    assert run.fails(ApiError).value is refused
    assert run.journal.what_exists() is None
    assert run.journal.created is None


def test_a_lost_answer_may_have_left_a_snapshot_behind() -> None:
    run = Run(Gateway(on_create=raising(Unavailable("Lost."), may_have_acted=True)))
    run.fails(Unavailable)
    said = run.journal.what_exists() or ""
    assert [
        each for each in ("d-1", "may exist", "--client-token token-1") if each not in said
    ] == []
    assert run.journal.created is None


NEW = Snapshot("s-new", "progressing", name="nightly", creation_time="2026-03-01T12:00:01Z")
OLD = Snapshot("s-old", "accomplished", name="nightly", creation_time="2026-02-28T12:00:00Z")


def lost(gateway: Gateway, *after: tuple[Snapshot, ...]) -> Run:
    """A run whose CreateSnapshot is lost; later looks at the disk find ``after``, one by one."""
    looks = list(after)

    def fail() -> Created:
        gateway.on_snapshots = lambda: looks.pop(0) if len(looks) > 1 else looks[0]
        return raising(Unavailable("Lost."), may_have_acted=True)()

    gateway.on_create = fail
    return Run(gateway)


@pytest.mark.parametrize("check", [True, False], ids=["known by its ID", "known by its time"])
def test_a_snapshot_that_a_lost_answer_left_behind_is_found_and_told(check: bool) -> None:
    run = lost(Gateway(snapshots=(OLD,)), (NEW, OLD))
    run.fails(Unavailable, check=check)
    said = run.journal.what_exists() or ""
    assert run.journal.found == ("s-new",)
    words = "appeared after the order" if check else "was created at about the time of this order"
    assert f"Snapshot s-new of disk d-1 {words}" in said
    assert "--client-token token-1" in run.journal.next_step
    assert SnapshotSought("d-1") in run.events
    assert run.passed == 0


def test_a_snapshot_that_is_listed_late_is_looked_for_again() -> None:
    run = lost(Gateway(snapshots=(OLD,)), (OLD,), (OLD,), (NEW, OLD))
    run.fails(Unavailable)
    assert run.journal.found == ("s-new",)
    assert run.passed == sum(PAUSES_SECONDS)


def test_a_snapshot_that_does_not_appear_may_still_exist() -> None:
    run = lost(Gateway(snapshots=(OLD,)), (OLD,))
    run.fails(Unavailable)
    assert run.journal.found == ()
    assert "may exist" in (run.journal.what_exists() or "")
    assert run.gateway.calls.count("snapshots") == 2 + len(PAUSES_SECONDS)


def test_several_snapshots_that_appeared_are_all_told() -> None:
    run = lost(Gateway(), (NEW, replace(NEW, snapshot_id="s-other")))
    run.fails(Unavailable)
    assert "Snapshots s-new, s-other of disk d-1" in (run.journal.what_exists() or "")


def test_ecss_clock_tells_what_is_new_where_this_machines_is_wrong() -> None:
    ahead = timedelta(minutes=10)
    earlier = replace(NEW, snapshot_id="s-9", creation_time="2026-03-01T12:05:00Z")
    ours = replace(NEW, creation_time="2026-03-01T12:10:00Z")
    run = lost(Gateway(clock_ahead=ahead), (ours, earlier))
    run.fails(Unavailable, check=False)
    assert run.journal.found == ("s-new",)


@pytest.mark.parametrize("unreadable", [Unknown("Forbidden."), Unavailable("Down.")], ids=str)
def test_a_look_that_fails_leaves_the_first_error_and_the_doubt(unreadable: object) -> None:
    run = lost(Gateway(), ())

    def look() -> tuple[Snapshot, ...]:
        if isinstance(unreadable, Exception):
            raise unreadable
        return unreadable  # type: ignore[return-value]

    run.gateway.on_create = lambda: (
        setattr(run.gateway, "on_snapshots", look)  # type: ignore[func-returns-value]
        or raising(Unavailable("Lost."), may_have_acted=True)()
    )
    assert run.fails(Unavailable).value.message == "Lost."
    assert "may exist" in (run.journal.what_exists() or "")


def test_a_refusal_that_acted_on_nothing_looks_for_nothing() -> None:
    run = Run(Gateway(on_create=raising(Unavailable("Never reached."))))
    run.fails(Unavailable)
    assert run.gateway.calls.count("snapshots") == 1
    assert run.journal.what_exists() is None


def test_the_checks_go_by_ecss_clock() -> None:
    young = replace(DISK, disk_type="system", creation_time="2026-03-01T11:05:00Z")
    assert Run(Gateway(disk_found=young, clock_ahead=timedelta(minutes=6))).start()
    run = Run(Gateway(disk_found=young, clock_ahead=timedelta(minutes=-6)))
    run.fails(PreflightFailed)


def test_the_token_can_be_pasted_into_a_shell() -> None:
    journal = Journal(replace(ORDER, client_token="it's $HOME"), in_flight=True)
    assert """--client-token 'it'"'"'s $HOME'""" in (journal.what_exists() or "")


def test_an_answer_that_the_program_could_not_read_may_have_left_a_snapshot_behind() -> None:
    run = Run(Gateway(on_create=raising(KeyError("SnapshotId"))))
    run.fails(KeyError)
    assert "may exist" in (run.journal.what_exists() or "")


FAILED = Snapshot(CREATED.snapshot_id, "failed", 40)
SLOW = Snapshot(CREATED.snapshot_id, "progressing", 40)


@pytest.mark.parametrize(
    ("looks", "error"),
    [((FAILED,), SnapshotFailed), ((SLOW,), WaitTimeout), ((), ApiError)],
    ids=["failed", "too slow", "never listed"],
)
def test_a_created_snapshot_is_known_however_its_wait_ends(
    looks: tuple[Snapshot, ...], error: type[EcsSnapError]
) -> None:
    run = Run(Gateway(looks=looks))
    run.fails(error, patience=Patience(timeout=60.0))
    said = run.journal.what_exists() or ""
    assert [each for each in ("s-923FE2BF0", "d-1", "exists") if each not in said] == []
    assert "may" not in said
    assert run.journal.created == CREATED
    assert run.events[0] == SnapshotCreated("s-923FE2BF0", "d-1")


def test_a_created_snapshot_is_known_where_telling_of_it_fails() -> None:
    run = Run()

    def broken(event: Event) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        create(run.gateway, run.journal, policy=None, patience=None, observer=broken)
    assert "s-923FE2BF0" in (run.journal.what_exists() or "")


# Interrupted


@dataclass
class Signals:
    """A SIGINT of this process's own, sent from the thread that makes the call."""

    waited_for: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.arrived.set()
        raise Interrupted(number)

    def send(self) -> None:
        """Interrupt the main thread while it waits for this call."""
        assert self.waited_for.wait(5)
        os.kill(os.getpid(), signal.SIGINT)
        assert self.arrived.wait(5), "the signal waits for the call"


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signals]:
    # A loaded machine is slow: the tests are about order, not about time.
    monkeypatch.setattr(sending, "GRACE_SECONDS", 10.0)
    made = Signals()

    class Announced(Task[Created]):
        def result(self) -> Created:
            made.waited_for.set()
            return super().result()

    monkeypatch.setattr(sending, "Task", Announced)
    before = signal.signal(signal.SIGINT, made.handle)
    yield made
    signal.signal(signal.SIGINT, before)


def interrupted_in(signals: Signals, then: Callable[[], Created]) -> Run:
    """A run whose CreateSnapshot is interrupted and ends afterwards as ``then`` does."""

    def call() -> Created:
        signals.send()
        return then()

    run = Run(Gateway(on_create=call))
    assert run.fails(Interrupted, check=False).value.exit_code is ExitCode.INTERRUPTED
    return run


def test_an_answer_that_comes_just_after_the_signal_is_not_lost(signals: Signals) -> None:
    run = interrupted_in(signals, lambda: CREATED)
    assert run.journal.created == CREATED
    assert "Snapshot s-923FE2BF0" in (run.journal.what_exists() or "")


def test_a_refusal_that_comes_just_after_the_signal_leaves_nothing_behind(signals: Signals) -> None:
    refused = ApiError("No.", code="QuotaExceed.Snapshot", http_status=403)
    run = interrupted_in(signals, raising(refused))
    assert run.journal.what_exists() is None


@pytest.mark.parametrize(
    "error", [Unavailable("Lost."), KeyError("SnapshotId")], ids=["lost", "not understood"]
)
def test_a_lost_answer_after_the_signal_may_have_left_a_snapshot_behind(
    signals: Signals, error: Exception
) -> None:
    run = interrupted_in(signals, raising(error, may_have_acted=True))
    assert "--client-token token-1" in (run.journal.what_exists() or "")


def test_a_call_that_goes_on_after_the_signal_may_leave_a_snapshot_behind(
    signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "GRACE_SECONDS", 0.01)

    def hang() -> Created:
        signals.ended.wait(5)
        return CREATED

    run = interrupted_in(signals, hang)
    assert "--client-token token-1" in (run.journal.what_exists() or "")
    signals.ended.set()


def test_a_signal_during_the_wait_leaves_the_snapshot_known(signals: Signals) -> None:
    class Waiting(Gateway):
        def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> tuple[Snapshot, ...]:
            signals.waited_for.set()
            signals.send()
            signals.ended.wait(5)
            return (SLOW,)

    run = Run(Waiting())
    run.fails(Interrupted, patience=Patience())
    assert "Snapshot s-923FE2BF0" in (run.journal.what_exists() or "")
    signals.ended.set()


def test_a_signal_during_the_checks_creates_nothing(signals: Signals) -> None:
    class Slow(Gateway):
        def disk(self, disk_id: str) -> Disk:
            signals.waited_for.set()
            signals.send()
            signals.ended.wait(5)
            return DISK

    run = Run(Slow())
    run.fails(Interrupted)
    signals.ended.set()
    assert run.gateway.orders == []
    assert run.journal.what_exists() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_the_checks_and_the_order_orders_nothing(number: signal.Signals) -> None:
    run = Run(Gateway(instance=LOCKED))

    def interrupt(event: Event) -> None:
        # The last that is done before CreateSnapshot.
        assert isinstance(event, Warned)
        raise Interrupted(number)

    with pytest.raises(Interrupted):
        create(
            run.gateway,
            run.journal,
            policy=Policy(),
            patience=None,
            observer=interrupt,
            now=lambda: NOW,
        )
    assert run.gateway.orders == []
    assert run.journal.what_exists() is None
