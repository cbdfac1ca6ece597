"""The clock that can be turned: by the server, on the state file, back again, and at the start."""

from datetime import UTC, datetime, timedelta

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox import (
    ClockError,
    SandboxServer,
    advance_clock,
    read_clock,
    reset,
    set_clock,
)

REGION = {"RegionId": "cn-hangzhou"}
DISK = {"DiskId": "d-sandbox-data"}
HOURLY = {
    "regionId": "cn-hangzhou",
    "timePoints": "[" + ",".join(f'"{hour}"' for hour in range(24)) + "]",
    "repeatWeekdays": '["1","2","3","4","5","6","7"]',
    "retentionDays": "-1",
}
TIME = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def created(raw):
    """The times of the disk's snapshots, the newest first."""
    body = raw.call("DescribeSnapshots", {**REGION, **DISK, "PageSize": "100"}).body
    return [each["CreationTime"] for each in body["Snapshots"]["Snapshot"]]


def test_a_server_turns_its_clock_and_goes_on_from_there(server, raw, clock):
    server.set_clock(TIME)
    clock.advance(seconds=2)
    assert raw.call("CreateSnapshot", DISK).status == 200
    assert created(raw)[0] == "2031-05-06T07:08:11Z"
    server.advance(timedelta(days=1, seconds=-1))
    assert raw.call("CreateSnapshot", DISK).status == 200
    assert created(raw)[0] == "2031-05-07T07:08:10Z"


def test_requests_are_signed_and_dated_by_the_real_time(server, sdk):
    server.advance(timedelta(days=400))
    made = sdk.create_snapshot(models.CreateSnapshotRequest(disk_id="d-sandbox-data")).body
    server.advance(timedelta(seconds=3))
    (found,) = sdk.describe_snapshots(
        models.DescribeSnapshotsRequest(
            region_id="cn-hangzhou", snapshot_ids=f'["{made.snapshot_id}"]'
        )
    ).body.snapshots.snapshot
    assert found.status == "accomplished"
    ahead = datetime.fromisoformat(found.creation_time) - datetime.now(UTC)
    assert timedelta(days=399) < ahead < timedelta(days=401)


def test_a_state_file_is_turned_while_servers_use_it(start, raw_client, tmp_path):
    path = tmp_path / "s"
    one, two = (raw_client(start(path, clock=real).url) for _ in range(2))
    one.clock = two.clock = real
    assert set_clock(path, TIME) - TIME < timedelta(minutes=1)
    assert TIME + timedelta(days=14) <= advance_clock(path, timedelta(days=14))
    assert TIME + timedelta(days=14) <= read_clock(path)
    for raw in (one, two):
        assert raw.call("CreateSnapshot", DISK).status == 200
        assert created(raw)[0].startswith("2031-05-20T07:")
        advance_clock(path, timedelta(seconds=4))
    assert abs(set_clock(path, None) - real()) < timedelta(minutes=1)
    assert abs(read_clock(path) - real()) < timedelta(minutes=1)


def real():
    return datetime.now(UTC)


def test_a_reset_sets_the_clock_back(tmp_path):
    set_clock(tmp_path / "s", TIME)
    reset(tmp_path / "s")
    assert abs(read_clock(tmp_path / "s") - real()) < timedelta(minutes=1)


@pytest.mark.parametrize("kept", [True, False])
def test_a_first_state_is_made_as_of_the_time_of_the_start(start, raw_client, tmp_path, kept):
    raw = raw_client(start(tmp_path / "s" if kept else ":memory:", start_at=TIME).url)
    assert created(raw)[0] == "2031-04-22T07:08:09Z"
    if kept:
        later = raw_client(start(tmp_path / "s", start_at=TIME + timedelta(days=1)).url)
        assert created(later)[0] == "2031-04-22T07:08:09Z"
        assert later.call("CreateSnapshot", DISK).status == 200
        assert created(raw)[0] == "2031-05-07T07:08:09Z"


def test_a_clock_that_is_turned_back_goes_through_the_same_hours_again(server, raw):
    server.set_clock(TIME)
    policy = raw.call("CreateAutoSnapshotPolicy", HOURLY).body["AutoSnapshotPolicyId"]
    applied = {"autoSnapshotPolicyId": policy, "diskIds": '["d-sandbox-data"]'}
    raw.call("ApplyAutoSnapshotPolicy", {**REGION, **applied})
    before = created(raw)
    server.advance(timedelta(hours=2))
    hours = ["2031-05-06T09:00:00Z", "2031-05-06T08:00:00Z"]
    assert created(raw) == hours + before
    for each in raw.call("DescribeSnapshots", {**REGION, **DISK}).body["Snapshots"]["Snapshot"][:2]:
        raw.call("DeleteSnapshot", {"SnapshotId": each["SnapshotId"]})
    server.set_clock(TIME)
    assert created(raw) == before
    server.advance(timedelta(hours=2))
    assert created(raw) == hours + before


@pytest.mark.parametrize("year", [1969, 1999, 9000])
def test_a_time_far_from_our_days_is_refused_and_changes_nothing(server, raw, tmp_path, year):
    time = datetime(year, 6, 1, tzinfo=UTC)
    path = tmp_path / "s"
    before = created(raw)
    for refused in (
        lambda: server.set_clock(time),
        lambda: server.advance(time - real()),
        lambda: SandboxServer(path, start_at=time),
    ):
        with pytest.raises(ClockError, match="between the years 2000 and 9000"):
            refused()
    assert created(raw) == before
    assert not path.exists()
    for refused in (lambda: set_clock(path, time), lambda: advance_clock(path, time - real())):
        with pytest.raises(ClockError, match="between the years 2000 and 9000"):
            refused()
    assert abs(read_clock(path) - real()) < timedelta(minutes=1)
