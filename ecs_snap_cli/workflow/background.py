"""Calls in daemon threads, so that a signal or a time-out never waits for a slow answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from ecs_snap_cli import signals

T = TypeVar("T")


class Task(Generic[T]):
    """One call under way.

    The main thread waits in ``result`` or ``wait``, where a signal reaches it at once. A call
    that is left behind ends with the process. ``start=False`` leaves the start to the caller.
    """

    def __init__(self, function: Callable[[], T], *, start: bool = True) -> None:
        self._function = function
        self._done = threading.Event()
        self._result: list[T] = []
        self._error: BaseException | None = None
        if start:
            self.start()

    def start(self) -> None:
        """Begin the call, unless a signal came before."""
        signals.check()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result.append(self._function())
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float | None) -> bool:
        """Whether the call ends within ``seconds`` (``None``: however long it takes)."""
        return signals.wait(self._done, seconds)

    def result(self) -> T:
        """The call's result once it ended; raises what the call raised."""
        signals.wait(self._done)
        if self._error is not None:
            raise self._error
        return self._result[0]
