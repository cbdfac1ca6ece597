"""Every filter of the four Describe calls finds what it says, alone and from page to page.

The rows are in a region of which the first state holds nothing.
"""

import itertools

import pytest

from ecs_snap_cli.sandbox.actions import ACTIONS
from ecs_snap_cli.sandbox.paging import PAGING_PARAMETERS
from ecs_snap_cli.sandbox.params import declared_form
from ecs_snap_cli.sandbox.rows import Attachment, Disk, Image, Instance, Snapshot
from ecs_snap_cli.sandbox.state import State
from ecs_snap_cli.sandbox.times import HOUR, parse_minute_form

REGION = "cn-beijing"
# Rows are made at this moment and an hour, two hours and so on later.
START = parse_minute_form("2026-03-01T00:00Z")
FIRST, SECOND, THIRD = "2026-03-01T00:00Z", "2026-03-01T01:00Z", "2026-03-01T02:00Z"
A, B = (("env", "a"), ("team", "x")), (("env", "b"),)
QUOTED = (('say "hi"', "a,[b]\\"),)
IDS = {
    "DescribeDisks": ("Disks", "Disk", "DiskId"),
    "DescribeImages": ("Images", "Image", "ImageId"),
    "DescribeInstances": ("Instances", "Instance", "InstanceId"),
    "DescribeSnapshots": ("Snapshots", "Snapshot", "SnapshotId"),
}
# Images follow their snapshots in time, so their order is the snapshots'.
ALL = {
    "DescribeDisks": ["d-1", "d-2", "d-3", "d-4", "d-5"],
    "DescribeImages": ["m-2", "m-1"],
    "DescribeInstances": ["i-1", "i-2", "i-3"],
    "DescribeSnapshots": ["s-4", "s-3", "s-2", "s-1"],
}


def rows(now):
    def at(instance, device):
        return Attachment(instance, device, START)

    here = {"region": REGION, "zone": "cn-beijing-c"}
    there = {"region": REGION, "zone": "cn-beijing-d"}
    made = [START + hour * HOUR for hour in range(5)]
    yield Instance("i-1", "Running", made[0], made[0], "web-1", tags=A, **here)
    yield Instance(
        *("i-2", "Stopped", made[1], None, "web-22", "ecs.c7.xlarge"),
        **there,
        resource_group_id="rg-a",
        locks=("financial", "security"),
        tags=B,
    )
    yield Instance("i-3", "Starting", made[2], None, "db", changed=now, tags=QUOTED, **here)
    yield Disk(
        *("d-1", "system", "cloud_essd", "In_use", made[0], START),
        attachments=(at("i-1", "/dev/xvda"),),
        policies=("sp-1", "sp-2"),
        tags=A,
        **here,
    )
    yield Disk(
        *("d-2", "data", "cloud_ssd", "In_use", made[1], START),
        attachments=(at("i-1", "/dev/xvdb"), at("i-2", "/dev/xvdb")),
        encrypted=True,
        resource_group_id="rg-a",
        tags=B,
        **here,
    )
    yield Disk(
        *("d-3", "data", "cloud_essd", "Available", made[2], None),
        name="loose",
        source_snapshot_id="s-1",
        locks=("security",),
        tags=QUOTED,
        **there,
    )
    yield Disk(
        *("d-4", "data", "local_ssd_pro", "In_use", made[3], START),
        attachments=(at("i-2", "/dev/xvdc"),),
        policies=("sp-2",),
        **there,
    )
    yield Disk("d-5", "data", "cloud_auto", "Creating", made[4], None, changed=now, **here)
    disk_1, disk_2 = ("system", "cloud_essd", 40, "daily"), ("data", "cloud_ssd", 40, "weekly")
    yield Snapshot("s-1", "d-1", made[0], *disk_1, region=REGION, tags=A)
    yield Snapshot(
        *("s-2", "d-2", made[1], *disk_2),
        type="auto",
        encrypted=True,
        resource_group_id="rg-a",
        region=REGION,
        tags=B,
    )
    yield Snapshot("s-3", "d-1", made[2], *disk_1[:3], fate="failed", region=REGION, tags=QUOTED)
    yield Snapshot("s-4", "d-4", now, "data", "cloud_essd", 40, region=REGION)
    yield Image("m-1", "s-1", made[0], 40, "golden-1", region=REGION, tags=A)
    yield Image("m-2", "s-2", made[1], 40, "silver", "", REGION, resource_group_id="rg-a", tags=B)


