"""How each kind of row is kept in SQLite, on its way in and out (schema.py has the tables)."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from dataclasses import replace as with_changes
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
    change(connection, type(row), row.id, {column: getattr(row, column) for column in columns})


def change(
    connection: sqlite3.Connection, kind: type, row_id: str, values: Mapping[str, object]
) -> None:
    """Store other values in some columns of the row that has this ID."""
    sets = ", ".join(f"{column} = ?" for column in values)
    sql = f"UPDATE {_TABLES[kind]} SET {sets} WHERE id = ?"  # noqa: S608 - as above
    connection.execute(sql, (*map(_stored, values.values()), row_id))


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
    if kind not in _LASTING:
        return _read(kind, stored)
    row: Row
    row, passing = _kept(kind, tuple(stored))  # type: ignore[arg-type]  # every type is hashable
    return _at(row, now) if passing else row


# These are asked for again and again, and reading one costs ten times as much; of snapshots there
# can be more than would be kept.
_LASTING = (Disk, Instance)


@lru_cache(2048)
def _kept(kind: type[Row], stored: tuple[Any, ...]) -> tuple[Row, bool]:
    """The row as it is kept, and whether it is another one as time passes."""
    row: Row = _read(kind, stored)
    ages = any(_ages(each) for each in (row, *getattr(row, "attachments", ())))
    return row, ages or getattr(row, "changed", None) is not None


def _read(kind: type[Row], stored: Sequence[Any]) -> Row:
    values = list(stored)
    for place, read in _READERS[kind]:
        values[place] = read(values[place])
    return kind(*values)


def _at(row: Row, now: int) -> Row:
    changes: dict[str, Any] = _dates(row, now)
    if isinstance(row, Disk):
        changes["attachments"] = tuple(
            with_changes(each, **_dates(each, now)) for each in row.attachments
        )
    dated = with_changes(row, **changes)
    return settled(dated, now) if isinstance(dated, Disk | Instance) else dated


def _dates(row: AnyRow | Attachment, now: int) -> dict[str, Any]:
    return {name: now + age for name, age in _ages(row).items()}


def _ages(row: AnyRow | Attachment) -> dict[str, int]:
    """The times that are kept as ages (see rows.py): those are negative."""
    times = {name: getattr(row, name, None) or 0 for name in _TIMES}
    return {name: time for name, time in times.items() if time < 0}


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


def _attachments(stored: str) -> tuple[Attachment, ...]:
    return tuple(Attachment(*each) for each in json.loads(stored))


def _list(stored: str) -> tuple[Any, ...]:
    return tuple(json.loads(stored))


# What is tagged at all is tagged alike, most often.
@lru_cache(1024)
def _tags(stored: str) -> Tags:
    return tuple((key, value) for key, value in json.loads(stored))


_TIMES = ("created", "started", "attached", "detached")
_READER_OF_COLUMN: dict[str, Callable[[Any], object]] = {
    "encrypted": bool,
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
