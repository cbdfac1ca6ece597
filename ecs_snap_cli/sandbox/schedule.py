"""The hours of automatic snapshot policies: pure, from what a policy says and the time.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createautosnapshotpolicy
"""

from collections.abc import Iterable, Iterator
from itertools import count, islice
from math import inf
from time import gmtime, strftime

from .rows import Policy
from .times import DAY, HOUR, SECOND, WEEK

# ECS takes hours and weekdays by the time of China, in every region.
_AHEAD = 8 * HOUR


def next_firing(policy: Policy, after: int) -> int:
    """The first of the policy's hours that comes after a moment; both in ms since 1970."""
    hours = (hour for day in count(_day(after)) for hour in _hours(policy, day))
    return next(hour for hour in hours if hour > after)


def firings(
    policies: Iterable[Policy], now: int, limit: int | None = None
) -> list[tuple[int, Policy]]:
    """The policies' hours from their `next_fire` to `now`, in their order, each with its policy.

    Of policies that have an hour in common, the one that keeps snapshots longest comes first. With
    a `limit`, as many of each as decide which snapshots are there at last, where that many can be.
    """
    # The last `limit` fill a disk, and no week is fuller than the one before.
    at_most = None if limit is None else limit + WEEK // HOUR
    found = [
        (hour, policy)
        for policy in policies
        for hour in islice(_backwards(policy, now, limit is not None), at_most)
    ]
    return sorted(found, key=lambda each: (each[0], -_days_kept(each[1]), each[1].id))


def _backwards(policy: Policy, now: int, decisive: bool) -> Iterator[int]:
    since = now + 1 if policy.next_fire is None else policy.next_fire
    if decisive and policy.retention_days is not None:
        since = max(since, now - policy.retention_days * DAY - WEEK)
    for day in range(_day(now), _day(since) - 1, -1):
        hours = reversed(list(_hours(policy, day)))
        yield from (hour for hour in hours if since <= hour <= now)


def _days_kept(policy: Policy) -> float:
    return inf if policy.retention_days is None else policy.retention_days


def snapshot_name(policy: Policy, hour: int) -> str:
    """What ECS calls a snapshot of this policy, such as `auto2.0_20240131_sp-sandbox-...`."""
    return strftime(f"auto2.0_%Y%m%d_{policy.id}", gmtime((hour + _AHEAD) // SECOND))


def _day(moment: int) -> int:
    """The days since 1970, in China."""
    return (moment + _AHEAD) // DAY


def _hours(policy: Policy, day: int) -> Iterator[int]:
    # The first of January 1970 was a Thursday, which is 4.
    if (day + 3) % 7 + 1 in policy.weekdays:
        yield from (day * DAY - _AHEAD + hour * HOUR for hour in sorted(policy.time_points))
