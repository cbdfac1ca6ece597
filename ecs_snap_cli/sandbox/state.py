"""The state of the sandbox in SQLite. It knows rows, not HTTP.

One connection for all threads of a server, behind a lock; other processes may have the same
file open. Raises StateUnavailable where SQLite cannot read or write just now.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .conditions import Condition
from .ranking import Key
from .rows import Snapshot, SnapshotGroup, SnapshotLock
from .scenario import Scenario
from .seeding import Seeding
from .statefile import open_copy, open_database, rebuild
from .statepath import StateError
from .tables import (
    RANKINGS,
    AnyRow,
    Row,
    change,
    counting,
    deletion,
    insert,
    load,
    replace,
    selection,
)
from .times import milliseconds

Clock = Callable[[], datetime]
# None, the absence of one, holds of every row.
Conditions = Iterable[Condition | None]

# A page of the most usual size, and the row that shows that there are more.
_AT_A_TIME = 101


class StateUnavailable(Exception):
    """The state cannot be read or written just now; the text is SQLite's reason."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was once asked under a ClientToken, and the answer it got."""

    fingerprint: str
    answer: dict[str, Any]


class State:
    """Opens `path` (or `:memory:`); a new file gets the first state. Raises StateError.

    With `keep` off it is a copy in memory of what the file holds, which stays as it is. `disks`
    is the size of the fleet beside the first state, where that is made; `since` is a time to make
    it as of, in place of the clock's. With a `scenario` the state has to be made, and holds that
    instead.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        clock: Clock,
        *,
        keep: bool = True,
        disks: int = 0,
        since: datetime | None = None,
        scenario: Scenario | None = None,
    ) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        opened = open_database if keep else open_copy
        seeds = Seeding(disks, scenario, clock if since is None else lambda: since)
        self._connection = opened(os.fspath(path), seeds)
        if scenario is not None and not seeds.sown:
            self._connection.close()
            raise StateError(
                f"The sandbox's state file {os.fspath(path)} holds a state already, and no "
                "scenario is put into it. Run: ecs-snap sandbox reset --state FILE --scenario FILE"
            )
        self._ahead = 0

    def close(self) -> None:
        """Let the file go. Nothing else may be called afterwards."""
        with self._lock:
            self._connection.close()

    def now(self) -> int:
        """The sandbox's time in milliseconds since 1970: the clock's, and as much as it is set.

        What another process has set it to counts from `look_at_clock` or a transaction on.
        """
        return milliseconds(self._clock()) + self._ahead

    def look_at_clock(self) -> int:
        """The sandbox's time, however it is set by now."""
        rows = self._fetch("SELECT value FROM settings WHERE name = 'clock_ahead'")
        self._ahead = rows[0][0] if rows else 0
        return self.now()

    def set_clock(self, now: int | None) -> None:
        """Have the sandbox's time be `now` (milliseconds since 1970), and go on from there.

        None makes it the clock's again.
        """
        self._ahead = 0 if now is None else now - milliseconds(self._clock())
        self._execute("INSERT OR REPLACE INTO settings VALUES ('clock_ahead', ?)", self._ahead)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All reads and writes within are one step, in this process and against others."""
        with self._lock, _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self.look_at_clock()
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def find(self, kind: type[Row], row_id: str, at: int | None = None) -> Row | None:
        """The row of this ID, if there is one, as it is now or at a moment."""
        return next(iter(self._select(kind, "WHERE id = ?", (row_id,), at)), None)

    def walk(
        self, kind: type[Row], conditions: Conditions = (), after: Key | None = None
    ) -> Iterator[Row]:
        """The rows that meet all conditions, in the order of their kind, from beyond a key on.

        They are read as they are needed.
        """
        ranking = RANKINGS[kind]
        conditions = list(conditions)
        while True:
            beyond = None if after is None else (ranking.beyond, ranking.bound(after))
            where, bound = _where([*conditions, beyond])
            rows = self._select(kind, f"{where} {ranking.order} LIMIT {_AT_A_TIME}", bound)
            yield from rows
            if len(rows) < _AT_A_TIME:
                return
            after = ranking.key(rows[-1])

    def part(self, kind: type[Row], conditions: Conditions, start: int, size: int) -> list[Row]:
        """`size` of the rows that meet all conditions, less the first `start`."""
        where, bound = _where(conditions)
        clause = f"{where} {RANKINGS[kind].order} LIMIT ? OFFSET ?"
        bound += (size, start)
        return self._select(kind, clause, bound)

    def count(self, kind: type[AnyRow], conditions: Conditions) -> int:
        """How many rows meet all conditions."""
        where, bound = _where(conditions)
        return int(self._fetch(counting(kind, where), *bound)[0][0])

    def has_any(self, *asked: tuple[type[AnyRow], Conditions]) -> bool:
        """Whether a row of one of these kinds meets all the conditions that go with the kind."""
        clauses = [(kind, *_where(conditions)) for kind, conditions in asked]
        sql = " OR ".join(f"EXISTS ({selection(kind, where)})" for kind, where, _ in clauses)
        values = (value for _, _, bound in clauses for value in bound)
        return bool(self._fetch(f"SELECT {sql}", *values)[0][0])

    def add(self, *rows: AnyRow) -> None:
        """Store new rows of any kind, all of the same."""
        with self._lock, _translated():
            insert(self._connection, rows)

    def replace(self, row: AnyRow) -> None:
        """Store `row` in place of the one that has its ID."""
        with self._lock, _translated():
            replace(self._connection, row)

    def change(self, row: AnyRow, **values: object) -> None:
        """Store other values in some columns of a row, and let the others be.

        An age stays one, while `replace` would store the moment that it is just now.
        """
        with self._lock, _translated():
            change(self._connection, type(row), row.id, values)

    def remove(self, kind: type[AnyRow], row_id: str) -> None:
        """Forget a row, if there is one of this ID.

        With a snapshot its lock goes, and its group with the last snapshot of that.
        """
        self._execute(deletion(kind, "WHERE id = ?"), row_id)
        if kind is Snapshot:
            self._execute(deletion(SnapshotLock, "WHERE id = ?"), row_id)
            left = "SELECT group_id FROM snapshots WHERE group_id <> ''"
            self._execute(deletion(SnapshotGroup, f"WHERE id NOT IN ({left})"))

    def snapshots_in_images(self) -> frozenset[str]:
        """The IDs of the snapshots that images were made of."""
        return frozenset(row[0] for row in self._fetch("SELECT snapshot_id FROM images"))

    def snapshots_in_disks(self) -> frozenset[str]:
        """The IDs of the snapshots that disks were made of."""
        sql = "SELECT source_snapshot_id FROM disks WHERE source_snapshot_id <> ''"
        return frozenset(row[0] for row in self._fetch(sql))

    def let_snapshot_fail(self, snapshot_id: str) -> None:
        """Have a snapshot end as failed, once it has progressed for as long as others do."""
        self._execute("UPDATE snapshots SET fate = 'failed' WHERE id = ?", snapshot_id)

    def order(self, action: str, token: str, since: int) -> Order | None:
        """What `action` was asked and answered under this ClientToken, case-sensitively.

        One older than `since` (milliseconds since 1970) is forgotten.
        """
        rows = self._fetch(
            "SELECT fingerprint, answer FROM orders"
            " WHERE action = ? AND token = ? AND remembered >= ?",
            action,
            token,
            since,
        )
        return Order(rows[0]["fingerprint"], json.loads(rows[0]["answer"])) if rows else None

    def remember_order(self, action: str, token: str, order: Order, forget_before: int) -> None:
        """Keep `order`; drop those older than `forget_before` (milliseconds since 1970)."""
        with self._lock, _translated():
            self._connection.execute("DELETE FROM orders WHERE remembered < ?", (forget_before,))
            self._connection.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
                (action, token, order.fingerprint, json.dumps(order.answer), self.now()),
            )

    def _select(
        self, kind: type[Row], clause: str, values: tuple[object, ...], at: int | None = None
    ) -> list[Row]:
        now = self.now() if at is None else at
        rows = self._fetch(selection(kind, clause), *values)
        return [load(kind, row, now) for row in rows]

    def _execute(self, sql: str, *values: object) -> None:
        with self._lock, _translated():
            self._connection.execute(sql, values)

    def _fetch(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, _translated():
            return self._connection.execute(sql, values).fetchall()


def reset(
    path: str | os.PathLike[str], *, disks: int = 0, scenario: Scenario | None = None
) -> None:
    """Restore the first state of a state file; safe while other processes use it.

    `disks` is the size of the fleet (see fleet.py) beside it. A `scenario` takes its place.
    A state file of another version or a damaged one is made anew; any other file is left
    alone and StateError raised.
    """
    rebuild(os.fspath(path), Seeding(disks, scenario, lambda: datetime.now(UTC)))


def _where(conditions: Conditions) -> tuple[str, tuple[object, ...]]:
    asked = [each for each in conditions if each is not None]
    where = " AND ".join(sql for sql, _ in asked) or "TRUE"
    return f"WHERE {where}", tuple(value for _, bound in asked for value in bound)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StateUnavailable(str(error)) from error
