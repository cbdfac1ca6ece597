"""Waiting until snapshots are what the caller asks for: one or many, in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ecs_snap_cli import signals
from ecs_snap_cli.core.missing import no_such_snapshots
from ecs_snap_cli.core.waiting import (
    LISTING_DELAY_SECONDS,
    LONGEST_OUTAGE_SECONDS,
    Outcome,
    classify,
    failed,
    pause,
    too_late,
)
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, Unavailable
from ecs_snap_cli.events import LookFailed, Observer, SnapshotSeen, WaitEnded, ignore
from ecs_snap_cli.gateway.filters import id_lists
from ecs_snap_cli.model import Snapshot, Unknown
from ecs_snap_cli.values import value
from ecs_snap_cli.workflow.background import Task

Found = tuple[Snapshot, ...]
_FOREVER = float("inf")


class SnapshotReader(Protocol):
    """The read that waiting needs; the gateway offers it."""

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> Found | Unknown: ...


@value(frozen=True, slots=True)
class Patience:
    """``goal``: accomplished or available. ``timeout``: seconds, 0 for no limit.

    ``poll_interval``: seconds between two looks; ``None``: few at first, more as time goes on.
    """

    goal: str = "accomplished"
    timeout: float = 3600.0
    poll_interval: float | None = None


@value(frozen=True, slots=True)
class Clock:
    """Passed in, so that a test of an hour takes a millisecond."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = signals.sleep


@value(frozen=True, slots=True)
class Waited:
    """How the wait for a snapshot ended: with the snapshot, or with what is wrong.

    ``last`` is how ECS listed it last, if it ever did.
    """

    snapshot_id: str
    outcome: Snapshot | EcsSnapError
    last: Snapshot | None

    @property
    def error(self) -> EcsSnapError | None:
        """What is wrong, if anything is."""
        return self.outcome if isinstance(self.outcome, EcsSnapError) else None

    @property
    def exit_code(self) -> ExitCode:
        """That of a command that had nothing else to wait for."""
        return self.error.exit_code if self.error is not None else ExitCode.DONE

    def result(self) -> Snapshot:
        """The snapshot; raises what is wrong."""
        if isinstance(self.outcome, EcsSnapError):
            raise self.outcome
        return self.outcome


def wait_for(
    reader: SnapshotReader,
    snapshot_id: str,
    patience: Patience,
    observer: Observer = ignore,
    clock: Clock | None = None,
    *,
    just_created: bool = False,
) -> Snapshot:
    """The snapshot once it is what ``patience`` asks for; raises what ``wait_for_each`` tells."""
    waits = wait_for_each(
        reader, (snapshot_id,), patience, observer, clock, just_created=just_created
    )
    return next(waits).result()


def wait_for_each(
    reader: SnapshotReader,
    snapshot_ids: Sequence[str],
    patience: Patience,
    observer: Observer = ignore,
    clock: Clock | None = None,
    *,
    just_created: bool = False,
) -> Iterator[Waited]:
    """How the wait for each of the snapshots ended, as soon as it does. For the main thread.

    What can be wrong: ``WaitTimeout``, ``SnapshotFailed``, ``InvalidSnapshotId.NotFound`` for a
    snapshot that is not listed half a minute after the beginning or later, and what the reads
    raise. A read that fails in passing ends no wait while there is time left, unless no read was
    ever answered: then the fault may be in the options. ``just_created``: ECS has only just named
    these snapshots, so that both ECS and they are there.
    """
    wait = _Wait(reader, patience, clock or Clock(), observer, just_created=just_created)
    pending = {each: _Pending(wait.started if just_created else None) for each in snapshot_ids}
    while pending:
        looks = [(ids, wait.look(ids)) for ids in id_lists(pending)]
        for ids, look in looks:
            for waited in wait.ended(look, {each: pending[each] for each in ids}):
                del pending[waited.snapshot_id]
                observer(WaitEnded(waited.snapshot_id))
                yield waited
        if pending:
            wait.pause(list(pending.values()))


@dataclass(slots=True)
class _Pending:
    """A snapshot that is waited for: ``told``, when ECS answered last, if it did, and what."""

    told: float | None
    last: Snapshot | None = None


