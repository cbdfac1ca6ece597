"""Scenarios: how they are read, what the server makes of them, and what is wrong with a bad one."""

import inspect
import json
import re
from datetime import UTC, datetime

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox import ScenarioError, StateError, parse_scenario, read_scenario, reset
from ecs_snap_cli.sandbox.rows import Disk
from ecs_snap_cli.sandbox.state import State
from ecs_snap_cli.sandbox.times import DAY, MINUTE, WEEK

NOW = 1_800_000_000_123
REGION = {"RegionId": "cn-hangzhou"}
# Each list with the action that answers it.
LISTS = {
    "Disks": "DescribeDisks",
    "Instances": "DescribeInstances",
    "Snapshots": "DescribeSnapshots",
    "LockedSnapshotsInfo": "DescribeLockedSnapshots",
    "Images": "DescribeImages",
}
RECORDS = {
    "Disk": models.DescribeDisksResponseBodyDisksDisk,
    "Instance": models.DescribeInstancesResponseBodyInstancesInstance,
    "Snapshot": models.DescribeSnapshotsResponseBodySnapshotsSnapshot,
    "Image": models.DescribeImagesResponseBodyImagesImage,
    "LockedSnapshotInfo": models.DescribeLockedSnapshotsResponseBodyLockedSnapshotsInfo,
}
IDS = {
    "Disk": {"DiskId": "d-1"},
    "Instance": {"InstanceId": "i-1"},
    "Snapshot": {"SnapshotId": "s-1", "SourceDiskId": "d-1"},
    "Image": {"ImageId": "m-1"},
    "LockedSnapshotInfo": {"SnapshotId": "s-1"},
}


def rows(**document):
    return parse_scenario(document).rows(NOW)


def only_disk(**fields):
    _, (disk,), *_ = rows(Disks=[{"DiskId": "d-1", **fields}])
    return disk


def answers(raw):
    """What the five calls answer, all pages, less what differs from one request to another."""
    found = {}
    for name, action in LISTS.items():
        found[name], token = [], None
        while token != "":
            more = {"NextToken": token} if token else {}
            size = {} if action == "DescribeImages" else {"MaxResults": "100"}
            body = raw.call(action, {**REGION, **size, **more}).body
            listed = body[name]
            found[name] += next(iter(listed.values())) if isinstance(listed, dict) else listed
            token = body.get("NextToken", "")
    return found


