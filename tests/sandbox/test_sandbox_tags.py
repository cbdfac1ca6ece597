"""TagResources, UntagResources and ListTagResources."""

import json
from datetime import datetime, timedelta

import pytest
from alibabacloud_ecs20140526 import models

REGION = "cn-hangzhou"
DISK = {"RegionId": REGION, "ResourceType": "disk", "ResourceId.1": "d-sandbox-full"}


def tags_of(raw, resource_type, resource_id):
    where = {"RegionId": REGION, "ResourceType": resource_type, "ResourceId.1": resource_id}
    reply = raw.call("ListTagResources", where)
    assert reply.status == 200, reply.body
    return {row["TagKey"]: row["TagValue"] for row in reply.body["TagResources"]["TagResource"]}


def test_tags_come_and_go_as_the_sdk_asks(sdk):
    ids = ["d-sandbox-full", "d-sandbox-data"]
    tag = models.TagResourcesRequestTag
    tags = [tag(key="env", value="test"), tag(key="empty", value="")]
    sdk.tag_resources(
        models.TagResourcesRequest(
            region_id=REGION, resource_type="disk", resource_id=ids, tag=tags
        )
    )
    ask = models.ListTagResourcesRequest(region_id=REGION, resource_type="disk", resource_id=ids)

    def held():
        body = sdk.list_tag_resources(ask).body
        assert not body.next_token
        rows = body.tag_resources.tag_resource
        assert {row.resource_type for row in rows} <= {"disk"}
        return [(row.resource_id.split("-")[2], row.tag_key, row.tag_value) for row in rows]

    # The disk had the key env already: it got the new value, and kept its place.
    assert held() == [
        *(("data", "env", "test"), ("data", "team", "storage"), ("data", "empty", "")),
        *(("full", "env", "test"), ("full", "empty", "")),
    ]
    untag = {"region_id": REGION, "resource_type": "disk", "resource_id": ids}
    sdk.untag_resources(models.UntagResourcesRequest(**untag, tag_key=["env", "nobody-has-it"]))
    assert held() == [
        *(("data", "team", "storage"), ("data", "empty", "")),
        ("full", "empty", ""),
    ]
    # All counts without TagKey.N only.
    sdk.untag_resources(models.UntagResourcesRequest(**untag, tag_key=["team"], all=True))
    assert held() == [("data", "empty", ""), ("full", "empty", "")]
    sdk.untag_resources(models.UntagResourcesRequest(**untag, all=True))
    assert held() == []


@pytest.mark.parametrize(
    ("resource_type", "resource_id", "describe", "outer", "inner"),
    [
        ("disk", "d-sandbox-full", "DescribeDisks", "Disks", "Disk"),
        ("instance", "i-sandbox-full", "DescribeInstances", "Instances", "Instance"),
        ("snapshot", "s-sandbox-full-7", "DescribeSnapshots", "Snapshots", "Snapshot"),
        ("image", "m-sandbox-detached", "DescribeImages", "Images", "Image"),
    ],
)
def test_what_is_tagged_is_found_by_its_tag(
    raw, resource_type, resource_id, describe, outer, inner
):
    resource = {"RegionId": REGION, "ResourceType": resource_type, "ResourceId.1": resource_id}
    tag = {"Tag.1.Key": "key", "Tag.1.Value": 'a "quoted" value'}
    assert raw.call("TagResources", resource | tag).body.keys() == {"RequestId"}
    found = raw.call(describe, {"RegionId": REGION, **tag}).body[outer][inner]
    (row,) = found
    assert resource_id in row.values()
    assert row["Tags"] == {"Tag": [{"TagKey": "key", "TagValue": 'a "quoted" value'}]}
    assert tags_of(raw, resource_type, resource_id) == {"key": 'a "quoted" value'}


