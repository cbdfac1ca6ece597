"""Retention: the newest of each period by the zone's clock, and the oldest while there is room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.core.ages import age
from ecs_snap_cli.core.retention import COUNTED_RULES, Policy, reasons_to_keep
from tests.unit.histories import policies, times

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def kept(written: str, policy: Policy) -> dict[str, str]:
    """The history's times (to the minute, in UTC) that are kept, each with its reasons."""
    newest_first = sorted(written.split(), key=utc, reverse=True)
    reasons = reasons_to_keep([utc(each) for each in newest_first], policy)
    return {each: ", ".join(why) for each, why in zip(newest_first, reasons, strict=True) if why}


def test_last_keeps_the_newest_and_nothing_for_its_age() -> None:
    history = "2026-03-01T10:00 2026-03-01T11:00 2020-01-01T00:00"
    assert kept(history, Policy({"last": 2})) == {
        "2026-03-01T11:00": "last", "2026-03-01T10:00": "last",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "history", "expected"),
    [
        ("hourly", "01T10:00 01T10:59 01T11:00 01T13:30", "01T13:30 01T11:00"),
        ("daily", "01T00:00 01T23:59 02T00:00 02T23:59 05T12:00", "05T12:00 02T23:59"),
        # 2026-03-01 is a Sunday.
        ("weekly", "01T23:59 02T00:00 08T23:59 09T00:00", "09T00:00 08T23:59"),
    ],
)
def test_a_period_keeps_its_newest_and_one_with_none_is_not_counted(
    rule: str, history: str, expected: str
) -> None:
    full = " ".join(f"2026-03-{each}" for each in history.split())
    assert kept(full, Policy({rule: 2})) == {f"2026-03-{each}": rule for each in expected.split()}


def test_months_and_years_are_those_of_the_calendar() -> None:
    history = "2025-12-31T23:59 2026-01-01T00:00 2026-01-31T23:59 2026-02-01T00:00 2024-06-01T00:00"
    assert list(kept(history, Policy({"monthly": 3}))) == [
        "2026-02-01T00:00", "2026-01-31T23:59", "2025-12-31T23:59",
    ]  # fmt: skip
    assert list(kept(history, Policy({"yearly": 2}))) == ["2026-02-01T00:00", "2025-12-31T23:59"]


@pytest.mark.parametrize("rule", ["hourly", "daily", "weekly", "monthly"])
def test_the_same_period_of_two_years_is_two_periods(rule: str) -> None:
    """Both are in week 20 of their years."""
    assert list(kept("2026-05-13T10:00 2025-05-13T10:00", Policy({rule: 2})).values()) == [rule] * 2


def test_a_week_across_the_turn_of_the_year_is_one() -> None:
    """2026-W53 goes from Monday 2026-12-28 to Sunday 2027-01-03, 2025-W01 begins in 2024."""
    history = "2026-12-27T12:00 2026-12-28T00:00 2026-12-31T12:00 2027-01-03T23:59 2027-01-04T00:00"
    assert list(kept(history, Policy({"weekly": 3}))) == [
        "2027-01-04T00:00", "2027-01-03T23:59", "2026-12-27T12:00",
    ]  # fmt: skip
    history = "2024-01-01T12:00 2024-12-30T12:00 2025-01-02T12:00"
    assert list(kept(history, Policy({"weekly": 2}))) == ["2025-01-02T12:00", "2024-01-01T12:00"]


def test_the_oldest_stays_while_a_count_is_not_used_up() -> None:
    history = "2026-03-01T01:00 2026-03-01T02:00 2026-03-02T01:00 2026-03-02T02:00"
    two_days = {"2026-03-02T02:00": "daily", "2026-03-01T02:00": "daily"}
    assert kept(history, Policy({"daily": 2})) == two_days
    assert kept(history, Policy({"daily": 3})) == two_days | {"2026-03-01T01:00": "oldest daily"}
    alone = "2026-03-01T01:00"
    assert kept(alone, Policy({"daily": 3, "yearly": 1})) == {alone: "daily, yearly"}


def test_within_counts_back_from_the_newest_and_ends_before_its_length() -> None:
    history = "2020-01-01T00:00 2020-01-14T23:59 2020-01-15T00:00 2020-01-01T00:01"
    assert kept(history, Policy({}, age("14d"))) == dict.fromkeys(
        ["2020-01-15T00:00", "2020-01-14T23:59", "2020-01-01T00:01"], "within 14d"
    )


def test_every_rule_that_keeps_a_snapshot_is_told() -> None:
    policy = Policy({"yearly": 1, "last": 1, "hourly": 2}, age("36h"))
    assert kept("2026-03-01T10:00 2026-03-01T10:30", policy) == {
        "2026-03-01T10:30": "last, hourly, yearly, within 36h",
        "2026-03-01T10:00": "oldest hourly, within 36h",
    }


