"""``list`` against a played ECS: what is asked, and what comes of each answer."""

from __future__ import annotations

import json
import re
import tempfile
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.conftest import Run
from tests.contract.conftest import PlayedEcs, error

WHERE = {"RegionId": "cn-hangzhou", "MaxResults": "100"}


def page(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Snapshots": {"Snapshot": list(records)}, **more}


def records(count: int, start: int = 1, **more: Any) -> list[dict[str, Any]]:
    return [{"SnapshotId": f"s-{number}", **more} for number in range(start, start + count)]


def ids_on(text: str) -> list[str]:
    return [each["SnapshotId"] for each in json.loads(text)["Snapshots"]]


@pytest.mark.parametrize("options", [("-o", "json"), ("-o", "xml"), ("-o", "table"), ("-q",)])
def test_each_page_is_asked_for_once_and_parsed_once(
    run: Run, ecs: PlayedEcs, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ecs.answers(
        "DescribeSnapshots",
        page(*records(100), NextToken="two"),
        page(*records(100, 101), NextToken="three"),
        page(*records(1, 201)),
    )
    parsed: list[str] = []
    decode = json.JSONDecoder.decode

    def noted(self: json.JSONDecoder, text: str, *more: Any) -> Any:
        parsed.append(text)
        return decode(self, text, *more)

    monkeypatch.setattr(json.JSONDecoder, "decode", noted)
    assert run("list", *options).code == 0
    assert [each.get("NextToken") for each in ecs.sent("DescribeSnapshots")] == [
        None,
        "two",
        "three",
    ]
    held = [text.count('"SnapshotId"') for text in parsed]
    assert [count for count in held if count] == [100, 100, 1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {}),
        (("--disk-id", "d-1"), {"DiskId": "d-1"}),
        (("--instance-id", "i-1"), {"InstanceId": "i-1"}),
        (("--snapshot-id", "s-1"), {"SnapshotIds": '["s-1"]'}),
        (("--snapshot-id", "s-1", "--snapshot-id", "s-1"), {"SnapshotIds": '["s-1"]'}),
        (("--status", "progressing"), {"Status": "progressing"}),
        (("--status", "accomplished"), {"Status": "accomplished"}),
        (("--status", "failed"), {"Status": "failed"}),
        (("--status", "all"), {}),
        (("--type", "user"), {"SnapshotType": "user"}),
        (("--type", "auto"), {"SnapshotType": "auto"}),
        (("--type", "all"), {}),
        (("--name", "nightly"), {"SnapshotName": "nightly"}),
        (("--name", "auto_2.0_20260101"), {"SnapshotName": "auto_2.0_20260101"}),
        (("--name", "每晚备份"), {"SnapshotName": "每晚备份"}),
        (
            ("--tag", "a=1", "--tag", "b=", "--tag", "c=x=y"),
            {
                "Tag.1.Key": "a",
                "Tag.1.Value": "1",
                "Tag.2.Key": "b",
                "Tag.2.Value": "",
                "Tag.3.Key": "c",
                "Tag.3.Value": "x=y",
            },
        ),
        (("--limit", "7"), {}),
        (
            ("--disk-id", "d-1", "--instance-id", "i-1", "--status", "failed", "--name", "ab"),
            {"DiskId": "d-1", "InstanceId": "i-1", "Status": "failed", "SnapshotName": "ab"},
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_become_exactly_these_parameters(
    run: Run, ecs: PlayedEcs, options: tuple[str, ...], expected: dict[str, str]
) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1)))
    assert run("list", *options).code == 0
    assert ecs.calls == [("DescribeSnapshots", WHERE | expected)]


def test_each_disk_is_read_on_its_own_in_the_order_given(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(2)), page(), page(*records(1, 9)))
    options = [word for disk in ("d-b", "d-a", "d-c", "d-b") for word in ("--disk-id", disk)]
    ended = run("list", *options, "--status", "failed", "-q")
    assert (ended.code, ended.out) == (0, "s-1\ns-2\ns-9\n")
    assert ecs.sent("DescribeSnapshots") == [
        {**WHERE, "DiskId": disk, "Status": "failed"} for disk in ("d-b", "d-a", "d-c")
    ]


def test_snapshot_ids_go_by_the_hundred(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(100)), page(*records(1, 101)))
    options = [word for each in records(101) for word in ("--snapshot-id", each["SnapshotId"])]
    ended = run("list", *options, "-o", "json")
    assert json.loads(ended.out)["TotalCount"] == 101
    sent = [json.loads(each["SnapshotIds"]) for each in ecs.sent("DescribeSnapshots")]
    assert sent == [[f"s-{n}" for n in range(1, 101)], ["s-101"]]


