"""What a renderer gets: one result, in the shapes that the formats need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One text in a grid; ``style`` is a role (``good``, ``warn``, ``bad``, ``dim``, ``strong``).

    ``whole`` cells (IDs) are never cut or wrapped.
    """

    text: str
    style: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text of its own."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Aligned rows of cells, ``gap`` blanks apart; the last column takes what width is left."""

    rows: Sequence[Sequence[Cell]]
    indent: int = 0
    gap: int = 2


@dataclass(frozen=True, slots=True)
class Column:
    """What a table's column is called, and what becomes of it where there is little room.

    Columns of a high ``rank`` are left out first, the one of the lowest never; cells that are
    not whole give way before that, but not below ``least`` terminal cells.
    """

    title: str
    rank: int
    least: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header, one line each: never wrapped."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def grid(self) -> Grid:
        """All of it as a grid."""
        return Grid([[Cell(column.title, "strong") for column in self.columns], *self.rows])


Block = Paragraph | Grid | Table


@dataclass(frozen=True, slots=True)
class Document:
    """``data`` for JSON and (below ``root``) XML, ``ids`` for ``--quiet``, ``blocks`` for people.

    ``json_key`` wraps ``data`` in an object of one member, as error documents are.
    """

    root: str
    data: Mapping[str, Any]
    blocks: Sequence[Block]
    ids: Sequence[str] = ()
    json_key: str | None = None
