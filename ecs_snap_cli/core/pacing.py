"""How fast calls may follow each other: a ceiling, and what throttling teaches; pure.

ECS throttles by account, region and action, in buckets that everything else of the account
draws from too, and publishes no figures. So a run finds its rate by what ECS admits, as TCP finds
its own by what arrives: a throttled answer lowers it to what was admitted of late, an admitted
one raises it, fast up to a rate that once was too much and slowly from there.
"""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 1.0
# Slow enough that eight calls at once, with the five attempts that each has, outlast a bucket of
# a minute that is empty.
LOWEST_RATE = 0.15
_HEADROOM = 0.9
# Calls a second, for each call admitted: within a second that is 40 %, and 1.5 %, of any rate.
_FAST, _SLOW = 0.35, 0.015


class Pace:
    """When calls may be sent. All times are seconds of one monotonic clock.

    ``ceiling`` is the most calls a second, whatever ECS admits; ``None``: no limit until ECS
    throttles. Not for several threads at once.
    """

    def __init__(self, ceiling: float | None = None) -> None:
        self._ceiling = ceiling
        self._rate: float | None = None
        self._enough: float | None = None
        self._sent: deque[float] = deque()
        self._admitted: deque[float] = deque()
        self._first: float | None = None
        self._slowed = float("-inf")
        self._held_until = float("-inf")

    @property
    def rate(self) -> float | None:
        """Calls a second that are allowed now; ``None``: as many as there are."""
        limits = [each for each in (self._ceiling, self._rate) if each is not None]
        return min(limits, default=None)

    def earliest(self, now: float) -> float:
        """When the next call may be sent, as far as is known: ``now`` or later."""
        start = max(now, self._held_until)
        rate = self.rate
        if rate is not None and self._sent:
            start = max(start, self._sent[-1] + 1 / rate)
            # Evenly spaced is not enough after a burst: the server still counts that.
            burst = max(1, int(rate * WINDOW_SECONDS))
            if len(self._sent) >= burst:
                start = max(start, self._sent[-burst] + WINDOW_SECONDS)
        return start

    def send(self, now: float) -> None:
        """A call is sent."""
        self._first = now if self._first is None else self._first
        _forget(self._sent, now)
        self._sent.append(now)

    def admitted(self, sent: float) -> None:
        """ECS took the call that was sent at ``sent``, whatever it answered."""
        self._admitted.append(sent)
        _forget(self._admitted, sent)
        if self._rate is not None and sent > self._slowed:
            fast = self._enough is None or self._rate < self._enough
            self._rate += _FAST if fast else _SLOW

    def throttled(self, sent: float, now: float, asked: float | None = None) -> None:
        """ECS had enough; ``asked`` are the seconds for which it wants to be left alone."""
        if asked is not None:
            self._held_until = max(self._held_until, now + asked)
        # Those that were under way already when the pace was slowed say nothing new.
        if sent <= self._slowed:
            return
        _forget(self._admitted, now)
        of_late = len(self._admitted) / WINDOW_SECONDS
        seen_a_window = self._first is not None and now - self._first >= WINDOW_SECONDS
        # Clearly less than what was sent: an outage, which says nothing of what ECS takes else.
        if seen_a_window and of_late >= (self._rate or 0) * 2 / 3:
            self._enough = of_late * _HEADROOM
        self._rate = max(LOWEST_RATE, of_late * _HEADROOM)
        self._slowed = now


def _forget(times: deque[float], now: float) -> None:
    while times and times[0] <= now - WINDOW_SECONDS:
        times.popleft()
