"""The rate of a run's calls, against servers that count in different ways."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.core.backoff import pause
from ecs_snap_cli.core.pacing import LOWEST_RATE, WINDOW_SECONDS, Pace

Server = Callable[[float], bool]


def send(pace: Pace, now: float) -> float:
    """Send a call as soon as it may be sent; when that is."""
    start = pace.earliest(now)
    pace.send(start)
    return start


def by_the_second(limit: int, seconds: float = 1.0) -> Server:
    """Admits so many calls in each second (or in each so many) of its clock."""
    counts: dict[int, int] = {}

    def admits(now: float) -> bool:
        window = int(now / seconds)
        counts[window] = counts.get(window, 0) + 1
        return counts[window] <= limit

    return admits


def sliding(limit: int) -> Server:
    """Admits so many calls in any one second."""
    admitted: list[float] = []

    def admits(now: float) -> bool:
        if len([at for at in admitted[-limit:] if at > now - 1]) >= limit:
            return False
        admitted.append(now)
        return True

    return admits


def bucket(limit: int, size: int) -> Server:
    """A bucket of tokens that fills at so many a second."""
    tokens, since = [float(size)], [0.0]

    def admits(now: float) -> bool:
        tokens[0] = min(size, tokens[0] + (now - since[0]) * limit)
        since[0] = now
        if tokens[0] < 1:
            return False
        tokens[0] -= 1
        return True

    return admits


@dataclass
class Fleet:
    """A run of ``calls`` by eight workers; each call has five attempts, as the program has."""

    pace: Pace
    server: Server
    seconds_an_answer: float
    sent: list[float] = field(default_factory=list)
    done: int = 0
    throttled: int = 0

    def run(self, calls: int, chance: Random, start: float = 0.4) -> Fleet:
        coming = [(start + worker / 1000, 1) for worker in range(8)]
        arriving: list[tuple[float, int, float]] = []
        left, free = calls - 8, start
        while coming or arriving:
            if coming and (not arriving or max(free, coming[0][0]) <= arriving[0][0]):
                # In the order in which they came, as at a turnstile.
                came, attempt = coming[0]
                free = max(free, came)
                if (earliest := self.pace.earliest(free)) > free:
                    free = min(earliest, free + 0.5)
                    continue
                heapq.heappop(coming)
                self.pace.send(free)
                heapq.heappush(arriving, (free + self.seconds_an_answer, attempt, free))
                continue
            now, attempt, sent = heapq.heappop(arriving)
            self.sent.append(now)
            again = now + 0.003
            if self.server(now):
                self.pace.admitted(sent)
                self.done += 1
            else:
                self.throttled += 1
                self.pace.throttled(sent, now)
                if attempt < 5:
                    again = now + pause(attempt, throttled=True, asked=None, random=chance.random)
                    heapq.heappush(coming, (again, attempt + 1))
                    continue
            if left:
                left -= 1
                heapq.heappush(coming, (again, 1))
        return self


@pytest.mark.parametrize("seconds_an_answer", [0.002, 0.05, 0.2])
@pytest.mark.parametrize(
    "server",
    [
        lambda: by_the_second(40),
        lambda: sliding(40),
        lambda: bucket(40, 40),
        lambda: bucket(40, 8),
        lambda: bucket(40, 1),
    ],
    ids=["by the second", "sliding", "bucket of 40", "bucket of 8", "bucket of 1"],
)
def test_five_hundred_calls_find_the_rate_of_a_server_that_allows_forty(
    server: Callable[[], Server], seconds_an_answer: float
) -> None:
    for seed in range(10):
        fleet = Fleet(Pace(), server(), seconds_an_answer).run(500, Random(seed))
        assert fleet.done == 500
        assert fleet.throttled / len(fleet.sent) < 0.05


def test_a_bucket_of_a_minute_that_is_empty_is_outlasted() -> None:
    for seed in range(10):
        server = by_the_second(600, seconds=60)
        fleet = Fleet(Pace(), server, 0.05).run(1500, Random(seed), start=10.0 + seed)
        assert fleet.done == 1500


def test_after_an_outage_the_rate_recovers() -> None:
    limit = by_the_second(40)
    fleet = Fleet(Pace(), lambda now: not 5 < now < 15 and limit(now), 0.05)
    fleet.run(1500, Random(1))
    assert fleet.done == 1500
    late = [at for at in fleet.sent if 45 <= at < 55]
    assert len(late) >= 150


def test_without_throttling_and_ceiling_nothing_waits() -> None:
    pace = Pace()
    for _ in range(1000):
        assert send(pace, 7.0) == 7.0
        pace.admitted(7.0)
    assert pace.rate is None


@given(
    ceiling=st.floats(0.1, 200),
    arrivals=st.lists(st.floats(0, 0.5), min_size=1, max_size=80),
    refused=st.sets(st.integers(0, 80)),
)
@settings(max_examples=200)
def test_the_ceiling_holds_in_any_second_whatever_ecs_admits(
    ceiling: float, arrivals: list[float], refused: set[int]
) -> None:
    pace, now, sent = Pace(ceiling), 0.0, []
    for number, gap in enumerate(arrivals):
        now += gap
        sent.append(send(pace, now))
        assert sent[-1] >= now
        if number in refused:
            pace.throttled(sent[-1], sent[-1])
        else:
            pace.admitted(sent[-1])
        assert pace.rate is not None
        assert pace.rate <= ceiling
    for at in sent:
        within = [each for each in sent if at <= each < at + WINDOW_SECONDS - 1e-6]
        assert len(within) <= max(1.0, ceiling) + 1e-6


def test_what_was_under_way_when_the_pace_was_slowed_slows_it_no_further() -> None:
    pace = Pace()
    sent = [send(pace, 1 + number / 10) for number in range(8)]
    for at in sent[:4]:
        pace.admitted(at)
    pace.throttled(sent[4], 1.9)
    slowed = pace.rate
    for at in sent[5:]:
        pace.throttled(at, 1.95)
    assert pace.rate == slowed
    pace.throttled(send(pace, 2.0), 9.0)
    assert pace.rate == LOWEST_RATE


def test_a_pause_that_the_server_asks_for_is_kept_by_every_call() -> None:
    pace = Pace()
    pace.throttled(send(pace, 1.0), 1.1, asked=30.0)
    assert pace.earliest(1.2) == 31.1
    assert send(pace, 20.0) == 31.1
    assert send(pace, 20.0) > 31.1
