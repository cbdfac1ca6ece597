"""Around a deletion: the question before it, and a result that nothing takes away."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from ecs_snap_cli import signals
from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.streams import OutputLost
from ecs_snap_cli.errors import EcsSnapError, Interrupted, UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.render.document import Document

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def require_answer(*, yes: bool) -> None:
    """Raise ``UsageError`` where there is nobody to ask and ``--yes`` is not given.

    Comes before anything is sent.
    """
    if yes or (_is_terminal(sys.stdin) and _is_terminal(sys.stderr)):
        return
    raise UsageError(
        "This deletes snapshots, and nobody can be asked: stdin and stderr are to be a terminal.",
        hint="Add --yes to delete without being asked.",
    )


def confirm(app: App, question: str, *, yes: bool) -> None:
    """Go on after a yes; raise after anything else. Asks on stderr, as stdout is the result's.

    The end of the input (Ctrl-D) is a no.
    """
    if yes:
        return
    app.terminal.ask(f"{question} [y/N] ")
    answer = ""
    try:
        with contextlib.suppress(OSError, ValueError):
            answer = sys.stdin.readline()
    except Interrupted:
        app.terminal.ask("\n")
        raise
    if not answer.endswith("\n"):
        app.terminal.ask("\n")
    if answer.strip().lower() not in ("y", "yes"):
        raise EcsSnapError(
            "Nothing was deleted: the question was not answered with yes.",
            hint="Run the command again and answer y, or add --yes.",
        )


def carry_out(app: App, delete: Callable[[], None], tell_result: Callable[[], None]) -> None:
    """Delete, and let no other signal come before what was deleted is told.

    ``delete`` raises ``Interrupted`` after a signal, as this does then.
    """
    app.terminal.prepare()
    try:
        delete()
        signals.ignore()
    except Interrupted:
        signals.ignore()
        tell_result()
        app.so_far = "What was deleted, and what was not, is on stdout."
        raise
    tell_result()


def tell(app: App, document: Document, in_short: str) -> None:
    """Write the result of a run that deletes; ``in_short`` is for where that cannot be done.

    Even where the reader of a pipe has seen enough: there is no other trace of what is gone.
    """
    try:
        app.terminal.result(document)
    except OutputLost as error:
        error.reader_left = False
        error.add(f"Of the snapshots: {in_short}.")
        raise


def _is_terminal(stream: object) -> bool:
    with contextlib.suppress(AttributeError, OSError, ValueError):
        return bool(stream.isatty())  # type: ignore[attr-defined]
    return False
