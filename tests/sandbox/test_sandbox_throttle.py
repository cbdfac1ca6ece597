"""Throttling by load: so many calls in any one second, and the rest is refused unheard."""

import pytest

from ecs_snap_cli.sandbox import Limit, PlanError, parse_fault, parse_limit
from ecs_snap_cli.sandbox.times import MINUTE, SECOND

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


def limited(start, raw_client, *specs, **options):
    limits = [parse_limit(spec) for spec in specs]
    return raw_client(start(limits=limits, rules="current", **options).url)


def test_a_limit_is_of_its_action_alone(start, raw_client):
    raw = limited(start, raw_client, "DescribeRegions=2", "CreateSnapshot=1")
    found = codes(raw, REGIONS, REGIONS, REGIONS, SNAPSHOT, SNAPSHOT)
    assert found == ["", "", "Throttling.User", "", "Throttling.User"]
    assert codes(raw, *[("DescribeDisks", {"RegionId": "cn-hangzhou"})] * 5) == [""] * 5


def test_a_limit_may_be_of_a_minute(start, raw_client, clock):
    raw = limited(start, raw_client, "DescribeRegions=2/m")
    assert codes(raw, *[REGIONS] * 3) == ["", "", "Throttling.User"]
    clock.advance(seconds=59)
    assert codes(raw, REGIONS) == ["Throttling.User"]
    clock.advance(seconds=1)
    assert codes(raw, *[REGIONS] * 3) == ["", "", "Throttling.User"]


def test_a_call_that_one_limit_turns_away_counts_for_no_other(start, raw_client, clock):
    raw = limited(start, raw_client, "DescribeRegions=1", calls_per_second=2)
    assert codes(raw, REGIONS, REGIONS, SNAPSHOT, SNAPSHOT) == [
        "",
        "Throttling.User",
        "",
        "Throttling.User",
    ]


def test_a_limit_is_read_from_a_text():
    assert parse_limit("DescribeDisks=20") == Limit("DescribeDisks", 20, SECOND)
    assert parse_limit("DescribeDisks=20/s") == parse_limit("DescribeDisks=20")
    assert parse_limit("*=100/m") == Limit("*", 100, MINUTE)


@pytest.mark.parametrize(
    "spec", ["", "DescribeDisks", "DescribeDisks=0", "DescribeDisks=-1", "DescribeDisks=1/h", "x=1"]
)
def test_a_limit_that_is_not_understood_is_named(spec):
    with pytest.raises(PlanError, match=f"^.?{spec}"):
        parse_limit(spec)


def test_without_a_number_nobody_is_throttled(start, raw_client):
    raw = raw_client(start().url)
    assert set(codes(raw, *[REGIONS] * 50)) == {""}
