"""What the sandbox answers is what the official SDK's models know, to the letter."""

import json
import re

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.actions import ACTIONS

WHERE = {"RegionId": "cn-hangzhou"}
LOCK = {"SnapshotId": "s-sandbox-data-2", "LockMode": "compliance", "LockDuration": "1"}
POLICY = {
    "regionId": "cn-hangzhou",
    "autoSnapshotPolicyName": "nightly",
    "timePoints": '["1"]',
    "repeatWeekdays": '["1"]',
    "retentionDays": "7",
}


def asked(made):
    """A call of every action that has something to say, and what goes before it."""
    policy = {"autoSnapshotPolicyId": made["policy"], "regionId": "cn-hangzhou"}
    tagged = {"ResourceType": "disk", "ResourceId.1": "d-sandbox-data"}
    return {
        "ApplyAutoSnapshotPolicy": {**policy, "diskIds": '["d-sandbox-data"]'},
        "AttachDisk": {"DiskId": "d-sandbox-detached", "InstanceId": "i-sandbox-data"},
        "CancelAutoSnapshotPolicy": {**policy, "diskIds": '["d-sandbox-data"]'},
        "CopySnapshot": {
            "SnapshotId": "s-sandbox-data-2",
            "DestinationRegionId": "cn-beijing",
            "DestinationSnapshotName": "copy",
            "DestinationSnapshotDescription": "a copy",
        },
        "CreateAutoSnapshotPolicy": POLICY,
        "CreateDisk": {"Size": "40", "DiskCategory": "cloud_essd", "ZoneId": "cn-hangzhou-i"},
        "CreateImage": {"SnapshotId": "s-sandbox-system-1"},
        "CreateSnapshot": {"DiskId": "d-sandbox-data", "RetentionDays": "7"},
        "CreateSnapshotGroup": {"InstanceId": "i-sandbox-data"},
        "DeleteAutoSnapshotPolicy": policy,
        "DeleteDisk": {"DiskId": made["disk"]},
        "DeleteImage": {"ImageId": "m-sandbox-detached"},
        "DeleteSnapshot": {"SnapshotId": "s-sandbox-system-1"},
        "DeleteSnapshotGroup": {"SnapshotGroupId": made["group"]},
        "DescribeAutoSnapshotPolicyAssociations": {"DiskId": "d-sandbox-system"},
        "DescribeAutoSnapshotPolicyEx": {},
        "DescribeDisks": {},
        "DescribeImages": {},
        "DescribeInstances": {},
        "DescribeLockedSnapshots": {},
        "DescribeRegions": {},
        "DescribeSnapshotGroups": {},
        "DescribeSnapshots": {},
        "DescribeZones": {"Verbose": "true"},
        "DetachDisk": {"DiskId": "d-sandbox-data", "InstanceId": "i-sandbox-data"},
        "ListTagResources": tagged,
        "LockSnapshot": {**LOCK, "CoolOffPeriod": "3"},
        "ModifyAutoSnapshotPolicyEx": {**policy, "retentionDays": "9"},
        "ModifySnapshotAttribute": {"SnapshotId": "s-sandbox-data-2", "SnapshotName": "other"},
        "StartInstance": {"InstanceId": "i-sandbox-never-started"},
        "StopInstance": {"InstanceId": "i-sandbox-data"},
        "TagResources": {**tagged, "Tag.1.Key": "a"},
        "UnlockSnapshot": {"SnapshotId": made["locked"]},
        "UntagResources": {**tagged, "All": "true"},
    }


@pytest.fixture
def made(raw, clock):
    """One of everything that the first state lacks."""
    disk = raw.call("CreateDisk", {**WHERE, "Size": "40", "DiskCategory": "cloud_essd",
                                   "ZoneId": "cn-hangzhou-i"}).body["DiskId"]  # fmt: skip
    policy = raw.call("CreateAutoSnapshotPolicy", POLICY).body["AutoSnapshotPolicyId"]
    apply = {"regionId": "cn-hangzhou", "autoSnapshotPolicyId": policy}
    for disks in ('["d-sandbox-system"]', '["d-sandbox-data"]'):
        raw.call("ApplyAutoSnapshotPolicy", {**apply, "diskIds": disks})
    group = raw.call("CreateSnapshotGroup", {**WHERE, "InstanceId": "i-sandbox-data"})
    assert group.status == 200, group.body
    lock = {**WHERE, **LOCK, "SnapshotId": "s-sandbox-data-1", "CoolOffPeriod": "3"}
    assert raw.call("LockSnapshot", lock).status == 200
    clock.advance(minutes=1)
    return {
        "disk": disk,
        "policy": policy,
        "group": group.body["SnapshotGroupId"],
        "locked": "s-sandbox-data-1",
    }


def test_every_action_is_asked():
    assert asked(dict.fromkeys(("disk", "policy", "group", "locked"), "")).keys() == ACTIONS.keys()


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_an_answer_is_what_the_sdks_model_of_it_says(raw, made, action):
    parameters = asked(made)[action]
    where = {} if "regionId" in parameters else WHERE
    reply = raw.call(action, {**where, **parameters})
    assert reply.status == 200, reply.body
    model = getattr(models, f"{action}ResponseBody")()
    model.from_map(json.loads(reply.raw))
    assert without_nothing(model.to_map()) == without_nothing(reply.body)
    # Lists that have a record each are what makes this worth its while.
    assert all(value != [] for name, value in reply.body.items() if name != "NextToken")


@pytest.mark.parametrize("action", sorted(name for name in ACTIONS if name.startswith("Desc")))
def test_xml_has_the_very_same_fields(v1, raw, made, action):
    parameters = {**WHERE, **asked(made)[action]}
    json_fields = re.findall(rb'"(\w+)":', raw.call(action, parameters).raw)
    xml = v1.call(action, **parameters, Format="XML")
    assert xml.status == 200
    assert set(re.findall(rb"<(\w+)>", xml.raw)) - {f"{action}Response".encode()} == {
        name for name in json_fields if b"<" + name + b">" in xml.raw
    }
    # An empty list has no element of its own.
    assert {name for name in json_fields if b"<" + name + b">" not in xml.raw} <= {
        *(b"Attachment", b"OperationLock", b"LockReason", b"Tag", b"IpAddress"),
        *(b"DedicatedHostType", b"DedicatedHostGeneration", b"VolumeCategories"),
    }


def without_nothing(value):
    """Without what is None or empty, which the models may leave out."""
    if isinstance(value, dict):
        kept = {name: without_nothing(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, {}, [])}
    if isinstance(value, list):
        return [without_nothing(each) for each in value]
    return value
