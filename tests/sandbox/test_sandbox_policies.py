"""Automatic snapshot policies: making, listing, applying and changing them, and the refusals."""

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.rows import Policy

REGION = {"regionId": "cn-hangzhou"}
TERMS = {**REGION, "timePoints": '["0","12"]', "repeatWeekdays": '["1","7"]', "retentionDays": "30"}


def create(raw, **changes):
    reply = raw.call("CreateAutoSnapshotPolicy", {**TERMS, **changes})
    assert reply.status == 200, reply.body
    return reply.body["AutoSnapshotPolicyId"]


def order(raw, action, policy, *disks, **more):
    ids = "[" + ",".join(f'"d-sandbox-{disk}"' for disk in disks) + "]"
    asked = {"autoSnapshotPolicyId": policy} if policy else {}
    return raw.call(f"{action}AutoSnapshotPolicy", {**REGION, **asked, "diskIds": ids, **more})


def described(raw, **filters):
    filters = {name.replace("__", "."): value for name, value in filters.items()}
    reply = raw.call("DescribeAutoSnapshotPolicyEx", {"RegionId": "cn-hangzhou", **filters})
    assert reply.status == 200, reply.body
    return reply.body["AutoSnapshotPolicies"]["AutoSnapshotPolicy"]


def under(raw, disk):
    asked = {"RegionId": "cn-hangzhou", "DiskIds": f'["d-sandbox-{disk}"]'}
    (found,) = raw.call("DescribeDisks", asked).body["Disks"]["Disk"]
    assert found["EnableAutomatedSnapshotPolicy"] == bool(found["AutoSnapshotPolicyId"])
    return found["AutoSnapshotPolicyId"]


def test_a_policy_goes_through_its_life_as_the_sdk_sees_it(sdk):
    tag = models.CreateAutoSnapshotPolicyRequestTag(key="team", value="storage")
    policy = sdk.create_auto_snapshot_policy(
        models.CreateAutoSnapshotPolicyRequest(
            region_id="cn-hangzhou",
            auto_snapshot_policy_name="nightly",
            time_points='["2", "14"]',
            repeat_weekdays='["7","1"]',
            retention_days=-1,
            copied_snapshots_retention_days=-1,
            enable_cross_region_copy=False,
            resource_group_id="rg-team",
            tag=[tag],
        )
    ).body.auto_snapshot_policy_id
    assert policy.startswith("sp-")

    def seen():
        body = sdk.describe_auto_snapshot_policy_ex(
            models.DescribeAutoSnapshotPolicyExRequest(
                region_id="cn-hangzhou", auto_snapshot_policy_id=policy
            )
        ).body
        assert (body.page_number, body.page_size) == (1, 10)
        found = body.auto_snapshot_policies.auto_snapshot_policy
        assert body.total_count == len(found)
        return found

    (found,) = seen()
    assert (found.auto_snapshot_policy_id, found.auto_snapshot_policy_name) == (policy, "nightly")
    assert (found.time_points, found.repeat_weekdays) == ('["2","14"]', '["1","7"]')
    assert (found.retention_days, found.status, found.type) == (-1, "Normal", "Custom")
    assert (found.region_id, found.resource_group_id) == ("cn-hangzhou", "rg-team")
    assert [(each.tag_key, each.tag_value) for each in found.tags.tag] == [("team", "storage")]
    assert (found.enable_cross_region_copy, found.copied_snapshots_retention_days) == (False, -1)
    assert found.disk_nums == 0

    disks = '["d-sandbox-data","d-sandbox-system"]'
    apply = models.ApplyAutoSnapshotPolicyRequest(
        region_id="cn-hangzhou", auto_snapshot_policy_id=policy, disk_ids=disks
    )
    sdk.apply_auto_snapshot_policy(apply)
    sdk.apply_auto_snapshot_policy(apply)
    assert seen()[0].disk_nums == 2
    pairs = sdk.describe_auto_snapshot_policy_associations(
        models.DescribeAutoSnapshotPolicyAssociationsRequest(
            region_id="cn-hangzhou", auto_snapshot_policy_id=policy
        )
    ).body.auto_snapshot_policy_associations.auto_snapshot_policy_association
    assert [each.disk_id for each in pairs] == ["d-sandbox-data", "d-sandbox-system"]

    sdk.modify_auto_snapshot_policy_ex(
        models.ModifyAutoSnapshotPolicyExRequest(
            region_id="cn-hangzhou",
            auto_snapshot_policy_id=policy,
            time_points='["23"]',
            retention_days=7,
        )
    )
    (found,) = seen()
    assert (found.time_points, found.repeat_weekdays) == ('["23"]', '["1","7"]')
    assert (found.retention_days, found.auto_snapshot_policy_name) == (7, "nightly")

    sdk.cancel_auto_snapshot_policy(
        models.CancelAutoSnapshotPolicyRequest(
            region_id="cn-hangzhou", disk_ids='["d-sandbox-data"]'
        )
    )
    assert seen()[0].disk_nums == 1
    sdk.delete_auto_snapshot_policy(
        models.DeleteAutoSnapshotPolicyRequest(
            region_id="cn-hangzhou", auto_snapshot_policy_id=policy
        )
    )
    assert seen() == []


