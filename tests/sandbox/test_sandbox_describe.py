"""The Describe calls: shapes as the SDK reads them, filters, regions, DryRun."""

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException

REGION = "cn-hangzhou"
LISTS = {
    "DescribeDisks": ("Disks", "Disk", "DiskId"),
    "DescribeInstances": ("Instances", "Instance", "InstanceId"),
    "DescribeSnapshots": ("Snapshots", "Snapshot", "SnapshotId"),
}


def ids(raw, action, **filters):
    filters = {name.replace("__", "."): value for name, value in filters.items()}
    reply = raw.call(action, {"RegionId": REGION, "PageSize": "100", **filters})
    assert reply.status == 200, reply.body
    outer, inner, key = LISTS[action]
    return [row[key].split("-sandbox-")[1] for row in reply.body[outer][inner]]


def test_disks_have_the_shape_the_sdk_reads(sdk):
    body = sdk.describe_disks(
        models.DescribeDisksRequest(region_id=REGION, disk_ids='["d-sandbox-data"]')
    ).body
    (disk,) = body.disks.disk
    assert (disk.region_id, disk.zone_id) == (REGION, "cn-hangzhou-i")
    assert (disk.type, disk.category, disk.size) == ("data", "cloud_essd", 100)
    assert (disk.status, disk.instance_id) == ("In_use", "i-sandbox-data")
    (attachment,) = disk.attachments.attachment
    assert (attachment.instance_id, attachment.device) == ("i-sandbox-data", "/dev/xvdb")
    assert attachment.attached_time == disk.attached_time
    assert len(disk.creation_time) == len("2026-01-01T00:00:00Z")
    assert disk.detached_time == ""
    assert (disk.portable, disk.encrypted) == (True, False)
    assert [(t.tag_key, t.tag_value) for t in disk.tags.tag] == [
        ("env", "sandbox"),
        ("team", "storage"),
    ]
    assert disk.operation_locks.operation_lock == []


def test_a_disk_shows_when_it_was_attached_or_that_it_never_was(raw):
    where = {"RegionId": REGION, "Status": "Available"}
    disks = {d["DiskId"]: d for d in raw.call("DescribeDisks", where).body["Disks"]["Disk"]}
    detached, never = disks["d-sandbox-detached"], disks["d-sandbox-never-attached"]
    assert detached["AttachedTime"] < detached["DetachedTime"]
    assert (never["AttachedTime"], never["DetachedTime"], never["InstanceId"]) == ("", "", "")
    assert detached["Attachments"] == never["Attachments"] == {"Attachment": []}


def test_instances_have_the_shape_the_sdk_reads(sdk):
    body = sdk.describe_instances(
        models.DescribeInstancesRequest(region_id=REGION, page_size=50)
    ).body
    instances = {instance.instance_id: instance for instance in body.instances.instance}
    running = instances["i-sandbox-data"]
    assert running.status == "Running"
    assert len(running.start_time) == len(running.creation_time) == len("2026-01-01T00:00Z")
    never = instances["i-sandbox-never-started"]
    assert (never.status, never.start_time) == ("Stopped", "")
    (lock,) = instances["i-sandbox-locked"].operation_locks.lock_reason
    assert lock.lock_reason == "security"
    assert running.operation_locks.lock_reason == []


def test_snapshots_have_the_shape_the_sdk_reads(sdk):
    body = sdk.describe_snapshots(
        models.DescribeSnapshotsRequest(region_id=REGION, disk_id="d-sandbox-data")
    ).body
    assert body.total_count == 2
    user, auto = body.snapshots.snapshot
    assert (user.snapshot_type, auto.snapshot_type) == ("user", "auto")
    assert (user.status, user.progress, user.available) == ("accomplished", "100%", True)
    assert (user.remain_time, user.usage, user.encrypted) == (0, "none", False)
    assert user.retention_days is None
    assert user.creation_time > auto.creation_time
    assert user.last_modified_time > user.creation_time


