"""Answers that ECS would not give: no crash, no wrong verdict, nothing takes effect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecs_snap_cli.gateway import paging
from ecs_snap_cli.gateway.transport import MOST_BYTES
from tests.conftest import Run
from tests.contract.conftest import PlayedEcs, error

DISK_CHECKS = {
    "disk-exists",
    "disk-attached",
    "disk-category",
    "instance-status",
    "instance-started",
    "instance-lock",
    "data-loading",
}
INSTANCE_CHECKS = {"instance-status", "instance-started", "instance-lock"}
SNAPSHOT_CHECKS = {"snapshot-limit", "snapshot-pending"}


def warned(run: Run, *options: str) -> set[str]:
    """The checks that warn, where none fails and the run ends well."""
    ended = run("check", "--disk-id", "d-1", "-o", "json", *options)
    assert (ended.code, ended.err) == (0, "")
    [report] = json.loads(ended.out)["Reports"]
    assert not [each for each in report["Checks"] if each["Status"] == "fail"]
    return {each["Id"] for each in report["Checks"] if each["Status"] == "warn"}


def listing(*records: Any, **more: Any) -> dict[str, Any]:
    """DescribeSnapshots' answer."""
    return {"Snapshots": {"Snapshot": list(records)}, **more}


def a_snapshot(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One record of DescribeSnapshots."""
    record = {"SnapshotId": f"s-{number}", "Status": "accomplished", "SnapshotType": "user"}
    return record | {"SourceDiskId": "d-1"} | changes


# Lists

OUTER = {"DescribeDisks": "Disks", "DescribeInstances": "Instances"}
OUTER["DescribeSnapshots"] = "Snapshots"
CHECKS_OF = {"DescribeDisks": DISK_CHECKS, "DescribeInstances": INSTANCE_CHECKS}
CHECKS_OF["DescribeSnapshots"] = SNAPSHOT_CHECKS


@pytest.mark.parametrize("action", OUTER)
@pytest.mark.parametrize(
    "wrapper", [[], "", 0, {"Disk": {}, "Snapshot": {}, "Instance": "x"}], ids=str
)
def test_an_odd_value_in_place_of_a_list_does_not_say_that_there_is_nothing(
    run: Run, ecs: PlayedEcs, action: str, wrapper: object
) -> None:
    ecs.answers(action, {OUTER[action]: wrapper})
    assert warned(run) == CHECKS_OF[action]
    assert len(ecs.sent(action)) == 1


LEFT_OUT = [{}, {"Snapshots": None}, {"Snapshots": {}}, {"Snapshots": {"Snapshot": None}}]


@pytest.mark.parametrize("answer", LEFT_OUT, ids=str)
def test_a_list_that_is_left_out_is_an_empty_one_unless_its_count_says_otherwise(
    run: Run, ecs: PlayedEcs, answer: dict[str, Any]
) -> None:
    ecs.answers("DescribeSnapshots", answer)
    assert warned(run) == set()
    ecs.answers("DescribeSnapshots", answer | {"TotalCount": 1})
    assert warned(run) == SNAPSHOT_CHECKS


@pytest.mark.parametrize("answer", [{}, {"Disks": None}, {"Disks": {}}], ids=str)
def test_a_list_of_disks_that_is_left_out_is_a_disk_that_is_left_out(
    run: Run, ecs: PlayedEcs, answer: dict[str, Any]
) -> None:
    ecs.answers("DescribeDisks", answer, error("DryRunOperation", 412))
    assert run("check", "--disk-id", "d-1").code == 4


@pytest.mark.parametrize("action", OUTER)
@pytest.mark.parametrize("record", [None, [], "s-1", 7, True], ids=str)
def test_a_record_that_is_no_object_makes_the_list_unknown(
    run: Run, ecs: PlayedEcs, action: str, record: object
) -> None:
    ecs.answers(action, {OUTER[action]: {OUTER[action].removesuffix("s"): [record]}})
    assert warned(run) == CHECKS_OF[action]


@pytest.mark.parametrize("output", ["table", "json", "xml"])
@pytest.mark.parametrize(
    "value", ["[" * 450 + "]" * 450, '{"a":' * 450 + "1" + "}" * 450, "NaN", "-Infinity", "1e999"]
)
def test_an_answer_that_could_not_be_written_again_is_not_the_apis(
    run: Run, ecs: PlayedEcs, value: str, output: str
) -> None:
    body = f'{{"Snapshots": {{"Snapshot": [{{"SnapshotId": "s-1", "Tags": {value}}}]}}}}'
    ecs.answers("DescribeSnapshots", (200, {}, body))
    for command in ("list", "create"):
        ended = run(command, "--disk-id", "d-1", "-o", output, "--max-attempts", "2")
        assert (ended.code, ended.out) == (6, "")
    assert len(ecs.sent("DescribeSnapshots")) == 4


# The disk


@pytest.mark.parametrize(
    "answer",
    [
        {"Disks": {"Disk": [{"DiskId": "d-2", "Status": "In_use"}]}},
        {"Disks": {"Disk": [{"Status": "In_use"}]}},
        {"Disks": {"Disk": [{"DiskId": ["d-1"]}]}},
        {"Disks": {"Disk": [{"DiskId": "D-1"}]}},
        {"Disks": {"Disk": [{"DiskId": "d-1\x00"}]}},
        {"Disks": {"Disk": []}, "NextToken": "more"},
        {"Disks": {"Disk": []}, "NextToken": ["more"]},
        {"Disks": {"Disk": []}, "TotalCount": 1},
        {"Disks": {"Disk": []}, "TotalCount": "1"},
    ],
    ids=str,
)
def test_an_answer_about_something_else_does_not_say_that_the_disk_is_missing(
    run: Run, ecs: PlayedEcs, answer: dict[str, Any]
) -> None:
    ecs.answers("DescribeDisks", answer)
    assert warned(run) == DISK_CHECKS
    assert len(ecs.sent("DescribeDisks")) == 1


def test_a_disk_id_may_have_come_as_a_number(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["DiskId"] = 1033  # type: ignore[assignment]
    ended = run("check", "--disk-id", "1033", "-q")
    assert (ended.code, ended.out) == (0, "1033\n")


def test_two_different_records_of_one_disk_are_not_believed(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeDisks", {"Disks": {"Disk": [ecs.disk, ecs.disk | {"Status": "Creating"}]}})
    assert warned(run) == DISK_CHECKS


@pytest.mark.parametrize("instance_id", ["\x1b[31m", "i-1\n", "x" * 10_000, "i 1", "ⅰ-1", "\udc80"])
def test_an_instance_id_that_ecs_would_refuse_is_not_asked_for(
    run: Run, ecs: PlayedEcs, instance_id: str
) -> None:
    ecs.disk["InstanceId"] = instance_id
    assert warned(run) == INSTANCE_CHECKS | {"disk-attached"}
    assert ecs.sent("DescribeInstances") == []


def test_more_instances_than_ecs_looks_up_are_not_asked_for(run: Run, ecs: PlayedEcs) -> None:
    named = [{"InstanceId": f"i-{number}"} for number in range(101)]
    ecs.disk["Attachments"] = {"Attachment": named}  # type: ignore[assignment]
    assert warned(run) == INSTANCE_CHECKS
    assert ecs.sent("DescribeInstances") == []


# Instances


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "change",
    [
        {"Status": "Starting"},
        {"Status": None},
        {"StartTime": ""},
        {"OperationLocks": {"LockReason": [{"LockReason": "security"}]}},
    ],
    ids=str,
)
def test_two_different_records_of_one_instance_are_not_believed(
    run: Run, ecs: PlayedEcs, change: dict[str, Any], order: int
) -> None:
    both = [ecs.instance, ecs.instance | change][::order]
    ecs.answers("DescribeInstances", {"Instances": {"Instance": both}})
    assert warned(run) == INSTANCE_CHECKS


def test_a_record_that_is_repeated_and_those_of_others_are_harmless(
    run: Run, ecs: PlayedEcs
) -> None:
    other = {"InstanceId": "i-2", "Status": "Starting"}
    found = [ecs.instance, other, ecs.instance | {"Memory": 8}, other | {"Status": "Running"}, {}]
    ecs.answers("DescribeInstances", {"Instances": {"Instance": found}})
    assert warned(run) == set()


# Snapshots


@pytest.mark.parametrize("rules", ["documented", "current"])
def test_snapshots_of_another_disk_are_not_counted_as_this_ones(
    run: Run, ecs: PlayedEcs, rules: str
) -> None:
    others = [a_snapshot(n, SourceDiskId="d-2", Status="progressing") for n in range(70)]
    ecs.answers("DescribeSnapshots", listing(*others))
    assert warned(run, "--rules", rules) == SNAPSHOT_CHECKS


@pytest.mark.parametrize("source", ["d-1", "", None, []], ids=repr)
def test_a_snapshot_without_a_source_is_of_the_disk_that_was_asked_for(
    run: Run, ecs: PlayedEcs, source: object
) -> None:
    ecs.answers("DescribeSnapshots", listing(a_snapshot(SourceDiskId=source)))
    assert warned(run) == set()


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("pages", [1, 2])
@pytest.mark.parametrize(
    ("change", "rules", "checks"),
    [
        ({"Status": "progressing"}, "documented", {"snapshot-pending"}),
        ({"Status": None}, "documented", {"snapshot-pending"}),
        ({"SnapshotType": "auto"}, "documented", set()),
        ({"SnapshotType": "auto"}, "current", {"snapshot-limit"}),
        ({"Progress": "100%", "RemainTime": 7}, "current", set()),
        ({}, "documented", set()),
    ],
    ids=str,
)
def test_a_snapshot_that_comes_twice_counts_once_and_is_believed_where_both_agree(
    run: Run,
    ecs: PlayedEcs,
    change: dict[str, Any],
    rules: str,
    checks: set[str],
    pages: int,
    order: int,
) -> None:
    both = [a_snapshot(0), a_snapshot(0) | change][::order]
    others = [a_snapshot(number) for number in range(1, 63)]
    if pages == 1:
        ecs.answers("DescribeSnapshots", listing(*both, *others))
    else:
        first = listing(both[0], *others, NextToken="two")
        ecs.answers("DescribeSnapshots", first, listing(both[1]))
    limit = ("--snapshot-limit", "63") if checks == {"snapshot-limit"} else ()
    assert warned(run, "--rules", rules, *limit) == checks


def test_a_waiter_goes_on_while_two_records_of_one_snapshot_contradict_each_other(
    run: Run, ecs: PlayedEcs
) -> None:
    done, failed = a_snapshot(), a_snapshot(Status="failed")
    ecs.answers("DescribeSnapshots", listing(), listing(done, failed), listing(done, done))
    ecs.answers("CreateSnapshot", {"SnapshotId": "s-1"})
    ended = run("create", "--disk-id", "d-1", "--wait", "--poll-interval", "0.001", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "s-1\n", "")
    assert len(ecs.sent("DescribeSnapshots")) == 3


@pytest.mark.parametrize("token", [["two"], {"a": 1}, True, "\udc80", "x" * 10_000], ids=ascii)
def test_a_page_token_that_is_not_understood_leaves_the_snapshots_unknown(
    run: Run, ecs: PlayedEcs, token: object
) -> None:
    ecs.answers("DescribeSnapshots", listing(NextToken=token))
    assert warned(run) == SNAPSHOT_CHECKS


@pytest.mark.parametrize("total", [1, 5_000, 10**17, "5000"])
def test_snapshots_that_are_counted_but_never_listed_leave_them_unknown(
    run: Run, ecs: PlayedEcs, total: object
) -> None:
    ecs.answers("DescribeSnapshots", listing(TotalCount=total))
    assert warned(run) == SNAPSHOT_CHECKS


@pytest.mark.parametrize("total", [-1, 0, None, [], "many", 10**400], ids=lambda v: repr(v)[:9])
def test_a_count_that_is_no_count_is_harmless(run: Run, ecs: PlayedEcs, total: object) -> None:
    ecs.answers("DescribeSnapshots", listing(TotalCount=total))
    assert warned(run) == set()


@pytest.mark.parametrize("command", ["check", "create"])
@pytest.mark.parametrize("new_records", [False, True])
def test_page_tokens_that_never_end_are_given_up(
    run: Run, ecs: PlayedEcs, command: str, new_records: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 30)
    pages = [
        listing(a_snapshot(number if new_records else 0), NextToken=f"t-{number}")
        for number in range(40)
    ]
    ecs.answers("DescribeSnapshots", *pages)
    ended = run(command, "--disk-id", "d-1", "-o", "json")
    assert (ended.code, ended.out) == (6, "")
    assert "never end" in json.loads(ended.err)["Error"]["Message"]
    assert len(ecs.sent("DescribeSnapshots")) <= 32
    assert ecs.sent("CreateSnapshot") == []


# CreateSnapshot


@pytest.mark.parametrize("answer", ["", " ", "\n", None, [], {}, True, ["s-1"]], ids=repr)
def test_an_answer_that_names_no_snapshot_is_not_the_apis(
    run: Run, ecs: PlayedEcs, answer: object
) -> None:
    ecs.answers("CreateSnapshot", {"SnapshotId": answer})
    ended = run("create", "--disk-id", "d-1", "--max-attempts", "2")
    assert (ended.code, ended.out) == (6, "")
    assert "may exist" in ended.err


@pytest.mark.parametrize(
    ("answer", "shown"),
    [(7, "7"), ("s-1\x1b[31m", "s-1\\x1b[31m"), ("数", "数"), ("s" * 10_000, "s" * 10_000)],
    ids=lambda value: repr(value)[:20],
)
def test_whatever_id_ecs_names_is_told(
    run: Run, ecs: PlayedEcs, answer: object, shown: str
) -> None:
    ecs.answers("CreateSnapshot", {"SnapshotId": answer, "RequestId": ["odd"]})
    ended = run("create", "--disk-id", "d-1", "-q")
    assert (ended.code, ended.out, ended.err) == (0, f"{shown}\n", "")
    found = json.loads(run("create", "--disk-id", "d-1", "-o", "json").out)
    assert found == {"RequestId": None, "SnapshotId": str(answer)}


def test_an_answer_without_an_end_is_not_the_apis_though_it_begins_like_one(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.answers("CreateSnapshot", (200, {}, b'{"SnapshotId": "s-1"}' + b" " * MOST_BYTES))
    ended = run("create", "--disk-id", "d-1", "--max-attempts", "2")
    assert (ended.code, ended.out) == (6, "")
    assert "32 MiB" in ended.err
    assert "may exist" in ended.err
    assert len(ecs.sent("CreateSnapshot")) == 2


# Errors


def test_an_error_in_hostile_words_ends_by_its_status_and_takes_no_effect(
    run: Run, ecs: PlayedEcs
) -> None:
    hostile = "\x1b[31m\r\nEVIL\u202e\udc80" + "x" * 10_000
    ecs.answers("CreateSnapshot", error(hostile, 403, hostile))
    ended = run("create", "--disk-id", "d-1")
    assert (ended.code, ended.out) == (3, "")
    assert not set("\x1b\r\u202e\udc80") & set(ended.err)
    assert not [line for line in ended.err.splitlines() if line.startswith("EVIL")]
    problem = json.loads(run("create", "--disk-id", "d-1", "-o", "json").err)["Error"]
    assert (problem["Code"], problem["ExitCode"]) == (hostile, 3)
    assert hostile in problem["Message"]
    assert "EVIL" not in problem["Hint"]
