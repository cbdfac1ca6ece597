"""CreateSnapshotGroup, DescribeSnapshotGroups and DeleteSnapshotGroup."""

import json

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.rows import Attachment, Disk, Image, Snapshot, SnapshotGroup

WHERE = {"RegionId": "cn-hangzhou"}
INSTANCE = "i-sandbox-data"
GIB = 1024


@pytest.fixture
def put(server, clock):
    """Puts a disk of the instance into the state."""
    state = server._state

    def put_one(disk_id, **changes):
        now = state.now()
        fields = {
            "type": "data",
            "category": "cloud_essd",
            "status": "In_use",
            "created": now - 86_400_000,
            "attached": now - 80_000_000,
            "size": 40,
            "attachments": (Attachment(INSTANCE, "/dev/xvdx", now - 80_000_000),),
            **changes,
        }
        state.add(Disk(id=disk_id, **fields))

    return put_one


def create(raw, **asked):
    return raw.call("CreateSnapshotGroup", {"InstanceId": INSTANCE, **WHERE, **asked})


def groups(raw, **asked):
    return raw.call("DescribeSnapshotGroups", {**WHERE, **asked}).body["SnapshotGroups"][
        "SnapshotGroup"
    ]


def snapshots(raw):
    return raw.call("DescribeSnapshots", {**WHERE, "PageSize": "100"}).body["TotalCount"]


def test_a_group_has_a_snapshot_of_every_disk_of_the_instance(raw, sdk, put, clock):
    put("d-second")
    asked = models.CreateSnapshotGroupRequest(
        region_id="cn-hangzhou",
        instance_id=INSTANCE,
        name="before-upgrade",
        description="of all disks",
        tag=[models.CreateSnapshotGroupRequestTag(key="kind", value="group")],
        instant_access=False,
    )
    made = sdk.create_snapshot_group(asked).body.snapshot_group_id
    found = sdk.describe_snapshot_groups(
        models.DescribeSnapshotGroupsRequest(region_id="cn-hangzhou", snapshot_group_id=[made])
    )
    (group,) = found.body.snapshot_groups.snapshot_group
    assert (group.instance_id, group.name, group.status) == (
        *(INSTANCE, "before-upgrade"),
        "progressing",
    )
    assert [(tag.key, tag.value) for tag in group.tags.tag] == [("kind", "group")]
    members = group.snapshots.snapshot
    assert {each.source_disk_id for each in members} == {"d-sandbox-data", "d-second"}
    assert {each.progress for each in members} == {"0%"}
    clock.advance(seconds=3)
    (group,) = groups(raw)
    assert group["Status"] == "accomplished"
    ids = {each["SnapshotId"] for each in group["Snapshots"]["Snapshot"]}
    asked = {**WHERE, "SnapshotIds": json.dumps(sorted(ids))}
    listed = raw.call("DescribeSnapshots", asked).body["Snapshots"]["Snapshot"]
    assert ids == {each["SnapshotId"] for each in listed}


def test_disks_can_be_chosen_or_left_out(raw, put):
    put("d-second")
    put("d-third")
    for asked, disks in (
        ({"DiskId.1": "d-second"}, {"d-second"}),
        ({"ExcludeDiskId.1": "d-second", "ExcludeDiskId.2": "d-sandbox-data"}, {"d-third"}),
    ):
        made = create(raw, **asked).body["SnapshotGroupId"]
        (group,) = groups(raw, **{"SnapshotGroupId.1": made})
        members = group["Snapshots"]["Snapshot"]
        assert {each["SourceDiskId"] for each in members} == disks


