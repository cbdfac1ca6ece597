"""Actions that the caller has no right to, as ECS answers them."""

import pytest

from ecs_snap_cli.sandbox import PlanError, SandboxServer, parse_fault
from ecs_snap_cli.sandbox.actions import ACTIONS
from ecs_snap_cli.sandbox.known_actions import KNOWN_ACTIONS

REGION = {"RegionId": "cn-hangzhou"}
DISK = {"DiskId": "d-sandbox-data"}


@pytest.fixture
def denied(start, raw_client):
    """A client of a server that denies these."""
    return lambda *deny, **options: raw_client(start(deny=deny, **options).url)


def test_a_denied_action_is_forbidden_and_not_carried_out(denied):
    raw = denied("ecs:CreateSnapshot")
    count = ("DescribeSnapshots", {**REGION, **DISK})
    before = raw.call(*count).body["TotalCount"]
    reply = raw.call("CreateSnapshot", DISK)
    assert (reply.status, reply.code) == (403, "Forbidden.RAM")
    assert reply.body["AccessDeniedDetail"]["AuthAction"] == "ecs:CreateSnapshot"
    assert raw.call(*count).body["TotalCount"] == before


def test_other_errors_tell_of_no_access(denied):
    assert "AccessDeniedDetail" not in denied().call("CreateSnapshot", {"DiskId": "d-0"}).body


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_wildcard_denies_all_that_it_means(denied, action):
    raw = denied("ecs:Describe*")
    is_denied = raw.call(action, REGION).code == "Forbidden.RAM"
    assert is_denied is (action.startswith("Describe") and action != "DescribeInstances")


def test_a_star_denies_everything_but_what_ecs_is_silent_about(denied):
    raw = denied("*")
    met = {action for action in ACTIONS if raw.call(action, REGION).code != "Forbidden.RAM"}
    assert met == {"DescribeInstances"}


def test_denied_instances_are_an_empty_list_and_a_dry_run_tells(denied):
    raw = denied("ecs:DescribeInstances")
    reply = raw.call("DescribeInstances", REGION)
    assert (reply.status, reply.body["Instances"]) == (200, {"Instance": []})
    assert reply.body["TotalCount"] == 0
    told = raw.call("DescribeInstances", {**REGION, "DryRun": "true"})
    assert (told.status, told.code) == (403, "Forbidden.RAM")
    assert denied().call("DescribeInstances", REGION).body["Instances"]["Instance"]


def test_tags_of_what_is_made_are_a_right_of_their_own(denied):
    raw = denied("ecs:TagResources")
    tags = {"Tag.1.Key": "k", "Tag.1.Value": "v"}
    reply = raw.call("CreateSnapshot", {**DISK, **tags})
    assert reply.body["AccessDeniedDetail"]["AuthAction"] == "ecs:TagResources"
    copy = {"SnapshotId": "s-sandbox-data-1", "DestinationRegionId": "cn-shanghai"}
    assert raw.call("CopySnapshot", {**REGION, **copy, **tags}).code == "Forbidden.RAM"
    assert raw.call("DescribeDisks", {**REGION, **tags}).status == 200
    assert raw.call("CreateSnapshot", DISK).status == 200


def test_who_signs_wrongly_is_told_nothing_of_rights(denied):
    reply = denied("*").call("CreateSnapshot", DISK, secret="wrong")
    assert reply.code == "SignatureDoesNotMatch"


def test_a_fault_and_a_limit_come_before_a_denial(denied):
    raw = denied("*", faults=[parse_fault("DescribeRegions@1:html,status=502")], calls_per_second=2)
    found = [raw.call("DescribeRegions") for _ in range(3)]
    assert [(reply.status, reply.code) for reply in found] == [
        (502, ""),
        (403, "Forbidden.RAM"),
        (400, "Throttling.User"),
    ]


@pytest.mark.parametrize(
    "pattern",
    ["", "CreateSnapshot", "ecs:", "ecs:CreateSnapshots", "oss:*", "ecs:[A-Z]*", "ecs:x*"],
)
def test_a_pattern_that_is_none_is_named(pattern):
    with pytest.raises(PlanError, match=r"ecs:"):
        SandboxServer(":memory:", deny=[pattern])


def test_every_action_that_is_served_can_be_denied():
    assert ACTIONS.keys() <= KNOWN_ACTIONS
