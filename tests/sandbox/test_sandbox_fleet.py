"""A fleet of disks beside the first state: in memory, in a file, by the command."""

from collections import Counter

import pytest

from ecs_snap_cli.sandbox import reset

WHERE = {"RegionId": "cn-hangzhou", "Tag.1.Key": "fleet", "Tag.1.Value": "sandbox"}


def everything(raw, action, outer, **where):
    """Every row, by pages of 500 or what the action has for them."""
    inner, token, found = outer.removesuffix("s"), "", []
    while True:
        page = {**where, "MaxResults": "500", "NextToken": token}
        body = raw.call(action, {"RegionId": "cn-hangzhou", **page}).body
        found += body[outer][inner]
        token = body["NextToken"]
        if not token:
            return found


@pytest.fixture
def raw(start, raw_client):
    return raw_client(start(disks=110, rules="documented").url)


def test_the_fleet_is_all_there_beside_the_eleven(raw):
    disks = everything(raw, "DescribeDisks", "Disks")
    assert len(disks) == 121
    fleet = [
        disk for disk in disks if {"TagKey": "fleet", "TagValue": "sandbox"} in disk["Tags"]["Tag"]
    ]
    assert [disk["DiskId"] for disk in fleet] == [
        f"d-sandbox-fleet-{number:04}" for number in range(1, 111)
    ]
    assert {disk["Status"] for disk in fleet} == {"In_use"}
    assert len({disk["Category"] for disk in fleet}) >= 4
    assert len({disk["Size"] for disk in fleet}) >= 4


def test_a_system_disk_and_three_data_disks_share_an_instance(raw):
    fleet = [d for d in everything(raw, "DescribeDisks", "Disks") if "fleet" in d["DiskId"]]
    instances = [i["InstanceId"] for i in everything(raw, "DescribeInstances", "Instances")]
    count = Counter(disk["InstanceId"] for disk in fleet)
    assert set(count) == {name for name in instances if "fleet" in name}
    assert sorted(count.values()) == [2, *[4] * 27]
    for disk in fleet[:4]:
        assert disk["InstanceId"] == "i-sandbox-fleet-0001"
    assert [disk["Type"] for disk in fleet[:5]] == ["system", *["data"] * 3, "system"]
    assert len({disk["Device"] for disk in fleet[:4]}) == 4


def test_every_other_disk_has_one_old_snapshot(raw):
    snapshots = [
        s for s in everything(raw, "DescribeSnapshots", "Snapshots") if "fleet" in s["SnapshotId"]
    ]
    assert sorted(snapshot["SourceDiskId"] for snapshot in snapshots) == [
        f"d-sandbox-fleet-{number:04}" for number in range(1, 111, 2)
    ]
    assert {snapshot["Status"] for snapshot in snapshots} == {"accomplished"}


@pytest.mark.parametrize("rules", ["documented", "current"])
def test_each_is_eligible_by_either_rule_set(start, raw_client, rules):
    raw = raw_client(start(disks=30, rules=rules).url)
    for number in range(1, 31):
        made = raw.call("CreateSnapshot", {"DiskId": f"d-sandbox-fleet-{number:04}"})
        assert made.status == 200, made.body


def test_reset_makes_a_fleet_and_unmakes_it(tmp_path, start, raw_client):
    path = tmp_path / "state.sqlite3"
    reset(path, disks=3)
    raw = raw_client(start(path, disks=50).url)
    count = {**WHERE, "PageNumber": "1"}
    assert raw.call("DescribeDisks", count).body["TotalCount"] == 3
    reset(path)
    assert raw.call("DescribeDisks", count).body["TotalCount"] == 0


def test_a_page_has_up_to_500_disks(start, raw_client):
    raw = raw_client(start(disks=600).url)
    sizes, token = [], ""
    while not sizes or token:
        page = {"RegionId": "cn-hangzhou", "MaxResults": "500", "NextToken": token}
        body = raw.call("DescribeDisks", page).body
        sizes.append(len(body["Disks"]["Disk"]))
        token = body["NextToken"]
    assert sizes == [500, 111]


ONE_DISK = {"DiskIds": '["d-sandbox-fleet-0201"]'}


@pytest.mark.parametrize(
    ("action", "asked", "most"),
    [
        ("CreateSnapshot", {"DiskId": "d-sandbox-fleet-0201"}, 3),
        ("DescribeDisks", ONE_DISK, 1),
        ("DescribeDisks", {"InstanceId": "i-sandbox-fleet-0051"}, 4),
        ("DescribeDisks", {"MaxResults": "100"}, 101),
        ("DescribeInstances", {"InstanceIds": '["i-sandbox-fleet-0051"]'}, 1),
        ("DescribeSnapshots", {"DiskId": "d-sandbox-fleet-0201"}, 1),
        ("DescribeSnapshots", {"SnapshotIds": '["s-sandbox-fleet-0201-1"]'}, 1),
        ("DescribeSnapshots", {"InstanceId": "i-sandbox-data", "DiskId": "d-sandbox-data"}, 3),
    ],
)
def test_no_more_rows_are_read_than_needed(start, raw_client, monkeypatch, action, asked, most):
    from ecs_snap_cli.sandbox import state

    raw, read = raw_client(start(disks=400).url), []

    def counted(kind, *stored):
        read.append(kind)
        return load(kind, *stored)

    load = state.load
    monkeypatch.setattr(state, "load", counted)
    assert raw.call(action, {"RegionId": "cn-hangzhou", **asked}).status == 200
    assert 1 <= len(read) <= most


def test_the_command_makes_a_fleet_in_the_state_that_it_is_told(run, tmp_path, start, raw_client):
    path = tmp_path / "state.sqlite3"
    ended = run("sandbox", "reset", "--state", str(path), "--disks", "12")
    assert (ended.code, ended.err) == (0, "")
    count = {**WHERE, "PageNumber": "1"}
    assert raw_client(start(path).url).call("DescribeDisks", count).body["TotalCount"] == 12


@pytest.mark.parametrize("disks", ["0", "10001", "many"])
def test_a_fleet_of_no_such_size_is_a_usage_error(run, tmp_path, disks):
    path = tmp_path / "state.sqlite3"
    assert run("sandbox", "reset", "--state", str(path), "--disks", disks).code == 2
    assert not path.exists()
