"""Blocks as plain text for a pipe or a file: aligned, never wrapped, no colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from ecs_snap_cli.render.document import Block, Grid, Paragraph, Row, Table
from ecs_snap_cli.render.literal import visible

_CUT = "…"


def plain(blocks: Iterable[Block]) -> Iterator[str]:
    """The lines of the text, one at a time."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield visible(block.text).rstrip()
        else:
            yield from _grid(block.grid() if isinstance(block, Table) else block)


def _grid(grid: Grid) -> Iterator[str]:
    gap = " " * grid.gap
    widths = column_widths(grid.rows)
    for row in grid.rows:
        yield (" " * grid.indent + gap.join(padded(row, widths))).rstrip()


def padded(row: Row, widths: Sequence[int]) -> list[str]:
    """A row's texts, each as wide as its column."""
    texts, taken = _measured(row)
    return [
        text + " " * (width - own) for text, own, width in zip(texts, taken, widths, strict=False)
    ]


def column_widths(rows: Iterable[Row]) -> list[int]:
    """The widest text of each column, in terminal cells."""
    widths: list[int] = []
    for row in rows:
        _, found = _measured(row)
        # A row may be shorter than another.
        widths = [*map(max, widths, found), *widths[len(found) :], *found[len(widths) :]]
    return widths


def _measured(row: Row) -> tuple[list[str], list[int]]:
    """A row's texts as they are shown, and how many terminal cells each takes."""
    texts = [cell.text for cell in row]
    whole = "".join(texts)
    if whole.isascii() and whole.isprintable():
        # Most rows: ``visible`` would change nothing in any of them.
        return texts, list(map(len, texts))
    texts = list(map(visible, texts))
    return texts, list(map(cells, texts))


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