def test_periods_begin_by_the_clock_of_the_zone() -> None:
    history = "2026-02-28T22:30 2026-02-28T23:30 2026-03-01T22:30 2026-03-31T21:59 2026-03-31T22:00"
    assert list(kept(history, Policy({"monthly": 3}, zone=BERLIN))) == [
        "2026-03-31T22:00", "2026-03-31T21:59", "2026-02-28T22:30",
    ]  # fmt: skip
    assert list(kept(history, Policy({"monthly": 3}))) == [
        "2026-03-31T22:00", "2026-02-28T23:30", "2026-02-28T22:30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "history", "expected"),
    [
        # 03:00 becomes 02:00 at 01:00 UTC: 02:30 comes twice.
        (BERLIN, "2026-10-24T23:30 2026-10-25T00:30 2026-10-25T01:30 2026-10-25T02:30", 4),
        # 02:00 becomes 03:00: what follows 01:30 is 03:30.
        (BERLIN, "2026-03-28T23:30 2026-03-29T00:30 2026-03-29T01:30", 3),
        # 02:00 becomes 01:30 at 15:00 UTC: half an hour comes twice.
        (LORD_HOWE, "2026-04-04T14:45 2026-04-04T15:15 2026-04-04T15:45", 3),
        # 02:00 becomes 02:30 at 15:30 UTC.
        (LORD_HOWE, "2026-10-03T15:15 2026-10-03T15:45 2026-10-03T16:15", 3),
    ],
    ids=["Berlin, back", "Berlin, ahead", "Lord Howe, back", "Lord Howe, ahead"],
)
def test_no_hour_is_lost_where_the_clocks_are_changed(
    zone: ZoneInfo, history: str, expected: int
) -> None:
    assert list(kept(history, Policy({"hourly": 9}, zone=zone)).values()) == ["hourly"] * expected


def test_a_day_of_25_hours_is_one_day() -> None:
    history = "2026-10-24T21:30 2026-10-24T22:00 2026-10-25T22:59 2026-10-25T23:00"
    assert list(kept(history, Policy({"daily": 3}, zone=BERLIN))) == [
        "2026-10-25T23:00", "2026-10-25T22:59", "2026-10-24T21:30",
    ]  # fmt: skip


def test_a_day_that_is_interrupted_by_the_one_before_is_one_day() -> None:
    """At 00:01 St. John's put its clocks back to 23:01 of the day before, in 2010 still."""
    history = "2010-11-07T02:30:30 2010-11-07T03:00 2010-11-07T12:00"
    assert kept(history, Policy({"daily": 2}, zone=ZoneInfo("America/St_Johns"))) == {
        "2010-11-07T12:00": "daily", "2010-11-07T03:00": "daily",
    }  # fmt: skip


def test_no_history_needs_no_reasons() -> None:
    assert reasons_to_keep([], Policy({"last": 1, "daily": 1}, age("1h"))) == []


@pytest.mark.parametrize("counts", [{}, {"last": 0}, {"daily": 3, "weekly": -1}, {"secondly": 1}])
def test_no_policy_keeps_nothing(counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="rule"):
        Policy(counts)


FORMATS = {
    "last": None,
    "hourly": "%Y-%m-%d %H %z",
    "daily": "%Y-%m-%d",
    "weekly": "%G-W%V",
    "monthly": "%Y-%m",
    "yearly": "%Y",
}


def expected_reasons(history: Sequence[datetime], policy: Policy, place: int) -> list[str]:
    """Why one point stays, from the rules' words alone: no walk along the history."""
    found = []
    for rule in COUNTED_RULES:
        if rule not in policy.counts:
            continue
        written = [
            when.astimezone(policy.zone).strftime(FORMATS[rule] or f"{number} %s")
            for number, when in enumerate(history)
        ]
        newer = set(written[:place])
        room = len(newer) < policy.counts[rule]
        if room and written[place] not in newer:
            found.append(rule)
        elif room and place == len(history) - 1:
            found.append(f"oldest {rule}")
    age_below_newest = history[0].timestamp() - history[place].timestamp()
    if policy.within and age_below_newest < policy.within.length.total_seconds():
        found.append(f"within {policy.within.text}")
    return found


@settings(max_examples=1_000, deadline=None)
@given(st.lists(times, max_size=30), policies())
def test_the_rules_agree_with_their_definition(history: list[datetime], policy: Policy) -> None:
    history.sort(reverse=True)
    assert reasons_to_keep(history, policy) == [
        tuple(expected_reasons(history, policy, place)) for place in range(len(history))
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(times, min_size=1, max_size=30), policies(), policies(), st.data())
def test_more_policy_never_keeps_less(
    history: list[datetime], policy: Policy, other: Policy, data: st.DataObject
) -> None:
    history.sort(reverse=True)
    counts = {
        rule: policy.counts.get(rule, 0) + other.counts.get(rule, 0)
        for rule in policy.counts | other.counts
    }
    longer = max(
        filter(None, (policy.within, other.within)), key=lambda each: each.length, default=None
    )
    more = Policy(counts, longer, policy.zone)
    before, after = (reasons_to_keep(history, each) for each in (policy, more))
    assert all(later or not why for why, later in zip(before, after, strict=True))
    assert before[0]


@settings(deadline=None)
@given(st.lists(times, max_size=30), policies(), st.timedeltas(timedelta(0), timedelta(days=90)))
def test_only_the_age_below_the_newest_counts_for_within(
    history: list[datetime], policy: Policy, shift: timedelta
) -> None:
    history.sort(reverse=True)
    within = Policy({}, policy.within or age("14d"), policy.zone)
    moved = [when - shift for when in history]
    assert reasons_to_keep(history, within) == reasons_to_keep(moved, within)