def test_disks_and_snapshots_together_narrow(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1)), page(*records(1, 2)))
    options = (
        "--disk-id",
        "d-1",
        "--disk-id",
        "d-2",
        "--snapshot-id",
        "s-1",
        "--snapshot-id",
        "s-2",
    )
    assert run("list", *options, "-q").out == "s-1\ns-2\n"
    assert ecs.sent("DescribeSnapshots") == [
        {**WHERE, "DiskId": disk, "SnapshotIds": '["s-1", "s-2"]'} for disk in ("d-1", "d-2")
    ]


def test_an_id_that_comes_twice_is_listed_once(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(2), *records(1)))
    ended = run("list", "--disk-id", "d-1", "--disk-id", "d-2", "-o", "json")
    assert ids_on(ended.out) == ["s-1", "s-2"]


def test_every_page_is_followed_by_token(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers(
        "DescribeSnapshots",
        page(*records(100), NextToken="two", TotalCount=0),
        page(NextToken="three"),
        page(*records(3, 101)),
    )
    ended = run("list", "-o", "json")
    assert json.loads(ended.out)["TotalCount"] == len(ids_on(ended.out)) == 103
    assert [each.get("NextToken") for each in ecs.sent("DescribeSnapshots")] == [
        None,
        "two",
        "three",
    ]


def test_every_page_is_followed_by_number_where_there_is_no_token(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers(
        "DescribeSnapshots",
        page(*records(100), TotalCount=130),
        page(*records(30, 101), TotalCount=130),
    )
    assert len(run("list", "-q", "--type", "user").out.split()) == 130
    assert ecs.sent("DescribeSnapshots")[1] == {
        "RegionId": "cn-hangzhou",
        "SnapshotType": "user",
        "PageNumber": "2",
        "PageSize": "100",
    }


@pytest.mark.parametrize(("limit", "requests"), [(1, 1), (100, 1), (101, 2), (150, 2), (400, 3)])
def test_a_limit_ends_the_reading_and_counts(
    run: Run, ecs: PlayedEcs, limit: int, requests: int
) -> None:
    ecs.answers(
        "DescribeSnapshots",
        page(*records(100), NextToken="two"),
        page(*records(100, 101), NextToken="three"),
        page(*records(50, 201)),
    )
    ended = run("list", "--limit", str(limit), "-o", "json")
    listed = min(limit, 250)
    assert json.loads(ended.out)["TotalCount"] == len(ids_on(ended.out)) == listed
    assert len(ecs.calls) == requests


def test_a_limit_that_one_disk_reaches_leaves_the_others_unread(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(3)))
    ended = run("list", "--disk-id", "d-1", "--disk-id", "d-2", "--limit", "3", "-q")
    assert ended.out == "s-1\ns-2\ns-3\n"
    assert len(ecs.calls) == 1


ODD = {
    "SnapshotId": "s-1",
    "Progress": "100%",
    "RemainTime": 0,
    "SourceDiskSize": "40",
    "Available": True,
    "KMSKeyId": "",
    "Null": None,
    "Big": 12345678901234567890123,
    "Half": 0.5,
    "Tags": {"Tag": [{"TagKey": "a", "TagValue": "\x1b[31m\u202e<&>数据"}]},
    "Of tomorrow": {"deep": [{"er": [[], {}, [1, "two"]]}]},
}


def test_json_holds_the_apis_own_fields_unchanged(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(ODD, {"SnapshotId": "s-2"}))
    ended = run("list", "-o", "json")
    assert json.loads(ended.out) == {"Snapshots": [ODD, {"SnapshotId": "s-2"}], "TotalCount": 2}
    assert list(json.loads(ended.out)["Snapshots"][0]) == list(ODD)
    assert (ended.err, ended.out.count("\n")) == ("", 1)


def test_xml_is_nested_as_ecs_nests_it(run: Run, ecs: PlayedEcs) -> None:
    tags = {"Tag": [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}]}
    first = {"SnapshotId": "s-1", "Available": True, "Tags": tags}
    ecs.answers("DescribeSnapshots", page(first, {"SnapshotId": "s-2", "Tags": {"Tag": []}}))
    assert run("list", "-o", "xml").out == (
        "<DescribeSnapshotsResponse><Snapshots>"
        "<Snapshot><SnapshotId>s-1</SnapshotId><Available>true</Available>"
        "<Tags><Tag><TagKey>a</TagKey><TagValue>1</TagValue></Tag>"
        "<Tag><TagKey>b</TagKey><TagValue/></Tag></Tags></Snapshot>"
        "<Snapshot><SnapshotId>s-2</SnapshotId><Tags/></Snapshot>"
        "</Snapshots><TotalCount>2</TotalCount></DescribeSnapshotsResponse>\n"
    )


