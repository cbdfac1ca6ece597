"""CreateImage, DescribeImages and DeleteImage."""

import pytest
from alibabacloud_ecs20140526 import models

REGION = {"RegionId": "cn-hangzhou"}
ORDER = {**REGION, "SnapshotId": "s-sandbox-system-1"}
SEEDED = "m-sandbox-detached"


def images(raw, **filters):
    filters = {name.replace("__", "."): value for name, value in filters.items()}
    reply = raw.call("DescribeImages", {**REGION, **filters})
    assert reply.status == 200, reply.body
    return [image["ImageId"] for image in reply.body["Images"]["Image"]]


def test_an_image_keeps_what_was_asked_for(sdk):
    made = sdk.create_image(
        models.CreateImageRequest(
            region_id="cn-hangzhou",
            snapshot_id="s-sandbox-system-1",
            image_name="golden",
            description="before the upgrade",
            resource_group_id="rg-abc",
            tag=[models.CreateImageRequestTag(key="env", value="test")],
        )
    ).body.image_id
    body = sdk.describe_images(
        models.DescribeImagesRequest(region_id="cn-hangzhou", image_id=made)
    ).body
    (image,) = body.images.image
    assert (body.total_count, body.page_number, body.page_size) == (1, 1, 10)
    assert (image.image_name, image.description) == ("golden", "before the upgrade")
    assert (image.status, image.image_owner_alias, image.size) == ("Available", "self", 40)
    (disk,) = image.disk_device_mappings.disk_device_mapping
    assert (disk.snapshot_id, disk.type) == ("s-sandbox-system-1", "system")
    assert [(t.tag_key, t.tag_value) for t in image.tags.tag] == [("env", "test")]
    assert image.resource_group_id == "rg-abc"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"SnapshotId": ""}, 400, "MissingParameter"),
        ({"RegionId": ""}, 400, "MissingParameter"),
        ({"RegionId": "cn-beijing"}, 404, "InvalidSnapshotId.NotFound"),
        ({"SnapshotId": "s-gone"}, 404, "InvalidSnapshotId.NotFound"),
        ({"SnapshotId": "s-sandbox-pending-1"}, 403, "InvalidSnapshotId.NotReady"),
        ({"SnapshotId": "s-sandbox-detached-5"}, 403, "InvalidSnapshotId.NotReady"),
        ({"SnapshotId": "s-sandbox-data-1"}, 403, "OperationDenied"),
        ({"ImageName": "x"}, 400, "InvalidImageName.Malformed"),
        ({"ImageName": "1st"}, 400, "InvalidImageName.Malformed"),
        ({"ImageName": "aliyun-x"}, 400, "InvalidImageName.Malformed"),
        ({"ImageName": "acs:x"}, 400, "InvalidImageName.Malformed"),
        ({"ImageName": "https://x"}, 400, "InvalidImageName.Malformed"),
        ({"ImageName": "sandbox-detached"}, 400, "InvalidImageName.Duplicated"),
        ({"Description": "x"}, 400, "InvalidDescription.Malformed"),
        ({"Tag.1.Key": "acs:x"}, 400, "InvalidTagKey.Malformed"),
        ({"ResourceGroupId": "group"}, 404, "InvalidResourceGroup.NotFound"),
        ({"InstanceId": "i-sandbox-data"}, 400, "UnsupportedParameter"),
        ({"DryRun": "true"}, 412, "DryRunOperation"),
        ({"DryRun": "true", "ImageName": "sandbox-detached"}, 400, "InvalidImageName.Duplicated"),
    ],
)
def test_an_image_that_is_refused_is_none(raw, changes, status, code):
    reply = raw.call("CreateImage", {**ORDER, **changes})
    assert (reply.status, reply.code) == (status, code)
    assert images(raw) == [SEEDED]


@pytest.mark.parametrize("name", ["ab", "x" * 128, "镜像:_.-9", "auto-is-fine", ""])
def test_a_name_at_the_edge_is_taken(raw, name):
    assert raw.call("CreateImage", {**ORDER, "ImageName": name}).status == 200


def test_images_without_a_name_are_as_many_as_one_likes(raw):
    assert [raw.call("CreateImage", ORDER).status for _ in range(2)] == [200, 200]


def test_the_same_token_gives_the_same_image(raw):
    order = {**ORDER, "ClientToken": "once", "ImageName": "one"}
    first = raw.call("CreateImage", order)
    assert list(first.body) == ["RequestId", "ImageId"]
    assert raw.call("CreateImage", order).body == first.body
    other = raw.call("CreateImage", {**order, "ImageName": "two"})
    assert (other.status, other.code) == (403, "IdempotentParameterMismatch")
    snapshot = raw.call("CreateSnapshot", {"DiskId": "d-sandbox-data", "ClientToken": "once"})
    assert snapshot.status == 200


def test_images_are_found_by_each_filter_and_paged_by_number(raw, clock):
    made = []
    for number in range(11):
        clock.advance(seconds=1)
        order = {**ORDER, "ImageName": f"golden-{number}", "Tag.1.Key": f"k{number}"}
        made.insert(0, raw.call("CreateImage", order).body["ImageId"])
    assert images(raw) == made[:10]
    assert images(raw, PageNumber="2") == [made[10], SEEDED]
    assert images(raw, PageSize="100") == [*made, SEEDED]
    assert images(raw, ImageId=made[3]) == [made[3]]
    assert images(raw, ImageName="golden-1") == [made[0], made[9]]
    assert images(raw, SnapshotId="s-sandbox-detached-2") == [SEEDED]
    assert images(raw, Tag__1__Key="k0") == [made[10]]
    assert images(raw, RegionId="cn-beijing") == []
    assert raw.call("DescribeImages", {**REGION, "DryRun": "true"}).status == 412
    assert raw.call("DescribeImages", {**REGION, "MaxResults": "1"}).code == "InvalidParameter"


def test_an_image_holds_its_snapshot_until_it_is_deleted(raw):
    snapshot = {"SnapshotId": "s-sandbox-detached-2"}
    image = {**REGION, "ImageId": SEEDED}
    assert raw.call("DeleteImage", {**image, "DryRun": "true"}).code == "DryRunOperation"
    assert raw.call("DeleteImage", {**image, "RegionId": "cn-beijing"}).status == 200
    assert raw.call("DeleteSnapshot", snapshot).code == "SnapshotCreatedImage"
    # ECS ignores a request for an image that is not there.
    for _ in range(2):
        assert list(raw.call("DeleteImage", image).body) == ["RequestId"]
    assert raw.call("DeleteSnapshot", snapshot).status == 200