ALL_DISKS = [
    *("data", "detached", "full", "loading", "local", "locked"),
    *("never-attached", "never-started", "pending", "starting", "system"),
]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ALL_DISKS),
        ({"DiskIds": '["d-sandbox-data","d-sandbox-full","d-gone"]'}, ["data", "full"]),
        ({"DiskIds": "[]"}, []),
        ({"InstanceId": "i-sandbox-local"}, ["local"]),
        ({"InstanceId": "i-gone"}, []),
        ({"InstanceId": "i-sandbox"}, []),
        ({"InstanceId": "/dev/xvdb"}, []),
        ({"InstanceId": '"'}, []),
        (
            {"InstanceId": "i-sandbox-data", "DiskIds": '["d-sandbox-data","d-sandbox-full"]'},
            ["data"],
        ),
        ({"Status": "Available"}, ["detached", "never-attached"]),
        ({"Status": "All"}, ALL_DISKS),
        ({"DiskType": "system"}, ["loading", "system"]),
        ({"DiskType": "all"}, ALL_DISKS),
        ({"Category": "cloud_efficiency"}, ["system"]),
        ({"DiskName": "sandbox-full"}, ["full"]),
        ({"ZoneId": "cn-hangzhou-b"}, []),
        ({"ZoneId": "cn-hangzhou-i", "DiskType": "system"}, ["loading", "system"]),
        ({"Tag__1__Key": "env"}, ["data"]),
        ({"Tag__1__Key": "env", "Tag__1__Value": "sandbox"}, ["data"]),
        ({"Tag__1__Key": "env", "Tag__1__Value": "other"}, []),
        ({"Tag__1__Key": "env", "Tag__2__Key": "nope"}, []),
    ],
)
def test_disk_filters(raw, filters, found):
    assert ids(raw, "DescribeDisks", **filters) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"InstanceIds": '["i-sandbox-data"]'}, ["data"]),
        ({"InstanceIds": "[]"}, []),
        ({"Status": "Starting"}, ["starting"]),
        ({"InstanceName": "sandbox-locked"}, ["locked"]),
        ({"InstanceName": "*-lo*"}, ["loading", "local", "locked"]),
        ({"InstanceName": "sandbox-[a-z]"}, []),
        ({"ZoneId": "elsewhere"}, []),
        ({"Tag__1__Key": "team", "Tag__1__Value": "storage"}, ["data"]),
    ],
)
def test_instance_filters(raw, filters, found):
    assert ids(raw, "DescribeInstances", **filters) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"DiskId": "d-sandbox-data"}, ["data-2", "data-1"]),
        ({"InstanceId": "i-sandbox-system"}, ["system-3", "system-2", "system-1"]),
        ({"InstanceId": "i-gone"}, []),
        ({"SnapshotIds": '["s-sandbox-data-1"]'}, ["data-1"]),
        ({"SnapshotIds": "[]"}, []),
        ({"Status": "progressing"}, ["pending-1"]),
        ({"Status": "failed"}, ["detached-5"]),
        ({"Status": "all", "DiskId": "d-sandbox-pending"}, ["pending-1"]),
        ({"SnapshotType": "auto"}, ["data-1", "detached-4"]),
        ({"SnapshotName": "auto_sandbox_data"}, ["data-1"]),
        ({"Usage": "image"}, ["detached-2"]),
        ({"Usage": "disk"}, ["detached-1"]),
        ({"Tag__1__Key": "env"}, ["data-2"]),
    ],
)
def test_snapshot_filters(raw, filters, found):
    assert ids(raw, "DescribeSnapshots", **filters) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"disk_id": "d-sandbox-data", "snapshot_type": "user"}, ["data-2"]),
        ({"disk_id": "d-gone"}, []),
        ({"instance_id": "i-sandbox-data", "status": "accomplished"}, ["data-2", "data-1"]),
        ({"snapshot_ids": '["s-sandbox-data-1", "s-sandbox-system-1"]'}, ["data-1", "system-1"]),
        ({"snapshot_ids": '["s-sandbox-data-1"]', "disk_id": "d-sandbox-full"}, []),
        ({"snapshot_name": "sandbox-full-7", "status": "all"}, ["full-7"]),
        ({"tag": {"env": "sandbox", "team": "storage"}, "snapshot_type": "all"}, ["data-2"]),
        ({"tag": {"env": ""}}, []),
        ({"status": "progressing", "disk_id": "d-sandbox-full"}, []),
    ],
)
def test_snapshot_filters_of_the_sdk_narrow_together(sdk, filters, found):
    if tags := filters.get("tag"):
        tag = [models.DescribeSnapshotsRequestTag(key=key, value=tags[key]) for key in tags]
        filters = filters | {"tag": tag}
    request = models.DescribeSnapshotsRequest(region_id=REGION, max_results=100, **filters)
    listed = sdk.describe_snapshots(request).body.snapshots.snapshot
    assert sorted(each.snapshot_id.split("-sandbox-")[1] for each in listed) == sorted(found)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("DescribeDisks", "DiskIds"),
        ("DescribeInstances", "InstanceIds"),
        ("DescribeSnapshots", "SnapshotIds"),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        "d-1",
        "{}",
        '{"a":1}',
        "[1]",
        "[null]",
        '["a"',
        '"a"',
        "[" * 9000,
        str(["d-1"]),
        '["\\ud800"]',
    ],
)
def test_an_id_list_that_is_no_array_of_strings_is_malformed(raw, action, name, value):
    reply = raw.call(action, {"RegionId": REGION, name: value})
    assert (reply.status, reply.code) == (400, f"Invalid{name}.Malformed")


