"""A table on a terminal of any width, and in a pipe."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from ecs_snap_cli.render.columns import fitted
from ecs_snap_cli.render.document import Cell, Column, Grid, Table
from ecs_snap_cli.render.plain import cells, clipped, plain
from ecs_snap_cli.render.terminal import console, print_blocks

COLUMNS = (
    Column("Id", rank=0, least=2),
    Column("Disk", rank=1, least=4),
    Column("Note", rank=3, least=6),
    Column("Size", rank=2, least=4),
)
ROW = (Cell("s-12345678", whole=True), Cell("d-1234", whole=True), Cell("n" * 20), Cell("2000"))
TABLE = Table(COLUMNS, [ROW])


def lines_of(grid: Grid) -> list[str]:
    return list(plain([grid]))


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (200, ["Id          Disk    Note                  Size",
               "s-12345678  d-1234  nnnnnnnnnnnnnnnnnnnn  2000"]),
        (46, ["Id          Disk    Note                  Size",
              "s-12345678  d-1234  nnnnnnnnnnnnnnnnnnnn  2000"]),
        (45, ["Id         Disk   Note                 Size",
              "s-12345678 d-1234 nnnnnnnnnnnnnnnnnnnn 2000"]),
        (42, ["Id         Disk   Note                Size",
              "s-12345678 d-1234 nnnnnnnnnnnnnnnnnn… 2000"]),
        (29, ["Id         Disk   Note   Size",
              "s-12345678 d-1234 nnnnn… 2000"]),
        (28, ["Id         Disk   Size",
              "s-12345678 d-1234 2000"]),
        (21, ["Id         Disk",
              "s-12345678 d-1234"]),
        (16, ["Id         Size",
              "s-12345678 2000"]),
        (14, ["Id",
              "s-12345678"]),
        (3, ["Id",
             "s-12345678"]),
    ],
)  # fmt: skip
def test_columns_stand_closer_then_give_way_then_are_left_out(width: int, lines: list[str]) -> None:
    assert lines_of(fitted(TABLE, width)) == lines


def test_the_columns_that_give_way_share_what_is_left() -> None:
    columns = (Column("Name", 0, 4), Column("Tags", 1, 4))
    table = Table(columns, [(Cell("n" * 50), Cell("t" * 50)), (Cell("short"), Cell("s"))])
    assert lines_of(fitted(table, 41))[1] == "n" * 19 + "… " + "t" * 19 + "…"


def test_what_one_column_does_not_need_goes_to_the_others() -> None:
    columns = (Column("Name", 0, 4), Column("Tags", 1, 4))
    table = Table(columns, [(Cell("n" * 8), Cell("t" * 50))])
    assert lines_of(fitted(table, 41))[1] == "n" * 8 + " " + "t" * 31 + "…"


def test_a_pipe_gets_every_column_on_one_line_a_row() -> None:
    assert list(plain([TABLE])) == [
        "Id          Disk    Note                  Size",
        "s-12345678  d-1234  nnnnnnnnnnnnnnnnnnnn  2000",
    ]


TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=5), st.integers(1, 120))
def test_ids_are_whole_and_nothing_else_makes_a_table_too_wide(
    texts: list[tuple[str, str, str, str]], width: int
) -> None:
    rows = [
        (Cell(f"s-{number}", whole=True), *map(Cell, row[1:])) for number, row in enumerate(texts)
    ]
    lines = lines_of(fitted(Table(COLUMNS, rows), width))
    assert len(lines) == len(rows) + 1
    assert [line.split(" ")[0] for line in lines[1:]] == [f"s-{n}" for n in range(len(rows))]
    assert max(cells(line) for line in lines[1:]) <= max(width, 3)


@pytest.mark.parametrize("width", [10, 20, 40, 80])
def test_a_terminal_gets_lines_that_fit_it(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    screen = io.StringIO()
    print_blocks(console(screen), [Table(COLUMNS, [ROW] * 3)])
    lines = screen.getvalue().splitlines()
    assert len(lines) == 4
    assert [len(line) <= width for line in lines] == [True] * 4
    assert lines[1].split()[0] == "s-12345678"


def test_a_terminal_paints_the_header_and_the_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Screen()
    table = Table(COLUMNS[:2], [(Cell("s-1", whole=True), Cell("[red]bad[/red]", "bad"))])
    print_blocks(console(screen), [table])
    assert screen.getvalue() == (
        "\x1b[1mId \x1b[0m  \x1b[1mDisk\x1b[0m\n"
        "s-1  \x1b[1;31m[red]bad[/red]\x1b[0m\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("nightly", 7, "nightly"),
        ("nightly", 6, "night…"),
        ("nightly", 1, "…"),
        ("数据盘", 6, "数据盘"),
        ("数据盘", 5, "数据…"),
        ("数据盘", 4, "数…"),
        ("e\u0301t\u00e9", 3, "e\u0301t\u00e9"),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_visibly_and_by_terminal_cells(text: str, width: int, shown: str) -> None:
    assert clipped(text, width) == shown
    assert cell_len(shown) <= width


def test_a_heap_of_accents_is_cut_as_well() -> None:
    assert len(clipped("a" + "\u0301" * 1000 + "b" * 9, 5)) <= 6


def test_nothing_in_a_cell_takes_effect() -> None:
    table = Table(COLUMNS, [(Cell("s-1\x1b[2J", whole=True), *(Cell("\x1b]0;t\x07\n"),) * 3)])
    for width in (10, 30, 200):
        shown = "".join(lines_of(fitted(table, width)))
        assert not re.search(r"[\x00-\x1f]", shown)
        assert "s-1\\x1b[2J" in shown
