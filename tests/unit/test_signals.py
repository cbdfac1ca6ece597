"""Waiting so that no signal goes unseen for long."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from ecs_snap_cli import signals


class Event(threading.Event):
    """Notes how long it was waited for at a time, and comes after so many waits."""

    def __init__(self, after: int | None) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self.after = after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if self.after is not None and len(self.waits) > self.after:
            return True
        return super().wait(timeout)


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_a_wait_is_made_of_short_ones(
    monkeypatch: pytest.MonkeyPatch, seconds: float | None
) -> None:
    monkeypatch.setattr(signals, "SLICE_SECONDS", 0.01)
    event = Event(after=3)
    assert signals.wait(event, seconds)
    assert event.waits == [0.01] * 4


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_a_wait_in_vain_takes_the_time_that_it_was_given(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(signals, "SLICE_SECONDS", 0.02)
    event = Event(after=None)
    began = time.monotonic()
    assert not signals.wait(event, seconds)
    assert seconds <= time.monotonic() - began < seconds + 5
    assert all(each is not None and each <= 0.02 for each in event.waits)


def test_an_event_that_came_before_is_seen_without_any_time() -> None:
    event = threading.Event()
    event.set()
    assert signals.wait(event, 0.0)


def test_a_slice_is_short_enough_for_a_signal_to_end_a_run_within_a_second() -> None:
    assert signals.SLICE_SECONDS <= 0.25


_CALLBACK = """
import os, signal, sys, threading, weakref
from ecs_snap_cli import signals
from ecs_snap_cli.errors import Interrupted
from ecs_snap_cli.workflow.background import Task

class Thing: pass

signals.catch()
thing = Thing()
watched = weakref.ref(thing, lambda gone: os.kill(os.getpid(), signal.SIGTERM) or sum(range(9)))
del thing
try:
    if sys.argv[1] == "wait":
        signals.wait(threading.Event(), 20)
    else:
        Task(lambda: print("the call was made"))
except Interrupted as stop:
    print(stop.signal.name)
"""


@pytest.mark.parametrize("then", ["wait", "call"])
def test_a_signal_in_a_callback_of_python_is_raised_before_the_next_wait_or_call(then: str) -> None:
    # Python itself would print the exception, and go on as if there had been no signal.
    done = subprocess.run(
        [sys.executable, "-c", _CALLBACK, then], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("SIGTERM\n", "")