def test_a_disk_and_its_instance_are_enough(start, raw_client, tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[[Disk]]\nDiskId = "d-1"\nInstanceId = "i-1"\n')
    raw = raw_client(start(scenario=read_scenario(path)).url)
    found = answers(raw)
    (disk,), (instance,) = found["Disks"], found["Instances"]
    assert (disk["Status"], disk["InstanceId"], disk["Size"]) == ("In_use", "i-1", 40)
    assert (instance["InstanceId"], instance["Status"]) == ("i-1", "Running")
    assert found["Snapshots"] == found["Images"] == []
    assert raw.call("CreateSnapshot", {"DiskId": "d-1"}).status == 200


def test_what_the_sandbox_answers_makes_the_same_answers(start, raw_client):
    first = answers(raw_client(start().url))
    again = answers(raw_client(start(scenario=parse_scenario(first)).url))
    assert again == first
    assert len(first["Snapshots"]) > 64


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_of_an_answer_of_ecs_may_be_there(record):
    fields = re.findall(r"result\['(\w+)'\]", inspect.getsource(RECORDS[record].to_map))
    assert len(fields) > 8
    snapshot = {} if record == "Snapshot" else {"Snapshot": [IDS["Snapshot"]]}
    rows(**snapshot, **{record: [{**dict.fromkeys(fields), **IDS[record]}]})


def test_ecs_own_wrapping_and_the_plain_lists_are_alike():
    disk = {"DiskId": "d-1", "Tags": {"Tag": [{"TagKey": "env", "TagValue": "prod"}]}}
    plain = {"DiskId": "d-1", "Tags": {"env": "prod"}}
    expected = rows(Disks=[plain])
    assert expected[1][0].tags == (("env", "prod"),)
    assert rows(Disks={"Disk": [disk]}, RequestId="R", TotalCount=1, NextToken="") == expected
    assert rows(Disk=[{**disk, "Tags": disk["Tags"]["Tag"]}]) == expected


def test_toml_and_json_are_told_apart_by_name_or_by_content(tmp_path):
    document = {"Disks": [{"DiskId": "d-1"}]}
    for name, text in {
        "a.json": json.dumps(document),
        "b.txt": "\n " + json.dumps(document),
        "c.toml": '[[Disks]]\nDiskId = "d-1"\n',
    }.items():
        (tmp_path / name).write_text(text)
        assert read_scenario(tmp_path / name).rows(NOW) == parse_scenario(document).rows(NOW)


def test_times_are_instants_or_ages(tmp_path):
    instant = datetime(2026, 1, 31, 12, tzinfo=UTC)
    at = round(instant.timestamp() * 1000)
    for written in ("2026-01-31T12:00:00Z", "2026-01-31T12:00Z", "2026-01-31T13:00+01:00", instant):
        assert only_disk(CreationTime=written).created == at
    whole = NOW - 123
    for age, length in {"-10m": 10 * MINUTE, "-6w": 6 * WEEK, "-0d": 0, "-2d": 2 * DAY}.items():
        assert only_disk(CreationTime=age).created == whole - length
    path = tmp_path / "s.toml"
    path.write_text('[[Disk]]\nDiskId = "d-1"\nCreationTime = 2026-01-31T12:00:00Z\n')
    assert read_scenario(path).rows(NOW)[1][0].created == at


def test_an_age_counts_from_when_the_state_is_made_and_grows(start, raw_client, clock):
    fields = {"DiskId": "d-1", "InstanceId": "i-1", "Type": "system", "CreationTime": "-10m"}
    scenario = parse_scenario({"Disks": [fields]})
    clock.advance(days=3)
    raw = raw_client(start(scenario=scenario).url)
    order = ("CreateSnapshot", {"DiskId": "d-1"})
    assert raw.call(*order).code == "CreateSnapshot.Failed"
    clock.advance(minutes=50)
    assert raw.call(*order).status == 200


def test_a_disk_without_an_instance_never_was_attached_unless_it_says_so():
    never = only_disk()
    assert (never.status, never.attached, never.attachments) == ("Available", None, ())
    before = only_disk(AttachedTime="-3w", DetachedTime="-2w", Status="Available", InstanceId="")
    assert (before.attached, before.detached) == (NOW - 123 - 3 * WEEK, NOW - 123 - 2 * WEEK)


def test_a_disk_on_several_instances():
    listed = [{"InstanceId": "i-1", "Device": "/dev/xvdc"}, {"InstanceId": "i-2"}]
    instances, (disk,), *_ = rows(Disk=[{"DiskId": "d-1", "Attachments": {"Attachment": listed}}])
    assert [(each.instance_id, each.device) for each in disk.attachments] == [
        ("i-1", "/dev/xvdc"),
        ("i-2", "/dev/xvdb"),
    ]
    assert [each.id for each in instances] == ["i-1", "i-2"]


def test_an_instance_that_is_described_is_not_made_up():
    described = {
        "InstanceId": "i-1",
        "Status": "Stopped",
        "StartTime": "",
        "OperationLocks": {"LockReason": [{"LockReason": "security", "LockMsg": "."}]},
    }
    (instance,), *_ = rows(Instance=[described], Disk=[{"DiskId": "d-1", "InstanceId": "i-1"}])
    assert (instance.status, instance.started, instance.locks) == ("Stopped", None, ("security",))


def test_a_snapshot_takes_after_its_disk_or_is_of_one_that_is_gone():
    disk = {"DiskId": "d-1", "Type": "system", "Category": "cloud_ssd", "Size": 80}
    of_it = {"SnapshotId": "s-1", "SourceDiskId": "d-1"}
    gone = {"SnapshotId": "s-2", "SourceDiskId": "d-0", "SourceDiskSize": "20", "Status": "failed"}
    *_, (first, second), _, _ = rows(Disk=[disk], Snapshot=[of_it, gone])
    assert (first.disk_type, first.disk_category, first.disk_size) == ("system", "cloud_ssd", 80)
    assert (second.disk_id, second.disk_size, second.fate) == ("d-0", 20, "failed")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "not a table"),
        ({"Disk": {}}, "Disk is to be a list"),
        ({"Disk": ["d-1"]}, "Disk 1: it is not a table"),
        ({"Volumes": []}, "no field 'Volumes'"),
        ({"Disk": [{}]}, "Disk 1: DiskId is missing"),
        ({"Disk": [{"DiskId": "d 1"}]}, "DiskId is no ID"),
        ({"Disk": [{"DiskId": "d-1", "size": 4}]}, r"Disk 1 \(d-1\): there is no field 'size'"),
        ({"Disk": [{"DiskId": "d-1", "Size": "big"}]}, "Size is to be a whole number from 1"),
        ({"Disk": [{"DiskId": "d-1", "Size": True}]}, "Size is to be a whole number"),
        ({"Disk": [{"DiskId": "d-1", "Size": 0}]}, "Size is to be a whole number"),
        ({"Disk": [{"DiskId": "d-1", "Status": "in_use"}]}, "Status is to be one of In_use, Av"),
        ({"Disk": [{"DiskId": "d-1", "Status": "In_use"}]}, "names no instance"),
        (
            {"Disk": [{"DiskId": "d-1", "InstanceId": "i-1", "Status": "Available"}]},
            "belongs to an instance",
        ),
        ({"Disk": [{"DiskId": "d-1"}] * 2}, r"Disk 2 \(d-1\): this ID was there before"),
        ({"Disk": [{"DiskId": "d-1", "Encrypted": "yes"}]}, "Encrypted is to be true or false"),
        ({"Disk": [{"DiskId": "d-1", "Encrypted": 1}]}, "Encrypted is to be true or false"),
        ({"Disk": [{"DiskId": "d-1", "DiskName": 1}]}, "DiskName is to be a text"),
        ({"Disk": [{"DiskId": "d-1", "DiskName": "\ud800"}]}, "DiskName holds half a character"),
        ({"Disk": [{"DiskId": "d-1", "RegionId": "cn-mars"}]}, "RegionId is to be one of"),
        ({"Disk": [{"DiskId": "d-1", "CreationTime": "soon"}]}, "CreationTime is to be a time"),
        ({"Disk": [{"DiskId": "d-1", "CreationTime": 1}]}, "CreationTime is to be a time"),
        ({"Disk": [{"DiskId": "d-1", "CreationTime": "2026-01-01T00:00"}]}, "is to be a time"),
        ({"Disk": [{"DiskId": "d-1", "CreationTime": "-999999w"}]}, "before 1970"),
        ({"Disk": [{"DiskId": "d-1", "CreationTime": ""}]}, "CreationTime is empty"),
        ({"Disk": [{"DiskId": "d-1", "Tags": [{"TagValue": "v"}]}]}, "a tag without a key"),
        ({"Disk": [{"DiskId": "d-1", "Tags": {"k": 1}}]}, "TagValue is to be a text"),
        (
            {"Disk": [{"DiskId": "d-1", "InstanceId": "i-1", "Attachments": [{"Device": "/dev"}]}]},
            "Attachment 1: InstanceId is missing",
        ),
        ({"Instance": [{"InstanceId": "i-1", "Status": "Dead"}]}, r"Instance 1 \(i-1\): Status"),
        (
            {"Instance": [{"InstanceId": "i-1", "OperationLocks": [{"LockReason": "x"}]}]},
            "LockReason 1: LockReason is to be one of",
        ),
        ({"Snapshot": [{"SnapshotId": "s-1"}]}, r"Snapshot 1 \(s-1\): SourceDiskId is missing"),
        ({"LockedSnapshotsInfo": [{"SnapshotId": "s-1"}]}, "no snapshot of this SnapshotId"),
    ],
)
def test_a_bad_scenario_says_where_and_why(document, why):
    with pytest.raises(ScenarioError, match=f"^the scenario.*{why}"):
        parse_scenario(document)


