"""Whatever text ECS sends: no format breaks, nothing takes effect, and no ID is cut."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from ecs_snap_cli.errors import ApiError, EcsSnapError, PreflightFailed
from ecs_snap_cli.model import Check, Report, Snapshot, SnapshotOrder, Status
from ecs_snap_cli.render import views
from ecs_snap_cli.render.document import Block, Cell, Document, Grid, Paragraph
from ecs_snap_cli.render.failure import failure
from ecs_snap_cli.render.literal import to_json, visible
from ecs_snap_cli.render.plain import plain
from ecs_snap_cli.render.terminal import console, print_blocks
from ecs_snap_cli.render.xml import element

HOSTILE = {
    "escape sequence": "a\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "carriage return": "good\rbad",
    "line ends": "one\ntwo\r\nthree\x0b\x0c\x85\u2028\u2029four",
    "tab and NUL": "a\tb\x00c",
    "delete and backspace": "rm\x7f\x08\x08",
    "C1": "a\x9b31m\x9d0;t\x9c",
    "right to left": "exe\u202egpj.txt\u2066\u2069\u200f",
    "invisible": "a\u200b\u2060\ufeff\xadb",
    "lone surrogate": "a\udc80\ud800z",
    "not a character": "a\ufffe\uffffz",
    "end of CDATA": "]]>",
    "XML": "<Code>&amp;</Code><!-- & \"quoted\" 'so' -->",
    "markup": "[red]not red[/red] [link=http://x]y[/link] :smile: [/]",
    "long": "x" * 10_000,
    "Chinese": "生产环境的数据盘,请勿删除",
    "emoji": "\U0001f600 e\u0301",
    "backslash": "C:\\x1b\\n",
    "empty": "",
    "blank": "  two  blanks  ",
}
each_hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

SNAPSHOT_ID, DISK_ID = "s-bp67acfmxazb4p923fe2", "d-bp1dq4fk3yhlmnyxhc3d"
INSTANCE_ID = "i-bp67acfmxazb4ph3w0hn"
TOKEN = "3f2b8f6e-9a41-4d3b-8c7e-1b2c3d4e5f60"
REQUEST_ID = "C8B26B44-0189-443E-9816-D951F59623A9"
ORDER = SnapshotOrder(DISK_ID, TOKEN, name="nightly")


def a_report(evidence: str = "Seen.", advice: str = "Do.", hint: str | None = None) -> Report:
    checks = (
        Check("disk-exists", Status.PASS, "The disk exists."),
        Check("instance-status", Status.FAIL, evidence, advice, "IncorrectInstanceStatus"),
        Check("snapshot-pending", Status.WARN, evidence),
    )
    return Report(DISK_ID, False, "documented", checks, hint)


def an_error(text: str) -> EcsSnapError:
    return ApiError(text, code="IncorrectDiskStatus", hint=text, request_id=REQUEST_ID)


def takes_effect(char: str) -> bool:
    """Whether a terminal or a reader would obey the character instead of showing it."""
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in BIDI


def obeyed(text: str) -> list[str]:
    return [repr(char) for char in text if takes_effect(char)]


# JSON


def as_json(document: Document) -> str:
    data: Any = document.data
    return to_json({document.json_key: data} if document.json_key else data)


@each_hostile
def test_json_is_lossless_on_one_line_and_takes_no_effect(text: str) -> None:
    written = to_json({"Message": text, text: [text, None, 3]})
    assert json.loads(written) == {"Message": text, text: [text, None, 3]}
    assert obeyed(written) == []
    assert written.encode()


def test_json_shows_chinese_as_it_is() -> None:
    assert to_json({"Name": "数据"}) == '{"Name": "数据"}'


# A high surrogate before a low one is one character to JSON; Python never reads it as two.
NO_PAIRS = st.text(st.characters(exclude_categories=())).filter(
    lambda text: not re.search("[\ud800-\udbff][\udc00-\udfff]", text)
)


@settings(deadline=None)
@given(NO_PAIRS)
def test_json_of_any_text_is_lossless_and_takes_no_effect(text: str) -> None:
    written = to_json([text])
    assert json.loads(written) == [text]
    assert obeyed(written) == []


def test_a_created_snapshot_is_the_apis_own_answer() -> None:
    document = views.created(ORDER, SNAPSHOT_ID, REQUEST_ID, None, None)
    assert json.loads(as_json(document)) == {"RequestId": REQUEST_ID, "SnapshotId": SNAPSHOT_ID}
    assert element(document.root, document.data) == (
        f"<CreateSnapshotResponse><RequestId>{REQUEST_ID}</RequestId>"
        f"<SnapshotId>{SNAPSHOT_ID}</SnapshotId></CreateSnapshotResponse>"
    )
    assert document.ids == (SNAPSHOT_ID,)


def test_reports_have_the_members_of_the_contract() -> None:
    document = views.reports([a_report("Seen.", "Do.", "Try.")])
    [report] = json.loads(as_json(document))["Reports"]
    assert {key: value for key, value in report.items() if key != "Checks"} == {
        "DiskId": DISK_ID,
        "Eligible": False,
        "RuleSet": "documented",
        "Hint": "Try.",
    }
    assert report["Checks"] == [
        {"Id": "disk-exists", "Status": "pass", "Code": None, "Message": "The disk exists."},
        {
            "Id": "instance-status",
            "Status": "fail",
            "Code": "IncorrectInstanceStatus",
            "Message": "Seen. Do.",
        },
        {"Id": "snapshot-pending", "Status": "warn", "Code": None, "Message": "Seen."},
    ]


def test_the_ids_of_reports_are_the_disks_that_can_be_snapshotted() -> None:
    good = Report("d-good", True, "documented", ())
    assert views.reports([a_report(), good]).ids == ("d-good",)


def test_an_error_has_the_members_of_the_contract() -> None:
    error = PreflightFailed("No.", hint="Try.", checks=a_report().checks)
    written = json.loads(as_json(failure(error)))
    assert list(written) == ["Error"]
    checks = written["Error"].pop("Checks")
    assert written["Error"] == {
        "Code": "PreflightFailed",
        "Message": "No.",
        "ExitCode": 3,
        "RequestId": None,
        "Hint": "Try.",
    }
    assert [each["Id"] for each in checks] == ["disk-exists", "instance-status", "snapshot-pending"]


# XML


def as_xml(document: Document) -> ET.Element:
    return ET.fromstring(element(document.root, document.data))  # noqa: S314


def tags(parent: ET.Element | None) -> list[str]:
    return [each.tag for each in parent] if parent is not None else []


def test_reports_in_xml_have_the_elements_of_the_contract() -> None:
    root = as_xml(views.reports([a_report(), a_report()]))
    assert root.tag == "CheckResponse"
    assert tags(root) == ["Reports"]
    assert tags(root.find("Reports")) == ["Report", "Report"]
    assert tags(root.find("Reports/Report")) == ["DiskId", "Eligible", "RuleSet", "Hint", "Checks"]
    assert tags(root.find("Reports/Report/Checks")) == ["Check"] * 3
    assert tags(root.find("Reports/Report/Checks/Check")) == ["Id", "Status", "Code", "Message"]
    assert root.findtext("Reports/Report/Eligible") == "false"
    assert root.findtext("Reports/Report/Hint") == ""
    assert root.findtext("Reports/Report/Checks/Check[2]/Status") == "fail"


def test_an_error_in_xml_has_the_elements_of_the_contract() -> None:
    root = as_xml(failure(PreflightFailed("No.", checks=a_report().checks)))
    assert root.tag == "Error"
    assert tags(root) == ["Code", "Message", "ExitCode", "RequestId", "Hint", "Checks"]
    assert tags(root.find("Checks")) == ["Check"] * 3
    assert root.findtext("ExitCode") == "3"
    assert root.findtext("RequestId") == ""


@pytest.mark.parametrize("empty", [None, "", [], {}], ids=repr)
def test_nothing_is_an_empty_element(empty: object) -> None:
    assert element("Checks", empty) == "<Checks/>"


@each_hostile
def test_xml_stays_well_formed_and_takes_no_effect(text: str) -> None:
    for document in (failure(an_error(text)), views.reports([a_report(text, text, text)])):
        written = element(document.root, document.data)
        assert obeyed(written) == []
        assert written.encode()
        read = ET.fromstring(written).findtext(".//Hint") or ""  # noqa: S314
        shown = visible(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
        assert visible(read) == shown


@pytest.mark.parametrize(
    "name", ["line ends", "carriage return", "right to left", "XML", "Chinese", "emoji", "C1"]
)
def test_xml_keeps_every_character_that_it_can_hold(name: str) -> None:
    text = HOSTILE[name].replace("\x0b", "").replace("\x0c", "")
    root = ET.fromstring(element("Error", {"Message": text}))  # noqa: S314
    assert root.findtext("Message") == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_xml_of_any_text_is_well_formed_and_takes_no_effect(text: str) -> None:
    written = element("Error", {"Message": text, "Checks": [{"Id": text}]})
    assert obeyed(written) == []
    assert tags(ET.fromstring(written)) == ["Message", "Checks"]  # noqa: S314


# Plain text


@each_hostile
def test_plain_text_is_shown_literally_one_line_a_row(text: str) -> None:
    rows = [[Cell("label"), Cell(text)], [Cell(text), Cell("end")]]
    lines = list(plain([Grid(rows), Paragraph(text)]))
    assert len(lines) == 3
    assert obeyed("".join(lines)) == []
    assert visible(text).rstrip() in lines[0]
    assert lines[2] == visible(text).rstrip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x00", "\\x00"),
        ("\x9b", "\\x9b"),
        ("\r\n", "\\x0d\\x0a"),
        ("\u202e", "\\u202e"),
        ("\udc80", "\\udc80"),
        ("[red]", "[red]"),
        ("数据", "数据"),
    ],
    ids=repr,
)
def test_a_character_that_would_take_effect_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert list(plain([Paragraph(text)])) == [shown]


@pytest.mark.parametrize(
    "labels",
    [
        ["a", "bbbb"],
        ["数据盘", "abc"],
        ["数据盘", "e\u0301te\u0301", "ﾊﾝｶｸ"],
        ["\x1b[1m", "x"],
        ["", "生产"],
    ],
    ids=repr,
)
@pytest.mark.parametrize("indent", [0, 2])
def test_columns_line_up_with_wide_characters(labels: list[str], indent: int) -> None:
    rows = [[Cell(label), Cell("#")] for label in labels]
    lines = list(plain([Grid(rows, indent)]))
    starts = {cell_len(line[: line.index("#")]) for line in lines}
    assert starts == {indent + max(cell_len(visible(label)) for label in labels) + 2}


def test_rows_may_be_of_unequal_length_and_leave_no_blanks_at_the_end() -> None:
    rows = [[Cell("a"), Cell("")], [Cell("bb")], [Cell("c"), Cell("d"), Cell("e")]]
    assert list(plain([Grid(rows)])) == ["a", "bb", "c   d  e"]


def test_no_block_is_no_line() -> None:
    assert list(plain([])) == []
    assert list(plain([Grid([])])) == []


# The terminal


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def drawn(blocks: Sequence[Block], width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a colour terminal of that width gets."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Screen()
    print_blocks(console(screen), blocks)
    return screen.getvalue()


def uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def joined(text: str) -> str:
    """The lines as one, without the blanks that layout puts around them."""
    return "".join(line.strip() for line in text.splitlines())


each_width = pytest.mark.parametrize("width", [20, 40, 80, 200])


@each_width
def test_a_terminal_never_cuts_the_ids_of_a_new_snapshot(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = Snapshot(SNAPSHOT_ID, "progressing", 37)
    document = views.created(ORDER, SNAPSHOT_ID, REQUEST_ID, snapshot, a_report())
    text = uncoloured(drawn(document.blocks, width, monkeypatch))
    for each in (SNAPSHOT_ID, DISK_ID, TOKEN, REQUEST_ID):
        assert each in text or each in joined(text)


@each_width
def test_a_terminal_never_cuts_the_ids_of_a_report(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = f"Instance {INSTANCE_ID} is Starting, neither Running nor Stopped."
    document = views.reports([a_report(evidence, f"See {SNAPSHOT_ID}.", f"Try {DISK_ID}.")])
    text = uncoloured(drawn(document.blocks, width, monkeypatch))
    for each in (DISK_ID, INSTANCE_ID, SNAPSHOT_ID):
        assert each in text or each in joined(text)


@each_width
def test_a_terminal_never_cuts_the_ids_of_an_error(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = f"Instance {INSTANCE_ID} is Starting."
    error = PreflightFailed(
        f"Disk {DISK_ID} cannot be snapshotted.",
        checks=a_report(evidence).checks,
        hint=f"Look at {SNAPSHOT_ID}.",
        request_id=REQUEST_ID,
    )
    text = uncoloured(drawn(failure(error).blocks, width, monkeypatch))
    for each in (DISK_ID, INSTANCE_ID, SNAPSHOT_ID, REQUEST_ID):
        assert each in text or each in joined(text)


@each_width
def test_a_terminal_shows_every_word_of_a_finding(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = " ".join(f"word{number}" for number in range(30))
    document = views.reports([a_report(evidence, "advice")])
    text = uncoloured(drawn(document.blocks, width, monkeypatch))
    found = re.findall(r"word\d+", joined(text))
    assert found == [f"word{number}" for number in range(30)] * 2


@each_width
@each_hostile
def test_nothing_takes_effect_on_a_terminal(
    text: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def colours(content: str) -> set[str]:
        document = views.reports([a_report(content, content, content)])
        painted = drawn([*document.blocks, Paragraph(content, "bad")], width, monkeypatch)
        assert obeyed(uncoloured(painted).replace("\n", "")) == []
        return set(re.findall(r"\x1b\[[0-9;]*m", painted))

    assert colours(text) <= colours("harmless")


@pytest.mark.parametrize("name", ["markup", "escape sequence", "right to left", "lone surrogate"])
def test_a_terminal_shows_hostile_text_literally(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HOSTILE[name]
    grid = Grid([[Cell("label"), Cell(text)]])
    shown = uncoloured(drawn([Paragraph(text), grid], 200, monkeypatch)).splitlines()
    assert shown[0].rstrip() == visible(text)
    assert shown[1].split("  ")[1].rstrip() == visible(text)


def test_a_terminal_paints_by_role(monkeypatch: pytest.MonkeyPatch) -> None:
    painted = drawn([Paragraph("all well", "good"), Paragraph("plain")], 80, monkeypatch)
    assert painted == "\x1b[32mall well\x1b[0m\nplain\n"
