"""``batch`` against a played ECS: what is sent for which disk, and the report of it on stdout."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
import threading
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from ecs_snap_cli import signals
from ecs_snap_cli.cli.terminal import Terminal
from ecs_snap_cli.render.document import Document
from ecs_snap_cli.workflow.several import Several
from tests.conftest import Ended, Run
from tests.contract.conftest import REQUEST_ID, PlayedEcs, error

TWO = ("--disk-id", "d-1", "--disk-id", "d-2")
THREE = (*TWO, "--disk-id", "d-3")


@pytest.fixture
def region(ecs: PlayedEcs) -> PlayedEcs:
    """Any disk that is asked for but d-none; d-3 is not attached; d-4 and d-5 are on i-1."""

    def disk(disk_id: str) -> dict[str, Any]:
        changes = {"Status": "Available", "InstanceId": ""} if disk_id == "d-3" else {}
        return {**ecs.disk, "DiskId": disk_id, **changes}

    def disks(parameters: dict[str, str]) -> dict[str, Any]:
        if parameters.get("DryRun") == "true":
            return {"Disks": {"Disk": []}}
        ids = json.loads(parameters.get("DiskIds", '["d-4", "d-5"]'))
        if parameters.get("InstanceId", "i-1") != "i-1":
            ids = []
        return {"Disks": {"Disk": [disk(each) for each in ids if each != "d-none"]}}

    ecs.answers("DescribeDisks", disks)
    ecs.answers("CreateSnapshot", lambda sent: {"SnapshotId": f"s-{sent['DiskId']}"})
    return ecs


def batch(run: Run, *argv: str) -> tuple[Ended, Any]:
    ended = run("batch", *argv, "-o", "json")
    return ended, json.loads(ended.out) if ended.out else None


def fates(told: Any) -> list[tuple[str, str, str | None]]:
    return [(each["DiskId"], each["Status"], each["Code"]) for each in told["Results"]]


# The report


def test_json_has_one_result_a_disk_in_the_order_of_selection(run: Run, region: PlayedEcs) -> None:
    ended, told = batch(run, "--disk-id", "d-3", *TWO)
    assert (ended.code, ended.err) == (9, "")
    message = told["Results"][0].pop("Message")
    assert "it is attached to no instance" in message
    assert told == {
        "Results": [
            {
                "DiskId": "d-3",
                "Status": "refused",
                "SnapshotId": None,
                "RequestId": None,
                "Code": "IncorrectDiskStatus",
            },
            *(
                {
                    "DiskId": each,
                    "Status": "created",
                    "SnapshotId": f"s-{each}",
                    "RequestId": REQUEST_ID,
                    "Code": None,
                    "Message": None,
                }
                for each in ("d-1", "d-2")
            ),
        ],
        "Created": 2,
        "Refused": 1,
        "Failed": 0,
    }
    assert list(told) == ["Results", "Created", "Refused", "Failed"]


def test_xml_says_the_same(run: Run, region: PlayedEcs) -> None:
    ended = run("batch", "--disk-id", "d-1", "-o", "xml")
    assert (ended.code, ended.err) == (0, "")
    root = ET.fromstring(ended.out)  # noqa: S314
    assert root.tag == "BatchResponse"
    assert [each.tag for each in root] == ["Results", "Created", "Refused", "Failed"]
    (result,) = root.findall("Results/Result")
    assert [(each.tag, each.text) for each in result] == [
        ("DiskId", "d-1"),
        ("Status", "created"),
        ("SnapshotId", "s-d-1"),
        ("RequestId", REQUEST_ID),
        ("Code", None),
        ("Message", None),
    ]
    assert root.findtext("Created") == "1"


def test_quiet_is_the_snapshots_ids_and_success_says_nothing_else(
    run: Run, region: PlayedEcs
) -> None:
    ended = run("batch", *TWO, "-q")
    assert ended == Ended(0, "s-d-1\ns-d-2\n", "")


def test_a_table_names_every_disk_and_why(run: Run, region: PlayedEcs) -> None:
    ended = run("batch", *THREE)
    assert ended.code == 9
    rows = [line.split() for line in ended.out.splitlines()]
    assert rows[0] == ["DiskId", "Status", "SnapshotId", "Code"]
    assert rows[1] == ["d-1", "created", "s-d-1", "-"]
    assert rows[3][:3] == ["d-3", "refused", "-"]
    assert ": The disk is Available: it is attached to no instance." in ended.out
    assert ended.out.endswith("\n3 disks: 2 created, 1 refused.\n")


def test_hostile_words_take_no_effect(run: Run, region: PlayedEcs) -> None:
    region.refuses("CreateSnapshot", "Odd", 403, "No\x1b[2J\r\n[red]\u202e\x00")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", run("batch", *TWO).out)
    _, told = batch(run, "--disk-id", "d-1")
    assert told["Results"][0]["Message"].startswith(
        "ECS refused CreateSnapshot: No\x1b[2J\r\n[red]\u202e\x00"
    )
    root = ET.fromstring(run("batch", *TWO, "-o", "xml").out)  # noqa: S314
    assert [each.tag for each in root.findall("Results/Result")] == ["Result"] * 2


# What is sent


def test_each_order_has_the_options_of_the_run_and_a_token_of_its_own(
    run: Run, region: PlayedEcs
) -> None:
    options = {
        "--name": "nightly",
        "--description": "before the upgrade",
        "--retention-days": "14",
        "--resource-group-id": "rg-1",
        "--tag": "job=nightly",
    }
    ended, _ = batch(run, *TWO, *(word for pair in options.items() for word in pair))
    assert ended.code == 0
    sent = sorted(region.sent("CreateSnapshot"), key=lambda each: each["DiskId"])
    tokens = {each.pop("ClientToken") for each in sent}
    assert len(tokens) == 2
    assert sent == [
        {
            "DiskId": disk_id,
            "SnapshotName": "nightly",
            "Description": "before the upgrade",
            "RetentionDays": "14",
            "ResourceGroupId": "rg-1",
            "Tag.1.Key": "job",
            "Tag.1.Value": "nightly",
        }
        for disk_id in ("d-1", "d-2")
    ]


def test_every_retry_of_an_order_carries_its_token(run: Run, region: PlayedEcs) -> None:
    seen: set[str] = set()

    def create(sent: dict[str, str]) -> Any:
        if sent["DiskId"] in seen:
            return {"SnapshotId": f"s-{sent['DiskId']}"}
        seen.add(sent["DiskId"])
        return 500, {}, b"no JSON"

    region.answers("CreateSnapshot", create)
    ended, told = batch(run, *TWO)
    assert (ended.code, told["Created"]) == (0, 2)
    by_disk: dict[str, list[str]] = {}
    for sent in region.sent("CreateSnapshot"):
        by_disk.setdefault(sent["DiskId"], []).append(sent["ClientToken"])
    assert [len(tokens) for tokens in by_disk.values()] == [2, 2]
    assert len({token for tokens in by_disk.values() for token in tokens}) == 2


def test_what_many_disks_have_in_common_is_read_once(run: Run, region: PlayedEcs) -> None:
    ids = [f"d-{number}" for number in range(100, 350)]
    ended, told = batch(run, *(word for each in ids for word in ("--disk-id", each)))
    assert (ended.code, told["Created"]) == (0, 250)
    asked = [json.loads(each["DiskIds"]) for each in region.sent("DescribeDisks")]
    assert sorted(map(len, asked)) == [50, 100, 100]
    assert sorted(each for ids in asked for each in ids) == sorted(ids)
    assert len(region.sent("DescribeInstances")) == 1
    assert len(region.calls) <= 250 * 1.1


def test_a_dry_run_creates_nothing(run: Run, region: PlayedEcs) -> None:
    ended, told = batch(run, *TWO, "--dry-run", "--wait")
    assert fates(told) == [("d-1", "planned", None), ("d-2", "planned", None)]
    assert (ended.code, told["Created"], region.sent("CreateSnapshot")) == (0, 0, [])


def test_without_a_preflight_nothing_but_the_orders_is_sent(run: Run, region: PlayedEcs) -> None:
    ended, told = batch(run, *THREE, "--no-preflight")
    assert (ended.code, told["Created"]) == (0, 3)
    assert region.actions() == ["CreateSnapshot"] * 3


# The selection


def test_disks_come_from_options_and_instances_less_those_excluded(
    run: Run, region: PlayedEcs
) -> None:
    selected = ("--instance-id", "i-1", "--disk-id", "d-5", *TWO)
    _, told = batch(run, *selected, "--exclude-disk-id", "d-1", "--exclude-disk-id", "d-9")
    assert [each["DiskId"] for each in told["Results"]] == ["d-5", "d-2", "d-4"]


def test_disks_come_from_stdin(
    run: Run, region: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("d-7\n d-8 d-1\r\n"))
    _, told = batch(run, "--disk-id", "-", "--disk-id", "d-1")
    assert [each["DiskId"] for each in told["Results"]] == ["d-7", "d-8", "d-1"]


def test_disks_come_from_tags_and_from_the_region(run: Run, region: PlayedEcs) -> None:
    _, told = batch(run, "--disk-tag", "backup=nightly", "--disk-tag", "x=")
    assert [each["DiskId"] for each in told["Results"]] == ["d-4", "d-5"]
    asked = region.sent("DescribeDisks")[0]
    assert (asked["Tag.1.Key"], asked["Tag.1.Value"], asked["Tag.2.Key"]) == (
        "backup",
        "nightly",
        "x",
    )
    _, told = batch(run, "--all-disks", "--exclude-disk-id", "d-4")
    assert [each["DiskId"] for each in told["Results"]] == ["d-5"]


def test_a_disk_that_is_not_there_is_a_result(run: Run, region: PlayedEcs) -> None:
    ended, told = batch(run, "--disk-id", "d-none", "--disk-id", "d-1")
    assert fates(told)[0] == ("d-none", "refused", "InvalidDiskId.NotFound")
    assert ended.code == 9
    assert batch(run, "--disk-id", "d-none")[0].code == 4


@pytest.mark.parametrize(
    "selected",
    [("--instance-id", "i-none"), (*TWO, "--exclude-disk-id", "d-1", "--exclude-disk-id", "d-2")],
)
def test_a_selection_that_matches_nothing_is_an_error(
    run: Run, region: PlayedEcs, selected: tuple[str, ...]
) -> None:
    ended, _ = batch(run, *selected)
    assert (ended.code, ended.out) == (4, "")
    problem = json.loads(ended.err)["Error"]
    assert (problem["Code"], problem["ExitCode"]) == ("InvalidDiskId.NotFound", 4)
    assert problem["Hint"]
    assert region.sent("CreateSnapshot") == []


def test_an_instance_without_disks_is_warned_of_beside_the_others(
    run: Run, region: PlayedEcs
) -> None:
    ended, told = batch(run, "--disk-id", "d-1", "--instance-id", "i-none")
    assert (ended.code, told["Created"]) == (9, 1)
    assert ended.err == "Warning: No disk is attached to instance i-none.\n"


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("--exclude-disk-id", "d-1"),
        ("--all-disks", "--disk-id", "d-1"),
        ("--disk-tag", "a=1", "--instance-id", "i-1"),
        (*TWO, "--no-preflight", "--strict"),
        (*TWO, "--no-preflight", "--dry-run"),
        (*TWO, "--no-preflight", "--skip-check", "disk-attached"),
        (*TWO, "--client-token", "mine"),
        (*TWO, "--name", "auto-1"),
        (*TWO, "--tag", "aliyun=1"),
        (*TWO, "--rate", "0"),
        (*TWO, "--rate", "-1"),
        (*TWO, "--rate", "nan"),
        (*TWO, "--rate", "inf"),
        (*TWO, "--max-concurrency", "0"),
        (*TWO, "--max-concurrency", "101"),
        ("--disk-id", "d 1"),
        ("--disk-id", "-"),
        ("--disk-id", "-", "--disk-id", "-"),
    ],
    ids=" ".join,
)
def test_bad_usage_sends_nothing(run: Run, region: PlayedEcs, argv: tuple[str, ...]) -> None:
    ended, _ = batch(run, *argv)
    assert (ended.code, ended.out) == (2, "")
    assert json.loads(ended.err)["Error"]["Code"] == "UsageError"
    assert region.calls == []


# What stands in the way of all


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [("InvalidAccessKeyId.NotFound", 404, 5), ("Forbidden.RAM", 403, 5), ("Odd", 503, 6)],
)
def test_disks_that_cannot_be_listed_end_the_run_before_anything_is_created(
    run: Run, region: PlayedEcs, code: str, status: int, exit_code: int
) -> None:
    region.refuses("DescribeDisks", code, status)
    ended, _ = batch(run, "--all-disks")
    assert (ended.code, ended.out) == (exit_code, "")
    assert json.loads(ended.err)["Error"]["Code"] == code
    assert region.sent("CreateSnapshot") == []


def test_named_disks_that_may_not_be_read_are_ordered_with_a_warning(
    run: Run, region: PlayedEcs
) -> None:
    region.refuses("DescribeDisks", "Forbidden.RAM", 403)
    ended, told = batch(run, *TWO)
    assert (ended.code, told["Created"]) == (0, 2)
    assert "disk-exists of d-1, d-2: DescribeDisks is not permitted" in ended.err


def test_a_key_that_expires_midway_fails_the_disks_that_are_left(
    run: Run, region: PlayedEcs
) -> None:
    def create(sent: dict[str, str]) -> Any:
        if sent["DiskId"] == "d-1":
            return {"SnapshotId": "s-d-1"}
        return error("InvalidSecurityToken.Expired", 403)

    region.answers("CreateSnapshot", create)
    ended, told = batch(run, *TWO, "--max-concurrency", "1")
    assert ended.code == 9
    assert fates(told) == [
        ("d-1", "created", None),
        ("d-2", "failed", "InvalidSecurityToken.Expired"),
    ]
    assert told["Failed"] == 1


def test_a_disk_that_vanishes_before_its_order_is_refused(run: Run, region: PlayedEcs) -> None:
    region.refuses("CreateSnapshot", "InvalidDiskId.NotFound", 404)
    ended, told = batch(run, *TWO)
    assert fates(told) == [(each, "refused", "InvalidDiskId.NotFound") for each in ("d-1", "d-2")]
    assert (ended.code, told["Results"][0]["RequestId"]) == (4, REQUEST_ID)


def test_waits_are_told_with_the_snapshot(run: Run, region: PlayedEcs) -> None:
    def look(sent: dict[str, str]) -> dict[str, Any]:
        if "SnapshotIds" not in sent:
            return {"Snapshots": {"Snapshot": []}}
        states = {"s-d-1": "accomplished", "s-d-2": "failed"}
        found = [{"SnapshotId": each, "Status": state} for each, state in states.items()]
        return {"Snapshots": {"Snapshot": found}}

    region.answers("DescribeSnapshots", look)
    ended, told = batch(run, *TWO, "--wait")
    assert fates(told) == [("d-1", "created", None), ("d-2", "created", "SnapshotFailed")]
    assert (ended.code, told["Created"]) == (9, 2)
    assert told["Results"][1]["Message"]


# A run that is cut short


def test_ids_go_to_stderr_where_stdout_is_closed(
    run: Run, region: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    ended = run("batch", *TWO, "-o", "json")
    assert ended.code == 1
    message = json.loads(ended.err)["Error"]["Message"]
    assert "s-d-1 of disk d-1, s-d-2 of disk d-2" in message


@pytest.mark.usefixtures("caught_signals")
def test_a_signal_lets_what_is_under_way_end_and_tells_every_disk(
    run: Run, region: PlayedEcs
) -> None:
    def create(sent: dict[str, str]) -> dict[str, Any]:
        if sent["DiskId"] == "d-1":
            os.kill(os.getpid(), signal.SIGTERM)
            assert stopped.wait(10)
        return {"SnapshotId": f"s-{sent['DiskId']}"}

    stopped = threading.Event()
    stop = Several.stop
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Several, "stop", lambda self: (stop(self), stopped.set()))
        region.answers("CreateSnapshot", create)
        ended, told = batch(run, *THREE, "--max-concurrency", "1")
    assert ended.code == 143
    assert fates(told) == [
        ("d-1", "created", None),
        ("d-2", "failed", "Interrupted"),
        ("d-3", "failed", "Interrupted"),
    ]
    assert ended.err == "Interrupted by SIGTERM: 1 of 3 disks were done by then.\n"
    assert len(region.sent("CreateSnapshot")) == 1


@pytest.mark.usefixtures("caught_signals")
def test_a_signal_after_the_run_does_not_keep_its_result_from_being_written(
    run: Run, region: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Terminal.result

    def result(terminal: Terminal, document: Document) -> None:
        signal.raise_signal(signal.SIGINT)
        write(terminal, document)

    monkeypatch.setattr(Terminal, "result", result)
    ended, told = batch(run, *TWO)
    assert (ended.code, told["Created"]) == (0, 2)


@pytest.mark.usefixtures("caught_signals")
def test_an_order_that_is_not_answered_in_time_is_not_waited_for_after_a_signal(
    run: Run, region: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def create(sent: dict[str, str]) -> dict[str, Any]:
        if sent["DiskId"] == "d-2":
            os.kill(os.getpid(), signal.SIGTERM)
            over.wait(20)
        return {"SnapshotId": f"s-{sent['DiskId']}"}

    grace = Several.run.__kwdefaults__
    assert 0 < grace["grace"] < 10, "what ends a container kills it after ten seconds"
    monkeypatch.setitem(grace, "grace", 0.05)
    region.answers("CreateSnapshot", create)
    ended, told = batch(run, *TWO, "--max-concurrency", "1")
    over.set()
    assert ended.code == 143
    assert fates(told) == [("d-1", "created", None), ("d-2", "failed", "Interrupted")]
    assert "a snapshot of disk d-2 may exist" in told["Results"][1]["Message"]


@pytest.mark.usefixtures("caught_signals")
def test_a_signal_during_the_reads_creates_nothing(run: Run, region: PlayedEcs) -> None:
    go_on = threading.Event()

    def disks(sent: dict[str, str]) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGINT)
        go_on.wait(10)
        return {"Disks": {"Disk": []}}

    region.answers("DescribeDisks", disks)
    ended, told = batch(run, *TWO)
    assert (ended.code, {each[2] for each in fates(told)}) == (130, {"Interrupted"})
    signals.catch_again()
    ended, told = batch(run, "--all-disks")
    go_on.set()
    assert (ended.code, told) == (130, None)
    assert "Nothing was created." in json.loads(ended.err)["Error"]["Message"]
    assert region.sent("CreateSnapshot") == []
