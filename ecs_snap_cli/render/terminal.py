"""Blocks on a terminal: wrapped to its width and coloured, by rich."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ecs_snap_cli.render.document import Block, Cell, Grid
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.plain import cells

_STYLES = {
    "good": "green",
    "warn": "yellow",
    "bad": "bold red",
    "dim": "dim",
    "strong": "bold",
    "": "",
}
# Below this a wrapped column is harder to read than a line that the terminal breaks.
_NARROWEST = 24


def console(stream: TextIO) -> Console:
    """A console that shows text as it is: no markup, no emoji codes, no highlighting."""
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        # rich's own reading of NO_COLOR keeps bold and dim.
        color_system=None if plain else "auto",
    )


def print_blocks(out: Console, blocks: Sequence[Block]) -> None:
    """Print the blocks; IDs are never cut, other columns wrap."""
    for block in blocks:
        if isinstance(block, Grid):
            out.print(_table(block), overflow="fold")
        else:
            out.print(Text(visible(block.text), _STYLES[block.style]))


def _table(grid: Grid) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    if grid.indent:
        table.add_column(width=max(0, grid.indent - 2))
    columns = max((len(row) for row in grid.rows), default=0)
    for index in range(columns):
        column = [row[index] for row in grid.rows if index < len(row)]
        widest = max(cells(visible(cell.text)) for cell in column)
        whole = index < columns - 1 or any(cell.whole for cell in column)
        least = widest if whole else min(widest, _NARROWEST)
        table.add_column(no_wrap=whole, min_width=least, overflow="fold")
    for row in grid.rows:
        painted = [_painted(cell) for cell in row]
        table.add_row(*([Text("")] if grid.indent else []), *painted)
    return table


def _painted(cell: Cell) -> Text:
    return Text(visible(cell.text), _STYLES[cell.style])
