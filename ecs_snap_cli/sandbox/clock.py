"""The sandbox's time, which can be turned: by its server, or by anyone who has its state file.

Times are aware datetimes; ClockError is raised for one that is far from our days.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from .conditions import held
from .rows import Policy
from .schedule import next_firing
from .state import State
from .times import SECOND, milliseconds

# Before 1970 a number is an age (see rows.py), and after 9999 no time has ECS's form.
_FIRST, _LAST = (milliseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 9000))


class ClockError(ValueError):
    """The sandbox cannot have this time; the text says which it can have."""


def read_clock(path: str | os.PathLike[str]) -> datetime:
    """The time of the state in a file; StateError as from `SandboxServer`."""
    with _opened(path) as state:
        return _told(state)


def set_clock(path: str | os.PathLike[str], time: datetime | None) -> datetime:
    """Turn the clock of the state in a file, also while servers use it; the time that it is then.

    None turns it to the real time. StateError as from `SandboxServer`.
    """
    with _opened(path) as state:
        turn(state, lambda _: None if time is None else sound(time))
        return _told(state)


def advance_clock(path: str | os.PathLike[str], by: timedelta) -> datetime:
    """As `set_clock`, but by a length of time."""
    with _opened(path) as state:
        turn(state, later(by))
        return _told(state)


def sound(time: datetime) -> int:
    """A time in milliseconds since 1970."""
    return _bounded(milliseconds(time))


def later(by: timedelta) -> Callable[[int], int]:
    """What turns a time (milliseconds since 1970) on by a length of time, or back."""
    return lambda now: _bounded(now + by // timedelta(milliseconds=1))


def turn(state: State, to: Callable[[int], int | None]) -> None:
    """Have the sandbox's time be what `to` makes of it (milliseconds since 1970); None: the real.

    What is due by then is done with the next request. A time that has been is gone through again.
    """
    with state.transaction():
        before = state.now()
        state.set_clock(to(before))
        now = state.now()
        if now < before:
            for policy in list(state.walk(Policy, [held("next_fire IS NOT NULL", True)])):
                state.change(policy, next_fire=next_firing(policy, now))


def _bounded(now: int) -> int:
    if not _FIRST <= now < _LAST:
        raise ClockError("The sandbox's time is to be between the years 2000 and 9000.")
    return now


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[State]:
    state = State(path, lambda: datetime.now(UTC))
    try:
        yield state
    finally:
        state.close()


def _told(state: State) -> datetime:
    return datetime.fromtimestamp(state.look_at_clock() / SECOND, UTC)