class _Wait:
    """One deadline for all of them."""

    def __init__(
        self,
        reader: SnapshotReader,
        patience: Patience,
        clock: Clock,
        observer: Observer,
        *,
        just_created: bool,
    ) -> None:
        self._reader, self._patience, self._observe = reader, patience, observer
        self._clock, self._just_created = clock, just_created
        self.started = clock.monotonic()
        self._deadline = self.started + patience.timeout if patience.timeout > 0 else _FOREVER

    @property
    def _left(self) -> float:
        return self._deadline - self._clock.monotonic()

    def look(self, snapshot_ids: tuple[str, ...]) -> Task[Found | Unknown]:
        """A look that is under way."""
        return Task(lambda: self._reader.snapshots_by_id(snapshot_ids))

    def ended(self, look: Task[Found | Unknown], pending: dict[str, _Pending]) -> Iterator[Waited]:
        """Those of ``pending`` for which the answer to ``look``, or its absence, is the end."""
        # The last look comes at the deadline itself and deserves a moment to be answered.
        if not look.wait(None if self._left == _FOREVER else max(self._left, 1.0)):
            for snapshot_id, state in pending.items():
                yield self._too_late(snapshot_id, state, answered=False)
            return
        try:
            found = look.result()
        except EcsSnapError as error:
            yield from self._after(error, pending)
            return
        if isinstance(found, Unknown):
            for snapshot_id, state in pending.items():
                yield Waited(snapshot_id, _unreadable(found), state.last)
            return
        listed = {each.snapshot_id: each for each in found}
        for snapshot_id, state in pending.items():
            yield from self._judged(snapshot_id, listed.get(snapshot_id), state)

    def pause(self, pending: list[_Pending]) -> None:
        """Let time pass until the next look."""
        seconds = self._patience.poll_interval
        if seconds is None:
            remaining = [each.last.remain_seconds for each in pending if each.last is not None]
            seconds = pause(
                self._clock.monotonic() - self.started, min(filter(None, remaining), default=None)
            )
        self._clock.sleep(max(0.0, min(seconds, self._left)))

    def _judged(self, snapshot_id: str, seen: Snapshot | None, state: _Pending) -> Iterator[Waited]:
        """The end of the wait for a snapshot, if what ECS answers is that."""
        self._observe(SnapshotSeen(snapshot_id, seen))
        outcome = self._outcome(snapshot_id, seen, was_listed=state.last is not None)
        state.told, state.last = self._clock.monotonic(), seen or state.last
        if outcome is not None:
            yield Waited(snapshot_id, outcome, state.last)
        elif self._left <= 0:
            yield self._too_late(snapshot_id, state, answered=True)

    def _outcome(
        self, snapshot_id: str, seen: Snapshot | None, *, was_listed: bool
    ) -> Snapshot | EcsSnapError | None:
        if seen is None:
            # It is listed with a delay, not by every server at once; later, absence means gone.
            early = self._clock.monotonic() - self.started < LISTING_DELAY_SECONDS
            if early and (self._left > 0 or self._just_created or was_listed):
                return None
            since = "deleted while it was waited for" if was_listed else ""
            return no_such_snapshots((snapshot_id,), since=since)
        outcome = classify(seen, self._patience.goal)
        if outcome is Outcome.FAILED:
            return failed(snapshot_id)
        return seen if outcome is Outcome.REACHED else None

    def _after(self, error: EcsSnapError, pending: dict[str, _Pending]) -> Iterator[Waited]:
        """What a look that failed is the end of; a passing failure only where it lasts."""
        now = self._clock.monotonic()
        passing = error.exit_code is ExitCode.UNAVAILABLE
        goes_on = []
        for snapshot_id, state in pending.items():
            if not passing or state.told is None or now - state.told >= LONGEST_OUTAGE_SECONDS:
                yield Waited(snapshot_id, error, state.last)
            elif self._left <= 0:
                yield self._too_late(snapshot_id, state, answered=False, trouble=error)
            else:
                goes_on.append(snapshot_id)
        if goes_on:
            self._observe(LookFailed(tuple(goes_on), error.message))

    def _too_late(
        self,
        snapshot_id: str,
        state: _Pending,
        *,
        answered: bool,
        trouble: EcsSnapError | None = None,
    ) -> Waited:
        error = too_late(
            snapshot_id,
            state.last,
            goal=self._patience.goal,
            timeout=self._patience.timeout,
            answered=answered,
            trouble=trouble,
        )
        return Waited(snapshot_id, error, state.last)


def _unreadable(found: Unknown) -> EcsSnapError:
    message = f"Waiting needs to read the snapshot. {found.reason}"
    if found.code is not None:
        hint = f"Allow {found.permission} in the RAM policy of this identity."
        return ApiError(message, code=found.code, hint=hint)
    return Unavailable(message, hint="Check --endpoint: this is not how ECS answers.")
