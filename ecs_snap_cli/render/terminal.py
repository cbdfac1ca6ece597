"""Blocks on a terminal: fitted to its width and coloured, by rich."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from ecs_snap_cli.render.columns import fitted
from ecs_snap_cli.render.document import Block, Cell, Grid, Table
from ecs_snap_cli.render.literal import visible
from ecs_snap_cli.render.plain import column_widths, padded

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
    screen = out.width
    for block in blocks:
        if isinstance(block, Grid):
            least = _least_widths(block)
            table = _table(block, least)
            # On a terminal that is narrower still, rich would drop columns and crop lines; this
            # way the terminal breaks them, and nothing is lost.
            needed = block.indent + sum(least) + block.gap * (len(least) - 1)
            out.width = max(screen, needed)
            out.print(table, crop=False)
            out.width = screen
        elif isinstance(block, Table):
            _print_table(out, fitted(block, screen))
        else:
            out.print(Text(visible(block.text), _STYLES[block.style]))


def _print_table(out: Console, grid: Grid) -> None:
    """Line by line: rich's own table would measure every cell again, thousands of them."""
    widths = column_widths(grid.rows)
    for row in grid.rows:
        line = Text()
        for cell, text in zip(row, padded(row, widths), strict=True):
            line.append(text, _STYLES[cell.style])
            line.append(" " * grid.gap)
        line.rstrip()
        out.print(line, soft_wrap=True)


def _least_widths(grid: Grid) -> list[int]:
    """How narrow each column may get: only the last one wraps, but never inside an ID."""
    widths = column_widths(grid.rows)
    if not widths:
        return widths
    ids = [[cell] for row in grid.rows for cell in row[len(widths) - 1 :] if cell.whole]
    narrowest = max([_NARROWEST, *column_widths(ids)])
    return [*widths[:-1], min(widths[-1], narrowest)]


def _table(grid: Grid, least: Sequence[int]) -> RichTable:
    table = RichTable.grid(padding=(0, grid.gap, 0, 0), pad_edge=False)
    if grid.indent:
        table.add_column(width=max(0, grid.indent - grid.gap))
    for index, width in enumerate(least):
        last = index == len(least) - 1
        table.add_column(no_wrap=not last, min_width=width, overflow="fold")
    for row in grid.rows:
        painted = [_painted(cell) for cell in row]
        table.add_row(*([Text("")] if grid.indent else []), *painted)
    return table


def _painted(cell: Cell) -> Text:
    return Text(visible(cell.text), _STYLES[cell.style])
