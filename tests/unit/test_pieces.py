"""Documents in pieces: the same bytes as in one, and no secret between two of them."""

from __future__ import annotations

import io
import json
from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli import redact
from ecs_snap_cli.cli import streams
from ecs_snap_cli.render import json as json_text
from ecs_snap_cli.render import xml
from ecs_snap_cli.render.document import Anew, Cell, Column, Document, Table
from ecs_snap_cli.render.literal import to_json
from ecs_snap_cli.render.xml import element

SECRET = "canary/canary+canary=="
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["", "Tag", "s", "x"]), inner),
    max_leaves=10,
)


def anew(value: Any) -> Any:
    return Anew(lambda: iter(value)) if isinstance(value, list) else value


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["Snapshots", "Count", "Tag", "s", "", "\x1b"]), ANY_JSON))
def test_the_pieces_are_the_whole(data: dict[str, Any]) -> None:
    for long in (data, {name: anew(value) for name, value in data.items()}):
        for ascii_only in (False, True):
            found = "".join(json_text.pieces(long, ascii_only=ascii_only))
            assert found == to_json(data, ascii_only=ascii_only)
        assert "".join(xml.pieces("Root", long)) == element("Root", data)


def test_each_item_is_a_piece_that_is_made_when_it_is_its_turn() -> None:
    made: list[int] = []

    def items() -> Any:
        for number in range(3):
            made.append(number)
            yield {"Id": number}

    data = {"Items": Anew(items), "Count": 3}
    for pieces in (json_text.pieces(data), xml.pieces("Root", data)):
        made.clear()
        seen = [(piece, len(made)) for piece in pieces]
        assert [count for piece, count in seen if '"Id"' in piece or "<Id>" in piece] == [1, 2, 3]


def listing(records: list[dict[str, Any]]) -> Document:
    rows = Anew(lambda: ([Cell(str(each["Id"])), Cell(each["Name"])] for each in records))
    return Document(
        "Response",
        {"Items": Anew(lambda: iter(records))},
        (Table((Column("Id", 0, 1), Column("Name", 1, 1)), rows),),
    )


class Stream(io.TextIOWrapper):
    """A stream of an encoding, and how much was written on it at once."""

    def __init__(self, encoding: str = "utf-8", terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self.sizes: list[int] = []
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        self.sizes.append(len(text))
        return super().write(text)

    def written(self) -> str:
        self.flush()
        raw = self.buffer.getvalue()  # type: ignore[attr-defined]
        return str(raw.decode(self.encoding))


@pytest.fixture
def in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is one of those in use, for this test."""
    monkeypatch.setattr(redact, "_known", set())
    monkeypatch.setattr(redact, "_spellings", ())
    redact.remember(SECRET)


@pytest.mark.parametrize("chunk", [1, 7, 100, 64 * 1024])
@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_no_secret_slips_through_between_two_chunks(
    in_use: None, chunk: int, terminal: bool, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_CHUNK", chunk)
    monkeypatch.setenv("COLUMNS", "20")
    records = [{"Id": number, "Name": "x" * number + SECRET} for number in range(40)]
    stream = Stream(terminal=terminal)
    streams.write_document(stream, listing(records), output)
    assert "canary" not in stream.written()
    assert stream.written().count("\n") == (41 if output == "table" else 1)


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_a_small_result_is_written_at_once_and_a_large_one_in_parts(output: str) -> None:
    records = [{"Id": number, "Name": "x" * 100} for number in range(5_000)]
    small, large = Stream(), Stream()
    streams.write_document(small, listing(records[:40]), output)
    streams.write_document(large, listing(records), output)
    assert len(small.sizes) == 1
    assert sum(large.sizes) == len(large.written()) > 500_000
    assert max(large.sizes) < 70_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "latin-1", "ascii"])
def test_json_is_ascii_throughout_where_one_character_of_it_cannot_be_written(
    encoding: str,
) -> None:
    names = chain(repeat("é", 2_000), ["每"], repeat("é", 2_000))
    records = [{"Id": number, "Name": name} for number, name in enumerate(names)]
    stream = Stream(encoding)
    streams.write_document(stream, listing(records), "json")
    found = stream.written()
    assert json.loads(found) == {"Items": records}
    assert found.isascii() is (encoding in ("latin-1", "ascii"))
    assert found == to_json({"Items": records}, ascii_only=found.isascii()) + "\n"
