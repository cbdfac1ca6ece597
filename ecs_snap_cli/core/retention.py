"""Which points in time a retention policy keeps, by the meaning of ``restic forget``.

https://restic.readthedocs.io/en/stable/060_forget.html, and for what that page leaves open
``ApplyPolicy`` in restic's source. Each rule looks at all points; what one of them keeps stays.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from ecs_snap_cli.core.ages import Age
from ecs_snap_cli.values import value

# The period that a local time belongs to. Where clocks go back, the hour that comes twice is two
# periods, told apart by their offsets from UTC: each of the two hours really passed.
_PERIODS: Mapping[str, Callable[[datetime], Hashable]] = {
    "hourly": lambda local: (local.date(), local.hour, local.utcoffset()),
    "daily": lambda local: local.date(),
    "weekly": lambda local: local.isocalendar()[:2],
    "monthly": lambda local: (local.year, local.month),
    "yearly": lambda local: local.year,
}
COUNTED_RULES = ("last", *_PERIODS)


@value(frozen=True, slots=True)
class Policy:
    """What stays.

    ``counts`` maps names of ``COUNTED_RULES`` to how many points each keeps, 1 or more; ``within``
    keeps all that are younger than the newest by less than that. At least one rule is there, and
    each keeps the newest point: no policy keeps nothing. Periods begin by the clock of ``zone``.
    """

    counts: Mapping[str, int]
    within: Age | None = None
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        if not self.counts and self.within is None:
            raise ValueError("a policy without a rule keeps nothing")
        if not self.counts.keys() <= set(COUNTED_RULES) or any(
            count < 1 for count in self.counts.values()
        ):
            raise ValueError("every count is of a known rule, and 1 or more")


def reasons_to_keep(newest_first: Sequence[datetime], policy: Policy) -> list[tuple[str, ...]]:
    """For each aware time the rules that keep it, as words; nothing where none does.

    A counted rule keeps the newest point of each of the latest N periods that have one. While
    there are fewer periods than N, it keeps the oldest point of all, too ("oldest daily"): a
    history that is younger than the policy does not lose its beginning. As in restic, a point
    exactly ``within`` older than the newest one is no longer within.
    """
    reasons: list[list[str]] = [[] for _ in newest_first]
    for rule in COUNTED_RULES:
        if rule in policy.counts:
            for index, reason in _kept(newest_first, rule, policy).items():
                reasons[index].append(reason)
    if policy.within is not None:
        for index, when in enumerate(newest_first):
            if newest_first[0] - when < policy.within.length:
                reasons[index].append(f"within {policy.within.text}")
    return [tuple(each) for each in reasons]


def _kept(newest_first: Sequence[datetime], rule: str, policy: Policy) -> dict[int, str]:
    """What one counted rule keeps: its places in the history, each with the reason."""
    newest_of: dict[Hashable, int] = {}
    for index, when in enumerate(newest_first):
        # To "last" every point is a period of its own.
        period = index if rule == "last" else _PERIODS[rule](when.astimezone(policy.zone))
        newest_of.setdefault(period, index)
    kept = dict.fromkeys(list(newest_of.values())[: policy.counts[rule]], rule)
    if newest_first and len(newest_of) < policy.counts[rule]:
        kept.setdefault(len(newest_first) - 1, f"oldest {rule}")
    return kept
