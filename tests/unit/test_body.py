"""Which bodies are read as JSON, and which are none that ECS could have sent."""

from __future__ import annotations

import json

import pytest

from ecs_snap_cli.gateway.body import DEEPEST, parse

REFUSED = None


def nested(depth: int) -> bytes:
    """Lists and objects in turn, that many in one another."""
    opening = [b"[" if level % 2 else b'{"a": ' for level in range(depth)]
    closing = [b"]" if level % 2 else b"}" for level in reversed(range(depth))]
    return b"".join(opening) + b"1" + b"".join(closing)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'{"Disks": {"Disk": []}}', {"Disks": {"Disk": []}}),
        ('{"Name": "数据"}'.encode(), {"Name": "数据"}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b' \r\n{"a": 1} ', {"a": 1}),
        (b'{"a": "\\u0000\\ud83d\\ude00\\udc80"}', {"a": "\x00\U0001f600\udc80"}),
        (b'{"a": 1e308, "b": -0.5}', {"a": 1e308, "b": -0.5}),
        (b'{"a": ' + b"9" * 400 + b"}", {"a": int("9" * 400)}),
        (b"[]", []),
        (b'"text"', "text"),
        (b"7", 7),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_json_is_read(content: bytes, value: object) -> None:
    assert parse(content) == value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b'{"a": ',
        b'{"a": 1} {"a": 1}',
        b"{'a': 1}",
        b'{"a": "\x1b"}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-32-le"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_json_in_utf_8_is_refused(content: bytes) -> None:
    assert parse(content) is REFUSED


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 9000])
@pytest.mark.parametrize("body", ['{"Size": %s}', '{"Disks": {"Disk": [{"Size": %s}]}}', "%s"])
def test_a_number_that_json_or_python_cannot_hold_is_refused(body: str, number: str) -> None:
    assert parse((body % number).encode()) is REFUSED


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "-Infinity"])
def test_a_text_that_looks_like_such_a_number_is_a_text(text: str) -> None:
    assert parse(json.dumps({"Name": text}).encode()) == {"Name": text}


@pytest.mark.parametrize("depth", [DEEPEST + 1, 300, 900, 5_000, 500_000])
def test_absurd_nesting_is_refused(depth: int) -> None:
    assert parse(nested(depth)) is REFUSED
    assert parse(b'{"Disks": ' + b"[" * depth + b"]" * depth + b"}") is REFUSED


def test_nesting_is_counted_not_brackets() -> None:
    assert parse(nested(DEEPEST)) == json.loads(nested(DEEPEST))
    empty = b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)
    assert parse(empty) == json.loads(empty)
    assert parse(b"[" + empty + b"]") is REFUSED
    texts = {"Description": "[{" * 5_000, "Tags": [{"TagKey": "]["}] * 1_000}
    assert parse(json.dumps(texts).encode()) == texts


@pytest.mark.parametrize(
    "content",
    [
        b'{"Status": "In_use", "Status": "Available"}',
        b'{"SnapshotId": "s-1", "RequestId": "R", "SnapshotId": "s-2"}',
        b'{"Disks": {"Disk": [{"Locks": {"a": []}, "Locks": {"a": [1]}}]}}',
    ],
)
def test_an_object_that_says_two_things_of_one_name_is_refused(content: bytes) -> None:
    assert parse(content) is REFUSED


def test_an_object_that_says_one_thing_twice_is_read() -> None:
    assert parse(b'{"a": {"b": [1]}, "a": {"b": [1]}, "c": 2}') == {"a": {"b": [1]}, "c": 2}