def test_an_id_list_takes_a_hundred_and_no_more(raw):
    hundred = "[" + ",".join(f'"d-{n}"' for n in range(100)) + "]"
    assert ids(raw, "DescribeDisks", DiskIds=hundred) == []
    too_many = hundred[:-1] + ',"d-100"]'
    reply = raw.call("DescribeDisks", {"RegionId": REGION, "DiskIds": too_many})
    assert reply.code == "InvalidDiskIds.Malformed"


@pytest.mark.parametrize("action", LISTS)
def test_the_region_is_mandatory_known_and_elsewhere_is_empty(raw, action):
    missing = raw.call(action)
    assert (missing.status, missing.code) == (400, "MissingParameter")
    assert "RegionId" in missing.body["Message"]
    unknown = raw.call(action, {"RegionId": "cn-nowhere"})
    assert (unknown.status, unknown.code) == (404, "InvalidRegionId.NotFound")
    for region in ("cn-beijing", "cn-shanghai", "cn-shenzhen"):
        elsewhere = raw.call(action, {"RegionId": region})
        outer, inner, _ = LISTS[action]
        assert elsewhere.body[outer] == {inner: []}
        assert elsewhere.body["TotalCount"] == 0


@pytest.mark.parametrize("action", LISTS)
def test_a_dry_run_ends_in_the_error_that_says_all_is_well(raw, action):
    for yes in ("True", "true"):
        reply = raw.call(action, {"RegionId": REGION, "DryRun": yes})
        assert (reply.status, reply.code) == (412, "DryRunOperation")
    assert raw.call(action, {"RegionId": REGION, "DryRun": "false"}).status == 200
    assert raw.call(action, {"RegionId": REGION, "DryRun": "1"}).code == "InvalidParameter"
    assert raw.call(action, {"DryRun": "True"}).code == "MissingParameter"


def test_the_sdk_sees_a_dry_run_as_a_client_error(sdk):
    with pytest.raises(ClientException) as met:
        sdk.describe_disks(models.DescribeDisksRequest(region_id=REGION, dry_run=True))
    assert (met.value.data["Code"], met.value.status_code) == ("DryRunOperation", 412)


@pytest.mark.parametrize(
    ("action", "filters"),
    [
        ("DescribeDisks", {"Status": "in_use"}),
        ("DescribeDisks", {"DiskType": "both"}),
        ("DescribeInstances", {"Status": "Gone"}),
        ("DescribeSnapshots", {"Status": "done"}),
        ("DescribeSnapshots", {"SnapshotType": "manual"}),
        ("DescribeSnapshots", {"Usage": "any"}),
        ("DescribeSnapshots", {"MaxResults": "many"}),
        ("DescribeSnapshots", {"PageNumber": "1.5"}),
    ],
)
def test_a_filter_value_that_does_not_exist_is_refused_not_ignored(raw, action, filters):
    reply = raw.call(action, {"RegionId": REGION, **filters})
    assert (reply.status, reply.code) == (400, "InvalidParameter")
