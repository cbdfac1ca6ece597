"""Whatever a rightly signed request says, it gets an answer of ECS's form, and no bug."""

import json
import random
from xml.etree import ElementTree

import pytest

from ecs_snap_cli.sandbox.actions import ACTIONS

SEEDS = range(4)
REQUESTS = 500
VALUES = (
    *("", " ", "0", "1", "-1", "999999999999", "1e3", "true", "True", "FALSE", "no", "null"),
    *("[]", "[1]", '["a","a"]', '["d-sandbox-data"]', "{}", "[[", '["\\ud800"]', "[" * 2_000),
    *("cn-hangzhou", "cn-beijing", "cn-hangzhou-i", "d-sandbox-data", "d-sandbox-system"),
    *("d-sandbox-detached", "d-sandbox-never-attached", "i-sandbox-data", "i-sandbox-starting"),
    *("s-sandbox-data-2", "s-sandbox-pending-1", "s-sandbox-detached-3", "m-sandbox-detached"),
    *("All", "all", "In_use", "Running", "accomplished", "system", "cloud_essd", "compliance"),
    *("disk", "snapshot", "instance", "image", "security", "PostPaid", "Enabled", "standard"),
    *("CreationStartTime", "2026-01-01T00:00Z", "2026-13-01T00:00Z", "rg-1", "sp-1", "*", "%", "?"),
    *(
        "name-1",
        "é名",
        "a" * 129,
        "\\x00\\x1b[1m",
        "'; DROP TABLE disks; --",
        '"',
        "<&>",
        "\\ufffe",
    ),
    *("http://x", "acs:x", "/dev/xvdb", "sl-sandbox-data", "PL1", "zh-CN", "40", "7", "3650"),
)


# Without any of these hardly a request would come through.
PLAUSIBLE = {
    "DiskId": "d-sandbox-data",
    "DiskId.1": "d-sandbox-data",
    "diskIds": '["d-sandbox-data"]',
    "SnapshotId": "s-sandbox-data-2",
    "InstanceId": "i-sandbox-data",
    "ImageId": "m-sandbox-detached",
    "ResourceType": "disk",
    "ResourceId.1": "d-sandbox-data",
    "Tag.1.Key": "key",
    "TagKey.1": "key",
    "timePoints": '["1"]',
    "repeatWeekdays": '["1"]',
    "retentionDays": "7",
    "RetentionDays": "900",
    "LockMode": "compliance",
    "LockDuration": "1",
    "CoolOffPeriod": "0",
    "DestinationRegionId": "cn-beijing",
    "DestinationSnapshotName": "copy",
    "DestinationSnapshotDescription": "a copy",
    "Size": "40",
    "ZoneId": "cn-hangzhou-i",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_any_request_gets_an_answer_of_ecs_s_form(v1, clock, seed):
    dice = random.Random(seed)
    met = set()
    for _ in range(REQUESTS):
        name = dice.choice(sorted(ACTIONS))
        action = ACTIONS[name]
        forms = sorted(action.supported | action.only_false | {action.region_parameter})
        asked = {
            form.replace(".N", f".{dice.choice((1, 1, 1, 2, 21))}"): dice.choice(VALUES)
            for form in dice.sample(forms, dice.randint(0, min(len(forms), 4)))
        }
        if dice.random() < 0.7:
            plain = (form.replace(".N", ".1") for form in forms)
            asked |= {each: PLAUSIBLE[each] for each in plain if each in PLAUSIBLE}
        if dice.random() < 0.8:
            asked[action.region_parameter] = "cn-hangzhou"
        form = dice.choice(("JSON", "XML"))
        reply = v1.call(name, dice.choice(("GET", "POST")), **asked, Format=form)
        told = (seed, name, asked, reply.status, reply.raw[:500])
        assert reply.status < 500, told
        if form == "XML":
            root = ElementTree.fromstring(reply.raw)  # noqa: S314 - its own
            assert root.tag == ("Error" if reply.status >= 400 else f"{name}Response"), told
            fields = {each.tag for each in root}
        else:
            fields = set(json.loads(reply.raw))
        assert "RequestId" in fields, told
        assert ({"HostId", "Code", "Message", "Recommend"} <= fields) is (reply.status >= 400), told
        met.add((name, reply.status < 400))
        if dice.random() < 0.05:
            clock.advance(days=dice.choice((0.001, 1, 30)))
    # Otherwise it would be refusals alone that it tries.
    assert len({name for name, taken in met if taken}) > 15
