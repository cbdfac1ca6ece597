"""Snapshots as a document: ECS's own records, and a table of them for people.

Nothing in a record is trusted to be there, or to be what it should be: what is odd is shown
as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from ecs_snap_cli.gateway import decode
from ecs_snap_cli.model import JsonObject
from ecs_snap_cli.render.document import NOTHING, Anew, Cell, Column, Document, Row, Table
from ecs_snap_cli.render.literal import to_json, visible
from ecs_snap_cli.values import value

# No name that ECS takes is longer; in characters, so that a heap of accents ends here too.
_LONGEST = 128
_TO_THE_SECOND = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\dZ", re.ASCII)
_DAYS = re.compile(r"\d{1,9}", re.ASCII)
_STATUS_STYLES = {"accomplished": "good", "progressing": "warn", "failed": "bad"}


class Records(Protocol):
    """ECS's records, which can be gone through any number of times, in memory or not."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[JsonObject]: ...


def listing(found: Records) -> Document:
    """Snapshots in the shape of DescribeSnapshots' own answer, however many."""
    rows = Anew(lambda: map(_row, found))
    return Document(
        root="DescribeSnapshotsResponse",
        data={
            "Snapshots": Anew(lambda: iter(found)),
            "TotalCount": len(found),
        },
        blocks=(Table([field.column for field in _FIELDS], rows),) if found else (),
        ids=Anew(lambda: filter(None, map(decode.snapshot_id, found))),
    )


@value(frozen=True, slots=True)
class _Field:
    """A column and what it says of a record."""

    column: Column
    cell: Callable[[JsonObject], Cell]


def _row(record: JsonObject) -> Row:
    return [field.cell(record) for field in _FIELDS]


def _id(name: str) -> Callable[[JsonObject], Cell]:
    def cell(record: JsonObject) -> Cell:
        value = record.get(name)
        if isinstance(value, str) and value:
            return Cell(value, whole=True)
        return _text(value)

    return cell


def _plain(name: str) -> Callable[[JsonObject], Cell]:
    return lambda record: _text(record.get(name))


def _status(record: JsonObject) -> Cell:
    status, progress = _shown(record.get("Status")), _shown(record.get("Progress"))
    doing = f" {progress}" if status == "progressing" and progress != NOTHING else ""
    return Cell(_short(status + doing), _STATUS_STYLES.get(status, ""))


def _created(record: JsonObject) -> Cell:
    """To the minute, which is all that a person looks for."""
    text = _shown(record.get("CreationTime"))
    to_the_second = _TO_THE_SECOND.fullmatch(text)
    return Cell(f"{to_the_second[1]}Z" if to_the_second else _short(text))


def _retention(record: JsonObject) -> Cell:
    days = _shown(record.get("RetentionDays"))
    return Cell(f"{days}d" if _DAYS.fullmatch(days) else _short(days))


def _tags(record: JsonObject) -> Cell:
    tags = record.get("Tags")
    pairs = tags.get("Tag") if isinstance(tags, dict) else tags
    if not pairs:
        return Cell(NOTHING)
    if not isinstance(pairs, list) or not all(isinstance(tag, dict) for tag in pairs):
        return _text(pairs)
    return Cell(
        _short(",".join(f"{_part(tag, 'TagKey')}={_part(tag, 'TagValue')}" for tag in pairs))
    )


def _part(tag: JsonObject, name: str) -> str:
    value = tag.get(name)
    if isinstance(value, str):
        return value
    return "" if value is None else to_json(value)


def _text(value: object) -> Cell:
    return Cell(_short(_shown(value)))


def _shown(value: object) -> str:
    if value is None or value == "":
        return NOTHING
    return value if isinstance(value, str) else to_json(value)


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# In the order of the columns; what is free text comes last.
_FIELDS = (
    _Field(Column("SnapshotId", 0, 10), _id("SnapshotId")),
    _Field(Column("DiskId", 2, 6, must_vary=True), _id("SourceDiskId")),
    _Field(Column("Status", 1, 16), _status),
    _Field(Column("Created", 3, 17), _created),
    _Field(Column("Type", 5, 5), _plain("SnapshotType")),
    _Field(Column("GiB", 6, 6), _plain("SourceDiskSize")),
    _Field(Column("Retention", 7, 9), _retention),
    _Field(Column("Name", 4, 12), _plain("SnapshotName")),
    _Field(Column("Tags", 8, 12), _tags),
)