def test_xml_is_well_formed_whatever_the_fields_are_called(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(ODD | {"": 1, "9 <lives>": {"\x00": ["\x00"]}}))
    root = ET.fromstring(run("list", "-o", "xml").out)  # noqa: S314
    assert root.findtext("Snapshots/Snapshot/SnapshotId") == "s-1"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("json", '{"Snapshots": [], "TotalCount": 0}\n'),
        (
            "xml",
            "<DescribeSnapshotsResponse><Snapshots/><TotalCount>0</TotalCount>"
            "</DescribeSnapshotsResponse>\n",
        ),
    ],
)
def test_no_snapshots_are_an_empty_document(
    run: Run, ecs: PlayedEcs, output: str, expected: str
) -> None:
    ended = run("list", "-o", output)
    assert (ended.code, ended.out, ended.err) == (0, expected, "")


def test_no_snapshots_are_told_to_people_and_not_to_a_pipe(run: Run, ecs: PlayedEcs) -> None:
    ended = run("list")
    assert (ended.code, ended.out, ended.err) == (0, "", "No snapshots found.\n")
    quiet = run("list", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_where_a_disk_has_no_snapshots_the_check_of_its_id_is_named(
    run: Run, ecs: PlayedEcs
) -> None:
    ended = run("list", "--disk-id", "d-typo")
    assert (ended.code, ended.out) == (0, "")
    assert "ecs-snap check" in ended.err


def test_a_disk_that_ecs_does_not_know_is_not_found_and_named(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1)), error("InvalidDiskId.NotFound", 404))
    ended = run("list", "--disk-id", "d-1", "--disk-id", "d-gone", "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (4, "")
    assert (problem["Code"], problem["ExitCode"]) == ("InvalidDiskId.NotFound", 4)
    assert "d-gone" in problem["Message"]
    assert problem["Hint"]


def test_a_snapshot_asked_for_by_id_that_does_not_exist_is_not_found(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1)))
    ids = ("--snapshot-id", "s-1", "--snapshot-id", "s-gone", "--snapshot-id", "s-lost")
    ended = run("list", *ids, "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (4, "")
    assert (problem["Code"], problem["ExitCode"]) == ("InvalidSnapshotId.NotFound", 4)
    assert "s-gone, s-lost" in problem["Message"]
    assert "s-1" not in problem["Message"]
    assert len(ecs.calls) == 1


def test_a_snapshot_that_exists_and_is_left_out_by_another_option_is_no_error(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1)), page(*records(1, 2)))
    ids = ("--snapshot-id", "s-1", "--snapshot-id", "s-2")
    ended = run("list", *ids, "--status", "failed", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "s-1\n", "")
    assert ecs.sent("DescribeSnapshots")[1] == {**WHERE, "SnapshotIds": '["s-2"]'}


def test_a_snapshot_that_does_not_exist_is_not_found_whatever_else_is_asked(
    run: Run, ecs: PlayedEcs
) -> None:
    ended = run("list", "--snapshot-id", "s-gone", "--tag", "a=1")
    assert (ended.code, ended.out) == (4, "")
    assert "s-gone" in ended.err


def test_a_snapshot_that_the_limit_leaves_unread_is_not_missed(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1)))
    ended = run("list", "--snapshot-id", "s-1", "--snapshot-id", "s-9", "--limit", "1", "-q")
    assert (ended.code, ended.out, len(ecs.calls)) == (0, "s-1\n", 1)


def test_the_ids_of_many_missing_snapshots_are_not_all_recited(run: Run, ecs: PlayedEcs) -> None:
    options = [word for each in records(30) for word in ("--snapshot-id", each["SnapshotId"])]
    ended = run("list", *options)
    assert ended.code == 4
    assert "s-10 and 20 more." in ended.err


@pytest.mark.parametrize("first", [[], [page(*records(1), NextToken="two")]], ids=["1st", "2nd"])
def test_a_list_that_is_forbidden_is_an_error_that_names_the_permission(
    run: Run, ecs: PlayedEcs, first: list[dict[str, Any]]
) -> None:
    ecs.answers("DescribeSnapshots", *first, error("Forbidden.RAM", 403))
    ended = run("list", "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (5, "")
    assert problem["Code"] == "Forbidden.RAM"
    assert "ecs:DescribeSnapshots" in problem["Hint"]


@pytest.mark.parametrize(
    "odd",
    [
        {"Snapshots": []},
        {"Snapshots": "none"},
        {"Snapshots": {"Snapshot": {}}},
        {"Snapshots": {"Snapshot": ["s-1"]}},
        {"Snapshots": {"Snapshot": [None]}},
        {"TotalCount": 3},
        page(TotalCount=3) | {"Snapshots": {"Snapshot": None}},
    ],
    ids=str,
)
@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_an_answer_that_is_not_understood_is_no_list(
    run: Run, ecs: PlayedEcs, odd: dict[str, Any], output: str
) -> None:
    ecs.answers("DescribeSnapshots", odd)
    ended = run("list", "-o", output)
    assert (ended.code, ended.out) == (6, "")
    assert "Unavailable" in ended.err


def test_a_later_page_that_is_not_understood_leaves_stdout_empty(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(2), NextToken="two"), {"Snapshots": 1})
    ended = run("list", "-q")
    assert (ended.code, ended.out) == (6, "")


