"""Many things done some at a time: every result kept, an orderly end after a signal."""

from __future__ import annotations

import signal
import threading
from functools import partial

import pytest

from ecs_snap_cli import signals
from ecs_snap_cli.errors import Interrupted
from ecs_snap_cli.workflow.several import Several, at_once


def lost(item: int, error: Exception | None) -> str:
    return f"{item}: {error or 'not done'}"


@pytest.mark.parametrize("concurrency", [1, 3, 50])
def test_one_result_for_each_item_in_their_order(concurrency: int) -> None:
    run = Several(range(20), lambda item: f"{item}: done", lost)
    run.run(concurrency)
    assert run.results() == [f"{item}: done" for item in range(20)]


def test_nothing_to_do_is_done() -> None:
    run = Several([], lambda item: "", lost)
    run.run(8)
    assert run.results() == []


def test_no_more_than_asked_for_at_once_and_no_fewer() -> None:
    gate = threading.Barrier(3)
    # It opens only for three at once; a fourth would leave the last ones waiting for ever.
    run = Several(range(9), lambda item: str(gate.wait(timeout=30)), lost)
    run.run(3)
    assert sorted(run.results()) == sorted("012" * 3)


def test_an_item_that_fails_keeps_no_other_from_being_done() -> None:
    def act(item: int) -> str:
        if item % 2:
            raise ValueError("odd")
        return f"{item}: done"

    run = Several(range(4), act, lost)
    run.run(2)
    assert run.results() == ["0: done", "1: odd", "2: done", "3: odd"]


def interrupt_in_turn(monkeypatch: pytest.MonkeyPatch, *meanwhile: object) -> None:
    """Each wait is cut short by a signal; what is to happen next comes first."""
    steps = list(meanwhile)

    def wait(event: threading.Event, seconds: float | None = None) -> bool:
        step = steps.pop(0)
        if callable(step):
            step()
            return event.wait(30)
        raise Interrupted(signal.SIGINT)

    monkeypatch.setattr(signals, "wait", wait)


def test_after_a_signal_those_under_way_are_done_and_no_other_is_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Barrier(3), threading.Event()
    interrupt_in_turn(monkeypatch, begun.wait, go_on.set)

    def act(item: int) -> str:
        begun.wait(timeout=30)
        go_on.wait(30)
        return f"{item}: done"

    def first_wait() -> None:
        begun.wait(timeout=30)
        raise Interrupted(signal.SIGINT)

    interrupt_in_turn(monkeypatch, first_wait, go_on.set)
    run = Several(range(4), act, lost)
    with pytest.raises(Interrupted):
        run.run(2)
    assert run.results() == ["0: done", "1: done", "2: not done", "3: not done"]


def test_a_second_signal_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, never = threading.Barrier(2), threading.Event()

    def act(item: int) -> str:
        begun.wait(timeout=30)
        never.wait(30)
        return "done"

    def first_wait() -> None:
        begun.wait(timeout=30)
        raise Interrupted(signal.SIGINT)

    interrupt_in_turn(monkeypatch, first_wait, None)
    run = Several(range(2), act, lost)
    with pytest.raises(Interrupted):
        run.run(1)
    assert run.results() == ["0: not done", "1: not done"]
    never.set()


def test_a_signal_just_before_a_thread_starts_is_waited_out_like_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start
    starts = iter([start, None])
    go_on = threading.Event()

    def start_or_signal(thread: threading.Thread) -> None:
        if (real := next(starts)) is None:
            go_on.set()
            raise Interrupted(signal.SIGINT)
        real(thread)

    def wait(event: threading.Event, seconds: float | None = None) -> bool:
        assert event.wait(10)
        return True

    monkeypatch.setattr(threading.Thread, "start", start_or_signal)
    monkeypatch.setattr(signals, "wait", wait)
    run = Several(range(4), lambda item: f"{item}: {go_on.wait(10)}", lost)
    with pytest.raises(Interrupted):
        run.run(2)


@pytest.mark.parametrize("given", [1, 3])
def test_where_the_system_gives_fewer_threads_those_do_it_all(
    monkeypatch: pytest.MonkeyPatch, given: int
) -> None:
    start = threading.Thread.start
    starts = iter([start] * given)

    def start_or_not(thread: threading.Thread) -> None:
        if (real := next(starts, None)) is None:
            raise RuntimeError("can't start new thread")
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_not)
    run = Several(range(9), lambda item: f"{item}: done", lost)
    run.run(8)
    assert run.results() == [f"{item}: done" for item in range(9)]


def test_without_any_thread_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    with pytest.raises(RuntimeError):
        Several(range(9), lambda item: "done", lost).run(8)


def test_a_thread_that_dies_leaves_nobody_waiting_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    died = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda problem: died.set())

    def act(item: int) -> str:
        if item == 1:
            raise SystemExit
        return f"{item}: done"

    run = Several(range(3), act, lost)
    run.run(1)
    assert run.results() == ["0: done", "1: not done", "2: not done"]
    assert died.wait(10)


def test_a_read_that_fails_is_raised_and_no_other_is_begun() -> None:
    begun: list[int] = []

    def read(item: int) -> int:
        begun.append(item)
        if item >= 2:
            raise ValueError(item)
        return item

    reads = [partial(read, item) for item in range(50)]
    with pytest.raises(ValueError, match="2"):
        at_once(reads, 1)
    assert begun == [0, 1, 2]
    assert at_once(reads[:2], 8) == [0, 1]


def test_after_a_signal_what_takes_too_long_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, never = threading.Barrier(2), threading.Event()
    waits: list[float | None] = []

    def wait(event: threading.Event, seconds: float | None = None) -> bool:
        waits.append(seconds)
        if len(waits) == 1:
            begun.wait(timeout=30)
            raise Interrupted(signal.SIGTERM)
        return False

    def act(item: int) -> str:
        begun.wait(timeout=30)
        never.wait(30)
        return "done"

    monkeypatch.setattr(signals, "wait", wait)
    run = Several(range(2), act, lost)
    with pytest.raises(Interrupted):
        run.run(1, grace=8)
    assert (run.results(), waits) == (["0: not done", "1: not done"], [None, 8])
    never.set()


@pytest.mark.usefixtures("caught_signals")
def test_signals_are_caught_again_after_they_were_ignored() -> None:
    signals.ignore()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    signals.catch_again()
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGTERM)
