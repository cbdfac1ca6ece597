"""What one run of the program carries from argv to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ecs_snap_cli.cli.terminal import Terminal

if TYPE_CHECKING:
    from ecs_snap_cli.errors import EcsSnapError


class Journal(Protocol):
    """What a run has done so far, for the report of one that ends early."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The IDs that must not be lost."""

    @property
    def go_on(self) -> str:
        """What to do after a run that was interrupted."""

    def what_exists(self) -> str | None:
        """What an operator must know of it, in a sentence; ``None``: nothing was done."""

    def complete(self, error: EcsSnapError) -> None:
        """Add to an error what is known by now."""


class App:
    """For the report of a run that ends early: ``journal`` is about what must not be forgotten.

    ``so_far`` is a sentence on what was done, ``next_step`` one on what to do after a signal, for a
    command that has no journal.
    """

    def __init__(self, terminal: Terminal | None = None) -> None:
        self.terminal = terminal or Terminal()
        self.debug = False
        self.journal: Journal | None = None
        self.so_far = "Nothing was created."
        self.next_step = "Run the command again to start over."