@pytest.fixture
def raw(start, raw_client, clock, tmp_path):
    """A server with these rows beside the first state; nothing has gone its way yet."""
    path = tmp_path / "state"
    state = State(path, clock)
    for row in rows(state.now()):
        state.add(row)
    state.close()
    return raw_client(start(path).url)


def ids(raw, action, parameters):
    reply = raw.call(action, {"RegionId": REGION, "PageSize": "100", **parameters})
    assert reply.status == 200, reply.body
    return _ids(action, reply)


def _ids(action, reply):
    outer, inner, key = IDS[action]
    return [row[key] for row in reply.body[outer][inner]]


def tagged(a, b, quoted):
    """Filters by tag, in both spellings, and what they find of the rows tagged A, B and QUOTED."""
    return [
        ({"Tag.1.Key": "env"}, [*a, *b]),
        ({"Tag.1.Key": "env", "Tag.1.Value": "a"}, a),
        ({"Tag.1.Key": "env", "Tag.1.Value": "c"}, []),
        ({"Tag.3.Key": "team", "Tag.7.Key": "env"}, a),
        ({"Tag.1.Key": "team", "Tag.2.Key": "env", "Tag.2.Value": "b"}, []),
        ({"Tag.1.key": "env", "Tag.1.value": "b"}, b),
        ({"Tag.1.key": "env", "Tag.1.Value": "b"}, b),
        ({"Tag.1.Key": 'say "hi"'}, quoted),
        ({"Tag.1.Key": 'say "hi"', "Tag.1.Value": "a,[b]\\"}, quoted),
        ({"Tag.1.Key": "hi"}, []),
        ({"Tag.1.Key": "en"}, []),
        # A value is no key.
        ({"Tag.1.Key": "a"}, []),
    ]


def made(*each):
    """Filters by time, and what they find of the rows in the order of their making."""

    def between(**bounds):
        pairs = enumerate(bounds.items(), 1)
        return {
            f"Filter.{n}.{part}": text
            for n, (key, value) in pairs
            for part, text in (("Key", f"Creation{key}Time"), ("Value", value))
        }

    return [
        (between(End=FIRST), each[:1]),
        (between(Start=SECOND), each[1:]),
        (between(Start=SECOND, End=SECOND), each[1:2]),
        (between(End=SECOND, Start=FIRST), each[:2]),
        (between(Start=THIRD, End=SECOND), []),
    ]


