"""``wait`` against a played ECS: what is asked, and how one and several end."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.conftest import Run
from tests.contract.conftest import PlayedEcs

# Without a pause worth mentioning, and no longer than a busy machine needs for some looks.
BRIEF = ("--poll-interval", "0.001", "--wait-timeout", "0.05")
DONE = {"SnapshotId": "s-1", "Status": "accomplished", "Progress": "100%"}


def page(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Snapshots": {"Snapshot": list(records)}}


def made(snapshot_id: str, status: str, **more: Any) -> dict[str, Any]:
    return {"SnapshotId": snapshot_id, "Status": status, **more}


def ids(*names: str) -> list[str]:
    return [word for name in names for word in ("--snapshot-id", name)]


def test_it_looks_until_the_snapshot_is_accomplished(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers(
        "DescribeSnapshots",
        page(),
        page(made("s-1", "progressing", Available=True, Progress="5%")),
        page(DONE),
    )
    ended = run("wait", "--snapshot-id", "s-1", "--poll-interval", "0.001", "-o", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {"Snapshots": [DONE], "TotalCount": 1}
    where = {"RegionId": "cn-hangzhou", "MaxResults": "100", "SnapshotIds": '["s-1"]'}
    assert ecs.calls == [("DescribeSnapshots", where)] * 3


def test_available_is_enough_where_that_is_asked_for(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(made("s-1", "progressing", Available=True)))
    ended = run("wait", "--snapshot-id", "s-1", "--wait-for", "available", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "s-1\n", "")


def test_several_are_printed_as_list_does_in_the_order_given(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(made("s-1", "accomplished"), made("s-2", "accomplished")))
    ended = run("wait", *ids("s-2", "s-1", "s-2"), "-o", "xml")
    assert (ended.code, ended.err) == (0, "")
    root = ET.fromstring(ended.out)  # noqa: S314
    assert root.tag == "DescribeSnapshotsResponse"
    assert [each.text for each in root.iter("SnapshotId")] == ["s-2", "s-1"]
    table = run("wait", *ids("s-2", "s-1")).out
    listed = run("list", *ids("s-1", "s-2")).out
    assert sorted(table.splitlines()) == sorted(listed.splitlines())


@pytest.mark.parametrize(
    ("records", "exit_code", "code"),
    [
        ((), 4, "InvalidSnapshotId.NotFound"),
        ((made("s-1", "progressing", Progress="40%"),), 7, "WaitTimeout"),
        ((made("s-1", "failed"),), 8, "SnapshotFailed"),
    ],
)
def test_one_that_ends_badly_is_an_error(
    run: Run, ecs: PlayedEcs, records: tuple[Any, ...], exit_code: int, code: str
) -> None:
    ecs.answers("DescribeSnapshots", page(*records))
    ended = run("wait", "--snapshot-id", "s-1", *BRIEF, "-o", "json")
    error = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (exit_code, "")
    assert (error["Code"], error["ExitCode"]) == (code, exit_code)
    assert "s-1" in error["Message"]
    assert error["Hint"]


def test_several_that_end_badly_in_the_same_way_are_one_error(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*(made(f"s-{n}", "failed") for n in range(12))))
    ended = run("wait", *ids(*(f"s-{n}" for n in range(12))), *BRIEF, "-o", "json")
    error = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out, error["Code"]) == (8, "", "SnapshotFailed")
    assert all(f"snapshot s-{n} as failed" in error["Message"] for n in range(10))
    assert error["Message"].endswith("And 2 more in the same way.")


MIXED = page(made("s-1", "accomplished"), made("s-2", "failed"), made("s-3", "progressing"))


def test_several_that_end_differently_are_all_told(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", MIXED)
    ended = run("wait", *ids("s-1", "s-2", "s-3", "s-none"), *BRIEF, "-o", "json")
    assert ended.code == 9
    assert [each["SnapshotId"] for each in json.loads(ended.out)["Snapshots"]] == [
        "s-1",
        "s-2",
        "s-3",
    ]
    told = ended.err.splitlines()
    assert len(told) == 3
    assert [word for line, word in zip(told, ("s-2", "s-3", "s-none"), strict=True) if word in line]
    assert all(line.startswith("Warning: ") for line in told)


def test_the_ids_of_those_that_are_ready_are_for_the_next_command(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", MIXED)
    ended = run("wait", *ids("s-1", "s-2", "s-3"), *BRIEF, "-q")
    assert (ended.code, ended.out) == (9, "s-1\n")


def test_a_missing_permission_is_named(run: Run, ecs: PlayedEcs) -> None:
    ecs.refuses("DescribeSnapshots", "Forbidden.RAM", 403)
    ended = run("wait", *ids("s-1", "s-2"), "-o", "json")
    error = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out, error["Code"]) == (5, "", "Forbidden.RAM")
    assert "ecs:DescribeSnapshots" in error["Hint"]
    assert len(ecs.calls) == 1


def test_what_was_never_reached_is_not_waited_for(run: Run, ecs: PlayedEcs) -> None:
    ecs.refuses("DescribeSnapshots", "ServiceUnavailable", 503)
    ended = run("wait", "--snapshot-id", "s-1", "--max-attempts", "2", "-o", "json")
    assert (ended.code, ended.out, len(ecs.calls)) == (6, "", 2)


def test_a_hundred_are_asked_for_at_once(run: Run, ecs: PlayedEcs) -> None:
    names = [f"s-{n}" for n in range(101)]
    ecs.answers("DescribeSnapshots", page(*(made(each, "accomplished") for each in names)))
    assert run("wait", *ids(*names), "-q").out == "".join(f"{each}\n" for each in names)
    asked = [json.loads(each["SnapshotIds"]) for each in ecs.sent("DescribeSnapshots")]
    assert sorted(map(len, asked)) == [1, 100]


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("--snapshot-id", "bad id"),
        ("--snapshot-id", "s-1", "--wait-for", "ready"),
        ("--snapshot-id", "s-1", "--poll-interval", "0"),
    ],
)
def test_bad_input_sends_nothing(run: Run, ecs: PlayedEcs, argv: tuple[str, ...]) -> None:
    ended = run("wait", *argv)
    assert (ended.code, ended.out, ecs.calls) == (2, "", [])
