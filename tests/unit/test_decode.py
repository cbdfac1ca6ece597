"""ECS's answers, whatever shape they have: absent is empty, odd is unknown, nothing raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.core.preflight import Policy, evaluate
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.model import Disk, Facts, Instance, Snapshot, Status, Unknown

DISK = {
    "DiskId": "d-1",
    "Status": "In_use",
    "Category": "cloud_essd",
    "Type": "system",
    "CreationTime": "2020-01-01T00:00:00Z",
    "AttachedTime": "2020-01-02T00:00:00Z",
    "DetachedTime": "",
    "SourceSnapshotId": "",
    "InstanceId": "i-1",
    "Attachments": {"Attachment": [{"InstanceId": "i-1", "Device": "/dev/xvda"}]},
    "OperationLocks": {"OperationLock": []},
    "Size": 40,
}
ODD = ["text", 7, True, [], ["x"], [{"InstanceId": "i-9"}]]


def test_a_disk_as_ecs_documents_it() -> None:
    assert decode.disk(DISK) == Disk(
        disk_id="d-1",
        status="In_use",
        category="cloud_essd",
        disk_type="system",
        creation_time="2020-01-01T00:00:00Z",
        attached_time="2020-01-02T00:00:00Z",
        detached_time="",
        source_snapshot_id="",
        instance_ids=("i-1",),
        lock_reasons=(),
    )


def test_an_instance_as_ecs_documents_it() -> None:
    record = {
        "InstanceId": "i-1",
        "Status": "Stopped",
        "StartTime": "",
        "OperationLocks": {"LockReason": [{"LockReason": "financial", "LockMsg": "pay"}]},
    }
    assert decode.instance(record) == Instance("i-1", "Stopped", "", ("financial",))


def test_a_snapshot_as_ecs_documents_it() -> None:
    record = {
        "SnapshotId": "s-1",
        "Status": "progressing",
        "Progress": "37%",
        "RemainTime": 125,
        "Available": True,
        "SnapshotType": "user",
        "SourceDiskId": "d-1",
        "SourceDiskSize": "40",
    }
    found = decode.snapshot(record)
    assert found == Snapshot("s-1", "progressing", 37, 125, True, "user", "d-1")


@pytest.mark.parametrize("record", [{}, dict.fromkeys(DISK), {key: {} for key in DISK}], ids=repr)
def test_a_disk_without_its_fields_has_none(record: dict[str, Any]) -> None:
    found = decode.disk(record)
    times = {"attached_time": None, "detached_time": None, "source_snapshot_id": None}
    assert replace(found, instance_ids=(), lock_reasons=(), **times) == Disk("")


@pytest.mark.parametrize("name", ["AttachedTime", "DetachedTime", "SourceSnapshotId"])
def test_an_odd_value_is_not_taken_for_absent(name: str) -> None:
    found = decode.disk({name: {}})
    assert any(isinstance(value, Unknown) for value in astuple_of(found))


def astuple_of(found: Disk) -> list[object]:
    """The fields of a disk whose absence means something."""
    return [found.attached_time, found.detached_time, found.source_snapshot_id]


def test_records_without_any_field_are_empty() -> None:
    assert decode.instance({}) == Instance("")
    assert decode.snapshot({}) == Snapshot("")
    assert decode.disk({}) == Disk("")


# Lists


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (None, ()),
        ({"Tag": []}, ()),
        ({"Tag": [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b"}]}, (("a", "1"), ("b", ""))),
        ({"Tag": [{"TagKey": "a", "TagValue": None}]}, (("a", ""),)),
        ({"Tag": [{"TagKey": "", "TagValue": "1"}]}, Unknown),
        ({"Tag": [{"TagKey": "a", "TagValue": {}}]}, Unknown),
        ({"Tag": "a=1"}, Unknown),
        ([], Unknown),
    ],
)
def test_the_tags_of_a_snapshot_are_pairs_or_not_understood(tags: Any, expected: Any) -> None:
    found = decode.snapshot({"Tags": tags}).tags
    assert isinstance(found, Unknown) if expected is Unknown else found == expected


@pytest.mark.parametrize(
    "body",
    [{}, {"Disks": None}, {"Disks": {}}, {"Disks": {"Disk": None}}, {"Disks": {"Disk": []}}],
    ids=str,
)
def test_a_list_that_is_left_out_is_empty(body: dict[str, Any]) -> None:
    assert decode.records(body, "Disks", "Disk") == []


def test_the_records_come_as_they_are() -> None:
    assert decode.records({"Disks": {"Disk": [{"a": 1}, {}]}}, "Disks", "Disk") == [{"a": 1}, {}]


@pytest.mark.parametrize(
    "disks",
    [[], "x", 0, False, {"Disk": {}}, {"Disk": "x"}, {"Disk": ["x"]}, {"Disk": [{}, None]}],
    ids=str,
)
def test_a_list_in_another_form_is_unknown(disks: object) -> None:
    found = decode.records({"Disks": disks}, "Disks", "Disk")
    assert isinstance(found, Unknown)
    assert "Disks" in found.reason


# What a disk is attached to


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ()),
        ({"InstanceId": ""}, ()),
        ({"InstanceId": None, "Attachments": None}, ()),
        ({"InstanceId": "i-1"}, ("i-1",)),
        ({"InstanceId": "", "Attachments": {}}, ()),
        ({"Attachments": {"Attachment": []}}, ()),
        ({"Attachments": {"Attachment": [{"InstanceId": "i-1"}]}}, ("i-1",)),
        (
            {"InstanceId": "", "Attachments": {"Attachment": [{"InstanceId": "i-2"}] * 2}},
            ("i-2",),
        ),
        (
            {
                "InstanceId": "i-1",
                "Attachments": {"Attachment": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]},
            },
            ("i-1", "i-2"),
        ),
    ],
    ids=str,
)
def test_a_multi_attach_disk_is_on_every_instance_of_its_attachments(
    fields: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert decode.disk(fields).instance_ids == expected


@pytest.mark.parametrize(
    "fields",
    [{"InstanceId": each} for each in (True, [], ["i-1"], {"InstanceId": "i-1"})]
    + [{"InstanceId": "i-1", "Attachments": each} for each in ODD]
    + [
        {"InstanceId": "i-1", "Attachments": {"Attachment": [each]}}
        for each in ({}, {"InstanceId": ""}, {"InstanceId": None}, {"InstanceId": []}, "i-2")
    ],
    ids=str,
)
def test_an_attachment_that_is_not_understood_is_unknown(fields: dict[str, Any]) -> None:
    assert isinstance(decode.disk(fields).instance_ids, Unknown)


# Locks


@pytest.mark.parametrize("read", [decode.disk, decode.instance])
@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        (None, ()),
        ({}, ()),
        ({"LockReason": None}, ()),
        ({"LockReason": []}, ()),
        ({"OperationLock": []}, ()),
        ({"LockReason": [{"LockReason": "security", "LockMsg": ""}]}, ("security",)),
        ({"OperationLock": [{"LockReason": "security"}]}, ("security",)),
        (
            {"OperationLock": [{"LockReason": "financial"}, {"LockReason": "Security"}]},
            ("financial", "Security"),
        ),
    ],
    ids=str,
)
def test_both_shapes_of_locks_are_read(read: Any, locks: object, expected: tuple[str, ...]) -> None:
    assert read({"OperationLocks": locks}).lock_reasons == expected


@pytest.mark.parametrize("read", [decode.disk, decode.instance])
@pytest.mark.parametrize(
    "locks",
    [
        *ODD,
        {"LockReason": "security"},
        {"LockReason": ["security"]},
        {"LockReason": [{}]},
        {"LockReason": [{"LockReason": ""}]},
        {"LockReason": [{"LockReason": None}]},
        {"LockReason": [{"LockReason": ["security"]}]},
        {"LockReason": {"LockReason": "security"}},
        {"OperationLock": [{"Reason": "security"}]},
        {"SomethingElse": [{"LockReason": "security"}]},
        {"LockReason": [{"LockReason": "financial"}, "security"]},
    ],
    ids=str,
)
def test_locks_that_are_not_understood_are_unknown(read: Any, locks: object) -> None:
    assert isinstance(read({"OperationLocks": locks}).lock_reasons, Unknown)


# Single values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ""),
        ("text", "text"),
        (7, "7"),
        (7.5, "7.5"),
        (0, "0"),
        (None, None),
        (True, None),
        (False, None),
        ([], None),
        ({}, None),
    ],
    ids=repr,
)
def test_a_text_may_have_come_as_a_number(value: object, expected: str | None) -> None:
    assert decode.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (40, 40),
        ("40", 40),
        (0, 0),
        ("-1", -1),
        ("", None),
        ("forty", None),
        ("4.5", None),
        (" 4", None),
        ("4\n", None),
        ("\u0664", None),
        ("9" * 5000, None),
        (10**18 - 1, 10**18 - 1),
        (10**18, None),
        (-(10**400), None),
        (True, None),
        (None, None),
        ([], None),
        ({"a": 1}, None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_number_may_have_come_as_text(value: object, expected: int | None) -> None:
    assert decode.whole(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0%", 0),
        ("37%", 37),
        ("100%", 100),
        ("37", 37),
        (37, 37),
        ("101%", None),
        ("-1%", None),
        (101, None),
        ("%", None),
        ("", None),
        ("37%%", None),
        ("half", None),
        (None, None),
        (True, None),
        (["37%"], None),
    ],
    ids=repr,
)
def test_a_progress_is_a_percentage_or_nothing(value: object, expected: int | None) -> None:
    assert decode.snapshot({"Progress": value}).progress == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), (None, None), ("true", None), (1, None), ([], None)],
    ids=repr,
)
def test_only_a_truth_value_says_that_a_snapshot_is_available(
    value: object, expected: bool | None
) -> None:
    assert decode.snapshot({"Available": value}).available is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), ("90", 90), (-1, None), ("-1", None), (10**400, None), ("soon", None), (1.5, None)],
    ids=lambda value: repr(value)[:20],
)
def test_the_time_that_remains_is_no_less_than_none(value: object, expected: int | None) -> None:
    assert decode.snapshot({"RemainTime": value}).remain_seconds == expected


@pytest.mark.parametrize("source", [["s-1"], {"SnapshotId": "s-1"}, True], ids=repr)
def test_a_source_that_is_not_understood_is_not_taken_for_a_disk_made_empty(source: object) -> None:
    record = {**DISK, "Type": "data", "CreationTime": "2026-03-01T11:58:00Z"}
    facts = Facts("d-1", decode.disk({**record, "SourceSnapshotId": source}))
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    loading = evaluate(facts, Policy(), now).checks[-1]
    assert (loading.id, loading.status) == ("data-loading", Status.WARN)


# Anything at all

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=6)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
KEYS = ANY_TEXT | st.sampled_from(
    [*DISK, "Disks", "Disk", "Attachment", "OperationLock", "LockReason", "Progress", "Available"]
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
ANY_OBJECT = st.dictionaries(KEYS, ANY_JSON, max_size=6)


@settings(deadline=None)
@given(ANY_OBJECT)
def test_no_object_is_an_error_and_every_field_has_its_type(record: dict[str, Any]) -> None:
    disk, instance, snapshot = (
        decode.disk(record),
        decode.instance(record),
        decode.snapshot(record),
    )
    for value in (disk.disk_id, instance.instance_id, snapshot.snapshot_id):
        assert isinstance(value, str)
    for value in (disk.status, disk.category, instance.start_time, snapshot.snapshot_type):
        assert value is None or isinstance(value, str)
    for value in (disk.instance_ids, disk.lock_reasons, instance.lock_reasons):
        assert isinstance(value, Unknown) or all(isinstance(each, str) and each for each in value)
    assert snapshot.progress is None or 0 <= snapshot.progress <= 100
    assert snapshot.available in (True, False, None)


@settings(deadline=None)
@given(ANY_OBJECT)
def test_no_answer_is_an_error_and_records_are_objects(body: dict[str, Any]) -> None:
    found = decode.records(body, "Disks", "Disk")
    assert isinstance(found, Unknown) or all(isinstance(each, dict) for each in found)
