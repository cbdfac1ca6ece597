"""The sandbox as the far end of a wire that can break, for tests of the program's processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecs_snap_cli.sandbox import Fault, SandboxServer, parse_fault

SANDBOX_ENVIRONMENT = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox",
    "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou",
}


class Wire:
    """A sandbox under a fault plan, and what came to it.

    ``seen`` are the actions in the order in which their fate was settled; ``struck`` is set once
    a fault was met.
    """

    def __init__(self, state: str | Path, *faults: str, rules: str) -> None:
        self.seen: list[str] = []
        self.struck = threading.Event()
        self.sandbox = SandboxServer(
            state,
            rules=rules,
            faults=[parse_fault(spec) for spec in faults],
            observer=self._note,
        )
        self.url = self.sandbox.url

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self.sandbox.connections

    def _note(self, action: str, attempt: int, fault: Fault | None) -> None:
        self.seen.append(action)
        if fault is not None:
            self.struck.set()


@contextmanager
def wire(state: str | Path, *faults: str, rules: str = "documented") -> Iterator[Wire]:
    """A fresh sandbox whose requests meet ``faults``, as `sandbox serve --fault` reads them."""
    made = Wire(state, *faults, rules=rules)
    with made.sandbox:
        yield made