def test_a_file_that_is_none_is_named(tmp_path):
    for name, text, why in (
        ("a.json", "{", "is not JSON"),
        ("b.toml", "[[Disk", "is not TOML"),
        ("c.json", "[" * 100_000, "is not JSON"),
        ("d.toml", '[[Disk]]\nDiskId = "d-1"\nColour = 1\n', "Disk 1 .d-1.: .*'Colour'"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ScenarioError, match=f"{name}.*{why}"):
            read_scenario(tmp_path / name)
    (tmp_path / "e").write_bytes(b"\xff")
    with pytest.raises(ScenarioError, match="UTF-8"):
        read_scenario(tmp_path / "e")
    with pytest.raises(ScenarioError, match="No such file"):
        read_scenario(tmp_path / "none")


def test_a_state_that_is_there_takes_no_scenario_but_by_a_reset(start, clock, tmp_path):
    path = tmp_path / "state.sqlite3"
    scenario = parse_scenario({"Disks": [{"DiskId": "d-1"}]})
    start(path, scenario=scenario).close()
    with pytest.raises(StateError, match="sandbox reset --state FILE --scenario"):
        start(path, scenario=parse_scenario({}))
    assert disks(path, clock) == ["d-1"]
    reset(path)
    assert len(disks(path, clock)) == 11
    reset(path, scenario=scenario)
    assert disks(path, clock) == ["d-1"]


def disks(path, clock):
    state = State(path, clock)
    found = [disk.id for disk in state.walk(Disk)]
    state.close()
    return found
