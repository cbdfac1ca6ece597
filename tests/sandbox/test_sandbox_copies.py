"""ModifySnapshotAttribute and CopySnapshot."""

import pytest
from alibabacloud_ecs20140526 import models

WHERE = {"RegionId": "cn-hangzhou"}
THERE = {"RegionId": "cn-shanghai"}
COPY = {
    "SnapshotId": "s-sandbox-data-2",
    "DestinationRegionId": "cn-shanghai",
    "DestinationSnapshotName": "a-copy",
    "DestinationSnapshotDescription": "elsewhere",
    **WHERE,
}
ID = {"SnapshotId": "s-sandbox-data-2"}


def described(raw, snapshot_id, region="cn-hangzhou"):
    asked = {"RegionId": region, "SnapshotIds": f'["{snapshot_id}"]'}
    found = raw.call("DescribeSnapshots", asked).body["Snapshots"]["Snapshot"]
    return found[0] if found else None


def modify(raw, **changes):
    return raw.call("ModifySnapshotAttribute", {**ID, **changes})


def test_what_is_said_is_changed_and_the_rest_stays(raw, sdk):
    before = described(raw, ID["SnapshotId"])
    asked = models.ModifySnapshotAttributeRequest(
        snapshot_id=ID["SnapshotId"], snapshot_name="renamed", disable_instant_access=False
    )
    assert sdk.modify_snapshot_attribute(asked).body.request_id
    assert described(raw, ID["SnapshotId"]) == {**before, "SnapshotName": "renamed"}
    assert modify(raw, Description="of late", RetentionDays="900").status == 200
    after = described(raw, ID["SnapshotId"])
    changed = {"SnapshotName": "renamed", "Description": "of late", "RetentionDays": 900}
    assert after == {**before, **changed}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"SnapshotId": ""}, 400, "MissingParameter"),
        ({"SnapshotId": "s-none"}, 404, "InvalidSnapshotId.NotFound"),
        ({"RegionId": "cn-shanghai"}, 404, "InvalidSnapshotId.NotFound"),
        ({"SnapshotName": "auto-1"}, 400, "InvalidSnapshotName.Malformed"),
        ({"Description": "x"}, 400, "InvalidDescription.Malformed"),
        ({"RetentionDays": "0"}, 400, "InvalidRetentionDays.Malformed"),
        ({"RetentionDays": "65537"}, 400, "InvalidRetentionDays.Malformed"),
        ({"DisableInstantAccess": "true"}, 400, "UnsupportedParameter"),
        (
            {"SnapshotId": "s-sandbox-pending-1", "RetentionDays": "900"},
            403,
            "InvalidSnapshotId.NotReady",
        ),
    ],
)
def test_what_cannot_be_changed_is_refused_by_its_code(raw, changes, status, code):
    before = described(raw, ID["SnapshotId"])
    reply = modify(raw, **changes)
    assert (reply.status, reply.code) == (status, code)
    assert described(raw, ID["SnapshotId"]) == before


def test_days_can_be_added_only(raw, clock):
    assert modify(raw, RetentionDays="100").status == 200
    assert modify(raw, RetentionDays="100").status == 200
    reply = modify(raw, RetentionDays="99")
    assert (reply.status, reply.code) == (400, "InvalidParameter")
    assert "RetentionDays" in reply.body["Message"]
    assert modify(raw, RetentionDays="101").status == 200
    # Two weeks of its days are over.
    clock.advance(days=86)
    assert described(raw, ID["SnapshotId"])
    clock.advance(days=2)
    assert described(raw, ID["SnapshotId"]) is None


def test_a_pending_snapshot_can_be_renamed(raw):
    changes = {"SnapshotId": "s-sandbox-pending-1", "SnapshotName": "still-pending"}
    assert raw.call("ModifySnapshotAttribute", changes).status == 200


def test_a_copy_is_made_in_its_own_region(raw, sdk, clock):
    asked = models.CopySnapshotRequest(
        region_id="cn-hangzhou",
        snapshot_id="s-sandbox-data-2",
        destination_region_id="cn-shanghai",
        destination_snapshot_name="a-copy",
        destination_snapshot_description="elsewhere",
        retention_days=5,
        tag=[models.CopySnapshotRequestTag(key="kind", value="copy")],
        encrypted=False,
    )
    made = sdk.copy_snapshot(asked).body.snapshot_id
    assert described(raw, made) is None
    copy = described(raw, made, "cn-shanghai")
    source = described(raw, "s-sandbox-data-2")
    assert (copy["Status"], copy["Progress"]) == ("progressing", "0%")
    assert (copy["SourceSnapshotId"], copy["SourceRegionId"]) == ("s-sandbox-data-2", "cn-hangzhou")
    assert (copy["SnapshotName"], copy["Description"]) == ("a-copy", "elsewhere")
    assert (copy["RegionId"], copy["SnapshotType"], copy["RetentionDays"]) == (
        *("cn-shanghai", "user"),
        5,
    )
    assert copy["Tags"] == {"Tag": [{"TagKey": "kind", "TagValue": "copy"}]}
    for field in ("SourceDiskId", "SourceDiskSize", "SourceDiskType"):
        assert copy[field] == source[field]
    clock.advance(seconds=3)
    assert described(raw, made, "cn-shanghai")["Status"] == "accomplished"
    clock.advance(days=5)
    assert described(raw, made, "cn-shanghai") is None
    assert described(raw, "s-sandbox-data-2") == source


