"""RetentionDays: snapshots go by themselves when their days are over."""

import sqlite3

from ecs_snap_cli.sandbox import reset

REGION = {"RegionId": "cn-hangzhou"}
LOCK = {"LockMode": "compliance", "LockDuration": "1", "CoolOffPeriod": "0"}


def make(raw, clock, disk="d-sandbox-system", **more):
    reply = raw.call("CreateSnapshot", {"DiskId": disk, **more})
    assert reply.status == 200, reply.body
    clock.advance(seconds=4)
    return reply.body["SnapshotId"]


def there(raw, *snapshots):
    ids = ", ".join(f'"{each}"' for each in snapshots)
    body = raw.call("DescribeSnapshots", {**REGION, "SnapshotIds": f"[{ids}]"}).body
    return {each["SnapshotId"] for each in body["Snapshots"]["Snapshot"]}


def test_a_snapshot_goes_when_its_days_are_over_and_not_before(raw, clock):
    long, short = (make(raw, clock, RetentionDays=days) for days in ("3", "1"))
    kept = make(raw, clock)
    clock.advance(days=1, seconds=-9)
    assert there(raw, long, short, kept) == {long, short, kept}
    clock.advance(seconds=1)
    assert there(raw, long, short, kept) == {long, kept}
    assert raw.call("DeleteSnapshot", {"SnapshotId": short}).code == "InvalidSnapshotId.NotFound"
    clock.advance(days=3000)
    assert there(raw, long, kept) == {kept}


def test_what_an_image_was_made_of_stays_until_the_image_is_gone(raw, clock):
    snapshot = make(raw, clock, RetentionDays="1")
    image = raw.call("CreateImage", {**REGION, "SnapshotId": snapshot}).body["ImageId"]
    clock.advance(days=2)
    assert there(raw, snapshot) == {snapshot}
    assert raw.call("DeleteImage", {**REGION, "ImageId": image}).status == 200
    assert there(raw, snapshot) == set()


def test_the_lock_of_a_snapshot_goes_with_it(raw, clock):
    snapshot = make(raw, clock, RetentionDays="2")
    assert raw.call("LockSnapshot", {**REGION, **LOCK, "SnapshotId": snapshot}).status == 200
    clock.advance(days=2)
    locks = raw.call("DescribeLockedSnapshots", REGION).body["LockedSnapshotsInfo"]
    assert snapshot not in {each["SnapshotId"] for each in locks}


def test_two_servers_on_one_file_agree_on_what_is_over(start, raw_client, clock, tmp_path):
    one, two = (raw_client(start(tmp_path / "s").url) for _ in range(2))
    snapshot = make(one, clock, RetentionDays="1")
    clock.advance(days=1)
    assert there(two, snapshot) == there(one, snapshot) == set()


def test_what_is_due_is_found_by_indexes_alone(tmp_path):
    from ecs_snap_cli.sandbox import chores
    from ecs_snap_cli.sandbox.rows import Policy, Snapshot
    from ecs_snap_cli.sandbox.tables import selection

    reset(tmp_path / "s")
    connection = sqlite3.connect(tmp_path / "s")
    for kind, (sql, bound) in ((Snapshot, chores._over(1)), (Policy, chores._due(1))):
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT EXISTS ({selection(kind, f'WHERE {sql}')})", bound
        ).fetchall()
        steps = [step[3] for step in plan]
        assert any("_by_end" in step or "_by_time" in step for step in steps), steps
        assert not any(step.startswith(("SCAN snapshots", "SCAN policies")) for step in steps)
    connection.close()
