"""What one run of the program carries from argv to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecs_snap_cli.cli.terminal import Terminal

if TYPE_CHECKING:
    from ecs_snap_cli.workflow.create import Journal


@dataclass(slots=True)
class App:
    """For the report of a run that ends early: ``journal`` is the order under way.

    ``so_far`` is a sentence on what was done, for a command that has no journal.
    """

    terminal: Terminal = field(default_factory=Terminal)
    debug: bool = False
    journal: Journal | None = None
    so_far: str = "Nothing was created."
