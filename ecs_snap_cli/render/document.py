"""What a renderer gets: one result, in the shapes that the formats need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeGuard, TypeVar

T = TypeVar("T")

# What a cell says where there is nothing to say.
NOTHING = "-"


class Anew(Generic[T]):
    """A list that is too long for memory: its items are made anew whenever it is gone through."""

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T]:
        return self._make()


class Cell(NamedTuple):
    """One text in a grid; ``style`` is a role (``good``, ``warn``, ``bad``, ``dim``, ``strong``).

    ``whole`` cells (IDs) are never cut or wrapped.
    """

    text: str
    style: str = ""
    whole: bool = False


def with_text(cell: Cell, text: str) -> Cell:
    """The cell with another text; most often it is the same."""
    return cell if text == cell.text else cell._replace(text=text)


def is_list(value: object) -> TypeGuard[Iterable[Any]]:
    """Whether a value in a document's data is a list, in memory or not."""
    return isinstance(value, list | tuple | Anew)


Row = Sequence[Cell]
Rows = Sequence[Row] | Anew[Row]


class Paragraph(NamedTuple):
    """A text of its own."""

    text: str
    style: str = ""


class Grid(NamedTuple):
    """Aligned rows of cells, ``gap`` blanks apart; the last column takes what width is left."""

    rows: Rows
    indent: int = 0
    gap: int = 2


class Column(NamedTuple):
    """What a table's column is called, and what becomes of it where there is little room.

    Columns of a high ``rank`` are left out first, those of the lowest never; cells that are
    not whole give way before that, but not below ``least`` terminal cells. Before them all goes a
    column that is no news: all its cells say ``NOTHING`` or, where ``must_vary``, the same.
    """

    title: str
    rank: int
    least: int
    must_vary: bool = False


class Table(NamedTuple):
    """Rows under a header, one line each: never wrapped."""

    columns: Sequence[Column]
    rows: Rows

    def grid(self) -> Grid:
        """All of it as a grid."""
        header = [Cell(column.title, "strong") for column in self.columns]
        return Grid(Anew(lambda: chain([header], self.rows)))


Block = Paragraph | Grid | Table


def with_texts(block: Block, change: Callable[[str], str]) -> Block:
    """The block with each of its texts as ``change`` gives it."""
    if isinstance(block, Paragraph):
        return block._replace(text=change(block.text))
    rows = block.rows

    def changed(row: Row) -> Row:
        return [with_text(cell, change(cell.text)) for cell in row]

    return block._replace(rows=Anew(lambda: map(changed, rows)))


class Document(NamedTuple):
    """``data`` for JSON and (below ``root``) XML, ``ids`` for ``--quiet``, ``blocks`` for people.

    A member of ``data`` may be a list too long for memory. ``json_key`` wraps ``data`` in an
    object of one member, as error documents are.
    """

    root: str
    data: Mapping[str, Any]
    blocks: Sequence[Block]
    ids: Sequence[str] | Anew[str] = ()
    json_key: str | None = None