DISKS = [
    ({}, ALL["DescribeDisks"]),
    ({"DiskIds": '["d-4","d-1","d-sandbox-data"]'}, ["d-1", "d-4"]),
    ({"DiskIds": "[]"}, []),
    ({"InstanceId": "i-1"}, ["d-1", "d-2"]),
    ({"InstanceId": "i-2", "DiskIds": '["d-1","d-4"]'}, ["d-4"]),
    ({"InstanceId": "i-"}, []),
    ({"DiskType": "system"}, ["d-1"]),
    ({"DiskType": "data"}, ["d-2", "d-3", "d-4", "d-5"]),
    ({"DiskType": "all"}, ALL["DescribeDisks"]),
    ({"Category": "cloud_essd"}, ["d-1", "d-3"]),
    ({"Category": "all"}, ALL["DescribeDisks"]),
    ({"Status": "In_use"}, ["d-1", "d-2", "d-4"]),
    ({"Status": "Available"}, ["d-3"]),
    ({"Status": "Creating"}, ["d-5"]),
    ({"Status": "All"}, ALL["DescribeDisks"]),
    ({"DiskName": "loose"}, ["d-3"]),
    ({"DiskName": "loos"}, []),
    ({"ZoneId": "cn-beijing-d"}, ["d-3", "d-4"]),
    ({"SnapshotId": "s-1"}, ["d-3"]),
    ({"ResourceGroupId": "rg-a"}, ["d-2"]),
    ({"Encrypted": "true"}, ["d-2"]),
    ({"Encrypted": "False"}, ["d-1", "d-3", "d-4", "d-5"]),
    ({"LockReason": "security"}, ["d-3"]),
    ({"LockReason": "financial"}, []),
    ({"AutoSnapshotPolicyId": "sp-1"}, ["d-1"]),
    ({"AutoSnapshotPolicyId": "sp-2"}, ["d-1", "d-4"]),
    ({"AutoSnapshotPolicyId": "sp"}, []),
    ({"EnableAutomatedSnapshotPolicy": "true"}, ["d-1", "d-4"]),
    ({"EnableAutomatedSnapshotPolicy": "false"}, ["d-2", "d-3", "d-5"]),
    ({"Portable": "true"}, ["d-2", "d-3", "d-5"]),
    ({"Portable": "false"}, ["d-1", "d-4"]),
    ({"DeleteWithInstance": "true"}, ["d-1"]),
    ({"DeleteWithInstance": "false"}, ["d-2", "d-3", "d-4", "d-5"]),
    ({"MultiAttach": "Enabled"}, ["d-2"]),
    ({"MultiAttach": "Disabled"}, ["d-1", "d-3", "d-4", "d-5"]),
    ({"MultiAttach": "LegacyShared"}, []),
    ({"PerformanceLevel": "PL1"}, ["d-1", "d-3", "d-5"]),
    ({"PerformanceLevel": "PL2"}, []),
    ({"DiskChargeType": "PostPaid"}, ALL["DescribeDisks"]),
    ({"DiskChargeType": "PrePaid"}, []),
    ({"DeleteAutoSnapshot": "true"}, []),
    ({"DeleteAutoSnapshot": "false"}, ALL["DescribeDisks"]),
    ({"EnableAutoSnapshot": "true"}, ALL["DescribeDisks"]),
    ({"EnableAutoSnapshot": "false"}, []),
    ({"EnableShared": "true"}, []),
    ({"EnableShared": "false"}, ALL["DescribeDisks"]),
    ({"KMSKeyId": "key-1"}, []),
    ({"ZoneId": "cn-beijing-c", "Status": "In_use", "DiskType": "data"}, ["d-2"]),
    *tagged(["d-1"], ["d-2"], ["d-3"]),
    *made(*ALL["DescribeDisks"]),
]
INSTANCES = [
    ({}, ALL["DescribeInstances"]),
    ({"InstanceIds": '["i-3","i-1"]'}, ["i-1", "i-3"]),
    ({"InstanceIds": "[]"}, []),
    ({"Status": "Running"}, ["i-1"]),
    ({"Status": "Stopped"}, ["i-2"]),
    ({"Status": "Starting"}, ["i-3"]),
    ({"InstanceName": "web-1"}, ["i-1"]),
    ({"InstanceName": "web-*"}, ["i-1", "i-2"]),
    ({"InstanceName": "*b*2"}, ["i-2"]),
    ({"InstanceName": "web"}, []),
    ({"InstanceName": "web-."}, []),
    ({"InstanceType": "ecs.g7.large"}, ["i-1", "i-3"]),
    ({"InstanceType": "ecs.g7"}, []),
    ({"InstanceTypeFamily": "ecs.c7"}, ["i-2"]),
    ({"ZoneId": "cn-beijing-c"}, ["i-1", "i-3"]),
    ({"ResourceGroupId": "rg-a"}, ["i-2"]),
    ({"LockReason": "security"}, ["i-2"]),
    ({"LockReason": "refunded"}, []),
    ({"ImageId": "aliyun_3_x64_20G_alibase_20240528.vhd"}, ALL["DescribeInstances"]),
    ({"ImageId": "m-1"}, []),
    ({"InstanceChargeType": "PrePaid"}, []),
    ({"InstanceNetworkType": "vpc"}, ALL["DescribeInstances"]),
    ({"InstanceNetworkType": "classic"}, []),
    ({"InternetChargeType": "PayByBandwidth"}, []),
    ({"KeyPairName": "mine"}, []),
    ({"HpcClusterId": "hpc-1"}, []),
    ({"SecurityGroupId": "sg-sandbox"}, ALL["DescribeInstances"]),
    ({"SecurityGroupId": "sg-other"}, []),
    ({"VSwitchId": "vsw-other"}, []),
    ({"VpcId": "vpc-other"}, []),
    ({"DeviceAvailable": "false"}, []),
    ({"DeviceAvailable": "true"}, ALL["DescribeInstances"]),
    ({"IoOptimized": "false"}, []),
    ({"IoOptimized": "true", "InstanceName": "db"}, ["i-3"]),
    *tagged(["i-1"], ["i-2"], ["i-3"]),
    *made(*ALL["DescribeInstances"]),
]
SNAPSHOTS = [
    ({}, ALL["DescribeSnapshots"]),
    ({"SnapshotIds": '["s-1","s-4"]'}, ["s-4", "s-1"]),
    ({"SnapshotIds": "[]"}, []),
    ({"DiskId": "d-1"}, ["s-3", "s-1"]),
    ({"InstanceId": "i-1"}, ["s-3", "s-2", "s-1"]),
    ({"InstanceId": "i-2"}, ["s-4", "s-2"]),
    ({"InstanceId": "i-3"}, []),
    ({"SnapshotLinkId": "sl-2"}, ["s-2"]),
    ({"SnapshotName": "daily"}, ["s-1"]),
    ({"SnapshotName": "dail"}, []),
    ({"SnapshotType": "user"}, ["s-4", "s-3", "s-1"]),
    ({"SnapshotType": "auto"}, ["s-2"]),
    ({"SnapshotType": "all"}, ALL["DescribeSnapshots"]),
    ({"SourceDiskType": "system"}, ["s-3", "s-1"]),
    ({"SourceDiskType": "Data"}, ["s-4", "s-2"]),
    ({"ResourceGroupId": "rg-a"}, ["s-2"]),
    ({"Encrypted": "true"}, ["s-2"]),
    ({"Encrypted": "false"}, ["s-4", "s-3", "s-1"]),
    ({"Category": "standard"}, ALL["DescribeSnapshots"]),
    ({"Category": "archive"}, []),
    ({"KMSKeyId": "key-1"}, []),
    ({"Status": "progressing"}, ["s-4"]),
    ({"Status": "accomplished"}, ["s-2", "s-1"]),
    ({"Status": "failed"}, ["s-3"]),
    ({"Status": "all"}, ALL["DescribeSnapshots"]),
    ({"Usage": "image_disk"}, ["s-1"]),
    ({"Usage": "image"}, ["s-2"]),
    ({"Usage": "disk"}, []),
    ({"Usage": "none", "DiskId": "d-1"}, ["s-3"]),
    ({"Status": "accomplished", "SnapshotType": "auto", "Usage": "image"}, ["s-2"]),
    *tagged(["s-1"], ["s-2"], ["s-3"]),
    *made("s-1", "s-2", "s-3", "s-4"),
]
IMAGES = [
    ({}, ALL["DescribeImages"]),
    ({"ImageId": "m-1"}, ["m-1"]),
    ({"ImageId": "m-sandbox-detached"}, []),
    ({"SnapshotId": "s-2"}, ["m-2"]),
    ({"ImageName": "golden-1"}, ["m-1"]),
    ({"ImageName": "old"}, ["m-1"]),
    ({"ImageName": "lead"}, []),
    ({"ResourceGroupId": "rg-a"}, ["m-2"]),
    ({"Status": "Available"}, ALL["DescribeImages"]),
    ({"Status": "Creating,Available"}, ALL["DescribeImages"]),
    ({"Status": "Creating"}, []),
    ({"ImageOwnerAlias": "self"}, ALL["DescribeImages"]),
    ({"ImageOwnerAlias": "system"}, []),
    ({"OSType": "linux"}, ALL["DescribeImages"]),
    ({"OSType": "windows"}, []),
    ({"Architecture": "x86_64"}, ALL["DescribeImages"]),
    ({"Architecture": "arm64"}, []),
    ({"Usage": "none"}, ALL["DescribeImages"]),
    ({"Usage": "instance"}, []),
    ({"IsPublic": "false"}, ALL["DescribeImages"]),
    ({"IsPublic": "true"}, []),
    ({"ImageFamily": "family"}, []),
    *tagged(["m-1"], ["m-2"], []),
    *made("m-1", "m-2"),
]
TABLES = {
    "DescribeDisks": DISKS,
    "DescribeImages": IMAGES,
    "DescribeInstances": INSTANCES,
    "DescribeSnapshots": SNAPSHOTS,
}
CASES = [
    pytest.param(action, parameters, found, id=f"{action}-{number}")
    for action, table in TABLES.items()
    for number, (parameters, found) in enumerate(table)
]


