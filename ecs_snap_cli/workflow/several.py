"""The same done to many things, some at a time, in a run that a signal ends in order."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ecs_snap_cli import signals
from ecs_snap_cli.errors import Interrupted

T = TypeVar("T")
R = TypeVar("R")

# After a signal what is under way is worth this much of the ten seconds after which whatever ends
# a container kills it: long enough for an answer, too short for a dead network.
GRACE_SECONDS = 8.0


class Several(Generic[T, R]):
    """``act`` on every item, and one result for each at any time: none is ever lost.

    ``lost`` makes the result of an item on which ``act`` raised, or which (``None``) was not
    begun or is not done yet.
    """

    def __init__(
        self,
        items: Sequence[T],
        act: Callable[[T], R],
        lost: Callable[[T, Exception | None], R],
    ) -> None:
        self._items = items
        self._act = act
        self._lost = lost
        self._results: dict[int, R] = {}
        self._next = 0
        self._under_way = 0
        self._stopped = False
        self._lock = threading.Lock()
        self._idle = threading.Event()

    def run(self, concurrency: int, *, grace: float = GRACE_SECONDS) -> None:
        """Act on up to ``concurrency`` items at once until all are done. For the main thread.

        Raises ``Interrupted`` after a signal, once the items under way are done; no other is
        begun then. Those are waited for up to ``grace`` seconds, and not after a second signal.
        """
        try:
            self._start(min(concurrency, len(self._items)))
            signals.wait(self._idle)
        except Interrupted:
            self.stop()
            if grace != 0:
                signals.catch_again()
                with contextlib.suppress(Interrupted):
                    signals.wait(self._idle, grace)
            raise

    def stop(self) -> None:
        """Begin no other item; those under way are done to their end."""
        with self._lock:
            self._stopped = True
            self._note_idle()

    def results(self) -> list[R]:
        """One result for each item, in their order."""
        with self._lock:
            known = dict(self._results)
        return [
            known[index] if index in known else self._lost(item, None)
            for index, item in enumerate(self._items)
        ]

    def _start(self, threads: int) -> None:
        with self._lock:
            self._note_idle()
        for number in range(threads):
            signals.check()
            try:
                threading.Thread(target=self._work, daemon=True).start()
            except RuntimeError:
                # The system has no more to give: fewer do the same, but it takes one at least.
                if number == 0:
                    raise
                return

    def _work(self) -> None:
        while (index := self._take()) is not None:
            try:
                self._results[index] = self._result(self._items[index])
            except BaseException:
                # Nobody may be left to take up the rest.
                self.stop()
                raise
            finally:
                with self._lock:
                    self._under_way -= 1
                    self._note_idle()

    def _result(self, item: T) -> R:
        try:
            return self._act(item)
        except Exception as error:
            return self._lost(item, error)

    def _take(self) -> int | None:
        with self._lock:
            if self._is_over():
                return None
            self._under_way += 1
            self._next += 1
            return self._next - 1

    def _is_over(self) -> bool:
        return self._stopped or self._next == len(self._items)

    def _note_idle(self) -> None:
        # By items, not by threads: a signal may come between counting a thread and starting it.
        if self._is_over() and not self._under_way:
            self._idle.set()


def at_once(reads: Sequence[Callable[[], R]], concurrency: int) -> list[R]:
    """What all ``reads`` answer, up to ``concurrency`` at once; raises the first one's error.

    After an error no other read is begun: it would be in vain. For the main thread, where a
    signal ends it without waiting for an answer.
    """

    def attempt(read: Callable[[], R]) -> R | Exception:
        try:
            return read()
        except Exception as error:
            run.stop()
            return error

    def not_begun(read: Callable[[], R], error: Exception | None) -> R | Exception:
        return AssertionError("an item that is begun earlier ended in an error")

    run: Several[Callable[[], R], R | Exception] = Several(reads, attempt, not_begun)
    run.run(concurrency, grace=0)
    results: list[R] = []
    for result in run.results():
        if isinstance(result, Exception):
            raise result
        results.append(result)
    return results
