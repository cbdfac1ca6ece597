"""Which characters are spelled out, in every format, and which are shown as they are."""

from __future__ import annotations

import io
import json
import re
import sys
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from rich.cells import cell_len

from ecs_snap_cli.render.document import Cell, Grid
from ecs_snap_cli.render.literal import to_json, to_xml_text, visible
from ecs_snap_cli.render.plain import cells, plain
from ecs_snap_cli.render.progress import ProgressBars

EVERY = [chr(number) for number in range(sys.maxunicode + 1)]
# Unicode's Default_Ignorable_Code_Point, the part that is in no category of its own.
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\ufe00\ufe0f\uffa0"
INVISIBLE += "\u2065\ufff0\ufff8\U000e0000\U000e0100\U000e01ef\U000e0fff"
NO_CHARACTERS = "\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff"
UNSAFE = {c for c in EVERY if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
UNSAFE |= {*INVISIBLE, *NO_CHARACTERS}


def test_every_character_that_takes_effect_or_cannot_be_seen_is_spelled_out() -> None:
    shown = "".join(map(visible, UNSAFE))
    assert shown.isascii()
    assert shown.isprintable()


def test_what_can_be_seen_is_shown_as_it_is() -> None:
    seen = [c for c in EVERY if unicodedata.category(c)[0] in "LNPS" and c not in INVISIBLE]
    assert [c for c in seen if visible(c) != c] == []
    assert visible("a\u3000b\u00a0c \U0001f680 e\u0301") == "a\u3000b\u00a0c \U0001f680 e\u0301"


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x1b", "\\x1b"),
        ("\u061c", "\\u061c"),
        ("\u180e", "\\u180e"),
        ("\ufe0f", "\\ufe0f"),
        ("\ufffe", "\\ufffe"),
        ("\U000e0041", "\\U000e0041"),
        ("\U0001fffe", "\\U0001fffe"),
    ],
    ids=ascii,
)
def test_a_character_is_spelled_so_that_one_can_tell_where_it_ends(char: str, shown: str) -> None:
    assert visible(f"a{char}1") == f"a{shown}1"


def test_json_and_xml_hold_every_character_and_nothing_that_takes_effect() -> None:
    text = "".join(c for c in EVERY if unicodedata.category(c) != "Cs") + "\ud800 \udfff"
    written = to_json({"Name": text})
    assert json.loads(written) == {"Name": text}
    held = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
    as_xml = f"<Name>{to_xml_text(held)}</Name>"
    assert ET.fromstring(as_xml).text == held  # noqa: S314
    assert not UNSAFE & {*written, *as_xml}


def test_ascii_json_holds_every_character_too() -> None:
    text = "\x7f\u202e\U000e0041数\udc80"
    written = to_json(text, ascii_only=True)
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == text


# Marks that stand on one another


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u20dd", "\u0e31", "\u093e"], ids=ascii)
def test_marks_that_pile_up_are_spelled_out(mark: str) -> None:
    shown = visible("a" + mark * 10_000 + "b")
    assert shown.startswith("a" + mark)
    assert shown.endswith(f"\\u{ord(mark):04x}b")
    assert max(map(len, re.findall(f"{mark}+", shown))) <= 8
    assert visible("a" + mark * 9) == "a" + mark * 8 + f"\\u{ord(mark):04x}"


@pytest.mark.parametrize(
    "text",
    [
        "Vie\u0302\u0323t Nam",
        "\u05e9\u05c1\u05bc\u05b8\u0591",
        "\u0f66\u0f92\u0fb2\u0f74\u0f56\u0f0b",
        "\u1000\u103c\u103d\u103e\u102d\u102f\u1036\u1037",
        "नमस्ते",
        "ภาษาไทย" * 1_000,
    ],
    ids=["Vietnamese", "Hebrew", "Tibetan", "Burmese", "Hindi", "Thai"],
)
def test_the_marks_of_a_script_are_shown_as_they_are(text: str) -> None:
    assert visible(text) == text


# Widths


def test_a_character_takes_as_many_cells_as_rich_gives_it() -> None:
    known = [c for c in EVERY if unicodedata.category(c)[0] not in "C" and visible(c) == c]
    # Rich knows a later Unicode, where some symbols have become wide.
    different = [c for c in known if cells(c) != cell_len(c) and unicodedata.category(c)[0] != "S"]
    assert [c for c in different if unicodedata.category(c) != "No"] == []


@pytest.mark.parametrize(
    "texts",
    [
        ["क\u093eम", "ภ\u0e31ย", "abc"],
        ["a\u20dd", "b"],
        ["\u1112\u1161\u11ab", "한"],
        ["z" + "\u0300" * 500, "数据", "x"],
        ["\U0001f469\u200d\U0001f680", "\u2764\ufe0f"],
    ],
    ids=["signs", "enclosed", "jamo", "zalgo", "emoji"],
)
def test_columns_line_up_whatever_is_in_them(texts: list[str]) -> None:
    lines = list(plain([Grid([[Cell(text), Cell("#")] for text in texts])]))
    assert len(lines) == len(texts)
    assert len({cell_len(line[: line.rindex("#")]) for line in lines}) == 1


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("snapshot_id", ["s-" + "数" * 10, "s-" + "\x1b" * 5, "s" * 22], ids=ascii)
def test_a_progress_bar_has_room_for_what_is_shown_of_an_id(
    snapshot_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "26")
    assert not ProgressBars.fits(Screen(), snapshot_id)
    monkeypatch.setenv("COLUMNS", "27")
    screen = Screen()
    assert ProgressBars.fits(screen, snapshot_id)
    bars = ProgressBars(screen)
    bars.advance(snapshot_id, None)
    bars.close()
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert visible(snapshot_id) in drawn
