"""Pauses grow, carry jitter, mind what the server asks, and stay bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_snap_cli.core.backoff import pause

ALMOST_ONE = 1.0 - 1e-9


def longest(attempt: int, *, throttled: bool = False, asked: float | None = None) -> float:
    return pause(attempt, throttled=throttled, asked=asked, random=lambda: ALMOST_ONE)


def shortest(attempt: int, *, throttled: bool = False, asked: float | None = None) -> float:
    return pause(attempt, throttled=throttled, asked=asked, random=lambda: 0.0)


@pytest.mark.parametrize(
    ("attempt", "throttled", "expected"),
    [
        (1, False, 0.25),
        (2, False, 0.5),
        (3, False, 1.0),
        (7, False, 16.0),
        (8, False, 20.0),
        (1, True, 1.0),
        (2, True, 2.0),
        (5, True, 16.0),
        (6, True, 20.0),
    ],
)
def test_the_longest_pause_doubles_up_to_a_limit(
    attempt: int, throttled: bool, expected: float
) -> None:
    assert longest(attempt, throttled=throttled) == pytest.approx(expected)


def test_the_jitter_spans_the_whole_pause() -> None:
    assert shortest(4) == 0.0
    assert pause(3, throttled=False, asked=None, random=lambda: 0.5) == pytest.approx(0.5)


@pytest.mark.parametrize("throttled", [False, True])
@pytest.mark.parametrize("attempt", [1, 5, 9])
@pytest.mark.parametrize("asked", [0.0, 0.2, 7.0, 60.0])
def test_a_pause_that_the_server_asks_for_is_kept_with_a_little_jitter(
    asked: float, attempt: int, throttled: bool
) -> None:
    assert shortest(attempt, throttled=throttled, asked=asked) == asked
    assert asked < longest(attempt, throttled=throttled, asked=asked) <= asked + 1.0


def test_a_server_cannot_ask_for_an_afternoon() -> None:
    assert longest(1, asked=14_400.0) <= 61.0
    assert shortest(1, asked=14_400.0) == 60.0


@pytest.mark.parametrize("attempt", [1_000, 1_025, 1_000_000])
def test_no_number_of_attempts_is_too_many(attempt: int) -> None:
    assert longest(attempt) == pytest.approx(20.0)


@given(
    st.integers(1, 900),
    st.booleans(),
    st.none() | st.floats(0, 1e9),
    st.floats(0, 1, exclude_max=True),
)
def test_a_pause_is_never_negative_nor_longer_than_a_minute_and_a_bit(
    attempt: int, throttled: bool, asked: float | None, chance: float
) -> None:
    assert 0.0 <= pause(attempt, throttled=throttled, asked=asked, random=lambda: chance) <= 61.0