def test_a_disk_tells_its_policies_and_is_found_by_them(raw):
    one, two = create(raw), create(raw)
    assert order(raw, "Apply", one, "data", "system").status == 200
    assert order(raw, "Apply", two, "data").status == 200
    assert under(raw, "data") == f"{one},{two}"
    asked = {"RegionId": "cn-hangzhou", "AutoSnapshotPolicyId": two}
    found = raw.call("DescribeDisks", asked).body["Disks"]["Disk"]
    assert [each["DiskId"] for each in found] == ["d-sandbox-data"]
    pairs = raw.call(
        "DescribeAutoSnapshotPolicyAssociations",
        {"RegionId": "cn-hangzhou", "DiskId": "d-sandbox-data"},
    ).body["AutoSnapshotPolicyAssociations"]["AutoSnapshotPolicyAssociation"]
    assert {each["AutoSnapshotPolicyId"] for each in pairs} == {one, two}

    refused = order(raw, "Cancel", "", "data", "system")
    assert (refused.status, refused.code) == (403, "OperationDenied.TooManyAutoSnapshotPolicies")
    assert under(raw, "system") == one
    assert order(raw, "Cancel", one, "data", "system", "full").status == 200
    assert (under(raw, "data"), under(raw, "system")) == (two, "")
    assert raw.call("DeleteAutoSnapshotPolicy", {**REGION, "autoSnapshotPolicyId": two}).body
    assert under(raw, "data") == ""


def test_policies_are_listed_by_region_name_tag_and_page(raw, clock):
    first = create(raw, autoSnapshotPolicyName="first", **{"Tag.1.Key": "a", "Tag.1.Value": "b"})
    clock.advance(seconds=1)
    second = create(raw, ResourceGroupId="rg-two")
    elsewhere = create(raw, regionId="cn-beijing")
    assert [each["AutoSnapshotPolicyId"] for each in described(raw)] == [second, first]
    for filters, expected in (
        ({"AutoSnapshotPolicyName": "first"}, [first]),
        ({"Tag__1__Key": "a"}, [first]),
        ({"ResourceGroupId": "rg-two"}, [second]),
        ({"RegionId": "cn-beijing"}, [elsewhere]),
        ({"PageSize": "1", "PageNumber": "2"}, [first]),
        ({"AutoSnapshotPolicyId": elsewhere}, []),
    ):
        assert [each["AutoSnapshotPolicyId"] for each in described(raw, **filters)] == expected


@pytest.mark.parametrize("action", ["CreateAutoSnapshotPolicy", "ModifyAutoSnapshotPolicyEx"])
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"timePoints": '["24"]'}, 403, "ParameterInvalid"),
        ({"timePoints": "[]"}, 403, "ParameterInvalid"),
        ({"timePoints": '"12"'}, 403, "ParameterInvalid"),
        ({"timePoints": '{"1": 2}'}, 403, "ParameterInvalid"),
        ({"timePoints": "1,2"}, 403, "ParameterInvalid"),
        ({"repeatWeekdays": '["0"]'}, 403, "ParameterInvalid"),
        ({"repeatWeekdays": '["1", "8"]'}, 403, "ParameterInvalid"),
        ({"retentionDays": "0"}, 403, "ParameterInvalid"),
        ({"retentionDays": "65537"}, 403, "ParameterInvalid"),
        ({"autoSnapshotPolicyName": "7th"}, 400, "InvalidSnapshotPolicyName.Malformed"),
        ({"autoSnapshotPolicyName": "http://x"}, 400, "InvalidSnapshotPolicyName.Malformed"),
        ({"EnableCrossRegionCopy": "true"}, 400, "UnsupportedParameter"),
        ({"CopiedSnapshotsRetentionDays": "3"}, 400, "UnsupportedParameter"),
        ({"TargetCopyRegions": '["cn-beijing"]'}, 400, "UnsupportedParameter"),
        ({"CopyEncryptionConfiguration.Encrypted": "true"}, 400, "UnsupportedParameter"),
        ({"TargetTags.1.Key": "a"}, 400, "UnsupportedParameter"),
        ({"regionId": "cn-nowhere"}, 404, "InvalidRegionId.NotFound"),
        ({"regionId": ""}, 400, "MissingParameter"),
    ],
)
def test_terms_that_are_none_are_refused(raw, action, changes, status, code):
    policy = {"autoSnapshotPolicyId": create(raw)} if action.startswith("Modify") else {}
    before = described(raw)
    reply = raw.call(action, {**TERMS, **policy, **changes})
    assert (reply.status, reply.code) == (status, code), reply.body
    assert described(raw) == before