@pytest.mark.parametrize("resource_type", ["snapshotgroup", "snapshotpolicy"])
def test_types_that_the_first_state_has_none_of_are_known(raw, resource_type):
    where = {"RegionId": REGION, "ResourceType": resource_type}
    empty = raw.call("ListTagResources", where | {"Tag.1.Key": "env"})
    assert empty.body["TagResources"] == {"TagResource": []}
    none = raw.call("TagResources", where | {"ResourceId.1": "x-1", "Tag.1.Key": "env"})
    assert (none.status, none.code) == (404, "InvalidResourceId.NotFound")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"Tag.1.Key": "env"}, ["env", "team"]),
        ({"Tag.1.Key": "env", "Tag.1.Value": "sandbox"}, ["env", "team"]),
        ({"Tag.1.Key": "env", "Tag.1.Value": "other"}, []),
        ({"Tag.1.Key": "env", "Tag.2.Key": "team", "Tag.2.Value": "storage"}, ["env", "team"]),
        ({"Tag.1.Key": "env", "Tag.2.Key": "nope"}, []),
        ({"Tag.1.Key": "env", "ResourceId.1": "d-sandbox-data"}, ["env", "team"]),
        ({"Tag.1.Key": "env", "ResourceId.1": "d-sandbox-full"}, []),
        ({"ResourceId.1": "d-sandbox-full", "ResourceId.2": "d-sandbox-data"}, ["env", "team"]),
    ],
)
def test_resources_are_found_by_tags_and_ids_that_narrow_together(raw, filters, found):
    reply = raw.call("ListTagResources", {"RegionId": REGION, "ResourceType": "disk", **filters})
    assert [row["TagKey"] for row in reply.body["TagResources"]["TagResource"]] == found


def test_pages_hold_fifty_resources_with_all_of_their_tags(start, raw_client):
    raw = raw_client(start(disks=120).url)
    # The last of the first page has a second tag.
    last = {"RegionId": REGION, "ResourceType": "disk", "ResourceId.1": "d-sandbox-fleet-0050"}
    raw.call("TagResources", last | {"Tag.1.Key": "second"})
    query = {"RegionId": REGION, "ResourceType": "disk", "Tag.1.Key": "fleet"}
    pages, token = [], ""
    while True:
        body = raw.call("ListTagResources", query | {"NextToken": token}).body
        pages.append([row["ResourceId"][-4:] for row in body["TagResources"]["TagResource"]])
        token = body["NextToken"]
        if not token:
            break
    assert [len(page) for page in pages] == [51, 50, 20]
    assert pages[0][-2:] == ["0050", "0050"]
    assert sorted({each for page in pages for each in page}) == [f"{n:04}" for n in range(1, 121)]
    first = raw.call("ListTagResources", query).body["NextToken"]
    other = raw.call("ListTagResources", query | {"Tag.1.Value": "sandbox", "NextToken": first})
    assert (other.status, other.code) == (400, "InvalidParameter")