def test_without_an_instance_the_disks_may_be_of_several(raw):
    asked = {"DiskId.1": "d-sandbox-data", "DiskId.2": "d-sandbox-full"}
    reply = create(raw, InstanceId="", **asked)
    assert reply.code == "QuotaExceed.Snapshot"
    made = create(raw, InstanceId="", **{"DiskId.1": "d-sandbox-data"}).body["SnapshotGroupId"]
    (group,) = groups(raw, **{"SnapshotGroupId.1": made})
    assert group["InstanceId"] == INSTANCE


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"InstanceId": ""}, 400, "MissingParameter"),
        ({"InstanceId": "i-none"}, 404, "InvalidInstanceId.NotFound"),
        ({"DiskId.1": "d-none"}, 404, "InvalidDiskId.NotFound"),
        ({"DiskId.1": "d-sandbox-full"}, 404, "InvalidDiskId.NotFound"),
        ({"ExcludeDiskId.1": "d-sandbox-full"}, 404, "InvalidDiskId.NotFound"),
        ({"DiskId.1": "d-second", "ExcludeDiskId.1": "d-second"}, 400, "InvalidParameter"),
        ({"ExcludeDiskId.1": "d-sandbox-data", "ExcludeDiskId.2": "d-second"}, 403,
         "InvalidInstance.NoDisk"),
        ({"InstanceId": "i-sandbox-locked"}, 403, "InstanceLockedForSecurity"),
        ({"InstanceId": "i-sandbox-pending"}, 403, "IncorrectDiskStatus.TooManyCreatingSnapshots"),
        ({"InstanceId": "i-sandbox-system"}, 400, "DiskCategory.OperationNotSupported"),
        ({"Name": "1"}, 400, "InvalidName.Malformed"),
        ({"Description": "x"}, 400, "InvalidDescription.Malformed"),
        ({"InstantAccess": "true"}, 400, "UnsupportedParameter"),
        ({"RegionId": "cn-shanghai"}, 404, "InvalidInstanceId.NotFound"),
    ],
)  # fmt: skip
def test_a_refusal_has_its_code_and_makes_nothing(raw, put, asked, status, code):
    put("d-second")
    before = snapshots(raw)
    reply = create(raw, **asked)
    assert (reply.status, reply.code) == (status, code)
    assert (snapshots(raw), groups(raw)) == (before, [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"zone": "cn-hangzhou-b"}, "InvalidDiskIds.NotInSameZone"),
        ({"size": 32 * GIB}, "CapacityExceed.TooManyDisks"),
        ({"category": "cloud_ssd"}, "DiskCategory.OperationNotSupported"),
        ({"status": "Detaching"}, "IncorrectDiskStatus"),
        (
            {
                "attachments": (
                    Attachment(INSTANCE, "/dev/xvdx", 1),
                    Attachment("i-sandbox-full", "/dev/xvdx", 1),
                )
            },
            "InvalidOperation.MultiAttachDisk",
        ),
    ],
)
def test_one_disk_that_does_not_fit_refuses_the_whole(raw, put, changes, code):
    put("d-second", **changes)
    before = snapshots(raw)
    assert create(raw).code == code
    assert (snapshots(raw), groups(raw)) == (before, [])


def test_a_group_is_of_sixteen_disks_at_most(raw, put):
    for number in range(15):
        put(f"d-more-{number}")
    assert create(raw).status == 200
    put("d-more-15")
    assert create(raw).code == "NumberExceed.TooManyDisks"


def test_the_same_token_makes_one_group(raw):
    first = create(raw, ClientToken="once")
    assert create(raw, ClientToken="once").body == first.body
    assert len(groups(raw)) == 1