@pytest.mark.parametrize(("action", "parameters", "found"), CASES)
def test_a_filter_finds_what_it_says(raw, action, parameters, found):
    # In the order of the whole list, whatever the filter.
    assert ids(raw, action, parameters) == [each for each in ALL[action] if each in found]


@pytest.mark.parametrize("action", TABLES)
def test_no_parameter_is_left_out(action):
    tried = {declared_form(name) for parameters, _ in TABLES[action] for name in parameters}
    assert tried == ACTIONS[action].supported - PAGING_PARAMETERS - {"DryRun"}


@pytest.mark.parametrize("action", TABLES)
def test_whatever_is_asked_for_it_comes_whole_by_pages_of_either_kind(raw, action):
    for parameters, _ in TABLES[action]:
        query = {"RegionId": REGION, **parameters}
        whole = ids(raw, action, parameters)
        numbered = []
        for number in itertools.count(1):
            page = {"PageSize": "2", "PageNumber": str(number)}
            reply = raw.call(action, query | page)
            assert reply.body["TotalCount"] == len(whole)
            if not (found := _ids(action, reply)):
                break
            numbered += found
        assert numbered == whole
        if "MaxResults" in ACTIONS[action].supported:
            assert _by_tokens(raw, action, query, "2") == whole


@pytest.mark.parametrize(
    ("action", "filters"),
    [
        ("DescribeDisks", {}),
        ("DescribeDisks", {"DiskType": "data"}),
        ("DescribeDisks", {"Status": "In_use", "Tag.1.Key": "fleet"}),
        ("DescribeInstances", {}),
        ("DescribeInstances", {"InstanceName": "*-fleet-*"}),
        ("DescribeInstances", {"Tag.1.key": "fleet", "Tag.1.value": "sandbox"}),
        ("DescribeSnapshots", {}),
        ("DescribeSnapshots", {"SnapshotType": "user"}),
        ("DescribeSnapshots", {"Status": "accomplished", "SourceDiskType": "data"}),
    ],
)
def test_many_come_whole_by_pages_of_either_kind(start, raw_client, action, filters):
    raw = raw_client(start(disks=150).url)
    query = {"RegionId": "cn-hangzhou", **filters}
    numbered = []
    while True:
        page = {"PageSize": "11", "PageNumber": str(len(numbered) // 11 + 1)}
        reply = raw.call(action, query | page)
        numbered += _ids(action, reply)
        if len(numbered) >= reply.body["TotalCount"]:
            break
    assert len(set(numbered)) == len(numbered) == reply.body["TotalCount"] > 33
    assert _by_tokens(raw, action, query, "11") == numbered


def _by_tokens(raw, action, query, size):
    seen, token = [], ""
    while True:
        reply = raw.call(action, query | {"MaxResults": size, "NextToken": token})
        seen += _ids(action, reply)
        token = reply.body["NextToken"]
        if not token:
            return seen


@pytest.mark.parametrize("name", ["InstanceName", "InstanceTypeFamily"])
def test_a_pattern_that_no_database_takes_finds_nothing(raw, name):
    reply = raw.form("DescribeInstances", {"RegionId": "cn-hangzhou", name: "[" * 20_000})
    assert (reply.status, reply.body["TotalCount"]) == (200, 0)
