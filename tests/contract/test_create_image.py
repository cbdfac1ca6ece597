"""``create-image`` against a played ECS: the gate, the order, and what becomes of its answer."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.conftest import Run
from tests.contract.conftest import REQUEST_ID, PlayedEcs

ARGV = ("create-image", "--snapshot-id", "s-1", "--name", "golden")


def page(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Snapshots": {"Snapshot": list(records)}}


def made(status: str | None, **more: Any) -> dict[str, Any]:
    return page({"SnapshotId": "s-1", "Status": status, **more})


@pytest.fixture
def played(ecs: PlayedEcs) -> PlayedEcs:
    ecs.answers("DescribeSnapshots", made("accomplished"))
    ecs.answers("CreateImage", {"ImageId": "m-1"})
    return ecs


def test_an_image_is_ordered_of_a_snapshot_that_is_accomplished(
    run: Run, played: PlayedEcs
) -> None:
    ended = run(*ARGV, "-o", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {"RequestId": REQUEST_ID, "ImageId": "m-1"}
    assert played.actions() == ["DescribeSnapshots", "CreateImage"]
    (sent,) = played.sent("CreateImage")
    assert len(sent.pop("ClientToken")) == 36
    assert sent == {"RegionId": "cn-hangzhou", "SnapshotId": "s-1", "ImageName": "golden"}


def test_each_format_names_the_image(run: Run, played: PlayedEcs) -> None:
    assert run(*ARGV, "-q").out == "m-1\n"
    assert "m-1" in run(*ARGV).out
    root = ET.fromstring(run(*ARGV, "-o", "xml").out)  # noqa: S314
    assert root.tag == "CreateImageResponse"
    assert [(each.tag, each.text) for each in root] == [
        ("RequestId", REQUEST_ID),
        ("ImageId", "m-1"),
    ]


@pytest.mark.parametrize(
    ("answer", "exit_code", "code", "told"),
    [
        (made("progressing", Progress="37%", RemainTime=600), 3, "NotReady", "37% done, about 10"),
        (made("progressing", Available=True), 3, "NotReady", "still being created"),
        (made("failed"), 3, "NotReady", "ended as failed"),
        (made("uploading"), 3, "NotReady", "not understood (uploading)"),
        (made(None), 3, "NotReady", "not understood (none)"),
        (page(), 4, "NotFound", "s-1"),
        (page({"SnapshotId": "s-2", "Status": "accomplished"}), 4, "NotFound", "s-1"),
    ],
)
def test_a_snapshot_that_is_not_accomplished_is_refused_before_anything_is_sent(
    run: Run, played: PlayedEcs, answer: Any, exit_code: int, code: str, told: str
) -> None:
    played.answers("DescribeSnapshots", answer)
    ended = run(*ARGV, "-o", "json")
    error = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (exit_code, "")
    assert error["Code"] == f"InvalidSnapshotId.{code}"
    assert told in error["Message"]
    assert error["Hint"]
    assert played.sent("CreateImage") == []


def test_it_waits_where_that_is_asked_for(run: Run, played: PlayedEcs) -> None:
    played.answers("DescribeSnapshots", made("progressing", Available=True), made("accomplished"))
    ended = run(*ARGV, "--wait-snapshot", "--poll-interval", "0.001", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "m-1\n", "")
    assert played.actions() == ["DescribeSnapshots", "DescribeSnapshots", "CreateImage"]


@pytest.mark.parametrize(
    ("answer", "code"), [(made("progressing"), 7), (made("failed"), 8), (page(), 4)]
)
def test_a_wait_that_ends_badly_orders_nothing(
    run: Run, played: PlayedEcs, answer: Any, code: int
) -> None:
    played.answers("DescribeSnapshots", answer)
    brief = ("--poll-interval", "0.001", "--wait-timeout", "0.05")
    ended = run(*ARGV, "--wait-snapshot", *brief)
    assert (ended.code, ended.out, played.sent("CreateImage")) == (code, "", [])


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((403, {}, {"Code": "Forbidden.RAM", "Message": "No."}), "ecs:DescribeSnapshots"),
        ((200, {}, {"RequestId": "R", "Snapshots": "none"}), "left to ECS"),
    ],
)
def test_a_gate_that_cannot_be_read_warns_and_leaves_it_to_ecs(
    run: Run, played: PlayedEcs, answer: Any, told: str
) -> None:
    played.answers("DescribeSnapshots", answer)
    ended = run(*ARGV, "-q")
    assert (ended.code, ended.out) == (0, "m-1\n")
    assert told in ended.err


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("InvalidImageName.Malformed", 400, 2),
        ("InvalidImageName.Duplicated", 400, 3),
        ("InvalidSnapshotId.NotReady", 403, 3),
        ("OperationDenied", 403, 3),
        ("QuotaExceed.Image", 403, 3),
        ("IdempotenceParamNotMatch", 400, 3),
        ("InvalidSnapshotId.NotFound", 404, 4),
        ("Forbidden.RAM", 403, 5),
    ],
)
def test_a_refusal_of_ecs_leaves_no_doubt(
    run: Run, played: PlayedEcs, code: str, status: int, exit_code: int
) -> None:
    played.refuses("CreateImage", code, status)
    ended = run(*ARGV, "-o", "json")
    error = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out, error["Code"]) == (exit_code, "", code)
    assert "may exist" not in error["Message"]
    assert "API reference" not in error["Hint"]
    assert len(played.sent("CreateImage")) == 1


def test_every_attempt_carries_the_same_token(run: Run, played: PlayedEcs) -> None:
    played.answers("CreateImage", (502, {}, b"bad"), (200, {}, b""), {"ImageId": "m-1"})
    ended = run(*ARGV, "--client-token", "mine", "-q")
    assert (ended.code, ended.out) == (0, "m-1\n")
    assert [each["ClientToken"] for each in played.sent("CreateImage")] == ["mine"] * 3


@pytest.mark.parametrize("answer", [(200, {}, b""), {"ImageId": ""}, (502, {}, b"bad")])
def test_where_every_answer_is_lost_the_token_is_told(
    run: Run, played: PlayedEcs, answer: Any
) -> None:
    played.answers("CreateImage", answer)
    ended = run(*ARGV, "--client-token", "my token", "-o", "json", "--max-attempts", "2")
    error = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (6, "")
    assert "an image of snapshot s-1 may exist" in error["Message"]
    assert "--client-token 'my token'" in error["Hint"]


@pytest.mark.parametrize(
    "argv",
    [
        ("--snapshot-id", "s-1"),
        ("--name", "golden"),
        ("--snapshot-id", "s-1", "--snapshot-id", "s-2", "--name", "golden"),
        ("--snapshot-id", "bad id", "--name", "golden"),
        ("--snapshot-id", "s-1", "--name", "golden", "--client-token", "x" * 65),
        *(
            ("--snapshot-id", "s-1", "--name", name)
            for name in ("g", "g" * 129, "1g", "g g", "http://g", "aliyun-g", "acs:g", "-g", "")
        ),
    ],
)
def test_bad_input_sends_nothing(run: Run, played: PlayedEcs, argv: tuple[str, ...]) -> None:
    ended = run("create-image", *argv)
    assert (ended.code, ended.out, played.calls) == (2, "", [])


@pytest.mark.parametrize("name", ["gg", "g" * 128, "金色镜像", "g:1_2-3.4", "Aliyun-g"])
def test_a_name_within_the_rule_is_sent(run: Run, played: PlayedEcs, name: str) -> None:
    assert run("create-image", "--snapshot-id", "s-1", "--name", name).code == 0
    assert played.sent("CreateImage")[0]["ImageName"] == name
