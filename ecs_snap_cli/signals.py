"""Signals that end the program raise ``Interrupted`` in the main thread, once and at once."""

from __future__ import annotations

import signal
import sys
import time
from threading import Event
from types import FrameType
from typing import Any

from ecs_snap_cli.errors import Interrupted

# SIGHUP comes when the terminal or the ssh session goes, SIGQUIT from Ctrl-\\: a snapshot's ID
# must survive those too.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_swallowed: list[Interrupted] = []
_ignored: list[int] = []

# Python heeds a signal between two waits, and wakes from one for it; but one that comes just
# before the wait begins is only seen after it. So nothing waits for longer than this at a time.
SLICE_SECONDS = 0.2


def wait(event: Event, seconds: float | None = None) -> bool:
    """Whether ``event`` comes within ``seconds`` (``None``: however long it takes).

    For the main thread, where a signal ends the wait.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        check()
        left = SLICE_SECONDS if deadline is None else deadline - time.monotonic()
        if event.wait(min(SLICE_SECONDS, max(0.0, left))):
            return True
        if deadline is not None and left <= SLICE_SECONDS:
            return False


def check() -> None:
    """Raise what a signal raised where nothing can be raised; before whatever is hard to undo."""
    if _swallowed:
        raise _swallowed.pop()


def behind(error: Exception) -> Interrupted | None:
    """The signal that ``error`` was made of, if it was.

    Up to 3.11 Python makes a ``RuntimeError`` of whatever is raised while a class is made.
    """
    cause = error.__cause__
    return cause if isinstance(cause, Interrupted) else None


def sleep(seconds: float) -> None:
    """Let time pass, for the main thread: a signal ends it."""
    wait(Event(), seconds)


def catch() -> None:
    """From now on a signal raises; one that the parent ignores (nohup) stays ignored."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    sys.unraisablehook = _keep


def ignore() -> None:
    """From now on a signal does nothing, if it was caught here: the end is under way."""
    for number in _SIGNALS:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_IGN)
            _ignored.append(number)


def catch_again() -> None:
    """From now on a signal raises once more, where ``ignore`` made it do nothing.

    For a run that goes on for a while after the first one, to end in order.
    """
    while _ignored:
        signal.signal(_ignored.pop(), _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # One is enough: a second must not cut the report of the first one short.
    ignore()
    raise Interrupted(number)


def _keep(problem: Any) -> None:
    """Python drops what is raised in a callback of its own, as every import has one."""
    if isinstance(problem.exc_value, Interrupted):
        _swallowed.append(problem.exc_value)
    else:
        sys.__unraisablehook__(problem)