def test_a_copy_is_deleted_by_who_names_no_region(raw, sdk):
    made = raw.call("CopySnapshot", COPY).body["SnapshotId"]
    assert raw.call("DeleteSnapshot", {"SnapshotId": made, **WHERE}).status == 404
    sdk.delete_snapshot(models.DeleteSnapshotRequest(snapshot_id=made))
    assert described(raw, made, "cn-shanghai") is None


def test_a_copy_counts_not_among_the_snapshots_of_the_disk_at_home(raw):
    assert raw.call("CopySnapshot", COPY).status == 200
    order = {"DiskId": "d-sandbox-data"}
    assert raw.call("CreateSnapshot", order).status == 200


def test_one_copy_of_a_disk_at_a_time_goes_to_a_region(raw, clock):
    assert raw.call("CopySnapshot", COPY).status == 200
    other = {**COPY, "SnapshotId": "s-sandbox-data-1"}
    reply = raw.call("CopySnapshot", other)
    assert (reply.status, reply.code) == (403, "InvalidOperation.DiskHasUnfinishedSnapshotCopy")
    assert raw.call("CopySnapshot", {**other, "DestinationRegionId": "cn-beijing"}).status == 200
    clock.advance(seconds=3)
    assert raw.call("CopySnapshot", other).status == 200


def test_a_copy_can_be_copied_on(raw, clock):
    first = raw.call("CopySnapshot", COPY).body["SnapshotId"]
    clock.advance(seconds=3)
    order = {**COPY, **THERE, "SnapshotId": first, "DestinationRegionId": "cn-beijing"}
    second = raw.call("CopySnapshot", order).body["SnapshotId"]
    copy = described(raw, second, "cn-beijing")
    assert (copy["SourceSnapshotId"], copy["SourceRegionId"]) == (first, "cn-shanghai")


def test_a_copy_that_comes_home_is_none_of_the_snapshots_of_the_disk(raw, clock):
    away = raw.call("CopySnapshot", COPY).body["SnapshotId"]
    clock.advance(seconds=3)
    home = {**COPY, **THERE, "SnapshotId": away, "DestinationRegionId": "cn-hangzhou"}
    order = {"DiskId": "d-sandbox-data"}
    # Neither is in the other's way while it is made, and each is in that of its like.
    for action, asked in (("CreateSnapshot", order), ("CopySnapshot", home)):
        assert raw.call(action, asked).status == 200
    codes = [
        raw.call(action, asked).code
        for action, asked in (("CreateSnapshot", order), ("CopySnapshot", home))
    ]
    assert codes == [
        "IncorrectDiskStatus.CreatingSnapshot",
        "InvalidOperation.DiskHasUnfinishedSnapshotCopy",
    ]
    clock.advance(seconds=3)
    assert raw.call("CopySnapshot", home).status == 200
    assert raw.call("CreateSnapshot", order).status == 200


def test_a_disk_can_go_while_a_copy_is_made_of_its_snapshot(raw):
    assert raw.call("CopySnapshot", {**COPY, "SnapshotId": "s-sandbox-detached-6"}).status == 200
    assert raw.call("DeleteDisk", {"DiskId": "d-sandbox-detached"}).status == 200


def test_the_same_token_makes_one_copy(raw):
    order = {**COPY, "ClientToken": "once"}
    first, again = raw.call("CopySnapshot", order), raw.call("CopySnapshot", order)
    assert first.body == again.body
    reply = raw.call("CopySnapshot", {**order, "RetentionDays": "3"})
    assert (reply.status, reply.code) == (403, "IdempotentParameterMismatch")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"DestinationRegionId": ""}, 400, "MissingParameter"),
        ({"DestinationSnapshotName": ""}, 400, "MissingParameter"),
        ({"DestinationSnapshotDescription": ""}, 400, "MissingParameter"),
        ({"SnapshotId": ""}, 400, "MissingParameter"),
        ({"SnapshotId": "s-none"}, 404, "InvalidSnapshotId.NotFound"),
        ({"RegionId": "cn-beijing"}, 404, "InvalidSnapshotId.NotFound"),
        ({"SnapshotId": "s-sandbox-pending-1"}, 403, "InvalidSnapshotId.NotReady"),
        ({"SnapshotId": "s-sandbox-detached-5"}, 403, "InvalidSnapshotId.NotReady"),
        ({"DestinationRegionId": "cn-nowhere"}, 404, "InvalidRegionId.NotFound"),
        (
            {"DestinationRegionId": "cn-hangzhou"},
            403,
            "InvalidOperation.NotSupportCopyInSameRegion",
        ),
        ({"DestinationSnapshotName": "autumn"}, 400, ""),
        ({"DestinationSnapshotName": "auto"}, 400, "InvalidSnapshotName.Malformed"),
        ({"DestinationSnapshotDescription": "x"}, 400, "InvalidDescription.Malformed"),
        ({"RetentionDays": "0"}, 400, "InvalidRetentionDays.Malformed"),
        ({"Encrypted": "true"}, 400, "UnsupportedParameter"),
        ({"KMSKeyId": "k"}, 400, "UnsupportedParameter"),
    ],
)
def test_what_cannot_be_copied_is_refused_by_its_code(raw, changes, status, code):
    reply = raw.call("CopySnapshot", {**COPY, **changes})
    if not code:
        assert reply.status == 200
        return
    assert (reply.status, reply.code) == (status, code)
    for region in (WHERE, THERE):
        found = raw.call("DescribeSnapshots", {**region, "SnapshotName": "a-copy"}).body
        assert found["TotalCount"] == 0
