"""AttachDisk and DetachDisk."""

import json

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.rows import Attachment, Disk
from ecs_snap_cli.sandbox.state import State

REGION = "cn-hangzhou"
DETACHED, DATA = "d-sandbox-detached", "i-sandbox-data"


def disk(raw, disk_id):
    where = {"RegionId": REGION, "DiskIds": json.dumps([disk_id])}
    (found,) = raw.call("DescribeDisks", where).body["Disks"]["Disk"]
    return found


def now(clock):
    return clock.time.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_disk_is_attached_and_detached_by_and_by(sdk, raw, clock):
    before = disk(raw, DETACHED)
    sdk.attach_disk(models.AttachDiskRequest(instance_id=DATA, disk_id=DETACHED))
    found = disk(raw, DETACHED)
    assert (found["Status"], found["InstanceId"]) == ("Attaching", DATA)
    clock.advance(seconds=1)
    assert disk(raw, DETACHED)["Status"] == "Attaching"
    attached = found["AttachedTime"]
    assert attached > before["AttachedTime"]
    clock.advance(seconds=1)
    found = disk(raw, DETACHED)
    # /dev/xvdb is the instance's own data disk.
    assert (found["Status"], found["Device"]) == ("In_use", "/dev/xvdc")
    (attachment,) = found["Attachments"]["Attachment"]
    assert attachment == {"InstanceId": DATA, "Device": "/dev/xvdc", "AttachedTime": attached}
    assert found["DetachedTime"] == before["DetachedTime"]
    assert raw.call("CreateSnapshot", {"DiskId": DETACHED}).status == 200

    sdk.detach_disk(models.DetachDiskRequest(instance_id=DATA, disk_id=DETACHED))
    found = disk(raw, DETACHED)
    assert (found["Status"], found["InstanceId"], found["Device"]) == ("Detaching", "", "")
    assert found["DetachedTime"] == now(clock)
    clock.advance(seconds=2)
    found = disk(raw, DETACHED)
    assert (found["Status"], found["AttachedTime"]) == ("Available", attached)
    assert found["Attachments"] == {"Attachment": []}
    assert raw.call("CreateSnapshot", {"DiskId": DETACHED}).code == "IncorrectDiskStatus"


def test_the_filters_by_status_and_instance_follow(raw, clock):
    def listed(**where):
        found = raw.call("DescribeDisks", {"RegionId": REGION, **where}).body["Disks"]["Disk"]
        return [each["DiskId"].removeprefix("d-sandbox-") for each in found]

    raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": DETACHED, "Device": "/dev/xvdz"})
    assert listed(Status="Attaching") == ["detached"]
    assert listed(InstanceId=DATA) == ["data", "detached"]
    clock.advance(seconds=2)
    assert listed(Status="Attaching") == []
    assert listed(Status="Available") == ["never-attached"]
    raw.call("DetachDisk", {"InstanceId": DATA, "DiskId": DETACHED})
    assert listed(Status="Detaching") == ["detached"]
    assert listed(InstanceId=DATA) == ["data"]
    clock.advance(seconds=2)
    assert listed(Status="Available") == ["detached", "never-attached"]


def test_a_device_that_is_free_again_is_given_again(raw, clock):
    raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": DETACHED, "Device": "/dev/xvdd"})
    raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": "d-sandbox-never-attached"})
    assert disk(raw, "d-sandbox-never-attached")["Device"] == "/dev/xvdc"
    clock.advance(seconds=2)
    raw.call("DetachDisk", {"InstanceId": DATA, "DiskId": "d-sandbox-data"})
    clock.advance(seconds=2)
    raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": "d-sandbox-data"})
    assert disk(raw, "d-sandbox-data")["Device"] == "/dev/xvdb"


