"""Fitting a table to the width of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ecs_snap_cli.render.document import Cell, Grid, Table
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.plain import clipped, column_widths


def fitted(table: Table, width: int) -> Grid:
    """As much of the table as goes into ``width`` terminal cells.

    Where not all of it does, the columns stand closer, then give way, and those of a high rank
    are left out. IDs stay whole: a terminal that is narrower than the first of them gets a
    wider table.
    """
    grid = table.grid()
    full = column_widths(grid.rows)
    if _needed(full, grid.gap) <= width:
        return grid
    gap = 1
    least = [
        min(full[index], max(column.least, _widest_whole(grid.rows, index)))
        for index, column in enumerate(table.columns)
    ]
    kept: list[int] = []
    for index in sorted(range(len(full)), key=lambda index: table.columns[index].rank):
        if not kept or _needed([least[each] for each in (*kept, index)], gap) <= width:
            kept.append(index)
    widths = {index: least[index] for index in kept}
    for _ in range(width - _needed(list(widths.values()), gap)):
        wanting = [index for index in kept if widths[index] < full[index]]
        if not wanting:
            break
        widths[min(wanting, key=widths.__getitem__)] += 1
    rows = [[_cut(row[index], widths[index]) for index in sorted(kept)] for row in grid.rows]
    return Grid(rows, gap=gap)


def _needed(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _widest_whole(rows: Sequence[Sequence[Cell]], index: int) -> int:
    return sum(column_widths([[row[index]] for row in rows if row[index].whole]))


def _cut(cell: Cell, width: int) -> Cell:
    return cell if cell.whole else replace(cell, text=clipped(visible(cell.text), width))
