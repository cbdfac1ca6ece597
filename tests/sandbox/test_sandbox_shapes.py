"""Every answer has fields that the official SDK's models know, each of the type that they have."""

import pytest

from ecs_snap_cli.sandbox.actions import ACTIONS
from tests.sandbox.shapes import misfits

WHERE = {"RegionId": "cn-hangzhou"}
DISK, INSTANCE, SNAPSHOT = "d-sandbox-data", "i-sandbox-data", "s-sandbox-data-2"
TAG = {"Tag.1.Key": "k", "Tag.1.Value": "v"}
TAGGED = {"ResourceType": "snapshot", "ResourceId.1": SNAPSHOT}
POLICY = {"timePoints": '["1"]', "repeatWeekdays": '["1"]', "retentionDays": "1"}
COPY = {"DestinationRegionId": "cn-shanghai", "SnapshotId": SNAPSHOT}
LOCK = {"LockMode": "compliance", "LockDuration": "2", "CoolOffPeriod": "3"}
# One after the other, so that those that list have something of every kind to list. A value in
# braces is what an answer before has named so.
CALLS = (
    ("CreateSnapshotGroup", {"InstanceId": INSTANCE, **TAG}),
    ("DescribeSnapshotGroups", {}),
    ("CreateAutoSnapshotPolicy", {**POLICY, **TAG}),
    (
        "ApplyAutoSnapshotPolicy",
        {"autoSnapshotPolicyId": "{AutoSnapshotPolicyId}", "diskIds": f'["{DISK}"]'},
    ),
    (
        "ModifyAutoSnapshotPolicyEx",
        {"autoSnapshotPolicyId": "{AutoSnapshotPolicyId}", "retentionDays": "9"},
    ),
    ("DescribeAutoSnapshotPolicyEx", {}),
    ("DescribeAutoSnapshotPolicyAssociations", {"DiskId": DISK}),
    ("ModifySnapshotAttribute", {"SnapshotId": SNAPSHOT, "RetentionDays": "9000"}),
    ("LockSnapshot", {"SnapshotId": SNAPSHOT, **LOCK}),
    ("DescribeLockedSnapshots", {}),
    ("TagResources", {**TAGGED, **TAG}),
    ("ListTagResources", TAGGED),
    ("DescribeDisks", {"PageSize": "100"}),
    ("DescribeInstances", {"PageSize": "100"}),
    ("DescribeSnapshots", {"PageSize": "100"}),
    ("DescribeSnapshots", {"MaxResults": "100"}),
    ("DescribeImages", {}),
    ("DescribeRegions", {}),
    ("DescribeZones", {}),
    ("UntagResources", {**TAGGED, "All": "true"}),
    ("UnlockSnapshot", {"SnapshotId": SNAPSHOT}),
    (
        "CancelAutoSnapshotPolicy",
        {"autoSnapshotPolicyId": "{AutoSnapshotPolicyId}", "diskIds": f'["{DISK}"]'},
    ),
    ("DeleteAutoSnapshotPolicy", {"autoSnapshotPolicyId": "{AutoSnapshotPolicyId}"}),
    ("DeleteSnapshotGroup", {"SnapshotGroupId": "{SnapshotGroupId}"}),
    (
        "CopySnapshot",
        {**COPY, "DestinationSnapshotName": "a-copy", "DestinationSnapshotDescription": "a copy"},
    ),
    ("CreateSnapshot", {"DiskId": DISK}),
    ("DeleteSnapshot", {"SnapshotId": "{SnapshotId}"}),
    ("CreateImage", {"SnapshotId": "s-sandbox-system-1"}),
    ("DeleteImage", {"ImageId": "{ImageId}"}),
    ("AttachDisk", {"DiskId": "d-sandbox-detached", "InstanceId": INSTANCE}),
    ("DetachDisk", {"DiskId": "d-sandbox-full", "InstanceId": "i-sandbox-full"}),
    ("CreateDisk", {"ZoneId": "cn-hangzhou-i", "Size": "40"}),
    ("DeleteDisk", {"DiskId": "d-sandbox-never-attached"}),
    ("StopInstance", {"InstanceId": INSTANCE}),
    ("StartInstance", {"InstanceId": "i-sandbox-never-started"}),
)


def test_every_answer_has_the_fields_and_the_types_of_the_sdk(raw):
    named = {}
    for action, asked in CALLS:
        reply = raw.call(action, {**WHERE, **{k: named.get(v, v) for k, v in asked.items()}})
        assert reply.status == 200, (action, reply.body)
        assert misfits(action, reply.body) == []
        named |= {f"{{{name}}}": value for name, value in reply.body.items()}
    assert {action for action, _ in CALLS} == ACTIONS.keys()


@pytest.mark.parametrize(
    ("answer", "odd"),
    [
        ({"RequestID": "x"}, "DescribeDisks has no RequestID"),
        ({"TotalCount": "1"}, "DescribeDisks.TotalCount is str, not int"),
        ({"Disks": []}, "DescribeDisks.Disks is list, not dict"),
        ({"Disks": {"Disk": [{"Sizes": 1}]}}, "DescribeDisks.Disks.Disk[] has no Sizes"),
        ({"Disks": {"Disk": [{"Encrypted": 1}]}}, "DescribeDisks.Disks.Disk[].Encrypted is int, "),
        ({"RequestId": None}, "DescribeDisks.RequestId is NoneType, not str"),
    ],
)
def test_what_does_not_fit_is_told(answer, odd):
    (found,) = misfits("DescribeDisks", answer)
    assert found.startswith(odd)
