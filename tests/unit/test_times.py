"""ECS's times are read in the forms that it uses, and in no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_snap_cli.core.times import parse_time, past_time
from ecs_snap_cli.model import Unknown

EIGHT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:30Z", EIGHT),
        ("2026-03-01T08:30:00Z", EIGHT),
        ("2026-03-01T08:30:15Z", EIGHT + timedelta(seconds=15)),
        ("2026-03-01T08:30:00.5Z", EIGHT + timedelta(seconds=0.5)),
        ("2026-03-01T16:30:00+08:00", EIGHT),
        ("2026-03-01T04:30-04:00", EIGHT),
        ("2024-02-29T00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_a_time_to_the_minute_or_to_the_second_is_read_as_utc(
    text: str, expected: datetime
) -> None:
    found = parse_time(text)
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2026-03-01",
        "2026-03-01T08:30:00",
        "2026-03-01 08:30:00Z",
        "2026-03-01T08Z",
        "2026-3-1T08:30Z",
        "2026-13-01T08:30Z",
        "2026-02-29T08:30Z",
        "2026-03-01T24:30Z",
        "2026-03-01T08:60Z",
        "2026-03-01T08:30:00Z\n",
        " 2026-03-01T08:30:00Z",
        "2026-03-01T08:30:00+08:00:30",
        "2026-03-01T08:30:00+99:99",
        "0001-01-01T00:00+23:59",
        "202\u0666-03-01T08:30Z",
        "20260301T083000Z",
        "1772353800",
        "2016-12-31T23:59:60Z",
        "\uff12026-03-01T08:30Z",
        "2026-03-01T08:30:00Z" * 1_000,
        "yesterday",
    ],
)
def test_a_time_in_any_other_form_is_not_guessed(text: str | None) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("2026-03-01T08:30Z", True),
        ("2012-01-01T00:00:00Z", True),
        ("2026-03-01T08:45Z", True),
        ("2026-03-01T08:45:01Z", False),
        ("2026-03-02T08:30Z", False),
        ("9999-12-31T23:59:59Z", False),
        ("1970-01-01T00:00Z", False),
        ("1970-01-01T08:00:00+08:00", False),
        ("0001-01-01T00:00:00Z", False),
        ("yesterday", False),
        ("", False),
        (None, False),
        (Unknown("Odd."), False),
    ],
    ids=str,
)
def test_what_happened_did_so_after_a_clocks_zero_and_before_now(
    text: str | Unknown | None, understood: bool
) -> None:
    assert (past_time(text, EIGHT) is not None) is understood


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_that_ecs_can_write_is_read_back(when: datetime) -> None:
    written = when.replace(microsecond=0)
    assert parse_time(written.isoformat().replace("+00:00", "Z")) == written


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.Z+-]{0,14}"))
def test_no_text_is_an_error(text: str) -> None:
    found = parse_time(text)
    assert found is None or found.tzinfo is UTC
