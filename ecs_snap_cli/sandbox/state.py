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
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from .rows import Attachment, Disk, Instance, Snapshot
from .seed import first_state
from .statefile import Fill, open_copy, open_database, rebuild
from .times import milliseconds

Clock = Callable[[], datetime]
Row = TypeVar("Row", Disk, Instance, Snapshot)

_SCHEMA = (
    """CREATE TABLE instances (
        id TEXT PRIMARY KEY, status TEXT NOT NULL, created INTEGER NOT NULL, started INTEGER,
        name TEXT NOT NULL, instance_type TEXT NOT NULL, locks TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    """CREATE TABLE disks (
        id TEXT PRIMARY KEY, type TEXT NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL,
        created INTEGER NOT NULL, attached INTEGER, detached INTEGER, size INTEGER NOT NULL,
        name TEXT NOT NULL, description TEXT NOT NULL, source_snapshot_id TEXT NOT NULL,
        encrypted INTEGER NOT NULL, attachments TEXT NOT NULL, locks TEXT NOT NULL,
        tags TEXT NOT NULL)
    """,
    """CREATE TABLE snapshots (
        id TEXT PRIMARY KEY, disk_id TEXT NOT NULL, created INTEGER NOT NULL,
        disk_type TEXT NOT NULL, disk_category TEXT NOT NULL, disk_size INTEGER NOT NULL,
        name TEXT NOT NULL, description TEXT NOT NULL, type TEXT NOT NULL, usage TEXT NOT NULL,
        fate TEXT NOT NULL CHECK (fate IN ('accomplished', 'failed', 'frozen')),
        encrypted INTEGER NOT NULL, retention_days INTEGER, resource_group_id TEXT NOT NULL,
        tags TEXT NOT NULL)
    """,
    "CREATE INDEX snapshots_by_disk ON snapshots (disk_id)",
    """CREATE TABLE orders (
        action TEXT NOT NULL, token TEXT NOT NULL, fingerprint TEXT NOT NULL,
        answer TEXT NOT NULL, remembered INTEGER NOT NULL, PRIMARY KEY (action, token))
    """,
)
_TABLES: dict[type, str] = {Instance: "instances", Disk: "disks", Snapshot: "snapshots"}
_TIMES = frozenset({"created", "started", "attached", "detached"})
_LISTS = frozenset({"attachments", "locks", "tags"})


class StateUnavailable(Exception):
    """The state cannot be read or written just now; the text is SQLite's reason."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was once asked under a ClientToken, and the answer it got."""

    fingerprint: str
    answer: dict[str, Any]


class State:
    """Opens `path` (or `:memory:`); a new file gets the first state. Raises StateError.

    With `keep` off it is a copy in memory of what the file holds, which stays as it is.
    """

    def __init__(self, path: str | os.PathLike[str], clock: Clock, *, keep: bool = True) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        opened = open_database if keep else open_copy
        self._connection = opened(os.fspath(path), seeding(clock))

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

    def disks(self) -> list[Disk]:
        """Every disk, by ID."""
        return self._select(Disk, "ORDER BY id")

    def disk(self, disk_id: str) -> Disk | None:
        """The disk of this ID, if there is one."""
        return next(iter(self._select(Disk, "WHERE id = ?", disk_id)), None)

    def instances(self) -> list[Instance]:
        """Every instance, by ID."""
        return self._select(Instance, "ORDER BY id")

    def instances_of(self, disk: Disk) -> list[Instance]:
        """The instances that `disk` is attached to."""
        found = (
            self._select(Instance, "WHERE id = ?", attachment.instance_id)
            for attachment in disk.attachments
        )
        return [instance for instances in found for instance in instances]

    def snapshots(self, disk_id: str = "") -> list[Snapshot]:
        """The snapshots of one disk, or all of them, the newest first (then by ID)."""
        order = "ORDER BY created DESC, id"
        if disk_id:
            return self._select(Snapshot, f"WHERE disk_id = ? {order}", disk_id)
        return self._select(Snapshot, order)

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Store a new snapshot."""
        with self._lock, _translated():
            _insert(self._connection, snapshot)

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

    def _select(self, kind: type[Row], clause: str, *values: object) -> list[Row]:
        now = self.now()
        # The table and the clause are texts of this module; what comes from outside is bound.
        rows = self._fetch(f"SELECT * FROM {_TABLES[kind]} {clause}", *values)  # noqa: S608
        return [_load(kind, row, now) for row in rows]

    def _fetch(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, _translated():
            return self._connection.execute(sql, values).fetchall()


def seeding(clock: Clock = lambda: datetime.now(UTC)) -> Fill:
    """What makes an empty database the first state as of the clock's time."""

    def fill(connection: sqlite3.Connection) -> None:
        for statement in _SCHEMA:
            connection.execute(statement)
        for rows in first_state(milliseconds(clock())):
            for row in rows:
                _insert(connection, row)

    return fill


def reset(path: str | os.PathLike[str]) -> None:
    """Restore the first state of a state file; safe while other processes use it.

    A state file of another version or a damaged one is made anew; any other file is left
    alone and StateError raised.
    """
    rebuild(os.fspath(path), seeding())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StateUnavailable(str(error)) from error


def _insert(connection: sqlite3.Connection, row: Disk | Instance | Snapshot) -> None:
    columns = [field.name for field in fields(row)]
    values = [_stored(getattr(row, column)) for column in columns]
    # Names of tables and columns are this package's own.
    marks = ", ".join("?" * len(columns))
    connection.execute(
        f"INSERT INTO {_TABLES[type(row)]} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
        values,
    )


def _stored(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    plain = [
        [item.instance_id, item.device, item.attached] if isinstance(item, Attachment) else item
        for item in value
    ]
    return json.dumps(plain, ensure_ascii=False)


def _load(kind: type[Row], row: sqlite3.Row, now: int) -> Row:
    values: dict[str, Any] = dict(row)
    for name in values.keys() & _TIMES:
        values[name] = _resolved(values[name], now)
    if "encrypted" in values:
        values["encrypted"] = bool(values["encrypted"])
    for name in values.keys() & _LISTS:
        stored = values[name]
        # Most are empty, and this is read for every row of every answer.
        items = () if stored == "[]" else json.loads(stored)
        if name == "attachments":
            values[name] = tuple(
                Attachment(instance_id, device, at if at >= 0 else now + at)
                for instance_id, device, at in items
            )
        elif name == "tags":
            values[name] = tuple((key, value) for key, value in items)
        else:
            values[name] = tuple(items)
    return kind(**values)


def _resolved(stored: int | None, now: int) -> int | None:
    return stored if stored is None or stored >= 0 else now + stored