def test_an_instance_has_seventeen_disks_at_most(raw, clock):
    # One it has already.
    order = {"RegionId": REGION, "ZoneId": "cn-hangzhou-i", "Size": "20"}
    made = [raw.call("CreateDisk", order).body["DiskId"] for _ in range(17)]
    clock.advance(seconds=2)
    codes = [raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": each}).code for each in made]
    assert codes == [""] * 16 + ["InstanceDiskLimitExceeded"]
    assert disk(raw, made[15])["Device"] == "/dev/xvdr"


def test_one_that_instances_share_is_detached_from_the_one_named(
    start, raw_client, clock, tmp_path
):
    start(tmp_path / "state").close()
    both = tuple(Attachment(f"i-sandbox-{name}", "/dev/xvdx", 1) for name in ("data", "full"))
    shared = Disk("d-shared", "data", "cloud_essd", "In_use", 1, 1, attachments=both)
    state = State(tmp_path / "state", clock)
    state.add(shared)
    state.close()
    raw = raw_client(start(tmp_path / "state").url)
    assert raw.call("DetachDisk", {"InstanceId": DATA, "DiskId": "d-shared"}).status == 200
    found = disk(raw, "d-shared")
    assert (found["Status"], found["InstanceId"]) == ("In_use", "i-sandbox-full")
    last = {"InstanceId": "i-sandbox-full", "DiskId": "d-shared"}
    assert raw.call("DetachDisk", last).status == 200
    assert disk(raw, "d-shared")["Status"] == "Detaching"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"InstanceId": ""}, 400, "MissingParameter"),
        ({"DiskId": ""}, 400, "MissingParameter"),
        ({"InstanceId": "i-gone"}, 404, "InvalidInstanceId.NotFound"),
        ({"DiskId": "d-gone"}, 404, "InvalidDiskId.NotFound"),
        ({"RegionId": "cn-beijing"}, 404, "InvalidDiskId.NotFound"),
        ({"InstanceId": "i-sandbox-starting"}, 400, "IncorrectInstanceStatus"),
        ({"InstanceId": "i-sandbox-locked"}, 403, "InstanceLockedForSecurity"),
        ({"DiskId": "d-sandbox-full"}, 403, "IncorrectDiskStatus"),
        ({"DiskId": "d-sandbox-data"}, 403, "IncorrectDiskStatus"),
        ({"DiskId": "d-sandbox-local"}, 403, "DiskNotPortable"),
        ({"DiskId": "d-sandbox-system"}, 403, "DiskNotPortable"),
        ({"Device": "/dev/xvdb"}, 403, "InvalidDevice.InUse"),
        ({"Device": "/dev/xvda"}, 400, "InvalidDevice.Malformed"),
        ({"Device": "/dev/xvdbb"}, 400, "InvalidDevice.Malformed"),
        ({"Bootable": "true"}, 400, "UnsupportedParameter"),
        ({"DeleteWithInstance": "true"}, 400, "UnsupportedParameter"),
        ({"Force": "true"}, 400, "UnsupportedParameter"),
        ({"Password": "Secret-1"}, 400, "UnsupportedParameter"),
        ({"KeyPairName": "mine"}, 400, "UnsupportedParameter"),
        ({"Device": "/dev/xvdz", "Force": "false", "DeleteWithInstance": "False"}, 200, ""),
        ({"InstanceId": "i-sandbox-never-started"}, 200, ""),
    ],
)
def test_attaching_is_refused_for_ecss_reasons(raw, changes, status, code):
    reply = raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": DETACHED, **changes})
    assert (reply.status, reply.code) == (status, code)
    if status != 200:
        assert disk(raw, DETACHED)["Status"] == "Available"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"InstanceId": ""}, 400, "MissingParameter"),
        ({"DiskId": ""}, 400, "MissingParameter"),
        ({"InstanceId": "i-gone"}, 404, "InvalidInstanceId.NotFound"),
        ({"DiskId": "d-gone"}, 404, "InvalidDiskId.NotFound"),
        ({"DiskId": DETACHED}, 404, "InvalidDisk.AlreadyDetached"),
        ({"DiskId": "d-sandbox-full"}, 403, "DependencyViolation"),
        ({"InstanceId": "i-sandbox-full"}, 403, "DependencyViolation"),
        (
            {"InstanceId": "i-sandbox-starting", "DiskId": "d-sandbox-starting"},
            403,
            "IncorrectInstanceStatus",
        ),
        (
            {"InstanceId": "i-sandbox-locked", "DiskId": "d-sandbox-locked"},
            403,
            "InstanceLockedForSecurity",
        ),
        (
            {"InstanceId": "i-sandbox-system", "DiskId": "d-sandbox-system"},
            403,
            "DiskTypeViolation",
        ),
        ({"InstanceId": "i-sandbox-local", "DiskId": "d-sandbox-local"}, 403, "DiskNotPortable"),
        ({"DeleteWithInstance": "true"}, 400, "UnsupportedParameter"),
        ({"DeleteWithInstance": "false"}, 200, ""),
        (
            {"InstanceId": "i-sandbox-never-started", "DiskId": "d-sandbox-never-started"},
            200,
            "",
        ),
    ],
)
def test_detaching_is_refused_for_ecss_reasons(raw, changes, status, code):
    reply = raw.call("DetachDisk", {"InstanceId": DATA, "DiskId": "d-sandbox-data", **changes})
    assert (reply.status, reply.code) == (status, code)


def test_what_is_on_its_way_is_left_alone(raw):
    pair = {"InstanceId": DATA, "DiskId": DETACHED}
    assert raw.call("AttachDisk", pair).status == 200
    for action in ("AttachDisk", "DetachDisk", "DeleteDisk", "CreateSnapshot"):
        asked = pair if action in ("AttachDisk", "DetachDisk") else {"DiskId": DETACHED}
        reply = raw.call(action, asked)
        assert (reply.status, reply.code) == (403, "IncorrectDiskStatus"), action


def test_disk_and_instance_are_to_be_in_one_zone(raw, clock):
    order = {"RegionId": REGION, "ZoneId": "cn-hangzhou-b", "Size": "20"}
    elsewhere = raw.call("CreateDisk", order).body["DiskId"]
    clock.advance(seconds=2)
    reply = raw.call("AttachDisk", {"InstanceId": DATA, "DiskId": elsewhere})
    assert (reply.status, reply.code) == (403, "ResourcesNotInSameZone")


def test_a_device_of_another_instance_is_free(raw, server):
    state = server._state
    shared = Disk(
        id="d-shared",
        type="data",
        category="cloud_essd",
        status="In_use",
        created=0,
        attached=0,
        attachments=(
            Attachment(DATA, "/dev/xvdc", 0),
            Attachment("i-sandbox-system", "/dev/xvdd", 0),
        ),
    )
    state.add(shared)
    asked = {"InstanceId": DATA, "DiskId": DETACHED, "Device": "/dev/xvdd"}
    assert raw.call("AttachDisk", asked).status == 200