@pytest.mark.parametrize("action", ["TagResources", "UntagResources", "ListTagResources"])
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"ResourceType": ""}, 404, "MissingParameter.ResourceType"),
        ({"ResourceType": "Disk"}, 404, "InvalidResourceType.NotFound"),
        ({"ResourceType": "securitygroup"}, 400, "UnsupportedParameter"),
        ({"ResourceId.1": "d-gone"}, 404, "InvalidResourceId.NotFound"),
        ({"ResourceId.1": "i-sandbox-full"}, 404, "InvalidResourceId.NotFound"),
        ({"RegionId": "cn-beijing"}, 404, "InvalidResourceId.NotFound"),
        ({f"ResourceId.{n}": f"d-{n}" for n in range(1, 52)}, 400, "NumberExceed.ResourceIds"),
    ],
)
def test_resources_that_are_none_are_refused(raw, action, changes, status, code):
    more = {"All": "true"} if action == "UntagResources" else {"Tag.1.Key": "key"}
    reply = raw.call(action, DISK | more | changes)
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    ("action", "changes", "status", "code"),
    [
        ("TagResources", {}, 404, "MissingParameter.Tags"),
        ("TagResources", {"ResourceId.1": ""}, 404, "MissingParameter.ResourceIds"),
        ("TagResources", {"Tag.1.Value": "alone"}, 400, "InvalidTagKey.Malformed"),
        ("TagResources", {"Tag.1.Key": "acs:key"}, 400, "InvalidTagKey.Malformed"),
        (
            "TagResources",
            {"Tag.1.Key": "k", "Tag.1.Value": "http://"},
            400,
            "InvalidTagValue.Malformed",
        ),
        ("TagResources", {"Tag.1.Key": "k", "Tag.2.Key": "k"}, 400, "Duplicate.TagKey"),
        ("TagResources", {f"Tag.{n}.Key": f"k{n}" for n in range(21)}, 400, "InvalidParameter"),
        ("TagResources", {f"Tag.{n}.Key": f"k{n}" for n in range(1, 22)}, 400, "NumberExceed.Tags"),
        ("UntagResources", {}, 404, "MissingParameter.Tags"),
        ("UntagResources", {"All": "false"}, 404, "MissingParameter.Tags"),
        ("UntagResources", {"ResourceId.1": ""}, 404, "MissingParameter.ResourceIds"),
        ("UntagResources", {f"TagKey.{n}": f"{n}" for n in range(1, 22)}, 400, "NumberExceed.Tags"),
        ("ListTagResources", {"ResourceId.1": ""}, 404, "MissingParameter.Tags"),
        ("ListTagResources", {"Tag.1.Value": "alone"}, 400, "InvalidParameter.TagValue"),
        ("ListTagResources", {"Tag.1.Key": "acs:rm:rgId"}, 400, "UnsupportedParameter"),
        ("ListTagResources", {"TagFilter.1.TagKey": "env*"}, 400, "UnsupportedParameter"),
        ("ListTagResources", {"TagFilter.1.TagValues.1": "x"}, 400, "UnsupportedParameter"),
        (
            "ListTagResources",
            {f"Tag.{n}.Key": f"k{n}" for n in range(1, 22)},
            400,
            "NumberExceed.Tags",
        ),
    ],
)
def test_tags_that_are_none_are_refused(raw, action, changes, status, code):
    reply = raw.call(action, DISK | changes)
    assert (reply.status, reply.code) == (status, code)


def test_a_resource_has_twenty_tags_at_most_and_all_are_tagged_or_none(raw):
    twenty = {f"Tag.{n}.Key": f"k{n}" for n in range(1, 21)}
    assert raw.call("TagResources", DISK | twenty).status == 200
    again = {"Tag.1.Key": "k7", "Tag.1.Value": "new"}
    assert raw.call("TagResources", DISK | again).status == 200
    both = DISK | {"ResourceId.2": "d-sandbox-pending"}
    for more in ({"Tag.1.Key": "one-more"}, {"Tag.1.Key": "k1", "Tag.2.Key": "one-more"}):
        reply = raw.call("TagResources", both | more)
        assert (reply.status, reply.code) == (400, "OperationDenied.QuotaExceed")
    assert tags_of(raw, "disk", "d-sandbox-pending") == {}
    held = tags_of(raw, "disk", "d-sandbox-full")
    assert (len(held), held["k7"]) == (20, "new")
    for action, more in (("TagResources", again), ("UntagResources", {"All": "true"})):
        # They are gone through in this order.
        gone = raw.call(action, both | {"ResourceId.3": "d-vanished"} | more)
        assert gone.code == "InvalidResourceId.NotFound"
    assert tags_of(raw, "disk", "d-sandbox-full") == held
    assert tags_of(raw, "disk", "d-sandbox-pending") == {}


def test_a_tag_leaves_the_age_of_the_loading_disk_alone(raw, clock):
    loading = {"RegionId": REGION, "ResourceType": "disk", "ResourceId.1": "d-sandbox-loading"}
    raw.call("TagResources", loading | {"Tag.1.Key": "key"})
    clock.advance(days=1)
    where = {"RegionId": REGION, "DiskIds": json.dumps(["d-sandbox-loading"])}
    (disk,) = raw.call("DescribeDisks", where).body["Disks"]["Disk"]
    created = datetime.strptime(disk["CreationTime"], "%Y-%m-%dT%H:%M:%S%z")
    assert timedelta(minutes=10) <= clock.time - created < timedelta(minutes=10, seconds=1)