def test_what_is_false_anyhow_may_be_said_in_any_case(raw):
    false = {"EnableCrossRegionCopy": "FALSE", "CopyEncryptionConfiguration.Encrypted": "False"}
    reply = raw.call("CreateAutoSnapshotPolicy", {**TERMS, **false})
    assert reply.status == 200
    odd = raw.call("CreateAutoSnapshotPolicy", {**TERMS, "EnableCrossRegionCopy": "no"})
    assert (odd.status, odd.code) == (400, "InvalidParameter")


@pytest.mark.parametrize("name", ["timePoints", "repeatWeekdays", "retentionDays"])
def test_a_policy_needs_its_hours_its_days_and_its_retention(raw, name):
    reply = raw.call("CreateAutoSnapshotPolicy", {**TERMS, name: ""})
    assert (reply.status, reply.code) == (400, "MissingParameter")
    assert name in reply.body["Message"]


@pytest.mark.parametrize(
    ("action", "disks", "code"),
    [
        ("ApplyAutoSnapshotPolicy", True, "InvalidAutoSnapshotPolicyId.NotFound"),
        ("CancelAutoSnapshotPolicy", True, "InvalidAutoSnapshotPolicyId.NotFound"),
        ("ModifyAutoSnapshotPolicyEx", False, "ParameterInvalid"),
        ("DeleteAutoSnapshotPolicy", False, "ParameterInvalid"),
    ],
)
def test_a_policy_that_the_region_does_not_have_is_refused(raw, action, disks, code):
    disks = {"diskIds": '["d-sandbox-data"]'} if disks else {}
    for policy in ("sp-gone", create(raw, regionId="cn-beijing")):
        reply = raw.call(action, {**REGION, **disks, "autoSnapshotPolicyId": policy})
        assert (reply.status, reply.code) == (404, code), reply.body


@pytest.mark.parametrize(
    ("disks", "status", "code"),
    [
        ('["d-gone"]', 404, "InvalidDiskId.NotFound"),
        ("[]", 403, "ParameterInvalid"),
        ("d-sandbox-data", 403, "ParameterInvalid"),
        ("", 400, "MissingParameter"),
        ('["d-sandbox-local"]', 400, "DiskCategory.OperationNotSupported"),
        (
            '["d-sandbox-local", "d-sandbox-data"]',
            400,
            "PartofDiskCategory.OperationNotSupported",
        ),
        ('["d-sandbox-data", "d-gone"]', 404, "InvalidDiskId.NotFound"),
    ],
)
def test_disks_that_cannot_be_put_under_a_policy_are_refused_all_together(raw, disks, status, code):
    reply = order(raw, "Apply", create(raw), diskIds=disks)
    assert (reply.status, reply.code) == (status, code), reply.body
    assert under(raw, "data") == ""


def test_ten_policies_a_disk_and_a_hundred_a_region(raw):
    many = [create(raw) for _ in range(100)]
    for policy in many[:10]:
        assert order(raw, "Apply", policy, "data").status == 200
    refused = order(raw, "Apply", many[10], "data", "system")
    assert (refused.status, refused.code) == (403, "QuotaExceed.AppliedAutoSnapshotPolicyQuota")
    assert under(raw, "system") == ""
    assert order(raw, "Apply", many[3], "data").status == 200
    refused = raw.call("CreateAutoSnapshotPolicy", TERMS)
    assert (refused.status, refused.code) == (403, "AutoSnapshotPolicy.QuotaExceed")
    assert create(raw, regionId="cn-beijing")


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 403, "MissingParameter.AutoSnapshotPolicyIdOrDiskId"),
        (
            {"AutoSnapshotPolicyId": "sp-1", "DiskId": "d-1"},
            403,
            "ParameterConflict.AutoSnapshotPolicyIdAndDiskId",
        ),
        ({"AutoSnapshotPolicyId": "sp-1"}, 404, "InvalidAutoSnapshotPolicyId.NotFound"),
        ({"DiskId": "d-1"}, 404, "InvalidDiskId.NotFound"),
    ],
)
def test_associations_are_asked_for_by_one_of_the_two(raw, asked, status, code):
    asked = {"RegionId": "cn-hangzhou", **asked}
    reply = raw.call("DescribeAutoSnapshotPolicyAssociations", asked)
    assert (reply.status, reply.code) == (status, code)


def test_a_policy_whose_last_disk_is_deleted_has_no_hour_to_come(raw, server):
    policy = create(raw)
    assert order(raw, "Apply", policy, "detached").status == 200
    assert raw.call("DeleteDisk", {"DiskId": "d-sandbox-detached"}).status == 200
    assert server._state.find(Policy, policy).next_fire is None
    assert described(raw)[0]["DiskNums"] == 0
