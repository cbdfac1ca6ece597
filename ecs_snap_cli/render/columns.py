"""Fitting a table to the width of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ecs_snap_cli.render.document import NOTHING, Anew, Cell, Column, Grid, Row, Table, with_text
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.plain import cells, clipped


def fitted(table: Table, width: int) -> Grid:
    """As much of the table as goes into ``width`` terminal cells.

    Where not all of it does, the columns stand closer, then give way, and those of a high rank
    are left out. IDs stay whole: a terminal that is narrower than those that are never left out
    gets a wider table.
    """
    grid = table.grid()
    columns = _measured(table)
    if _needed([column.full for column in columns], grid.gap) <= width:
        return grid
    gap = 1
    kept: list[int] = []
    lowest = min(column.rank for column in table.columns)
    for index in sorted(range(len(columns)), key=lambda index: columns[index].rank):
        least = _needed([columns[each].least for each in (*kept, index)], gap)
        if not kept or least <= width or columns[index].rank == (False, lowest):
            kept.append(index)
    widths = {index: columns[index].least for index in kept}
    for _ in range(width - _needed(list(widths.values()), gap)):
        wanting = [index for index in kept if widths[index] < columns[index].full]
        if not wanting:
            break
        widths[min(wanting, key=widths.__getitem__)] += 1

    def cut(row: Row) -> Row:
        return [_cut(row[index], widths[index]) for index in sorted(widths)]

    return Grid(Anew(lambda: map(cut, grid.rows)), gap=gap)


@dataclass(slots=True)
class _Measured:
    """A column and its widest text, its widest whole one, and up to two different texts."""

    column: Column
    full: int
    whole: int = 0
    texts: set[str] = field(default_factory=set)

    def note(self, cell: Cell) -> None:
        """Take one more cell into account."""
        width = cells(visible(cell.text))
        self.full = max(self.full, width)
        if cell.whole:
            self.whole = max(self.whole, width)
        if len(self.texts) < 2:
            self.texts.add(cell.text)

    @property
    def least(self) -> int:
        """How narrow the column can be."""
        return min(self.full, max(self.column.least, self.whole))

    @property
    def rank(self) -> tuple[bool, int]:
        """Its place: what is high is left out first, and what is no news before all else."""
        is_no_news = self.texts == {NOTHING} or (self.column.must_vary and len(self.texts) == 1)
        return is_no_news, 0 if is_no_news else self.column.rank


def _measured(table: Table) -> list[_Measured]:
    found = [_Measured(column, cells(visible(column.title))) for column in table.columns]
    for row in table.rows:
        for measured, cell in zip(found, row, strict=True):
            measured.note(cell)
    return found


def _needed(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _cut(cell: Cell, width: int) -> Cell:
    return cell if cell.whole else with_text(cell, clipped(visible(cell.text), width))
