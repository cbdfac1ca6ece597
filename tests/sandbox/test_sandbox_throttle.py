"""Throttling by load: so many calls in any one second, and the rest is refused unheard."""

import pytest

from ecs_snap_cli.sandbox import parse_fault

REGIONS, SNAPSHOT = ("DescribeRegions", {}), ("CreateSnapshot", {"DiskId": "d-sandbox-data"})


@pytest.fixture
def seen():
    return []


@pytest.fixture
def raw(start, raw_client, seen):
    def observe(action, attempt, fault):
        seen.append((action, attempt, fault and (fault.kind, fault.code)))

    return raw_client(start(calls_per_second=3, rules="current", observer=observe).url)


def codes(raw, *calls):
    return [raw.call(*call).code for call in calls]


def test_calls_beyond_the_number_are_throttled_whatever_their_action(raw, seen):
    found = codes(raw, REGIONS, SNAPSHOT, REGIONS, REGIONS, SNAPSHOT)
    assert found == ["", "", "", "Throttling.User", "Throttling.User"]
    assert seen[2:] == [
        ("DescribeRegions", 2, None),
        ("DescribeRegions", 3, ("error", "Throttling.User")),
        ("CreateSnapshot", 2, ("error", "Throttling.User")),
    ]


def test_a_throttled_call_has_no_effect_and_ecs_status(raw, clock):
    where = {"RegionId": "cn-hangzhou", "DiskId": "d-sandbox-data"}
    count = ("DescribeSnapshots", where)
    before = raw.call(*count).body["TotalCount"]
    codes(raw, REGIONS, REGIONS)
    reply = raw.call(*SNAPSHOT)
    assert (reply.status, reply.code) == (400, "Throttling.User")
    clock.advance(seconds=1)
    assert raw.call(*count).body["TotalCount"] == before


def test_the_second_slides_and_throttled_calls_do_not_lengthen_it(raw, clock):
    assert codes(raw, REGIONS) == [""]
    clock.advance(seconds=0.6)
    assert codes(raw, REGIONS, REGIONS, REGIONS) == ["", "", "Throttling.User"]
    clock.advance(seconds=0.4)
    assert codes(raw, REGIONS, REGIONS) == ["", "Throttling.User"]
    clock.advance(seconds=0.6)
    assert codes(raw, REGIONS, REGIONS, REGIONS) == ["", "", "Throttling.User"]


def test_a_clock_that_is_set_back_throttles_nobody(raw, clock):
    codes(raw, REGIONS, REGIONS, REGIONS)
    clock.advance(hours=-1)
    assert codes(raw, REGIONS) == [""]


def test_a_call_is_throttled_before_it_meets_its_fault(start, raw_client):
    fault = parse_fault("*:html,status=502")
    raw = raw_client(start(calls_per_second=1, faults=[fault]).url)
    assert raw.call(*REGIONS).status == 502
    assert raw.call(*REGIONS).code == "Throttling.User"


def test_without_a_number_nobody_is_throttled(start, raw_client):
    raw = raw_client(start().url)
    assert set(codes(raw, *[REGIONS] * 50)) == {""}
