"""CreateDisk and DeleteDisk."""

import json

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.rows import Snapshot
from ecs_snap_cli.sandbox.state import State

REGION = "cn-hangzhou"
ORDER = {"RegionId": REGION, "ZoneId": "cn-hangzhou-i", "Size": "40"}


def disks(raw, *ids):
    where = {"RegionId": REGION, "DiskIds": json.dumps(ids)}
    return raw.call("DescribeDisks", where).body["Disks"]["Disk"]


def test_a_disk_has_what_was_asked_for(sdk, raw, clock):
    request = models.CreateDiskRequest(
        region_id=REGION,
        zone_id="cn-hangzhou-b",
        size=100,
        disk_category="cloud_essd",
        performance_level="PL1",
        disk_name="made-here",
        description="for a test",
        resource_group_id="rg-1",
        encrypted=False,
        tag=[models.CreateDiskRequestTag(key="env", value="test")],
    )
    made = sdk.create_disk(request).body.disk_id
    (disk,) = disks(raw, made)
    assert disk["Status"] == "Creating"
    clock.advance(seconds=2)
    (disk,) = disks(raw, made)
    told = {
        "Status": "Available",
        "ZoneId": "cn-hangzhou-b",
        "RegionId": REGION,
        "Size": 100,
        "Type": "data",
        "Category": "cloud_essd",
        "DiskName": "made-here",
        "Description": "for a test",
        "ResourceGroupId": "rg-1",
        "SourceSnapshotId": "",
        "AttachedTime": "",
        "DetachedTime": "",
        "Encrypted": False,
        "Portable": True,
        "Tags": {"Tag": [{"TagKey": "env", "TagValue": "test"}]},
    }
    assert {name: disk[name] for name in told} == told
    assert raw.call("CreateSnapshot", {"DiskId": made}).code == "IncorrectDiskStatus.NeverAttached"


def test_a_client_token_makes_one_disk(raw):
    token = {"ClientToken": "once"}
    first, again = (raw.call("CreateDisk", ORDER | token).body["DiskId"] for _ in range(2))
    assert first == again
    other = raw.call("CreateDisk", ORDER | token | {"Size": "50"})
    assert (other.status, other.code) == (403, "IdempotentParameterMismatch")
    assert raw.call("CreateDisk", ORDER).body["DiskId"] != first


def test_a_disk_of_a_snapshot_holds_on_to_it(raw, clock):
    of = {"SnapshotId": "s-sandbox-data-2", "DiskCategory": "cloud_essd"}
    made = [
        raw.call("CreateDisk", ORDER | of | {"Size": size}).body["DiskId"]
        for size in ("", "40", "200")
    ]
    assert sorted(disk["Size"] for disk in disks(raw, *made)) == [100, 100, 200]
    assert {disk["SourceSnapshotId"] for disk in disks(raw, *made)} == {"s-sandbox-data-2"}
    usage = {"RegionId": REGION, "Usage": "disk"}
    used = raw.call("DescribeSnapshots", usage).body["Snapshots"]["Snapshot"]
    assert "s-sandbox-data-2" in {snapshot["SnapshotId"] for snapshot in used}
    gone = {"SnapshotId": "s-sandbox-data-2"}
    assert raw.call("DeleteSnapshot", gone).code == "SnapshotCreatedDisk"
    clock.advance(seconds=2)
    for each in made:
        assert raw.call("DeleteDisk", {"DiskId": each}).status == 200
    assert raw.call("DeleteSnapshot", gone).status == 200


def test_a_disk_is_encrypted_as_its_snapshot_is_and_stands_in_the_region(
    start, raw_client, clock, tmp_path
):
    state = State(tmp_path / "state", clock)
    secret = ("s-secret", "d-1", 1, "data", "cloud_essd", 40)
    state.add(Snapshot(*secret, encrypted=True, region="cn-beijing"))
    state.close()
    raw = raw_client(start(tmp_path / "state").url)
    beijing = {"RegionId": "cn-beijing"}
    order = beijing | {"ZoneId": "cn-beijing-c", "SnapshotId": "s-secret"}
    made = raw.call("CreateDisk", order).body["DiskId"]
    assert disks(raw, made) == []
    (disk,) = raw.call("DescribeDisks", beijing).body["Disks"]["Disk"]
    assert (disk["DiskId"], disk["RegionId"], disk["Encrypted"]) == (made, "cn-beijing", True)