def pages(count: int) -> list[dict[str, Any]]:
    """More than is kept in memory from some ten pages on; a page follows the last of them."""
    return [
        page(*records(100, 100 * number, Description="x" * 1000), NextToken=f"t-{number}")
        for number in range(count)
    ]


@pytest.mark.parametrize("options", [(), ("-o", "json"), ("-o", "xml"), ("-q",)], ids=" ".join)
def test_a_page_that_fails_after_many_leaves_stdout_empty(
    run: Run, ecs: PlayedEcs, options: tuple[str, ...]
) -> None:
    ecs.answers("DescribeSnapshots", *pages(30), error("Forbidden.RAM", 403))
    ended = run("list", *options)
    assert (ended.code, ended.out) == (5, "")
    assert len(ecs.calls) == 31


@pytest.mark.parametrize("options", [(), ("-o", "json"), ("-o", "xml"), ("-q",)], ids=" ".join)
def test_many_pages_are_listed_in_the_order_in_which_they_came(
    run: Run, ecs: PlayedEcs, options: tuple[str, ...]
) -> None:
    ecs.answers("DescribeSnapshots", *pages(30), page(*records(1, 3000)))
    ended = run("list", *options)
    assert ended.code == 0
    assert re.findall(r"\bs-\d+", ended.out) == [f"s-{number}" for number in range(3001)]


def test_where_a_long_list_cannot_be_kept_a_short_one_still_can(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    ecs.answers("DescribeSnapshots", page(*records(100)))
    assert len(run("list", "-q").out.split()) == 100
    ecs.answers("DescribeSnapshots", *pages(30), page())
    ended = run("list", "-q", "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (1, "")
    assert "No such file or directory" in problem["Message"]
    assert "TMPDIR" in problem["Hint"]


@pytest.mark.parametrize(
    ("options", "stranger"),
    [
        (("--disk-id", "d-1"), {"SnapshotId": "s-2", "SourceDiskId": "d-2"}),
        (("--snapshot-id", "s-1"), {"SnapshotId": "s-2"}),
        (("--snapshot-id", "s-1"), {"SnapshotId": None}),
    ],
)
def test_snapshots_that_were_not_asked_for_are_no_answer(
    run: Run, ecs: PlayedEcs, options: tuple[str, ...], stranger: dict[str, Any]
) -> None:
    ecs.answers("DescribeSnapshots", page({"SnapshotId": "s-1", "SourceDiskId": "d-1"}, stranger))
    ended = run("list", *options)
    assert (ended.code, ended.out) == (6, "")
    assert "not asked for" in ended.err


def test_pages_that_never_end_are_unavailable(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page(*records(1), NextToken="again"))
    ended = run("list")
    assert (ended.code, ended.out) == (6, "")


def test_a_read_that_fails_in_passing_is_repeated(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", error("Throttling.User", 400), page(*records(1)))
    assert run("list", "-q").out == "s-1\n"


@pytest.mark.parametrize(
    ("count", "options", "warns"),
    [
        (1000, ("--tag", "a=1"), True),
        (999, ("--tag", "a=1"), False),
        (1000, ("--status", "failed"), False),
        (1000, ("--tag", "a=1", "--limit", "1000"), False),
    ],
)
@pytest.mark.parametrize("output", ["table", "json"])
def test_a_list_by_tag_that_ecs_may_have_cut_says_so(
    run: Run, ecs: PlayedEcs, count: int, options: tuple[str, ...], warns: bool, output: str
) -> None:
    ecs.answers("DescribeSnapshots", page(*records(count)))
    ended = run("list", *options, "-o", output)
    assert ended.code == 0
    assert ended.err.startswith("Warning: ") is warns


def test_a_record_without_an_id_is_listed_but_names_none(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeSnapshots", page({"Status": "failed"}, {"SnapshotId": "s-1"}, {}))
    assert run("list", "-q").out == "s-1\n"
    assert json.loads(run("list", "-o", "json").out)["TotalCount"] == 3
    assert len(run("list").out.splitlines()) == 4
