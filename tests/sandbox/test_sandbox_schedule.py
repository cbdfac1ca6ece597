"""When policies make snapshots, and which are left: against the calendar and the long way."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.sandbox.automatic import taken
from ecs_snap_cli.sandbox.rows import Disk, Policy, Snapshot
from ecs_snap_cli.sandbox.schedule import firings, next_firing, snapshot_name
from ecs_snap_cli.sandbox.times import DAY, HOUR, milliseconds

CHINA = timezone(timedelta(hours=8))
START = milliseconds(datetime(2024, 2, 26, 15, 30, tzinfo=UTC))
DISK = Disk("d-1", "data", "cloud_essd", "In_use", created=START - 99 * DAY, attached=START)

policies = st.builds(
    Policy,
    id=st.sampled_from(["sp-1", "sp-2", "sp-3"]),
    created=st.just(START),
    time_points=st.lists(st.integers(0, 23), min_size=1, max_size=24, unique=True).map(tuple),
    weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(tuple),
    retention_days=st.none() | st.integers(1, 40),
    next_fire=st.integers(START, START + 2 * DAY).map(lambda moment: moment // HOUR * HOUR),
)


def is_meant(policy, moment):
    there = datetime.fromtimestamp(moment / 1000, CHINA)
    return (
        there.hour in policy.time_points
        and there.isoweekday() in policy.weekdays
        and (there.minute, there.second, there.microsecond) == (0, 0, 0)
    )


@settings(deadline=None)
@given(policies, st.integers(START, START + 30 * DAY))
def test_the_next_hour_is_the_first_that_the_calendar_shows(policy, after):
    moment = next_firing(policy, after)
    first = after // HOUR * HOUR + HOUR
    assert moment in range(first, after + 7 * DAY + 1, HOUR)
    assert [hour for hour in range(first, moment + 1, HOUR) if is_meant(policy, hour)] == [moment]


several = st.lists(policies, min_size=1, max_size=3, unique_by=lambda policy: policy.id)


@settings(deadline=None)
@given(several, st.integers(START, START + 30 * DAY), st.integers(1, 300))
def test_the_hours_that_have_come_are_those_of_the_calendar(some, now, limit):
    hours = {
        (hour, policy)
        for policy in some
        for hour in range(policy.next_fire, now + 1, HOUR)
        if is_meant(policy, hour)
    }
    found = firings(some, now)
    assert set(found) == hours
    assert [hour for hour, _ in found] == sorted(hour for hour, _ in found)
    last = firings(some, now, limit)
    for policy in some:
        of_policy = [hour for hour, each in found if each == policy]
        chosen = [hour for hour, each in last if each == policy]
        assert chosen == of_policy[len(of_policy) - len(chosen) :]
        assert len(chosen) <= limit + 168


def test_a_snapshot_is_named_after_the_day_in_china():
    policy = Policy("sp-1", START, (0,), (2,), None)
    hour = next_firing(policy, START)
    assert datetime.fromtimestamp(hour / 1000, UTC) == datetime(2024, 2, 26, 16, tzinfo=UTC)
    assert snapshot_name(policy, hour) == "auto2.0_20240227_sp-1"


def left(existing, hours, now, quota):
    made, gone = taken(
        DISK,
        existing,
        hours,
        quota=quota,
        in_images=frozenset(["s-1"]),
        locked_until={"s-2": now + 1},
        eligible=lambda hour: True,
    )
    live = [
        (each.created, each.name)
        for each in made
        if each.retention_days is None or each.created + each.retention_days * DAY > now
    ]
    return live, gone


snapshots = st.lists(
    st.builds(
        Snapshot,
        id=st.sampled_from([f"s-{number}" for number in range(1, 9)]),
        disk_id=st.just("d-1"),
        created=st.integers(START - 20 * DAY, START),
        disk_type=st.just("data"),
        disk_category=st.just("cloud_essd"),
        disk_size=st.just(40),
        type=st.sampled_from(["user", "auto"]),
    ),
    unique_by=lambda snapshot: snapshot.id,
)


@settings(deadline=None)
@given(
    snapshots,
    several,
    st.integers(START, START + 90 * DAY),
    st.integers(1, 70),
    st.sampled_from([{"auto"}, {"user", "auto"}]),
)
def test_a_long_time_at_once_leaves_what_hour_by_hour_would(existing, some, now, limit, types):
    quota = (frozenset(types), limit)
    at_once, hour_by_hour = firings(some, now, limit), firings(some, now)
    assert left(existing, at_once, now, quota) == left(existing, hour_by_hour, now, quota)


def made_at(hours_on, existing, limit):
    daily = Policy("sp-1", START, (0,), (1, 2, 3, 4, 5, 6, 7), None, next_fire=START)
    made, gone = taken(
        DISK,
        existing,
        firings([daily], START + hours_on * HOUR),
        quota=(frozenset(["auto"]), limit),
        in_images=frozenset(["s-image"]),
        locked_until={},
        eligible=lambda hour: True,
    )
    return [each.created for each in made], gone


def old(snapshot_id, **changes):
    more = {"type": "auto", "retention_days": 2, "created": START - HOUR, **changes}
    return Snapshot(snapshot_id, "d-1", disk_type="data", disk_category="c", disk_size=1, **more)


def test_a_snapshot_that_never_ends_is_in_the_way_until_its_days_are_over():
    first = START + HOUR // 2
    assert made_at(4 * 24, [old("s-1", fate="frozen")], 9) == (
        [first + 2 * DAY, first + 3 * DAY],
        ["s-1"],
    )


def test_what_an_image_was_made_of_counts_although_its_days_are_over():
    first = START + HOUR // 2
    assert made_at(4 * 24, [old("s-image")], 2) == ([first + 3 * DAY], [])
    assert made_at(4 * 24, [old("s-1")], 2) == ([first + 2 * DAY, first + 3 * DAY], ["s-1"])
