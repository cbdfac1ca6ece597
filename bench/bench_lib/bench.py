"""What every item needs: the meter, servers, rounds; and what it gives.

Every run of the program is the real ``ecs-snap`` process, and every run is looked at: its exit
code, what it wrote, and the requests that the server saw. One that did anything else is a BadRun.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from bench_lib.figures import Row
from bench_lib.measure import Meter, Run, interleaved
from bench_lib.served import Server, serving

PEERS = Path(__file__).parents[1] / "peers"


@dataclass(frozen=True)
class Finding:
    """What an item adds to the report: rows of the table, and what stands beside it."""

    rows: list[Row]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """What every item needs."""

    rounds: int
    folder: Path
    meter: Meter
    tell: Callable[[str], None]
    python: str = sys.executable
    program: str = str(Path(sys.executable).with_name("ecs-snap"))

    def serving(
        self,
        *,
        disks: int = 0,
        snapshots: int = 0,
        fault: str | None = None,
        counting: bool = True,
    ) -> AbstractContextManager[Server]:
        """A server on a fresh state, for a block."""
        return serving(
            [self.program],
            self.folder,
            self.meter.environment,
            disks=disks,
            snapshots=snapshots,
            fault=fault,
            counting=counting,
        )

    def interleaved(self, commands: Mapping[str, Callable[[], Run]]) -> dict[str, list[Run]]:
        """The runs of each command that count, taken in turns."""
        return interleaved(self.rounds, commands, self.tell)

    def peer(self, name: str, *words: str) -> tuple[str, ...]:
        """The command line of one of the scripts in ``peers``."""
        return (self.python, str(PEERS / name), *words)
