"""CreateSnapshot: its values, its ClientToken, and the snapshot's progress."""

import pytest
from alibabacloud_ecs20140526 import models

WHERE = {"RegionId": "cn-hangzhou"}
ORDER = {"DiskId": "d-sandbox-data"}


def describe(raw, **filters):
    where = {"RegionId": "cn-hangzhou", **filters}
    return raw.call("DescribeSnapshots", where).body["Snapshots"]["Snapshot"]


def test_the_answer_is_a_request_id_and_a_snapshot_id(raw):
    reply = raw.call("CreateSnapshot", ORDER)
    assert list(reply.body) == ["RequestId", "SnapshotId"]
    assert reply.headers["x-acs-request-id"] == reply.body["RequestId"]


def test_a_snapshot_keeps_what_was_asked_for(sdk):
    made = sdk.create_snapshot(
        models.CreateSnapshotRequest(
            disk_id="d-sandbox-data",
            snapshot_name="before-upgrade",
            description="nightly",
            retention_days=30,
            resource_group_id="rg-abc",
            tag=[
                models.CreateSnapshotRequestTag(key="env", value="test"),
                models.CreateSnapshotRequestTag(key="empty", value=""),
            ],
        )
    ).body.snapshot_id
    (found,) = sdk.describe_snapshots(
        models.DescribeSnapshotsRequest(region_id="cn-hangzhou", snapshot_ids=f'["{made}"]')
    ).body.snapshots.snapshot
    assert found.snapshot_name == "before-upgrade"
    assert found.description == "nightly"
    assert found.retention_days == 30
    assert found.resource_group_id == "rg-abc"
    assert found.source_disk_id == "d-sandbox-data"
    assert (found.source_disk_size, found.source_disk_type) == ("100", "data")
    assert (found.snapshot_type, found.usage) == ("user", "none")
    assert [(t.tag_key, t.tag_value) for t in found.tags.tag] == [("env", "test"), ("empty", "")]


def many_tags(count):
    return {f"Tag.{number}.Key": f"k{number}" for number in range(1, count + 1)}


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"DiskId": ""}, 400, "MissingParameter"),
        ({"SnapshotName": "x"}, 400, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "x" * 129}, 400, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "1st"}, 400, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "auto-1"}, 400, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "a b"}, 400, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "http://x"}, 400, "InvalidSnapshotName.Malformed"),
        ({"SnapshotName": "a²"}, 400, "InvalidSnapshotName.Malformed"),
        ({"Description": "x"}, 404, "InvalidDescription.Malformed"),
        ({"Description": "x" * 257}, 404, "InvalidDescription.Malformed"),
        ({"Description": "https://x"}, 404, "InvalidDescription.Malformed"),
        ({"RetentionDays": "0"}, 400, "InvalidRetentionDays.Malformed"),
        ({"RetentionDays": "65537"}, 400, "InvalidRetentionDays.Malformed"),
        ({"RetentionDays": "-1"}, 400, "InvalidRetentionDays.Malformed"),
        ({"RetentionDays": "ten"}, 400, "InvalidParameter"),
        ({"RetentionDays": "1e3"}, 400, "InvalidParameter"),
        ({"RetentionDays": "٣"}, 400, "InvalidParameter"),
        ({"Tag.1.Key": "aliyun-x"}, 400, "InvalidTagKey.Malformed"),
        ({"Tag.1.Key": "acs:x"}, 400, "InvalidTagKey.Malformed"),
        ({"Tag.1.Key": "a-http://x"}, 400, "InvalidTagKey.Malformed"),
        ({"Tag.1.Key": "k" * 129}, 400, "InvalidTagKey.Malformed"),
        ({"Tag.1.Value": "v"}, 400, "InvalidTagKey.Malformed"),
        ({"Tag.1.Key": "k", "Tag.1.Value": "v" * 129}, 400, "InvalidTagValue.Malformed"),
        ({"Tag.1.Key": "k", "Tag.1.Value": "xhttps://"}, 400, "InvalidTagValue.Malformed"),
        ({"Tag.1.Key": "k", "Tag.2.Key": "k"}, 400, "Duplicate.TagKey"),
        (many_tags(21), 403, "QuotaExceed.Tags"),
        ({"ClientToken": "t" * 65}, 403, "InvalidClientToken.Malformed"),
        ({"ClientToken": "tökn"}, 403, "InvalidClientToken.Malformed"),
        ({"ResourceGroupId": "group"}, 404, "InvalidResourceGroup.NotFound"),
        ({"RegionId": "cn-nowhere"}, 404, "InvalidRegionId.NotFound"),
        ({"RegionId": "cn-beijing"}, 404, "InvalidDiskId.NotFound"),
        ({"Category": "archive"}, 400, "UnsupportedParameter"),
        ({"DiskId": "d-sandbox-system", "InstantAccess": "true"}, 400, "UnsupportedParameter"),
    ],
)
def test_a_bad_value_has_its_own_code_and_makes_nothing(raw, parameters, status, code):
    before = describe(raw, DiskId="d-sandbox-data")
    reply = raw.call("CreateSnapshot", {**ORDER, **parameters})
    assert (reply.status, reply.code) == (status, code)
    assert describe(raw, DiskId="d-sandbox-data") == before


