"""DescribeLockedSnapshots, LockSnapshot and UnlockSnapshot."""

import pytest
from alibabacloud_ecs20140526 import models

REGION = {"RegionId": "cn-hangzhou"}
FREE, HELD = "s-sandbox-detached-6", "s-sandbox-detached-3"
TERMS = {**REGION, "LockMode": "compliance", "LockDuration": "2", "CoolOffPeriod": "3"}


def lock(raw, **changes):
    return raw.call("LockSnapshot", {**TERMS, "SnapshotId": FREE, **changes})


def unlock(raw, **changes):
    return raw.call("UnlockSnapshot", {**REGION, "SnapshotId": FREE, **changes})


def locked(raw, **filters):
    filters = {name.replace("__", "."): value for name, value in filters.items()}
    reply = raw.call("DescribeLockedSnapshots", {**REGION, **filters})
    assert reply.status == 200, reply.body
    return {each["SnapshotId"]: each["LockStatus"] for each in reply.body["LockedSnapshotsInfo"]}


def test_locked_snapshots_have_the_shape_the_sdk_reads(sdk):
    request = models.DescribeLockedSnapshotsRequest(
        region_id="cn-hangzhou", snapshot_ids=[HELD], lock_status="compliance"
    )
    body = sdk.describe_locked_snapshots(request).body
    (found,) = body.locked_snapshots_info
    assert (found.snapshot_id, found.lock_mode, found.lock_status) == (
        *(HELD, "compliance"),
        "compliance",
    )
    assert (found.lock_duration, found.cool_off_period) == (3650, 24)
    assert found.lock_creation_time == found.lock_duration_start_time
    assert found.lock_creation_time < found.cool_off_period_expired_time < found.lock_expired_time
    assert body.next_token == ""


def test_a_lock_goes_through_its_three_states(raw, clock):
    made = lock(raw).body["LockedSnapshotInfo"]
    assert (made["SnapshotId"], made["LockStatus"]) == (FREE, "compliance-cooloff")
    assert locked(raw) == {HELD: "compliance", FREE: "compliance-cooloff"}
    clock.advance(hours=3)
    assert locked(raw, LockStatus="compliance") == {HELD: "compliance", FREE: "compliance"}
    clock.advance(days=2)
    assert locked(raw, SnapshotIds__1=FREE) == {FREE: "expired"}
    assert unlock(raw).code == "InvalidSnapshotLock.NotFound"
    assert lock(raw).body["LockedSnapshotInfo"]["LockStatus"] == "compliance-cooloff"


def test_a_lock_can_be_taken_off_and_changed_while_it_cools_off_and_only_prolonged_after(
    raw, clock
):
    lock(raw)
    assert unlock(raw).status == 200
    assert locked(raw) == {HELD: "compliance"}
    lock(raw)
    assert lock(raw, LockDuration="1").body["LockedSnapshotInfo"]["LockDuration"] == 1
    first = lock(raw, CoolOffPeriod="0").body["LockedSnapshotInfo"]
    clock.advance(hours=1)
    for refused in (
        unlock(raw),
        lock(raw),
        lock(raw, LockDuration="1", CoolOffPeriod="0"),
    ):
        assert (refused.status, refused.code) == (403, "InvalidOperation.CoolOffPeriodExpired")
    longer = lock(raw, LockDuration="9", CoolOffPeriod="0").body["LockedSnapshotInfo"]
    assert longer["LockDuration"] == 9
    assert longer["LockCreationTime"] == first["LockCreationTime"]
    assert longer["LockExpiredTime"] > first["LockExpiredTime"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"LockMode": "governance"}, 400, "InvalidLockMode.Malformed"),
        ({"LockMode": ""}, 400, "MissingParameter"),
        ({"LockDuration": "0"}, 400, "InvalidParameter"),
        ({"LockDuration": "36501"}, 400, "InvalidParameter"),
        ({"CoolOffPeriod": "73", "LockDuration": "9"}, 400, "InvalidParameter"),
        ({"CoolOffPeriod": ""}, 400, "MissingParameter"),
        ({"CoolOffPeriod": "48"}, 400, "InvalidCoolOffPeriod.ExceedLockDuration"),
        ({"SnapshotId": "s-gone"}, 404, "InvalidSnapshotId.NotFound"),
        ({"RegionId": "cn-beijing"}, 404, "InvalidSnapshotId.NotFound"),
        ({"SnapshotId": "s-sandbox-detached-5"}, 403, "InvalidOperation.SnapshotNotAvailable"),
        ({"SnapshotId": "s-sandbox-pending-1"}, 403, "InvalidOperation.SnapshotNotAvailable"),
        ({"DryRun": "true"}, 412, "DryRunOperation"),
    ],
)
def test_a_lock_that_is_refused_is_none(raw, changes, status, code):
    reply = lock(raw, **changes)
    assert (reply.status, reply.code) == (status, code)
    assert locked(raw) == {HELD: "compliance"}


