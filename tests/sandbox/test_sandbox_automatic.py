"""What policies do when their hours come: snapshots as of those hours, and their limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ecs_snap_cli.sandbox.chores import catch_up
from ecs_snap_cli.sandbox.conditions import equal, held
from ecs_snap_cli.sandbox.rows import Disk, Instance, Policy, Snapshot
from ecs_snap_cli.sandbox.rules import RULE_SETS
from ecs_snap_cli.sandbox.schedule import next_firing
from ecs_snap_cli.sandbox.state import State

REGION = {"regionId": "cn-hangzhou"}
EVERY_HOUR = "[" + ",".join(f'"{hour}"' for hour in range(24)) + "]"
EVERY_DAY = '["1","2","3","4","5","6","7"]'


@pytest.fixture(autouse=True)
def monday_evening(clock):
    """Half an hour before a Tuesday begins in China."""
    clock.time = datetime(2024, 2, 26, 15, 30, tzinfo=UTC)


def policy(raw, *disks, hours=EVERY_HOUR, days=EVERY_DAY, keep="-1"):
    terms = {"timePoints": hours, "repeatWeekdays": days, "retentionDays": keep}
    made = raw.call("CreateAutoSnapshotPolicy", {**REGION, **terms})
    made = made.body["AutoSnapshotPolicyId"]
    ids = "[" + ",".join(f'"d-sandbox-{disk}"' for disk in disks) + "]"
    asked = {**REGION, "autoSnapshotPolicyId": made, "diskIds": ids}
    reply = raw.call("ApplyAutoSnapshotPolicy", asked)
    assert reply.status == 200, reply.body
    return made


def automatic(raw, disk="data", since="2024-02-26T15:30Z"):
    """Those that were made since, the newest first."""
    asked = {
        "RegionId": "cn-hangzhou",
        "DiskId": f"d-sandbox-{disk}",
        "SnapshotType": "auto",
        "PageSize": "100",
        "Filter.1.Key": "CreationStartTime",
        "Filter.1.Value": since,
    }
    reply = raw.call("DescribeSnapshots", asked)
    assert reply.status == 200, reply.body
    return reply.body["Snapshots"]["Snapshot"]


def times(raw, disk="data"):
    return [each["CreationTime"] for each in automatic(raw, disk)]


def test_a_snapshot_is_made_on_the_hour_of_china(raw, clock):
    made = policy(raw, "data", hours='["0","6"]', days='["2","3"]', keep="9")
    clock.advance(minutes=29, seconds=59)
    assert automatic(raw) == []
    clock.advance(seconds=1)
    (found,) = automatic(raw)
    assert found["SnapshotName"] == f"auto2.0_20240227_{made}"
    assert found["CreationTime"] == "2024-02-26T16:00:00Z"
    assert (found["SnapshotType"], found["RetentionDays"]) == ("auto", 9)
    assert (found["Status"], found["SourceDiskId"]) == ("progressing", "d-sandbox-data")
    clock.advance(seconds=3)
    assert automatic(raw)[0]["Status"] == "accomplished"
    clock.advance(days=7)
    assert times(raw) == [
        "2024-03-04T16:00:00Z",
        "2024-02-27T22:00:00Z",
        "2024-02-27T16:00:00Z",
        "2024-02-26T22:00:00Z",
        "2024-02-26T16:00:00Z",
    ]
    clock.advance(days=2)
    assert times(raw)[-1] == "2024-02-26T22:00:00Z"


@pytest.mark.parametrize(
    ("disk", "rules", "number"),
    [
        ("data", "documented", 3),
        ("detached", "documented", 0),
        ("detached", "current", 3),
        ("starting", "current", 0),
        ("never-started", "documented", 0),
        ("locked", "current", 0),
        ("loading", "documented", 0),
        ("never-attached", "current", 0),
        # A snapshot of it is in creation for ever; under either rule set one is enough.
        ("pending", "current", 0),
        # It has 64 manual ones, of which none has to give way.
        ("full", "documented", 0),
        ("full", "current", 3),
    ],
)
def test_a_disk_that_cannot_be_snapshotted_is_passed_over(
    start, raw_client, clock, disk, rules, number
):
    raw = raw_client(start(rules=rules).url)
    policy(raw, disk, "system")
    clock.advance(hours=3)
    assert len(automatic(raw, disk)) == number
    assert len(automatic(raw, "system")) == 3


def test_an_hour_is_skipped_while_a_snapshot_is_in_creation(raw, clock):
    policy(raw, "data")
    clock.advance(minutes=29, seconds=58)
    assert raw.call("CreateSnapshot", {"DiskId": "d-sandbox-data"}).status == 200
    clock.advance(hours=1)
    assert times(raw) == []
    clock.advance(seconds=2)
    assert times(raw) == ["2024-02-26T17:00:00Z"]


def test_an_hour_is_skipped_while_the_instance_is_on_its_way(clock):
    state = State(":memory:", clock)
    disk = state.find(Disk, "d-sandbox-data")
    daily = Policy("sp-1", state.now(), (0, 1, 2), (1, 2, 3, 4, 5, 6, 7), None)
    state.add(replace(daily, next_fire=next_firing(daily, state.now())))
    state.replace(replace(disk, policies=("sp-1",)))
    instance = state.find(Instance, "i-sandbox-data")
    clock.advance(minutes=29, seconds=59)
    state.replace(replace(instance, status="Stopping", changed=state.now()))
    clock.advance(hours=5)
    catch_up(state, RULE_SETS["documented"])
    made = state.walk(Snapshot, [equal("disk_id", disk.id), held("name LIKE 'auto2%'", True)])
    hours = [datetime.fromtimestamp(each.created / 1000, UTC).hour for each in made]
    assert hours == [18, 17]
    state.close()


def test_of_two_policies_of_one_hour_the_one_that_keeps_longer_makes_the_snapshot(raw, clock):
    short, long = policy(raw, "data", keep="1"), policy(raw, "data", hours='["1"]', keep="9")
    clock.advance(hours=3)
    made = [each["SnapshotName"].rpartition("_")[2] for each in automatic(raw)]
    assert made == [short, long, short]


@pytest.mark.parametrize(("rules", "limit"), [("documented", 64), ("current", 2000)])
def test_years_at_once_leave_the_newest_up_to_the_limit(start, raw_client, clock, rules, limit):
    raw = raw_client(start(rules=rules).url)
    policy(raw, "data")
    clock.advance(days=3653)
    asked = {"RegionId": "cn-hangzhou", "DiskId": "d-sandbox-data"}
    users = {**asked, "SnapshotType": "user", "PageSize": "1"}
    manual = raw.call("DescribeSnapshots", users).body["TotalCount"]
    body = raw.call("DescribeSnapshots", {**asked, "PageSize": "100"}).body
    assert body["TotalCount"] == (limit if rules == "documented" else limit + manual)
    newest = clock.time.replace(minute=0)
    hours = [newest - timedelta(hours=number) for number in range(40)]
    assert [each["CreationTime"] for each in body["Snapshots"]["Snapshot"][:40]] == [
        f"{hour:%Y-%m-%dT%H:%M:%SZ}" for hour in hours
    ]
    clock.advance(hours=1)
    again = raw.call("DescribeSnapshots", {**asked, "PageSize": "1"}).body
    assert again["TotalCount"] == body["TotalCount"]


def test_what_cannot_be_deleted_does_not_give_way(raw, clock):
    policy(raw, "system")
    clock.advance(hours=2)
    locked, in_image = (each["SnapshotId"] for each in automatic(raw, "system"))
    terms = {"LockMode": "compliance", "LockDuration": "9", "CoolOffPeriod": "0"}
    region = {"RegionId": "cn-hangzhou"}
    assert raw.call("LockSnapshot", {**region, **terms, "SnapshotId": locked}).status == 200
    assert raw.call("CreateImage", {**region, "SnapshotId": in_image}).status == 200
    clock.advance(days=8)
    ids = [each["SnapshotId"] for each in automatic(raw, "system")]
    assert ids[-2:] == [locked, in_image]
    clock.advance(days=8)
    ids = [each["SnapshotId"] for each in automatic(raw, "system")]
    assert in_image in ids
    assert locked not in ids


def test_a_policy_that_is_changed_cancelled_or_deleted_makes_what_was_due_before(raw, clock):
    made = policy(raw, "data", hours='["0","1","5"]')
    asked = {**REGION, "autoSnapshotPolicyId": made}
    clock.advance(hours=1)
    raw.call("ModifyAutoSnapshotPolicyEx", {**asked, "timePoints": '["1","2","3","4"]'})
    clock.advance(hours=1)
    raw.call("CancelAutoSnapshotPolicy", {**asked, "diskIds": '["d-sandbox-data"]'})
    clock.advance(hours=1)
    assert [time[11:13] for time in times(raw)] == ["17", "16"]
    raw.call("ApplyAutoSnapshotPolicy", {**asked, "diskIds": '["d-sandbox-data"]'})
    clock.advance(hours=1)
    raw.call("DeleteAutoSnapshotPolicy", asked)
    clock.advance(days=9)
    assert [time[11:13] for time in times(raw)] == ["19", "17", "16"]


def test_two_servers_on_one_file_make_one_snapshot_an_hour(start, raw_client, clock, tmp_path):
    one, two = (raw_client(start(tmp_path / "s").url) for _ in range(2))
    policy(one, "data")
    for client in (two, one, two):
        clock.advance(hours=2)
        times(client)
    hours = [time[11:13] for time in times(one)]
    assert hours == ["21", "20", "19", "18", "17", "16"]
    assert times(two) == times(one)