def test_groups_are_found_by_what_they_are_and_from_page_to_page(raw, put, clock):
    for number in range(12):
        put(f"d-more-{number}")
        clock.advance(seconds=1)
        tag = {"Tag.1.Key": "even", "Tag.1.Value": str(number % 2 == 0)}
        disk = {"DiskId.1": f"d-more-{number}"}
        assert create(raw, Name=f"group-{number}", **disk, **tag).status == 200
    clock.advance(minutes=1)
    assert create(raw, **{"DiskId.1": "d-more-0"}, ResourceGroupId="rg-1").status == 200
    first = raw.call("DescribeSnapshotGroups", WHERE).body
    assert len(first["SnapshotGroups"]["SnapshotGroup"]) == 10
    rest = raw.call("DescribeSnapshotGroups", {**WHERE, "NextToken": first["NextToken"]}).body
    names = [
        each["Name"] for page in (first, rest) for each in page["SnapshotGroups"]["SnapshotGroup"]
    ]
    assert names == ["", *(f"group-{number}" for number in range(11, -1, -1))]
    assert rest["NextToken"] == ""
    for asked, count in (
        ({"Name": "group-3"}, 1),
        ({"InstanceId": INSTANCE}, 13),
        ({"InstanceId": "i-sandbox-full"}, 0),
        ({"ResourceGroupId": "rg-1"}, 1),
        ({"Tag.1.Key": "even", "Tag.1.Value": "True"}, 6),
        ({"Status.1": "progressing"}, 1),
        ({"Status.1": "accomplished"}, 12),
        ({"Status.1": "failed", "Status.2": "progressing"}, 1),
        ({"RegionId": "cn-shanghai"}, 0),
    ):
        assert len(groups(raw, MaxResults="100", **asked)) == count, asked
    assert raw.call("DescribeSnapshotGroups", {**WHERE, "Status.1": "done"}).code == (
        "InvalidParameter"
    )


def test_a_group_is_deleted_with_what_can_be_deleted_of_it(raw, sdk, put, server, clock):
    put("d-second")
    made = create(raw).body["SnapshotGroupId"]
    clock.advance(seconds=3)
    (group,) = groups(raw)
    kept, gone = (each["SnapshotId"] for each in group["Snapshots"]["Snapshot"])
    server._state.add(Image("m-1", kept, server._state.now(), 40))
    request = models.DeleteSnapshotGroupRequest(region_id="cn-hangzhou", snapshot_group_id=made)
    told = sdk.delete_snapshot_group(request).body.operation_progress_set.operation_progress
    outcomes = {
        each.related_item_set.related_item[0].value: (each.operation_status, each.error_code)
        for each in told
    }
    assert outcomes == {kept: ("Failed", "SnapshotCreatedImage"), gone: ("Success", "")}
    (group,) = groups(raw)
    assert [each["SnapshotId"] for each in group["Snapshots"]["Snapshot"]] == [kept]
    server._state.remove(Image, "m-1")
    sdk.delete_snapshot_group(request)
    assert groups(raw) == []
    reply = raw.call("DeleteSnapshotGroup", {**WHERE, "SnapshotGroupId": made})
    assert (reply.status, reply.code) == (404, "InvalidSnapshotGroupId.NotFound")


def test_a_group_goes_with_its_last_snapshot(raw, put):
    put("d-second")
    create(raw)
    (group,) = groups(raw)
    first, second = (each["SnapshotId"] for each in group["Snapshots"]["Snapshot"])
    assert raw.call("DeleteSnapshot", {"SnapshotId": first}).status == 200
    assert len(groups(raw)) == 1
    assert raw.call("DeleteSnapshot", {"SnapshotId": second}).status == 200
    assert groups(raw) == []


@pytest.mark.parametrize("asked", [{}, {"Status.1": "progressing"}])
def test_a_group_that_goes_while_it_is_read_is_left_out(
    raw, put, server, clock, monkeypatch, asked
):
    put("d-second")
    kept = create(raw, **{"DiskId.1": "d-second"}).body["SnapshotGroupId"]
    clock.advance(seconds=1)
    lost = create(raw, **{"DiskId.1": "d-sandbox-data"}).body["SnapshotGroupId"]
    state, walk = server._state, server._state.walk

    def walk_late(kind, *more):
        rows = list(walk(kind, *more))
        if kind is SnapshotGroup:
            for snapshot in list(walk(Snapshot)):
                if snapshot.group_id == lost:
                    state.remove(Snapshot, snapshot.id)
        yield from rows

    monkeypatch.setattr(state, "walk", walk_late)
    assert [group["SnapshotGroupId"] for group in groups(raw, **asked)] == [kept]
