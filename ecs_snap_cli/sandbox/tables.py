"""How rows are kept in SQLite: the schema, and each kind of row on its way in and out."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

from .conditions import json_text
from .moving import settled
from .ranking import BY_ID, NEWEST_FIRST, Ranking
from .rows import (
    Attachment,
    Disk,
    Image,
    Instance,
    Policy,
    Snapshot,
    SnapshotGroup,
    SnapshotLock,
    Tags,
)

AnyRow = Disk | Image | Instance | Policy | Snapshot | SnapshotGroup | SnapshotLock
Row = TypeVar("Row", Disk, Image, Instance, Policy, Snapshot, SnapshotGroup, SnapshotLock)

# A moment counts in milliseconds since 1970, a list is JSON.
SCHEMA = (
    """CREATE TABLE instances (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, zone TEXT NOT NULL, status TEXT NOT NULL,
        created INTEGER NOT NULL, started INTEGER, changed INTEGER, name TEXT NOT NULL,
        instance_type TEXT NOT NULL, resource_group_id TEXT NOT NULL, locks TEXT NOT NULL,
        tags TEXT NOT NULL)
    """,
    "CREATE INDEX instances_of_region ON instances (region, id)",
    """CREATE TABLE disks (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, zone TEXT NOT NULL, type TEXT NOT NULL,
        category TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL, attached INTEGER,
        detached INTEGER, changed INTEGER, size INTEGER NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, source_snapshot_id TEXT NOT NULL, encrypted INTEGER NOT NULL,
        attachments TEXT NOT NULL, resource_group_id TEXT NOT NULL, policies TEXT NOT NULL,
        locks TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    "CREATE INDEX disks_of_region ON disks (region, id)",
    "CREATE INDEX disks_by_source ON disks (source_snapshot_id) WHERE source_snapshot_id <> ''",
    """CREATE TABLE snapshots (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, disk_id TEXT NOT NULL,
        created INTEGER NOT NULL, disk_type TEXT NOT NULL, disk_category TEXT NOT NULL,
        disk_size INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
        type TEXT NOT NULL, fate TEXT NOT NULL CHECK (fate IN ('accomplished', 'failed', 'frozen')),
        encrypted INTEGER NOT NULL, retention_days INTEGER, group_id TEXT NOT NULL,
        source_snapshot_id TEXT NOT NULL, source_region TEXT NOT NULL,
        resource_group_id TEXT NOT NULL, tags TEXT NOT NULL,
        expires INTEGER GENERATED ALWAYS AS (created + retention_days * 86400000) VIRTUAL)
    """,
    "CREATE INDEX snapshots_by_disk ON snapshots (disk_id, created DESC, id)",
    "CREATE INDEX snapshots_by_age ON snapshots (region, created DESC, id)",
    "CREATE INDEX snapshots_by_end ON snapshots (expires) WHERE expires IS NOT NULL",
    "CREATE INDEX snapshots_of_group ON snapshots (group_id) WHERE group_id <> ''",
    """CREATE TABLE snapshot_locks (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, created INTEGER NOT NULL,
        started INTEGER NOT NULL, duration_days INTEGER NOT NULL, cool_off_hours INTEGER NOT NULL)
    """,
    """CREATE TABLE images (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, snapshot_id TEXT NOT NULL,
        created INTEGER NOT NULL, size INTEGER NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, resource_group_id TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    """CREATE TABLE snapshot_groups (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, instance_id TEXT NOT NULL,
        created INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
        resource_group_id TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    """CREATE TABLE policies (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, created INTEGER NOT NULL, name TEXT NOT NULL,
        time_points TEXT NOT NULL, weekdays TEXT NOT NULL, retention_days INTEGER,
        next_fire INTEGER, resource_group_id TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    "CREATE INDEX policies_by_time ON policies (next_fire) WHERE next_fire IS NOT NULL",
    """CREATE TABLE orders (
        action TEXT NOT NULL, token TEXT NOT NULL, fingerprint TEXT NOT NULL,
        answer TEXT NOT NULL, remembered INTEGER NOT NULL, PRIMARY KEY (action, token))
    """,
    "CREATE INDEX orders_by_age ON orders (remembered)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
)
_TABLES: dict[type, str] = {
    Instance: "instances",
    Disk: "disks",
    Snapshot: "snapshots",
    SnapshotLock: "snapshot_locks",
    Image: "images",
    SnapshotGroup: "snapshot_groups",
    Policy: "policies",
}
RANKINGS: dict[type, Ranking] = {
    Instance: BY_ID,
    Disk: BY_ID,
    Snapshot: NEWEST_FIRST,
    SnapshotLock: BY_ID,
    Image: NEWEST_FIRST,
    SnapshotGroup: NEWEST_FIRST,
    Policy: NEWEST_FIRST,
}
_COLUMNS = {kind: [field.name for field in fields(kind)] for kind in _TABLES}


def insert(connection: sqlite3.Connection, rows: Iterable[AnyRow]) -> None:
    """Store new rows, all of one kind."""
    rows = list(rows)
    if not rows:
        return
    kind = type(rows[0])
    columns = _COLUMNS[kind]
    # Names of tables and columns are this package's own.
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {_TABLES[kind]} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
        ([_stored(getattr(row, column)) for column in columns] for row in rows),
    )


def replace(connection: sqlite3.Connection, row: AnyRow) -> None:
    """Store the row in place of the one that has its ID."""
    columns = _COLUMNS[type(row)]
    sets = ", ".join(f"{column} = ?" for column in columns)
    values = [_stored(getattr(row, column)) for column in columns]
    sql = f"UPDATE {_TABLES[type(row)]} SET {sets} WHERE id = ?"  # noqa: S608 - as above
    connection.execute(sql, (*values, row.id))


def selection(kind: type, clause: str) -> str:
    """The SELECT of whole rows of a kind, whose result `load` reads."""
    # The table and the clause are texts of this package; what comes from outside is bound.
    return f"SELECT {', '.join(_COLUMNS[kind])} FROM {_TABLES[kind]} {clause}"  # noqa: S608


def counting(kind: type, clause: str) -> str:
    """The SELECT of how many rows of a kind there are."""
    return f"SELECT count(*) FROM {_TABLES[kind]} {clause}"  # noqa: S608 - as above


def deletion(kind: type, clause: str) -> str:
    """The DELETE of rows of a kind."""
    return f"DELETE FROM {_TABLES[kind]} {clause}"  # noqa: S608 - as above


def load(kind: type[Row], stored: Sequence[Any], now: int) -> Row:
    """The row that `stored` is at `now`."""
    values = list(stored)
    for place, read in _READERS[kind]:
        values[place] = read(values[place], now)
    row = kind(*values)
    if isinstance(row, Disk | Instance) and row.changed is not None:
        return settled(row, now)
    return row


def _stored(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    if not value:
        return "[]"
    plain = [
        [item.instance_id, item.device, item.attached] if isinstance(item, Attachment) else item
        for item in value
    ]
    return json_text(plain)


def _time(stored: int | None, now: int) -> int | None:
    return stored if stored is None or stored >= 0 else now + stored


def _flag(stored: int, now: int) -> bool:
    return bool(stored)


def _items(stored: str) -> list[Any]:
    # Most are empty, and this is read for every row of every answer.
    return [] if stored == "[]" else json.loads(stored)


def _attachments(stored: str, now: int) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(instance_id, device, at if at >= 0 else now + at)
        for instance_id, device, at in _items(stored)
    )


def _list(stored: str, now: int) -> tuple[Any, ...]:
    return tuple(_items(stored))


def _tags(stored: str, now: int) -> Tags:
    return _pairs(stored)


@lru_cache(1024)
def _pairs(stored: str) -> Tags:
    # What is tagged at all is tagged alike, most often.
    return tuple((key, value) for key, value in _items(stored))


_READER_OF_COLUMN: dict[str, Callable[[Any, int], object]] = {
    "created": _time,
    "started": _time,
    "attached": _time,
    "detached": _time,
    "encrypted": _flag,
    "attachments": _attachments,
    "locks": _list,
    "policies": _list,
    "time_points": _list,
    "weekdays": _list,
    "tags": _tags,
}
_READERS = {
    kind: [
        (place, _READER_OF_COLUMN[column])
        for place, column in enumerate(columns)
        if column in _READER_OF_COLUMN
    ]
    for kind, columns in _COLUMNS.items()
}
