"""Blocks as plain text for a pipe or a file: aligned, never wrapped, no colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ecs_snap_cli.render.document import Block, Cell, Grid
from ecs_snap_cli.render.literal import visible

_GAP = "  "


def plain(blocks: Sequence[Block]) -> str:
    """The text, every line ended."""
    lines: list[str] = []
    for block in blocks:
        lines += _grid(block) if isinstance(block, Grid) else [visible(block.text)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _grid(grid: Grid) -> list[str]:
    texts = [[visible(cell.text) for cell in row] for row in grid.rows]
    widths = column_widths(grid.rows)
    return [
        " " * grid.indent
        + _GAP.join(
            text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=False)
        )
        for row in texts
    ]


def column_widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    """The widest text of each column, in terminal cells."""
    columns = max((len(row) for row in rows), default=0)
    return [
        max((cells(visible(row[column].text)) for row in rows if column < len(row)), default=0)
        for column in range(columns)
    ]


def cells(text: str) -> int:
    """How many terminal cells ``text`` takes: Chinese characters take two, accents none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
