"""The state of the sandbox in SQLite. It knows rows, not HTTP.

One connection for all threads of a server, behind a lock; other processes may have the same
file open. Raises StateUnavailable where SQLite cannot read or write just now.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .fleet import fleet
from .ranking import BY_ID, NEWEST_FIRST, Key, Ranking
from .rows import Disk, Image, Instance, Snapshot, SnapshotLock
from .seed import first_state
from .statefile import Fill, open_copy, open_database, rebuild
from .tables import SCHEMA, AnyRow, Row, insert, load, selection
from .times import milliseconds

Clock = Callable[[], datetime]
Ids = frozenset[str]
# SQL that holds of a row, and the values that it binds.
Condition = tuple[str, tuple[object, ...]]

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
    is the size of the fleet beside the first state, where that is made.
    """

    def __init__(
        self, path: str | os.PathLike[str], clock: Clock, *, keep: bool = True, disks: int = 0
    ) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        opened = open_database if keep else open_copy
        self._connection = opened(os.fspath(path), seeding(disks, clock))

    def close(self) -> None:
        """Let the file go. Nothing else may be called afterwards."""
        with self._lock:
            self._connection.close()

    def now(self) -> int:
        """The clock's time in milliseconds since 1970."""
        return milliseconds(self._clock())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All reads and writes within are one step, in this process and against others."""
        with self._lock, _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def disks(
        self, ids: Ids | None = None, instance_id: str = "", after: Key | None = None
    ) -> Iterator[Disk]:
        """The disks of these IDs and on this instance, by ID, from beyond a key on.

        None and an empty text are no condition. They are read as they are needed.
        """
        # Attachments are kept as JSON lists that begin with the instance's ID.
        begins = json.dumps([instance_id], ensure_ascii=False).removesuffix("]")
        on_instance = _condition("instr(attachments, ?)", instance_id and begins)
        return self._walk(Disk, BY_ID, after, _among(ids), on_instance)

    def disk(self, disk_id: str) -> Disk | None:
        """The disk of this ID, if there is one."""
        return next(iter(self._select(Disk, "WHERE id = ?", disk_id)), None)

    def instances(self, ids: Ids | None = None, after: Key | None = None) -> Iterator[Instance]:
        """The instances of these IDs (None: all), by ID, from beyond a key on."""
        return self._walk(Instance, BY_ID, after, _among(ids))

    def instances_of(self, disk: Disk) -> list[Instance]:
        """The instances that `disk` is attached to."""
        found = (
            self._select(Instance, "WHERE id = ?", attachment.instance_id)
            for attachment in disk.attachments
        )
        return [instance for instances in found for instance in instances]

    def snapshots(
        self, disk_id: str = "", ids: Ids | None = None, after: Key | None = None
    ) -> Iterator[Snapshot]:
        """The snapshots of one disk and of these IDs, the newest first, from beyond a key on.

        None and an empty text are no condition.
        """
        of_disk = _condition("disk_id = ?", disk_id)
        return self._walk(Snapshot, NEWEST_FIRST, after, of_disk, _among(ids))

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot of this ID, if there is one."""
        return next(iter(self._select(Snapshot, "WHERE id = ?", snapshot_id)), None)

    def let_snapshot_fail(self, snapshot_id: str) -> None:
        """Have a snapshot end as failed, once it has progressed for as long as others do."""
        self._execute("UPDATE snapshots SET fate = 'failed' WHERE id = ?", snapshot_id)

    def remove_snapshot(self, snapshot_id: str) -> None:
        """Forget a snapshot, whatever it is used by, and its lock."""
        self.remove_lock(snapshot_id)
        self._execute("DELETE FROM snapshots WHERE id = ?", snapshot_id)

    def images(self, after: Key | None = None) -> Iterator[Image]:
        """The images, the newest first, from beyond a key on."""
        return self._walk(Image, NEWEST_FIRST, after)

    def remove_image(self, image_id: str) -> None:
        """Forget an image, if there is one of this ID."""
        self._execute("DELETE FROM images WHERE id = ?", image_id)

    def snapshots_in_images(self) -> frozenset[str]:
        """The IDs of the snapshots that images were made of."""
        return frozenset(row[0] for row in self._fetch("SELECT snapshot_id FROM images"))

    def snapshots_in_disks(self) -> frozenset[str]:
        """The IDs of the snapshots that disks were made of."""
        sql = "SELECT source_snapshot_id FROM disks WHERE source_snapshot_id <> ''"
        return frozenset(row[0] for row in self._fetch(sql))

    def locks(self) -> list[SnapshotLock]:
        """Every lock, expired or not, by the ID of its snapshot."""
        return self._select(SnapshotLock, "ORDER BY snapshot_id")

    def lock(self, snapshot_id: str) -> SnapshotLock | None:
        """The lock of this snapshot, expired or not, if it has one."""
        found = self._select(SnapshotLock, "WHERE snapshot_id = ?", snapshot_id)
        return next(iter(found), None)

    def remove_lock(self, snapshot_id: str) -> None:
        """Take a snapshot's lock off, if there is one."""
        self._execute("DELETE FROM snapshot_locks WHERE snapshot_id = ?", snapshot_id)

    def add(self, row: AnyRow) -> None:
        """Store a new row of any kind."""
        with self._lock, _translated():
            insert(self._connection, [row])

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

    def _walk(
        self, kind: type[Row], ranking: Ranking, after: Key | None, *conditions: Condition | None
    ) -> Iterator[Row]:
        """Rows in the order of `ranking`, fetched some at a time."""
        while True:
            beyond = None if after is None else (ranking.beyond, ranking.bound(after))
            clauses = [each for each in (*conditions, beyond) if each is not None]
            where = " AND ".join(sql for sql, _ in clauses) or "TRUE"
            values = [value for _, bound in clauses for value in bound]
            clause = f"WHERE {where} {ranking.order} LIMIT {_AT_A_TIME}"
            rows = self._select(kind, clause, *values)
            yield from rows
            if len(rows) < _AT_A_TIME:
                return
            after = ranking.key(rows[-1])

    def _select(self, kind: type[Row], clause: str, *values: object) -> list[Row]:
        now = self.now()
        rows = self._fetch(selection(kind, clause), *values)
        return [load(kind, row, now) for row in rows]

    def _execute(self, sql: str, *values: object) -> None:
        with self._lock, _translated():
            self._connection.execute(sql, values)

    def _fetch(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, _translated():
            return self._connection.execute(sql, values).fetchall()


def seeding(disks: int, clock: Clock = lambda: datetime.now(UTC)) -> Fill:
    """What makes an empty database the first state as of the clock's time, and a fleet's beside."""

    def fill(connection: sqlite3.Connection) -> None:
        for statement in SCHEMA:
            connection.execute(statement)
        now = milliseconds(clock())
        for rows in (*first_state(now), *fleet(now, disks)):
            insert(connection, rows)

    return fill


def reset(path: str | os.PathLike[str], *, disks: int = 0) -> None:
    """Restore the first state of a state file; safe while other processes use it.

    `disks` is the size of the fleet (see fleet.py) beside it.
    A state file of another version or a damaged one is made anew; any other file is left
    alone and StateError raised.
    """
    rebuild(os.fspath(path), seeding(disks))


def _among(ids: Ids | None) -> Condition | None:
    return None if ids is None else (f"id IN ({', '.join('?' * len(ids))})", tuple(ids))


def _condition(sql: str, value: str) -> Condition | None:
    return (sql, (value,)) if value else None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StateUnavailable(str(error)) from error
