"""StartInstance and StopInstance, and what an instance's status lets through."""

import json

import pytest
from alibabacloud_ecs20140526 import models

REGION = "cn-hangzhou"


def instance(raw, instance_id):
    where = {"RegionId": REGION, "InstanceIds": json.dumps([instance_id])}
    (found,) = raw.call("DescribeInstances", where).body["Instances"]["Instance"]
    return found


def test_an_instance_stops_and_starts_by_and_by(sdk, raw, clock):
    name = "i-sandbox-data"

    def status():
        return instance(raw, name)["Status"]

    sdk.stop_instance(models.StopInstanceRequest(instance_id=name, force_stop=True))
    assert status() == "Stopping"
    clock.advance(seconds=1)
    assert status() == "Stopping"
    clock.advance(seconds=1)
    assert status() == "Stopped"
    assert instance(raw, name)["StoppedMode"] == "KeepCharging"
    before = instance(raw, name)["StartTime"]
    clock.advance(minutes=5)
    sdk.start_instance(models.StartInstanceRequest(instance_id=name))
    assert status() == "Starting"
    clock.advance(seconds=2)
    found = instance(raw, name)
    assert (found["Status"], found["StoppedMode"]) == ("Running", "Not-applicable")
    assert before < found["StartTime"] <= clock.time.strftime("%Y-%m-%dT%H:%MZ")


def test_the_status_filter_follows_the_time(raw, clock):
    raw.call("StopInstance", {"InstanceId": "i-sandbox-data"})

    def listed(status):
        where = {"RegionId": REGION, "Status": status}
        found = raw.call("DescribeInstances", where).body["Instances"]["Instance"]
        return [each["InstanceId"] for each in found]

    assert listed("Stopping") == ["i-sandbox-data"]
    assert listed("Stopped") == ["i-sandbox-never-started"]
    clock.advance(seconds=2)
    assert listed("Stopping") == []
    assert listed("Stopped") == ["i-sandbox-data", "i-sandbox-never-started"]


def test_a_disk_of_an_instance_that_never_was_started_can_be_snapshotted_once_it_was(raw, clock):
    order = {"DiskId": "d-sandbox-never-started"}
    assert raw.call("CreateSnapshot", order).code == "IncorrectDiskStatus.NeverUsed"
    assert raw.call("StartInstance", {"InstanceId": "i-sandbox-never-started"}).status == 200
    assert raw.call("CreateSnapshot", order).code == "IncorrectInstanceStatus"
    clock.advance(seconds=2)
    assert raw.call("CreateSnapshot", order).status == 200


def test_what_moves_is_kept_in_the_state_file(start, raw_client, clock, tmp_path):
    first = start(tmp_path / "state")
    raw_client(first.url).call("StopInstance", {"InstanceId": "i-sandbox-data"})
    first.close()
    again = raw_client(start(tmp_path / "state").url)
    assert instance(again, "i-sandbox-data")["Status"] == "Stopping"
    clock.advance(seconds=2)
    assert instance(again, "i-sandbox-data")["Status"] == "Stopped"


START, STOP = "StartInstance", "StopInstance"


@pytest.mark.parametrize(
    ("action", "suffix", "parameters", "status", "code"),
    [
        (START, "data", {}, 403, "IncorrectInstanceStatus"),
        (START, "starting", {}, 403, "IncorrectInstanceStatus"),
        (START, "locked", {}, 403, "InstanceLockedForSecurity"),
        (START, "gone", {}, 404, "InvalidInstanceId.NotFound"),
        (START, "never-started", {"RegionId": "cn-beijing"}, 404, "InvalidInstanceId.NotFound"),
        (START, "never-started", {"InstanceId": ""}, 400, "MissingParameter"),
        (START, "never-started", {"InitLocalDisk": "maybe"}, 400, "InvalidParameter"),
        (START, "never-started", {"DryRun": "true"}, 412, "DryRunOperation"),
        (START, "data", {"DryRun": "true"}, 403, "IncorrectInstanceStatus"),
        (START, "never-started", {"InitLocalDisk": "true"}, 200, ""),
        (STOP, "never-started", {}, 403, "IncorrectInstanceStatus"),
        (STOP, "starting", {"ForceStop": "true"}, 403, "IncorrectInstanceStatus"),
        (STOP, "locked", {}, 403, "InstanceLockedForSecurity"),
        (STOP, "gone", {}, 404, "InvalidInstanceId.NotFound"),
        (STOP, "data", {"StoppedMode": "Hibernate"}, 400, "InvalidParameter"),
        (STOP, "data", {"ForceStop": "1"}, 400, "InvalidParameter"),
        (STOP, "data", {"Hibernate": "true"}, 400, "UnsupportedParameter"),
        (STOP, "data", {"Hibernate": "yes"}, 400, "InvalidParameter"),
        (STOP, "data", {"DryRun": "true"}, 412, "DryRunOperation"),
        (STOP, "data", {"StoppedMode": "StopCharging", "Hibernate": "false"}, 200, ""),
        (STOP, "data", {"StoppedMode": "KeepCharging", "ConfirmStop": "true"}, 200, ""),
    ],
)
def test_only_what_is_stopped_starts_and_what_runs_stops(
    raw, action, suffix, parameters, status, code
):
    asked = {"InstanceId": f"i-sandbox-{suffix}", **parameters}
    reply = raw.call(action, asked)
    assert (reply.status, reply.code) == (status, code)
    if code == "DryRunOperation":
        assert instance(raw, asked["InstanceId"])["Status"] in ("Running", "Stopped")
