"""Waiting for a snapshot, by a clock that a test turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import accumulate

import pytest

from ecs_snap_cli.errors import (
    ApiError,
    EcsSnapError,
    ExitCode,
    SnapshotFailed,
    Unavailable,
    WaitTimeout,
)
from ecs_snap_cli.events import Event, LookFailed, SnapshotSeen, WaitEnded
from ecs_snap_cli.model import Snapshot, Unknown
from ecs_snap_cli.workflow import wait
from ecs_snap_cli.workflow.wait import Clock, Patience, Waited, wait_for, wait_for_each

Answer = tuple[Snapshot, ...] | Unknown


class Time:
    """A clock that only a pause moves on; it starts somewhere, as monotonic clocks do."""

    def __init__(self) -> None:
        self.now = self.start = 4_321.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.pauses.append(seconds)
        self.now += seconds

    @property
    def passed(self) -> float:
        return self.now - self.start

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now, sleep=self.sleep)


class Reader:
    """Answers by the seconds that have passed, and counts the looks."""

    def __init__(self, time: Time, answer: Callable[[float], Answer]) -> None:
        self._time, self._answer = time, answer
        self.asked: list[tuple[str, ...]] = []

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> Answer:
        self.asked.append(snapshot_ids)
        return self._answer(self._time.passed)


class Region:
    """Snapshots that are accomplished at their own times (in seconds) after the beginning.

    ``trouble`` may raise, by the seconds that have passed and the IDs asked for.
    """

    def __init__(
        self,
        time: Time,
        ends: dict[str, float],
        trouble: Callable[[float, tuple[str, ...]], None] = lambda passed, ids: None,
    ) -> None:
        self._time, self._ends, self._trouble = time, ends, trouble
        self.asked: list[tuple[float, tuple[str, ...]]] = []

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> Answer:
        passed = self._time.passed
        self.asked.append((passed, snapshot_ids))
        self._trouble(passed, snapshot_ids)
        return tuple(
            Snapshot(each, "accomplished" if passed >= self._ends[each] else "progressing")
            for each in snapshot_ids
        )


def ids_of(waits: list[Waited]) -> list[str]:
    return [each.snapshot_id for each in waits]


def one(status: str, progress: int | None = None, available: bool | None = None) -> Answer:
    return (Snapshot("s-1", status, progress, available=available),)


@pytest.fixture
def time() -> Time:
    return Time()


def waited(
    time: Time,
    answer: Callable[[float], Answer],
    patience: Patience | None = None,
    events: list[Event] | None = None,
) -> Snapshot:
    observer = events.append if events is not None else lambda event: None
    patience = patience or Patience()
    return wait_for(Reader(time, answer), "s-1", patience, observer, time.clock())


# Reached


def test_a_snapshot_that_is_accomplished_already_takes_one_look(time: Time) -> None:
    reader = Reader(time, lambda passed: one("accomplished", 100))
    found = wait_for(reader, "s-1", Patience(), clock=time.clock())
    assert found == Snapshot("s-1", "accomplished", 100)
    assert reader.asked == [("s-1",)]
    assert time.pauses == []


def test_every_look_is_told_and_the_last_one_is_the_result(time: Time) -> None:
    answers = {0.0: (), 2.0: one("progressing", 10), 4.0: one("accomplished", 100)}
    events: list[Event] = []
    found = waited(time, lambda passed: answers[passed], events=events)
    assert found == Snapshot("s-1", "accomplished", 100)
    assert events == [
        SnapshotSeen("s-1", None),
        SnapshotSeen("s-1", Snapshot("s-1", "progressing", 10)),
        SnapshotSeen("s-1", found),
        WaitEnded("s-1"),
    ]
    assert time.pauses == [2.0, 2.0]


def test_an_available_snapshot_is_enough_where_that_is_the_goal(time: Time) -> None:
    def answer(passed: float) -> Answer:
        return one("progressing", 5, available=passed >= 6) if passed < 60 else one("accomplished")

    found = waited(time, answer, Patience(goal="available"))
    assert (found.status, found.available, time.passed) == ("progressing", True, 6.0)


def test_an_available_snapshot_is_not_accomplished(time: Time) -> None:
    def answer(passed: float) -> Answer:
        return one("progressing", 5, available=True) if passed < 60 else one("accomplished")

    found = waited(time, answer, Patience(poll_interval=2.0))
    assert (found.status, time.passed) == ("accomplished", 60.0)


def test_other_snapshots_in_the_answer_are_not_the_one(time: Time) -> None:
    def answer(passed: float) -> Answer:
        mine = one("accomplished") if passed >= 4 else one("progressing")
        return (Snapshot("s-other", "failed"), *mine) if not isinstance(mine, Unknown) else mine

    assert waited(time, answer).snapshot_id == "s-1"
    assert time.passed == 4.0


# Failed


@pytest.mark.parametrize("goal", ["accomplished", "available"])
def test_a_failed_snapshot_ends_the_wait_at_once(time: Time, goal: str) -> None:
    answers = {0.0: one("progressing", 50), 2.0: one("failed", 50, available=True)}
    with pytest.raises(SnapshotFailed, match="s-1") as failed:
        waited(time, lambda passed: answers[passed], Patience(goal=goal))
    assert failed.value.exit_code is ExitCode.SNAPSHOT_FAILED
    assert failed.value.code == "SnapshotFailed"
    assert failed.value.hint


# The time-out


def test_an_hour_ends_after_an_hour(time: Time) -> None:
    with pytest.raises(WaitTimeout) as late:
        waited(
            time, lambda passed: one("progressing", int(passed // 100)), Patience(poll_interval=9)
        )
    assert time.passed == 3600.0
    assert late.value.exit_code is ExitCode.WAIT_TIMEOUT
    message = late.value.message
    assert [each for each in ("s-1", "accomplished", "36%") if each not in message] == []
    assert "--wait-timeout" in (late.value.hint or "")


@pytest.mark.parametrize(
    ("timeout", "poll_interval", "pauses"),
    [
        (10.0, 4.0, [4.0, 4.0, 2.0]),
        (10.0, 5.0, [5.0, 5.0]),
        (10.0, 600.0, [10.0]),
        (0.5, 2.0, [0.5]),
    ],
)
def test_a_pause_never_goes_past_the_deadline(
    time: Time, timeout: float, poll_interval: float, pauses: list[float]
) -> None:
    reader = Reader(time, lambda passed: one("progressing"))
    patience = Patience(timeout=timeout, poll_interval=poll_interval)
    with pytest.raises(WaitTimeout):
        wait_for(reader, "s-1", patience, clock=time.clock())
    assert time.pauses == pauses
    assert len(reader.asked) == len(pauses) + 1


def test_the_last_look_is_at_the_deadline_itself(time: Time) -> None:
    def answer(passed: float) -> Answer:
        return one("accomplished" if passed >= 10 else "progressing")

    found = waited(time, answer, Patience(timeout=10.0, poll_interval=3.0))
    assert found.status == "accomplished"
    assert time.passed == 10.0


def test_a_timeout_of_nought_is_no_limit(time: Time) -> None:
    def answer(passed: float) -> Answer:
        return one("accomplished" if passed >= 90_000 else "progressing")

    found = waited(time, answer, Patience(timeout=0, poll_interval=300.0))
    assert found.status == "accomplished"
    assert time.passed == 90_000.0


def test_a_status_that_is_not_understood_ends_with_the_timeout(time: Time) -> None:
    with pytest.raises(WaitTimeout):
        waited(time, lambda passed: one("uploading"), Patience(timeout=60.0))
    assert time.passed == 60.0


class HangingTask:
    """A look that is never answered; it notes how long it was waited for."""

    waits: list[float | None]

    def __init__(self, function: Callable[[], Answer]) -> None: ...

    def wait(self, seconds: float | None) -> bool:
        self.waits.append(seconds)
        return False


def test_a_look_that_is_never_answered_does_not_outlast_the_timeout(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    HangingTask.waits = []
    monkeypatch.setattr(wait, "Task", HangingTask)
    with pytest.raises(WaitTimeout, match="s-1"):
        waited(time, lambda passed: one("progressing"), Patience(timeout=90.0))
    assert HangingTask.waits == [90.0]


# Not listed


@pytest.mark.parametrize("listed_at", [2.0, 28.0, 29.0])
def test_a_new_snapshot_may_be_listed_late(time: Time, listed_at: float) -> None:
    def answer(passed: float) -> Answer:
        return one("accomplished") if passed >= listed_at else ()

    assert waited(time, answer, Patience(poll_interval=1.0)).status == "accomplished"
    assert time.passed == listed_at


@pytest.mark.parametrize("poll_interval", [0.5, 1.0, 2.0])
def test_a_snapshot_that_is_not_listed_after_thirty_seconds_is_not_there(
    time: Time, poll_interval: float
) -> None:
    with pytest.raises(ApiError, match="s-1") as gone:
        waited(time, lambda passed: (), Patience(poll_interval=poll_interval))
    assert gone.value.exit_code is ExitCode.NOT_FOUND
    assert gone.value.code == "InvalidSnapshotId.NotFound"
    assert 30.0 <= time.passed <= 31.0


def test_the_absence_of_a_new_snapshot_is_no_error_where_the_timeout_comes_first(
    time: Time,
) -> None:
    with pytest.raises(WaitTimeout):
        wait_for(
            Reader(time, lambda passed: ()),
            "s-1",
            Patience(timeout=20.0),
            clock=time.clock(),
            just_created=True,
        )
    assert time.passed == 20.0


def test_a_snapshot_that_may_never_have_been_is_not_there_if_not_listed_in_time(
    time: Time,
) -> None:
    with pytest.raises(ApiError) as gone:
        waited(time, lambda passed: (), Patience(timeout=20.0))
    assert gone.value.exit_code is ExitCode.NOT_FOUND
    assert time.passed == 20.0


def test_a_snapshot_that_was_listed_and_is_not_in_time_is_late(time: Time) -> None:
    with pytest.raises(WaitTimeout):
        waited(time, lambda passed: one("progressing") if passed < 10 else (), Patience(timeout=20))


@pytest.mark.parametrize("gone_at", [4.0, 600.0])
def test_a_snapshot_that_was_listed_and_is_gone_was_deleted(time: Time, gone_at: float) -> None:
    with pytest.raises(ApiError, match=r"s-1 any more") as gone:
        waited(
            time,
            lambda passed: one("progressing") if passed < gone_at else (),
            Patience(poll_interval=2.0),
        )
    assert gone.value.exit_code is ExitCode.NOT_FOUND
    assert gone.value.code == "InvalidSnapshotId.NotFound"
    assert time.passed == max(gone_at, 30.0)


# Not readable


def test_a_wait_that_may_not_look_names_the_permission(time: Time) -> None:
    denied = Unknown("Not permitted.", "Forbidden.RAM", "ecs:DescribeSnapshots")
    with pytest.raises(ApiError) as refused:
        waited(time, lambda passed: denied)
    assert refused.value.exit_code is ExitCode.ACCESS
    assert refused.value.code == "Forbidden.RAM"
    assert "ecs:DescribeSnapshots" in (refused.value.hint or "")
    assert time.passed == 0.0


def test_an_answer_that_is_not_understood_is_not_the_apis(time: Time) -> None:
    with pytest.raises(Unavailable, match=r"Odd\.") as refused:
        waited(time, lambda passed: Unknown("Odd."))
    assert refused.value.exit_code is ExitCode.UNAVAILABLE


def test_where_ecs_never_answered_a_look_its_failure_ends_the_wait(time: Time) -> None:
    class Broken:
        def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> Answer:
            raise Unavailable("No answer.")

    with pytest.raises(EcsSnapError, match=r"^No answer\.$"):
        wait_for(Broken(), "s-1", Patience(), clock=time.clock())
    assert time.passed == 0.0


# An outage


def outage(start: float, end: float) -> Callable[[float, tuple[str, ...]], None]:
    def trouble(passed: float, ids: tuple[str, ...]) -> None:
        if start <= passed < end:
            raise Unavailable("No answer.")

    return trouble


@pytest.mark.parametrize("timeout", [3600.0, 0.0])
def test_an_outage_that_passes_ends_no_wait(time: Time, timeout: float) -> None:
    region = Region(time, {"s-1": 1200.0}, outage(100, 1000))
    events: list[Event] = []
    patience = Patience(timeout=timeout, poll_interval=50.0)
    found = wait_for(region, "s-1", patience, events.append, time.clock())
    assert (found.status, time.passed) == ("accomplished", 1200.0)
    failed = [each for each in events if isinstance(each, LookFailed)]
    assert failed == [LookFailed(("s-1",), "No answer.")] * 18


def test_an_outage_just_after_the_creation_ends_no_wait(time: Time) -> None:
    region = Region(time, {"s-1": 60.0}, outage(0, 60))
    patience = Patience(poll_interval=30.0)
    found = wait_for(region, "s-1", patience, clock=time.clock(), just_created=True)
    assert (found.status, time.passed) == ("accomplished", 60.0)


def test_an_outage_that_outlasts_the_timeout_is_told_with_what_was_known(time: Time) -> None:
    region = Region(time, {"s-1": 1200.0}, outage(100, 1000))
    with pytest.raises(WaitTimeout) as late:
        wait_for(region, "s-1", Patience(timeout=150.0), clock=time.clock())
    assert time.passed == 150.0
    assert "it was still being created when ECS last told" in late.value.message
    assert "No answer." in late.value.message


def test_without_a_limit_an_outage_of_an_hour_ends_the_wait(time: Time) -> None:
    region = Region(time, {"s-1": 90_000.0}, outage(7200, 1e9))
    with pytest.raises(Unavailable):
        wait_for(region, "s-1", Patience(timeout=0, poll_interval=60.0), clock=time.clock())
    assert time.passed == 7200 - 60 + 3600


def test_a_refusal_in_the_midst_of_a_wait_ends_it(time: Time) -> None:
    def trouble(passed: float, ids: tuple[str, ...]) -> None:
        if passed >= 10:
            raise ApiError("Expired.", code="InvalidSecurityToken.Expired", http_status=400)

    region = Region(time, {"s-1": 90.0}, trouble)
    with pytest.raises(ApiError):
        wait_for(region, "s-1", Patience(), clock=time.clock(), just_created=True)
    assert time.passed == 10.0


# Many


def test_one_call_for_a_hundred_and_none_for_those_that_are_done(time: Time) -> None:
    ends = {f"s-{number}": 10.0 if number % 2 else 0.0 for number in range(250)}
    region = Region(time, ends)
    waits = list(wait_for_each(region, list(ends), Patience(), clock=time.clock()))
    assert {each.snapshot_id for each in waits} == set(ends)
    assert all(each.result().status == "accomplished" for each in waits)
    looks = Counter((passed, len(ids)) for passed, ids in region.asked)
    assert looks == {(0, 100): 2, (0, 50): 1} | {
        (passed, count): 1 for passed in (2, 4, 6, 8, 10) for count in (100, 25)
    }


def test_an_end_is_told_as_soon_as_it_is_seen(time: Time) -> None:
    region = Region(time, {"s-slow": 600.0, "s-fast": 4.0})
    waits = wait_for_each(region, ("s-slow", "s-fast"), Patience(), clock=time.clock())
    assert (next(waits).snapshot_id, time.passed) == ("s-fast", 4.0)
    assert next(waits).snapshot_id == "s-slow"
    assert list(waits) == []
    assert {ids for _, ids in region.asked[3:]} == {("s-slow",)}


def test_each_ends_in_its_own_way(time: Time) -> None:
    def answer(passed: float) -> Answer:
        return (
            Snapshot("s-done", "accomplished"),
            Snapshot("s-slow", "progressing", 40),
            *((Snapshot("s-deleted", "progressing"),) if passed < 30 else ()),
            *((Snapshot("s-bad", "failed" if passed >= 8 else "progressing"),)),
        )

    ids = ("s-done", "s-slow", "s-deleted", "s-bad", "s-never", "s-done")
    reader = Reader(time, answer)
    patience = Patience(timeout=60.0, poll_interval=2.0)
    waits = list(wait_for_each(reader, ids, patience, clock=time.clock()))
    assert ids_of(waits) == ["s-done", "s-bad", "s-deleted", "s-never", "s-slow"]
    outcomes = {each.snapshot_id: type(each.outcome).__name__ for each in waits}
    assert outcomes == {
        "s-done": "Snapshot",
        "s-bad": "SnapshotFailed",
        "s-deleted": "ApiError",
        "s-never": "ApiError",
        "s-slow": "WaitTimeout",
    }
    assert {each.snapshot_id for each in waits if each.last is None} == {"s-never"}


def test_trouble_with_some_of_them_keeps_no_other_from_being_seen(time: Time) -> None:
    def trouble(passed: float, ids: tuple[str, ...]) -> None:
        if "s-0" in ids and 0 < passed < 20:
            raise Unavailable("No answer.")

    ends = {f"s-{number}": 6.0 for number in range(150)}
    waits = wait_for_each(Region(time, ends, trouble), list(ends), Patience(), clock=time.clock())
    first = [next(waits) for _ in range(50)]
    assert (ids_of(first), time.passed) == ([f"s-{number}" for number in range(100, 150)], 6.0)
    assert sum(each.result().status == "accomplished" for each in waits) == 100
    assert time.passed == 20.0


def test_what_ends_the_looks_ends_each_wait(time: Time) -> None:
    denied = Unknown("Not permitted.", "Forbidden.RAM", "ecs:DescribeSnapshots")
    waits = wait_for_each(
        Reader(time, lambda passed: denied), ("s-1", "s-2"), Patience(), clock=time.clock()
    )
    assert [(each.snapshot_id, getattr(each.outcome, "code", "")) for each in waits] == [
        ("s-1", "Forbidden.RAM"),
        ("s-2", "Forbidden.RAM"),
    ]


def test_the_next_look_goes_by_the_one_that_is_nearest_to_its_end(time: Time) -> None:
    def answer(passed: float) -> Answer:
        left = (None, max(0, 410 - int(passed)), 5000, 0)
        return tuple(
            Snapshot(f"s-{n}", "progressing", remain_seconds=s) for n, s in enumerate(left)
        )

    ids = tuple(f"s-{number}" for number in range(4))
    list(wait_for_each(Reader(time, answer), ids, Patience(timeout=500), clock=time.clock()))
    looks = list(accumulate(time.pauses))
    assert [passed for passed in looks if 410 <= passed < 412]
    assert max(time.pauses) == 30.0
