"""Both ways of paging reach every snapshot once, also while others are being made."""

import pytest
from alibabacloud_ecs20140526 import models

DISK = "d-sandbox-data"
WHERE = {"RegionId": "cn-hangzhou", "DiskId": DISK}


@pytest.fixture
def make(raw, clock):
    """Makes n snapshots of the disk, three seconds apart by the clock; returns their IDs."""

    def make_some(count):
        ids = []
        for _ in range(count):
            clock.advance(seconds=3)
            ids.append(raw.call("CreateSnapshot", {"DiskId": DISK}).body["SnapshotId"])
        return ids

    return make_some


@pytest.fixture
def many(start, raw_client, clock, tmp_path):
    """230 snapshots of the disk, put into the state directly."""
    from ecs_snap_cli.sandbox.rows import Snapshot
    from ecs_snap_cli.sandbox.state import State

    path = tmp_path / "state.sqlite3"
    state = State(path, clock)
    now = state.now()
    with state.transaction():
        for number in range(230):
            # Several share a second and even a millisecond: the ID decides then.
            created = now - 60_000 - number // 3 * 500
            state.add(Snapshot(f"s-many-{number:03}", DISK, created, "data", "cloud_essd", 100))
    state.close()
    return raw_client(start(path, rules="current").url)


def snapshots(reply):
    assert reply.status == 200, reply.body
    return reply.body["Snapshots"]["Snapshot"]


def test_token_pages_hold_every_snapshot_once_newest_first(many):
    seen, token, pages = [], "", 0
    while True:
        reply = many.call("DescribeSnapshots", {**WHERE, "MaxResults": "100", "NextToken": token})
        seen += snapshots(reply)
        pages += 1
        assert reply.body["TotalCount"] == 0
        token = reply.body["NextToken"]
        if not token:
            break
    assert pages == 3
    assert len({snapshot["SnapshotId"] for snapshot in seen}) == len(seen) == 232
    times = [snapshot["CreationTime"] for snapshot in seen]
    assert times == sorted(times, reverse=True)


def test_snapshots_made_between_token_pages_neither_repeat_nor_hide_any(many, clock):
    seen, token = [], ""
    while True:
        reply = many.call("DescribeSnapshots", {**WHERE, "MaxResults": "50", "NextToken": token})
        seen += [snapshot["SnapshotId"] for snapshot in snapshots(reply)]
        token = reply.body["NextToken"]
        if not token:
            break
        clock.advance(seconds=4)
        assert many.call("CreateSnapshot", {"DiskId": DISK}).status == 200
    assert len(set(seen)) == len(seen) == 232


def test_numbered_pages_reach_the_end_and_count_the_total(many):
    seen = []
    for number in (1, 2, 3):
        page = {"PageNumber": str(number), "PageSize": "100"}
        reply = many.call("DescribeSnapshots", {**WHERE, **page})
        seen += [snapshot["SnapshotId"] for snapshot in snapshots(reply)]
        assert reply.body["TotalCount"] == 232
        assert (reply.body["PageNumber"], reply.body["PageSize"]) == (number, 100)
        assert reply.body["NextToken"] == ""
    assert len(set(seen)) == len(seen) == 232
    beyond = many.call("DescribeSnapshots", {**WHERE, "PageNumber": "9", "PageSize": "100"})
    assert snapshots(beyond) == []


@pytest.mark.parametrize(
    ("page", "length"),
    [
        ({}, 10),
        ({"MaxResults": "1"}, 1),
        ({"MaxResults": "0"}, 10),
        ({"MaxResults": "5000"}, 100),
        ({"PageSize": "5000"}, 100),
        ({"PageSize": "0"}, 10),
        ({"PageNumber": "-3", "PageSize": "7"}, 7),
    ],
)
def test_sizes_out_of_range_are_clamped(many, page, length):
    assert len(snapshots(many.call("DescribeSnapshots", {**WHERE, **page}))) == length


def test_disks_come_in_pages_of_up_to_500_and_never_below_10(raw):
    small = raw.call("DescribeDisks", {"RegionId": "cn-hangzhou", "MaxResults": "1"})
    assert len(small.body["Disks"]["Disk"]) == small.body["PageSize"] == 10
    rest = {"RegionId": "cn-hangzhou", "MaxResults": "1", "NextToken": small.body["NextToken"]}
    assert len(raw.call("DescribeDisks", rest).body["Disks"]["Disk"]) == 1
    exact = raw.call("DescribeDisks", {"RegionId": "cn-hangzhou", "MaxResults": "11"}).body
    assert (len(exact["Disks"]["Disk"]), exact["NextToken"]) == (11, "")
    big = raw.call("DescribeDisks", {"RegionId": "cn-hangzhou", "MaxResults": "501"})
    assert len(big.body["Disks"]["Disk"]) == 11
    assert big.body["PageSize"] == 500


def test_a_token_is_good_for_its_own_query_only(many):
    first = {**WHERE, "MaxResults": "20"}
    token = many.call("DescribeSnapshots", first).body["NextToken"]
    assert many.call("DescribeSnapshots", {**first, "NextToken": token}).status == 200
    other_size = {**WHERE, "MaxResults": "30", "NextToken": token}
    assert len(snapshots(many.call("DescribeSnapshots", other_size))) == 30
    spoiled = [
        ("DescribeSnapshots", {**first, "Status": "accomplished", "NextToken": token}),
        ("DescribeSnapshots", {**first, "NextToken": token[:-4]}),
        ("DescribeSnapshots", {**first, "NextToken": "A" + token[1:]}),
        ("DescribeSnapshots", {**first, "NextToken": "名"}),
        ("DescribeDisks", {"RegionId": "cn-hangzhou", "NextToken": token}),
    ]
    for action, parameters in spoiled:
        reply = many.call(action, parameters)
        assert (reply.status, reply.code) == (400, "InvalidParameter"), parameters
        assert "NextToken" in reply.body["Message"]


def test_the_two_ways_do_not_mix(raw):
    both = {"RegionId": "cn-hangzhou", "PageNumber": "1", "MaxResults": "10"}
    assert raw.call("DescribeDisks", both).code == "UnsupportedParameter"


def test_the_sdk_follows_the_pages(sdk):
    seen, token = [], None
    while token != "":
        body = sdk.describe_snapshots(
            models.DescribeSnapshotsRequest(
                region_id="cn-hangzhou", disk_id="d-sandbox-full", max_results=30, next_token=token
            )
        ).body
        seen += [snapshot.snapshot_id for snapshot in body.snapshots.snapshot]
        token = body.next_token
    assert len(set(seen)) == len(seen) == 64


def test_who_says_nothing_of_paging_can_go_on_by_token_or_by_number(many):
    first = many.call("DescribeSnapshots", WHERE).body
    assert (first["TotalCount"], first["PageNumber"], first["PageSize"]) == (232, 1, 10)
    by_token = many.call("DescribeSnapshots", {**WHERE, "NextToken": first["NextToken"]}).body
    by_number = many.call("DescribeSnapshots", {**WHERE, "PageNumber": "2"}).body
    assert by_token["Snapshots"] == by_number["Snapshots"]
    assert by_number["NextToken"] == ""
    last = many.call("DescribeSnapshots", {**WHERE, "SnapshotIds": '["s-many-001"]'}).body
    assert (last["TotalCount"], last["NextToken"]) == (1, "")
