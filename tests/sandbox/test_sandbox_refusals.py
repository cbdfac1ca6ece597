"""Every seeded disk meets the outcome that its name promises, under either rule set."""

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException

OUTCOMES = {
    # disk: (code and status under documented, the same under current); None is a snapshot
    "system": (None, None),
    "data": (None, None),
    "detached": (("IncorrectDiskStatus", 403), None),
    "never-attached": (
        ("IncorrectDiskStatus.NeverAttached", 403),
        ("IncorrectDiskStatus.NeverAttached", 403),
    ),
    "local": (
        ("DiskCategory.OperationNotSupported", 400),
        ("DiskCategory.OperationNotSupported", 400),
    ),
    "starting": (("IncorrectInstanceStatus", 400), ("IncorrectInstanceStatus", 400)),
    "never-started": (("IncorrectDiskStatus.NeverUsed", 403), None),
    "locked": (("InstanceLockedForSecurity", 403), ("InstanceLockedForSecurity", 403)),
    "full": (("QuotaExceed.Snapshot", 403), None),
    "pending": (("IncorrectDiskStatus.CreatingSnapshot", 403), None),
    "loading": (("CreateSnapshot.Failed", 400), None),
    "unheard-of": (("InvalidDiskId.NotFound", 404), ("InvalidDiskId.NotFound", 404)),
}


@pytest.mark.parametrize("rules", ["documented", "current"])
def test_each_disk_meets_its_own_refusal_and_no_other(start, connect, rules):
    sdk = connect(start(rules=rules).url)
    met = {}
    for name in OUTCOMES:
        request = models.CreateSnapshotRequest(disk_id=f"d-sandbox-{name}")
        try:
            assert sdk.create_snapshot(request).body.snapshot_id.startswith("s-sandbox-")
            met[name] = None
        except ClientException as error:
            met[name] = (error.data["Code"], error.status_code)
    column = 0 if rules == "documented" else 1
    assert met == {name: outcome[column] for name, outcome in OUTCOMES.items()}


def test_a_second_snapshot_at_once_is_refused_until_the_first_is_accomplished(raw, clock):
    order = {"DiskId": "d-sandbox-data"}
    assert raw.call("CreateSnapshot", order).status == 200
    refused = raw.call("CreateSnapshot", order)
    assert (refused.status, refused.code) == (403, "IncorrectDiskStatus.CreatingSnapshot")
    clock.advance(seconds=3)
    assert raw.call("CreateSnapshot", order).status == 200


def test_today_ten_essd_snapshots_may_be_in_creation_and_one_of_another_kind(start, raw_client):
    raw = raw_client(start(rules="current").url)
    essd = [raw.call("CreateSnapshot", {"DiskId": "d-sandbox-data"}).code for _ in range(11)]
    assert essd == [""] * 10 + ["QuotaExceed.ConcurrentSnapshotQuota"]
    other = [raw.call("CreateSnapshot", {"DiskId": "d-sandbox-system"}).code for _ in range(2)]
    assert other == ["", "IncorrectDiskStatus.CreatingSnapshot"]


def test_the_loading_disk_is_ten_minutes_old_however_old_the_state_is(raw, clock):
    clock.advance(days=400)
    where = {"RegionId": "cn-hangzhou", "DiskIds": '["d-sandbox-loading"]'}
    (disk,) = raw.call("DescribeDisks", where).body["Disks"]["Disk"]
    ten_minutes_ago = clock()
    ten_minutes_ago = ten_minutes_ago.timestamp() - 600
    assert disk["CreationTime"] == _second_form(ten_minutes_ago)
    refused = raw.call("CreateSnapshot", {"DiskId": "d-sandbox-loading"})
    assert refused.code == "CreateSnapshot.Failed"


def test_the_seeded_disks_stay_as_they_are_a_year_later(raw, clock):
    clock.advance(days=400)
    met = {
        name: raw.call("CreateSnapshot", {"DiskId": f"d-sandbox-{name}"}).code for name in OUTCOMES
    }
    assert met == {name: (first or ("",))[0] for name, (first, _) in OUTCOMES.items()}


def test_unknown_rule_sets_are_no_server(start):
    with pytest.raises(KeyError):
        start(rules="whatever")


def _second_form(timestamp):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
