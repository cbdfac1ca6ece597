"""Snapshots as a table: whatever ECS says of them is shown literally, and breaks nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.render import snapshots
from ecs_snap_cli.render.columns import fitted
from ecs_snap_cli.render.document import Table
from ecs_snap_cli.render.json import pieces
from ecs_snap_cli.render.plain import plain

FULL = {
    "SnapshotId": "s-bp67acfmxazb4p923fe2",
    "SourceDiskId": "d-bp1dq4fk3yhlmnyxhc3d",
    "Status": "accomplished",
    "Progress": "100%",
    "CreationTime": "2026-03-01T02:15:09Z",
    "SnapshotType": "user",
    "SourceDiskSize": "2000",
    "RetentionDays": 14,
    "SnapshotName": "nightly",
    "Tags": {"Tag": [{"TagKey": "job", "TagValue": "nightly"}, {"TagKey": "x", "TagValue": ""}]},
}
HEADER = ["SnapshotId", "DiskId", "Status", "Created", "Type", "GiB", "Retention", "Name", "Tags"]


def in_a_pipe(*records: dict[str, Any]) -> list[str]:
    return list(plain(snapshots.listing(records).blocks))


def on_terminal(width: int, *records: dict[str, Any]) -> list[str]:
    (table,) = snapshots.listing(records).blocks
    assert isinstance(table, Table)
    return list(plain([fitted(table, width)]))


def shown(column: str, **more: Any) -> str:
    """What a record says in one column."""
    header, row = in_a_pipe({"SnapshotId": "s-1", **more})
    start = header.index(column)
    following = HEADER[HEADER.index(column) + 1 :]
    end = header.index(following[0]) if following else len(row)
    return row[start:end].strip()


def test_a_pipe_gets_every_column() -> None:
    header, row = in_a_pipe(FULL)
    assert header.split() == HEADER
    assert row.split() == [
        "s-bp67acfmxazb4p923fe2",
        "d-bp1dq4fk3yhlmnyxhc3d",
        "accomplished",
        "2026-03-01T02:15Z",
        "user",
        "2000",
        "14d",
        "nightly",
        "job=nightly,x=",
    ]


def test_what_is_not_there_is_a_dash() -> None:
    for nothing in ({}, dict.fromkeys(FULL), dict.fromkeys(FULL, "")):
        assert in_a_pipe(nothing)[1].split() == ["-"] * len(HEADER)


@pytest.mark.parametrize(
    ("column", "record", "text"),
    [
        ("Status", {"Status": "progressing", "Progress": "37%"}, "progressing 37%"),
        ("Status", {"Status": "progressing", "Progress": None}, "progressing"),
        ("Status", {"Status": "progressing", "Progress": 37}, "progressing 37"),
        ("Status", {"Status": "failed", "Progress": "37%"}, "failed"),
        ("Status", {"Status": ["odd"]}, '["odd"]'),
        ("Status", {"Status": False}, "false"),
        ("Created", {"CreationTime": "2026-03-01T02:15Z"}, "2026-03-01T02:15Z"),
        ("Created", {"CreationTime": "last week"}, "last week"),
        ("Created", {"CreationTime": 1767225600}, "1767225600"),
        ("GiB", {"SourceDiskSize": 40}, "40"),
        ("GiB", {"SourceDiskSize": {}}, "{}"),
        ("Retention", {"RetentionDays": "30"}, "30d"),
        ("Retention", {"RetentionDays": -1}, "-1"),
        ("Retention", {"RetentionDays": 1.5}, "1.5"),
        ("Name", {"SnapshotName": "a\x1b[31m\r\n\u202eb"}, r"a\x1b[31m\x0d\x0a\u202eb"),
        ("Name", {"SnapshotName": "[red]markup[/red]"}, "[red]markup[/red]"),
        ("Tags", {"Tags": {"Tag": []}}, "-"),
        ("Tags", {"Tags": {}}, "-"),
        ("Tags", {"Tags": "none"}, "none"),
        ("Tags", {"Tags": ["odd"]}, '["odd"]'),
        ("Tags", {"Tags": {"Tag": "odd"}}, "odd"),
        ("Tags", {"Tags": {"Tag": [1]}}, "[1]"),
        ("Tags", {"Tags": {"Tag": [{}]}}, "="),
        ("Tags", {"Tags": {"Tag": [{"TagKey": 1, "TagValue": [None]}]}}, "1=[null]"),
        ("Tags", {"Tags": {"Tag": [{"TagKey": "\x07", "TagValue": None}]}}, r"\x07="),
        ("DiskId", {"SourceDiskId": 10336}, "10336"),
        ("DiskId", {"SourceDiskId": ["d-1"]}, '["d-1"]'),
    ],
)
def test_what_is_odd_is_shown_as_it_came(column: str, record: dict[str, Any], text: str) -> None:
    assert shown(column, **record) == text


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["Tag", "TagKey", "x"]), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(FULL)), ANY_JSON), min_size=1, max_size=4))
def test_no_record_breaks_the_table(records: list[dict[str, Any]]) -> None:
    assert len(in_a_pipe(*records)) == len(records) + 1
    assert len(on_terminal(80, *records)) == len(records) + 1


@pytest.mark.parametrize("name", ["SnapshotName", "SourceDiskSize", "Status", "Tags"])
@pytest.mark.parametrize("text", ["x" * 10_000, "数" * 10_000, "e" + "\u0301" * 10_000], ids=ascii)
def test_a_text_of_any_length_is_cut_visibly_in_the_table_only(name: str, text: str) -> None:
    record = FULL | {
        name: {"Tag": [{"TagKey": text, "TagValue": text}]} if name == "Tags" else text
    }
    for lines in (in_a_pipe(record), on_terminal(200, record)):
        assert len(lines) == 2
        assert "…" in lines[1]
        assert max(map(len, lines)) < 450
    document = snapshots.listing([record])
    assert json.loads("".join(pieces(document.data)))["Snapshots"] == [record]


def test_an_id_is_never_cut() -> None:
    long = "s-" + "x" * 300
    assert in_a_pipe(FULL | {"SnapshotId": long})[1].startswith(long)
    assert on_terminal(40, FULL | {"SnapshotId": long})[1] == long


OTHER = FULL | {
    "SnapshotId": "s-bp67acfmxazb4p923fe3",
    "SourceDiskId": "d-bp1dq4fk3yhlmnyxhc3e",
    "Status": "progressing",
    "Progress": "37%",
    "RetentionDays": None,
}


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (24, HEADER[:1]),
        (50, ["SnapshotId", "Status", "Name"]),
        (80, HEADER[:4]),
        (100, [*HEADER[:5], "GiB", "Name"]),
        (200, HEADER),
    ],
)
def test_a_narrow_terminal_goes_without_the_least_important_columns(
    width: int, columns: list[str]
) -> None:
    header, *rows = on_terminal(width, FULL, OTHER)
    assert header.split() == columns
    assert max(map(len, [header, *rows])) <= width
    if width >= 80:
        assert "progressing 37%" in rows[1]


def test_a_disk_that_all_snapshots_share_is_left_out_first() -> None:
    same = OTHER | {"SourceDiskId": FULL["SourceDiskId"]}
    header = on_terminal(80, FULL, same)[0].split()
    assert "DiskId" not in header
    assert {"Status", "Created", "Type", "Name"} <= set(header)


def test_a_column_that_says_nothing_is_left_out_first() -> None:
    bare = [each | {"RetentionDays": None, "SnapshotName": ""} for each in (FULL, OTHER)]
    header = on_terminal(105, *bare)[0].split()
    assert "Tags" in header
    assert {"Retention", "Name"}.isdisjoint(header)


def test_the_ids_are_those_of_the_records_that_have_one() -> None:
    ids = snapshots.listing([FULL, {}, OTHER]).ids
    assert list(ids) == [FULL["SnapshotId"], OTHER["SnapshotId"]]