def test_a_snapshot_makes_a_disk_once_it_is_available(raw, clock):
    made = raw.call("CreateSnapshot", {"DiskId": "d-sandbox-data"}).body["SnapshotId"]
    order = ORDER | {"SnapshotId": made, "DiskCategory": "cloud_essd"}
    early = raw.call("CreateDisk", order)
    assert (early.status, early.code) == (403, "InvalidSnapshot.NotReady")
    clock.advance(seconds=1)
    assert raw.call("CreateDisk", order).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"RegionId": ""}, 400, "MissingParameter"),
        ({"ZoneId": ""}, 400, "MissingParameter"),
        ({"ZoneId": "cn-beijing-c"}, 404, "InvalidZoneId.NotFound"),
        ({"Size": ""}, 400, "MissingParameter"),
        ({"Size": "4"}, 400, "InvalidDiskSize.NotSupported"),
        ({"Size": "5"}, 200, ""),
        ({"Size": "2000"}, 200, ""),
        ({"Size": "2001"}, 400, "InvalidDiskSize.NotSupported"),
        ({"Size": "2001", "DiskCategory": "cloud_ssd"}, 200, ""),
        ({"Size": "-1"}, 400, "InvalidDiskSize.NotSupported"),
        ({"Size": "big"}, 400, "InvalidParameter"),
        ({"DiskCategory": "local_ssd_pro"}, 400, "InvalidDiskCategory.ValueNotSupported"),
        ({"DiskCategory": "cloud_essd", "PerformanceLevel": "PL0"}, 400, "UnsupportedParameter"),
        ({"DiskName": "1st"}, 400, "InvalidDiskName.Malformed"),
        ({"DiskName": "auto-is-fine"}, 200, ""),
        ({"Description": "http://x"}, 400, "InvalidDescription.Malformed"),
        ({"ResourceGroupId": "group"}, 404, "InvalidResourceGroup.NotFound"),
        ({"Tag.1.Key": "aliyun"}, 400, "InvalidTagKey.Malformed"),
        ({"ClientToken": "x" * 65}, 403, "InvalidClientToken.Malformed"),
        ({"SnapshotId": "s-gone"}, 404, "InvalidSnapshotId.NotFound"),
        ({"SnapshotId": "s-sandbox-pending-1"}, 403, "InvalidSnapshot.NotReady"),
        ({"SnapshotId": "s-sandbox-detached-5"}, 403, "InvalidSnapshot.NotReady"),
        ({"RegionId": "cn-beijing", "ZoneId": "cn-beijing-c"}, 200, ""),
        (
            {
                "RegionId": "cn-beijing",
                "ZoneId": "cn-beijing-c",
                "SnapshotId": "s-sandbox-data-2",
            },
            404,
            "InvalidSnapshotId.NotFound",
        ),
        ({"Encrypted": "true"}, 400, "UnsupportedParameter"),
        ({"BurstingEnabled": "true"}, 400, "UnsupportedParameter"),
        ({"InstanceId": "i-sandbox-data"}, 400, "UnsupportedParameter"),
        ({"MultiAttach": "Enabled"}, 400, "UnsupportedParameter"),
    ],
)
def test_orders_are_taken_or_refused_for_ecss_reasons(raw, changes, status, code):
    reply = raw.call("CreateDisk", ORDER | changes)
    assert (reply.status, reply.code) == (status, code)


def test_a_disk_is_deleted_while_it_is_attached_to_nothing(sdk, raw, clock):
    for disk, status, code in (
        ("d-sandbox-data", 403, "IncorrectDiskStatus"),
        ("d-gone", 404, "InvalidDiskId.NotFound"),
        ("", 400, "MissingParameter"),
    ):
        reply = raw.call("DeleteDisk", {"DiskId": disk})
        assert (reply.status, reply.code) == (status, code)
    # Its snapshot is in creation, and never ends.
    pending = {"InstanceId": "i-sandbox-pending", "DiskId": "d-sandbox-pending"}
    raw.call("DetachDisk", pending)
    clock.advance(seconds=2)
    held = raw.call("DeleteDisk", {"DiskId": "d-sandbox-pending"})
    assert (held.status, held.code) == (403, "DiskCreatingSnapshot")
    sdk.delete_disk(models.DeleteDiskRequest(disk_id="d-sandbox-detached"))
    assert disks(raw, "d-sandbox-detached") == []
    where = {"RegionId": REGION, "DiskId": "d-sandbox-detached"}
    kept = raw.call("DescribeSnapshots", where).body
    assert kept["TotalCount"] == 8
