"""What a new state holds: the first state and a fleet, or a scenario."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime

from .fleet import fleet
from .scenario import Scenario
from .schema import SCHEMA
from .seed import first_state
from .tables import AnyRow, insert
from .times import milliseconds


class Seeding:
    """Makes an empty database the first state, or a scenario, as of the clock's time.

    A fleet of `disks` is beside the first state. `sown` says whether it was done.
    """

    def __init__(
        self, disks: int, scenario: Scenario | None, clock: Callable[[], datetime]
    ) -> None:
        self.sown = False
        self._disks = disks
        self._scenario = scenario
        self._clock = clock

    def __call__(self, connection: sqlite3.Connection) -> None:
        for statement in SCHEMA:
            connection.execute(statement)
        now = milliseconds(self._clock())
        content: Iterable[Iterable[AnyRow]]
        if self._scenario is not None:
            content = self._scenario.rows(now)
        else:
            content = (*first_state(now), *fleet(now, self._disks))
        for rows in content:
            insert(connection, rows)
        self.sown = True
