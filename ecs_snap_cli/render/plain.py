"""Blocks as plain text for a pipe or a file: aligned, never wrapped, no colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from ecs_snap_cli.render.document import Block, Cell, Grid, Paragraph, Table
from ecs_snap_cli.render.literal import visible

_CUT = "…"


def plain(blocks: Sequence[Block]) -> str:
    """The text, every line ended."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(visible(block.text))
        else:
            lines += _grid(block.grid() if isinstance(block, Table) else block)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _grid(grid: Grid) -> list[str]:
    gap = " " * grid.gap
    return [" " * grid.indent + gap.join(row) for row in padded(grid.rows)]


def padded(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """The texts, each as wide as its column."""
    widths = column_widths(rows)
    texts = [[visible(cell.text) for cell in row] for row in rows]
    return [
        [text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=False)]
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
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


@lru_cache(4096)
def _cell(char: str) -> int:
    """As rich counts, so that a table on a terminal has the widths that were reckoned with."""
    category = unicodedata.category(char)
    if category.startswith("M") or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return 0
    # What is not assigned has no width; Python 3.11 makes all of it wide.
    is_wide = category != "Cn" and unicodedata.east_asian_width(char) in "WF"
    return 2 if is_wide else 1


def clipped(text: str, width: int) -> str:
    """``text`` in at most ``width`` terminal cells, ending in ``…`` where it goes on."""
    if cells(text) <= width:
        return text
    # No more characters than cells: most take one, and accents, which take none, may be many.
    end = min(len(text), width)
    while cells(text[:end]) > width - cells(_CUT):
        end -= 1
    return text[:end] + _CUT
