"""A disk's snapshots as the few numbers that the pre-flight asks for; pure."""

from __future__ import annotations

from collections.abc import Iterable

from ecs_snap_cli.core.findings import is_known
from ecs_snap_cli.core.rules import SNAPSHOT_STATUSES
from ecs_snap_cli.model import Snapshot, Tally, same_word

_TYPES = frozenset({"user", "auto", "timer"})
_MOST_NAMED = 3


class Tallying:
    """A tally that grows, snapshot by snapshot, and keeps none but the one it names."""

    __slots__ = ("_first", "_manual", "_odd", "_pending", "_total", "_unclear", "_unclear_ids")

    def __init__(self) -> None:
        self._total = self._manual = self._odd = self._pending = self._unclear = 0
        self._first: Snapshot | None = None
        self._unclear_ids: tuple[str, ...] = ()

    def add(self, snapshot: Snapshot) -> None:
        """Count one more."""
        self._total += 1
        self._manual += same_word(snapshot.snapshot_type, "user")
        self._odd += not is_known(snapshot.snapshot_type, _TYPES)
        if same_word(snapshot.status, "progressing"):
            self._pending += 1
            self._first = self._first or snapshot
        elif not is_known(snapshot.status, SNAPSHOT_STATUSES):
            self._unclear += 1
            if self._unclear <= _MOST_NAMED:
                self._unclear_ids += (snapshot.snapshot_id or "(without an ID)",)

    def tally(self) -> Tally:
        """What was counted so far."""
        return Tally(
            total=self._total,
            manual=self._manual,
            of_odd_type=self._odd,
            pending=self._pending,
            first_pending=self._first,
            unclear=self._unclear,
            unclear_ids=self._unclear_ids,
        )


def tally(snapshots: Iterable[Snapshot]) -> Tally:
    """The tally of all ``snapshots`` of a disk."""
    counting = Tallying()
    for snapshot in snapshots:
        counting.add(snapshot)
    return counting.tally()