@pytest.mark.parametrize(
    "parameters",
    [
        {"SnapshotName": "ab"},
        {"SnapshotName": "x" * 128},
        {"SnapshotName": "快照:_.-9"},
        {"SnapshotName": ""},
        {"Description": "http//is fine"},
        {"RetentionDays": "65536"},
        {"Tag.3.Key": "k", "Tag.3.Value": ""},
        {"Tag.1.Key": "k", "Tag.2.Key": "K"},
        {"ClientToken": "!" * 64},
        many_tags(20),
    ],
)
def test_a_value_at_the_edge_is_taken(raw, parameters):
    assert raw.call("CreateSnapshot", {**ORDER, **parameters}).status == 200


def test_the_same_token_gives_the_same_snapshot_even_while_it_is_pending(raw, clock):
    order = {**ORDER, "ClientToken": "once", "SnapshotName": "one"}
    first = raw.call("CreateSnapshot", order)
    again = raw.call("CreateSnapshot", order)
    assert again.status == 200
    assert again.body == first.body
    assert again.headers["x-acs-request-id"] == first.body["RequestId"]
    clock.advance(hours=23, minutes=59)
    assert raw.call("CreateSnapshot", order).body == first.body
    assert len(describe(raw, SnapshotName="one")) == 1


def test_a_token_is_bound_to_its_parameters_and_its_case(raw, clock):
    first = raw.call("CreateSnapshot", {**ORDER, "ClientToken": "once"})
    for other in ({"DiskId": "d-sandbox-system"}, {**ORDER, "RetentionDays": "3"}):
        reply = raw.call("CreateSnapshot", {**other, "ClientToken": "once"})
        assert (reply.status, reply.code) == (403, "IdempotentParameterMismatch")
    clock.advance(seconds=3)
    shouted = raw.call("CreateSnapshot", {**ORDER, "ClientToken": "ONCE"})
    assert shouted.body["SnapshotId"] != first.body["SnapshotId"]


def test_a_refused_order_is_not_remembered(raw, clock):
    raw.call("CreateSnapshot", ORDER)
    order = {**ORDER, "ClientToken": "later"}
    assert raw.call("CreateSnapshot", order).code == "IncorrectDiskStatus.CreatingSnapshot"
    clock.advance(seconds=3)
    assert raw.call("CreateSnapshot", order).status == 200


def test_a_token_is_remembered_by_the_next_server_too(start, raw_client, tmp_path):
    order = {**ORDER, "ClientToken": "once"}
    path = tmp_path / "state.sqlite3"
    first = start(path)
    made = raw_client(first.url).call("CreateSnapshot", order).body
    first.close()
    assert raw_client(start(path).url).call("CreateSnapshot", order).body == made


@pytest.mark.parametrize(("disk", "early"), [("data", True), ("system", False)])
def test_a_snapshot_progresses_by_the_clock(raw, clock, disk, early):
    made = raw.call("CreateSnapshot", {"DiskId": f"d-sandbox-{disk}"}).body["SnapshotId"]
    seen = []
    for _ in range(7):
        (now,) = describe(raw, SnapshotIds=f'["{made}"]')
        seen.append((now["Status"], now["Progress"], now["RemainTime"], now["Available"]))
        clock.advance(seconds=0.5)
    assert seen == [
        ("progressing", "0%", 3, False),
        ("progressing", "16%", 3, False),
        ("progressing", "33%", 2, early),
        ("progressing", "50%", 2, early),
        ("progressing", "66%", 1, early),
        ("progressing", "83%", 1, early),
        ("accomplished", "100%", 0, True),
    ]


def test_the_pending_snapshot_never_moves(raw, clock):
    (before,) = describe(raw, DiskId="d-sandbox-pending")
    assert (before["Status"], before["Progress"]) == ("progressing", "37%")
    clock.advance(days=10)
    assert describe(raw, DiskId="d-sandbox-pending") == [before]


@pytest.mark.parametrize(
    "more", [{"InstantAccess": "true"}, {"InstantAccess": "False", "Category": "standard"}]
)
def test_what_others_say_by_default_is_taken(raw, more):
    assert raw.call("CreateSnapshot", {**ORDER, **more}).status == 200


@pytest.mark.parametrize(
    ("action", "asked", "end"),
    [
        ("CreateSnapshot", {**ORDER, "SnapshotName": "auto"}, "; it must not begin with 'auto'."),
        (
            "CreateImage",
            {**WHERE, "SnapshotId": "s-sandbox-system-1", "ImageName": "acs:x"},
            "; it must not begin with 'aliyun' or 'acs:'.",
        ),
        ("CreateSnapshotGroup", {**WHERE, "InstanceId": "i-sandbox-data", "Name": "1"}, "."),
    ],
)
def test_a_name_that_is_refused_is_told_the_whole_rule_once(raw, action, asked, end):
    message = raw.call(action, asked).body["Message"]
    rule = "is to have 2 to 128 characters: first a letter, then letters, digits, ':', '_', '.' or"
    assert message.partition(rule)[2] == f" '-'{end}"
