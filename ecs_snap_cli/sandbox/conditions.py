"""What can be asked of rows in SQL: each condition is a text of this package and what it binds."""

import json
from collections.abc import Collection, Iterable

# SQL that holds of a row, and the values that it binds.
Condition = tuple[str, tuple[object, ...]]

NOTHING: Condition = ("FALSE", ())

# SQLite takes no longer one, in octets, and no name is as long.
_LONGEST_PATTERN = 50_000


def json_text(value: object) -> str:
    """How lists are kept in a column."""
    return json.dumps(value, ensure_ascii=False)


def equal(column: str, value: str | int | None) -> Condition | None:
    """The column has this value; an empty text and None ask for nothing."""
    return None if value in ("", None) else (f"{column} = ?", (value,))


def among(column: str, values: Collection[str]) -> Condition:
    """The column has one of these values."""
    return (f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def these(ids: Collection[str] | None) -> Condition | None:
    """The row has one of these IDs; None asks for nothing, none of them for no row."""
    return None if ids is None else among("id", ids)


def matching(column: str, pattern: str) -> Condition | None:
    """The column is as `pattern` says, in which `*` is any run of characters; empty: no matter."""
    # To GLOB two more characters have a meaning, and within brackets none has.
    glob = pattern.replace("[", "[[]").replace("?", "[?]")
    if len(glob.encode()) > _LONGEST_PATTERN:
        return NOTHING
    return (f"{column} GLOB ?", (glob,)) if pattern else None


def listed(column: str, value: str) -> Condition | None:
    """The list in this column has `value`; an empty one asks for nothing."""
    return _holds(column, json_text(value)) if value else None


def on_instance(instance_id: str) -> Condition | None:
    """A disk is attached to this instance; an empty ID asks for nothing."""
    return _holds("attachments", _beginning(instance_id)) if instance_id else None


def of_disk(disk_id: str) -> list[Condition]:
    """A snapshot was taken of this disk, and is no copy, which the disk's limits do not count."""
    return [("disk_id = ?", (disk_id,)), ("source_region = ''", ())]


def tagged(tags: Iterable[tuple[str, str | None]]) -> list[Condition]:
    """The row has all of these tags, where no value means any."""
    return [
        _holds("tags", _beginning(key) if value is None else json_text([key, value]))
        for key, value in tags
    ]


def _holds(column: str, part: str) -> Condition:
    # Lists are kept as the JSON that json_text writes. In it a quotation mark within a text is
    # escaped, so that what begins with one can only be found where a text begins.
    return (f"instr({column}, ?)", (part,))


def _beginning(first: str) -> str:
    return json_text([first]).removesuffix("]")


def always(holds: bool) -> Condition | None:
    """What holds of all rows or of none: a filter on what all of them have in common."""
    return None if holds else NOTHING


def held(sql: str, wanted: bool | None) -> Condition | None:
    """`sql` holds of the row, or does not, as is wanted; None asks for nothing."""
    return None if wanted is None else (f"({sql}) IS {wanted}", ())


def created_between(start: int | None, end: int | None, now: int) -> list[Condition]:
    """Made from `start` to `end` on (milliseconds since 1970); None is no bound.

    `now` is for what keeps its age (see rows.py).
    """
    created = "iif(created < 0, created + ?, created)"
    bounds = ((">=", start), ("<=", end))
    return [(f"{created} {sign} ?", (now, at)) for sign, at in bounds if at is not None]
