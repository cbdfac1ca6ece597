"""Any text of ECS through every renderer: it takes no effect, and every format keeps its shape."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from ecs_snap_cli.cli.streams import write_document
from ecs_snap_cli.errors import ApiError
from ecs_snap_cli.model import Check, Report, Status
from ecs_snap_cli.render import views
from ecs_snap_cli.render.document import Cell, Document, Grid, Paragraph
from ecs_snap_cli.render.failure import failure
from ecs_snap_cli.render.literal import to_json, visible
from ecs_snap_cli.render.plain import plain
from ecs_snap_cli.render.terminal import console, print_blocks
from ecs_snap_cli.render.xml import element

PIECES = ["\x1b[31m", "\x1b]8;;http://x\x07", "\r\n", "\x00", "\u202e", "\ud83d", "\ufffe"]
PIECES += ["[bold]", "[/]", "[link=x]", ":smile:", "\\x1b", "]]>", "<!--", "&amp;", "e\u0301" * 30]
PIECES += ["\udc00", "数据", "\U0001f468\u200d\U0001f469", "\U000e0041", "\ufe0f", "\t", " "]
PIECES += ["x" * 10_000]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
# json.loads, too, makes one character of two halves side by side: no text of ECS has them so.
TEXTS = st.lists(st.sampled_from(PIECES) | ANY_TEXT, max_size=4).map(
    lambda pieces: re.sub("[\ud800-\udbff](?=[\udc00-\udfff])", "", "".join(pieces))
)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
quick = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def takes_effect(text: str) -> list[str]:
    """The characters that a terminal would obey or not show; a line's end is what it should be."""
    return [
        ascii(char)
        for char in set(text) - {"\n"}
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


def documents(text: str) -> list[Document]:
    """Results and an error with the text wherever a text of ECS may be."""
    checks = (
        Check("disk-attached", Status.PASS, text),
        Check("instance-lock", Status.FAIL, text, text, text),
    )
    error = ApiError(text, code=text or "X", hint=text, request_id=text)
    error.checks = checks
    report = Report("d-1", False, "documented", checks, text)
    return [views.reports([report, report]), failure(error)]


@quick
@given(text=TEXTS)
def test_plain_text_has_one_harmless_line_a_row(text: str) -> None:
    grid = Grid([[Cell(text), Cell("#")], [Cell("ab"), Cell(text)], [Cell("c"), Cell("#")]])
    lines = list(plain([grid, Paragraph(text)]))
    assert len(lines) == 4
    assert takes_effect("".join(lines)) == []
    assert lines[3] == visible(text).rstrip()
    # rich may know letters that this Python does not yet.
    is_known = all(unicodedata.category(char) != "Cn" for char in text)
    if is_known and not re.search("[^\u0000-\u2000]", visible(text)):
        assert cell_len(lines[0][: lines[0].rindex("#")]) == lines[2].rindex("#")
    for document in documents(text):
        assert takes_effect("".join(plain(document.blocks))) == []


@pytest.mark.parametrize("width", [20, 80, 200])
@quick
@given(text=TEXTS)
def test_a_terminal_gets_the_text_whole_and_without_effect(
    text: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    for document in documents(text):
        screen = io.StringIO()
        print_blocks(console(screen), document.blocks)
        shown = screen.getvalue()
        assert takes_effect(shown) == []
        assert "".join(visible(text).split()) in "".join(shown.split())


@quick
@given(text=TEXTS)
def test_json_gives_back_every_text(text: str) -> None:
    for ascii_only in (False, True):
        written = to_json({text: [text, {"Tag": text}]}, ascii_only=ascii_only)
        assert json.loads(written) == {text: [text, {"Tag": text}]}
        assert takes_effect(written) == []
        assert "\n" not in written
    message = json.loads(to_json(documents(text)[1].data))["Message"]
    assert message == text


@quick
@given(text=TEXTS)
def test_xml_is_well_formed_and_gives_back_what_it_can_hold(text: str) -> None:
    held = NOT_XML.sub(lambda match: visible(match[0]), text)
    for document in documents(text):
        written = element(document.root, document.data)
        expat.ParserCreate("utf-8").Parse(written.encode(), True)
        found = ET.fromstring(written)  # noqa: S314
        assert (found.findtext(".//Hint") or "") == held
        assert takes_effect(written) == []
        assert "\n" not in written


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030", "utf-8"])
@quick
@given(text=TEXTS)
def test_every_format_can_be_written_in_every_encoding(text: str, encoding: str) -> None:
    def written(document: Document, output: str) -> str:
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
        write_document(stream, document, output)
        return raw.getvalue().decode(encoding)

    for document in documents(text):
        data: Any = {document.json_key: document.data} if document.json_key else document.data
        assert json.loads(written(document, "json")) == json.loads(json.dumps(data))
        assert ET.fromstring(written(document, "xml")).tag == document.root  # noqa: S314
        assert takes_effect(written(document, "table")) == []
