"""The sandbox as the far end of a wire that can break, for tests of the program's processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecs_snap_cli.sandbox import Fault, SandboxServer, parse_fault

SANDBOX_ENVIRONMENT = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox",
    "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou",
}


class Wire:
    """A sandbox under a fault plan, and what came to it.

    ``seen`` are the actions in the order in which their fate was settled; ``struck`` is set once
    a fault was met. ``meanwhile`` is called with each action before it is answered.
    """

    def __init__(self, state: str | Path, *faults: str, **options: Any) -> None:
        self.seen: list[str] = []
        self.meanwhile: Callable[[str], object] = lambda action: None
        self.struck = threading.Event()
        self.sandbox = SandboxServer(
            state,
            faults=[parse_fault(spec) for spec in faults],
            observer=self._note,
            threads=64,
            **options,
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
        self.meanwhile(action)


@contextmanager
def wire(state: str | Path, *faults: str, **options: Any) -> Iterator[Wire]:
    """A fresh sandbox whose requests meet ``faults``, as `sandbox serve --fault` reads them.

    ``options`` go to ``SandboxServer``.
    """
    made = Wire(state, *faults, **options)
    with made.sandbox:
        yield made