def test_a_lock_ends_no_later_than_the_retention_and_counts_from_the_accomplishment(raw, clock):
    order = {"DiskId": "d-sandbox-data", "RetentionDays": "3"}
    made = raw.call("CreateSnapshot", order).body["SnapshotId"]
    early = lock(raw, SnapshotId=made)
    assert early.code == "InvalidOperation.SnapshotNotAvailable"
    clock.advance(seconds=1)
    for days, code in (("2", ""), ("3", "InvalidLockDuration.ExceedRetentionDays")):
        assert lock(raw, SnapshotId=made, LockDuration=days).code == code
    info = raw.call("DescribeLockedSnapshots", {**REGION, "SnapshotIds.1": made})
    (found,) = info.body["LockedSnapshotsInfo"]
    assert found["LockDurationStartTime"] > found["LockCreationTime"]


@pytest.mark.parametrize(
    ("snapshot", "code"),
    [
        (FREE, "InvalidSnapshotLock.NotFound"),
        (HELD, "InvalidOperation.CoolOffPeriodExpired"),
        ("s-gone", "InvalidSnapshotId.NotFound"),
    ],
)
def test_what_cannot_be_unlocked(raw, snapshot, code):
    assert unlock(raw, SnapshotId=snapshot).code == code


def test_unlocking_under_a_token_happens_once(raw):
    lock(raw)
    assert unlock(raw, DryRun="true").code == "DryRunOperation"
    first = unlock(raw, ClientToken="t")
    assert unlock(raw, ClientToken="t").body == first.body
    lock(raw)
    assert unlock(raw, ClientToken="t").body == first.body
    assert locked(raw)[FREE] == "compliance-cooloff"


def test_asking_for_what_is_not_locked_or_not_there_is_refused(raw):
    for ids in ([FREE], [HELD, FREE], ["s-gone"]):
        asked = {f"SnapshotIds.{number}": each for number, each in enumerate(ids, 1)}
        reply = raw.call("DescribeLockedSnapshots", {**REGION, **asked})
        assert (reply.status, reply.code) == (404, "InvalidSnapshotLock.NotFound")
        assert HELD not in reply.body["Message"]
    elsewhere = {"RegionId": "cn-shanghai", "SnapshotIds.1": HELD}
    reply = raw.call("DescribeLockedSnapshots", elsewhere)
    assert (reply.status, reply.code) == (404, "InvalidSnapshotLock.NotFound")
    many = {f"SnapshotIds.{number}": f"s-{number}" for number in range(1, 102)}
    assert raw.call("DescribeLockedSnapshots", {**REGION, **many}).code == "InvalidParameter"
    odd = raw.call("DescribeLockedSnapshots", {**REGION, "LockStatus": "locked"})
    assert (odd.status, odd.code) == (400, "InvalidLockStatus.Malformed")


def test_locks_come_in_pages_by_token_alone(raw):
    for number in range(1, 13):
        assert lock(raw, SnapshotId=f"s-sandbox-full-{number}").status == 200
    first = raw.call("DescribeLockedSnapshots", {**REGION, "MaxResults": "1"}).body
    assert set(first) == {"RequestId", "NextToken", "LockedSnapshotsInfo"}
    unasked = raw.call("DescribeLockedSnapshots", REGION).body
    assert len(unasked["LockedSnapshotsInfo"]) == len(first["LockedSnapshotsInfo"]) == 10
    rest = raw.call("DescribeLockedSnapshots", {**REGION, "NextToken": first["NextToken"]}).body
    assert (len(rest["LockedSnapshotsInfo"]), rest["NextToken"]) == (3, "")
    numbered = raw.call("DescribeLockedSnapshots", {**REGION, "PageNumber": "1"})
    assert numbered.code == "InvalidParameter"
    assert raw.call("DescribeLockedSnapshots", {**REGION, "DryRun": "true"}).status == 412
    elsewhere = raw.call("DescribeLockedSnapshots", {"RegionId": "cn-beijing"}).body
    assert elsewhere["LockedSnapshotsInfo"] == []


def keep(raw, snapshot_id, days):
    asked = {"SnapshotId": snapshot_id, "RetentionDays": str(days)}
    return raw.call("ModifySnapshotAttribute", asked).code


def test_a_locked_snapshot_is_kept_for_as_long_as_its_lock(raw, clock):
    # The lock holds for 3650 days, from the snapshot's second day on.
    codes = [keep(raw, HELD, days) for days in (36, 3650, 3651)]
    assert codes == ["InvalidParameter", "InvalidParameter", ""]
    clock.advance(days=3)
    assert locked(raw) == {HELD: "compliance"}


def test_a_lock_that_is_over_is_in_the_way_of_no_days(raw, clock):
    # At 26 days of age the snapshot is locked until it is 36 days old.
    assert lock(raw, LockDuration="10", CoolOffPeriod="0").status == 200
    clock.advance(days=9)
    assert keep(raw, FREE, 35) == "InvalidParameter"
    clock.advance(days=2)
    assert keep(raw, FREE, 35) == ""
