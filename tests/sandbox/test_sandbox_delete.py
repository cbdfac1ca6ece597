"""DeleteSnapshot: what it removes, what it refuses, and what Force changes."""

from dataclasses import replace

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.rows import Image, SnapshotLock

REGION = "cn-hangzhou"


def listed(raw, **filters):
    where = {"RegionId": REGION, "PageSize": "100", **filters}
    return [
        s["SnapshotId"] for s in raw.call("DescribeSnapshots", where).body["Snapshots"]["Snapshot"]
    ]


@pytest.mark.parametrize("number", [4, 5, 6])
def test_a_snapshot_that_nothing_holds_is_removed(raw, number):
    name = f"s-sandbox-detached-{number}"
    reply = raw.call("DeleteSnapshot", {"SnapshotId": name})
    assert (reply.status, list(reply.body)) == (200, ["RequestId"])
    left = listed(raw, DiskId="d-sandbox-detached")
    assert (len(left), name in left) == (7, False)


def test_a_snapshot_in_creation_is_cancelled_and_its_disk_is_free_again(sdk, raw):
    sdk.delete_snapshot(models.DeleteSnapshotRequest(snapshot_id="s-sandbox-pending-1"))
    assert listed(raw, DiskId="d-sandbox-pending") == []
    assert raw.call("CreateSnapshot", {"DiskId": "d-sandbox-pending"}).status == 200


@pytest.mark.parametrize(
    ("snapshot", "more", "status", "code"),
    [
        ("s-sandbox-detached-1", {}, 403, "SnapshotCreatedDisk"),
        ("s-sandbox-detached-1", {"Force": "false"}, 403, "SnapshotCreatedDisk"),
        ("s-sandbox-detached-2", {}, 403, "SnapshotCreatedImage"),
        ("s-sandbox-detached-2", {"Force": "true"}, 403, "SnapshotCreatedImage"),
        ("s-sandbox-detached-3", {}, 403, "InvalidOperation.SnapshotIsLocked"),
        ("s-sandbox-detached-3", {"Force": "true"}, 403, "InvalidOperation.SnapshotIsLocked"),
        ("s-gone", {}, 404, "InvalidSnapshotId.NotFound"),
        ("s-gone", {"Force": "true"}, 404, "InvalidSnapshotId.NotFound"),
        ("s-sandbox-detached-6", {"RegionId": "cn-beijing"}, 404, "InvalidSnapshotId.NotFound"),
        ("", {}, 400, "MissingParameter"),
        ("s-sandbox-detached-6", {"Force": "yes"}, 400, "InvalidParameter"),
        ("s-sandbox-detached-6", {"DryRun": "true"}, 400, "InvalidParameter"),
    ],
)
def test_a_refusal_removes_nothing(raw, snapshot, more, status, code):
    before = listed(raw, DiskId="d-sandbox-detached")
    reply = raw.call("DeleteSnapshot", {"SnapshotId": snapshot, **more})
    assert (reply.status, reply.code) == (status, code)
    assert listed(raw, DiskId="d-sandbox-detached") == before


def test_force_reaches_a_snapshot_that_a_disk_was_made_of(raw):
    forced = {"SnapshotId": "s-sandbox-detached-1", "Force": "True"}
    assert raw.call("DeleteSnapshot", forced).status == 200
    assert raw.call("DeleteSnapshot", forced).code == "InvalidSnapshotId.NotFound"
    disks = {"RegionId": REGION, "DiskIds": '["d-sandbox-never-attached"]'}
    (disk,) = raw.call("DescribeDisks", disks).body["Disks"]["Disk"]
    assert disk["SourceSnapshotId"] == "s-sandbox-detached-1"


def test_an_expired_lock_is_none_and_goes_with_its_snapshot(server, raw, clock):
    state = server._state
    state.add(SnapshotLock("s-sandbox-detached-6", state.now(), state.now(), 1, 0))
    order = {"SnapshotId": "s-sandbox-detached-6"}
    clock.advance(days=1, seconds=-1)
    assert raw.call("DeleteSnapshot", order).code == "InvalidOperation.SnapshotIsLocked"
    clock.advance(seconds=1)
    assert raw.call("DeleteSnapshot", order).status == 200
    assert state.find(SnapshotLock, "s-sandbox-detached-6") is None


def test_usage_says_what_a_snapshot_is_used_by(server, raw):
    where = {"RegionId": REGION, "DiskId": "d-sandbox-detached"}

    def usages():
        shown = raw.call("DescribeSnapshots", where).body["Snapshots"]["Snapshot"]
        return {s["SnapshotId"][-1]: s["Usage"] for s in shown if s["Usage"] != "none"}

    assert usages() == {"1": "disk", "2": "image"}
    state = server._state
    (image,) = state.walk(Image)
    state.add(replace(image, id="m-another", snapshot_id="s-sandbox-detached-1"))
    assert usages() == {"1": "image_disk", "2": "image"}
    assert listed(raw, Usage="image_disk") == ["s-sandbox-detached-1"]
