"""From argv to an exit code: signals, errors and what became of an order."""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Sequence

import click

from ecs_snap_cli import signals
from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import OUTPUT_FORMATS
from ecs_snap_cli.cli.root import cli
from ecs_snap_cli.cli.streams import OutputLost
from ecs_snap_cli.cli.terminal import Terminal
from ecs_snap_cli.errors import EcsSnapError, Interrupted, UsageError
from ecs_snap_cli.redact import redact


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code, whatever happens."""
    app = App(Terminal(_wanted_output(argv)))
    try:
        code = _guarded(app, argv)
        signals.ignore()
    except Interrupted as stop:
        code = _report(app, _interruption(app, stop))
    app.terminal.close()
    return code


def _guarded(app: App, argv: Sequence[str]) -> int:
    try:
        return int(_run(app, argv))
    except KeyboardInterrupt:
        return _report(app, _interruption(app, Interrupted(signal.SIGINT)))
    except EcsSnapError as error:
        return _report(app, error)
    except Exception as error:
        if stop := signals.behind(error):
            raise stop from None
        return _report(app, _unexpected(app, error))


def report_interruption(argv: Sequence[str], stop: Interrupted) -> int:
    """Report a signal that came while this module was imported; the exit code."""
    app = App(Terminal(_wanted_output(argv)))
    return _report(app, _interruption(app, stop))


def _run(app: App, argv: Sequence[str]) -> int:
    try:
        return cli.main(list(argv), prog_name="ecs-snap", standalone_mode=False, obj=app) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        raise UsageError("No command was given.", hint=_help_hint(error.ctx)) from error
    except click.UsageError as error:
        # Click lays some messages out over several lines.
        message = " ".join(error.format_message().split())
        raise UsageError(message, hint=_help_hint(error.ctx)) from error
    except click.Abort:
        raise Interrupted(signal.SIGINT) from None
    except OSError as error:
        # Click writes help and version itself; no other file is open here.
        if error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF):
            raise OutputLost(error) from error
        raise


def _help_hint(context: click.Context | None) -> str:
    if context is None or context.parent is None:
        return "Options follow the command: ecs-snap COMMAND [OPTIONS]. See `ecs-snap --help`."
    return f"See `{context.command_path} --help`."


def _report(app: App, error: EcsSnapError) -> int:
    """Write the error, with what is known of the order under way; the exit code."""
    signals.ignore()
    # ECS's own words are in there, and it may repeat what it was sent. Not in what is added below:
    # the ID of a snapshot must not be taken for part of a signature.
    error.message = redact(error.message)
    error.hint = redact(error.hint) if error.hint else error.hint
    journal = app.journal
    exists = journal.what_exists() if journal is not None else None
    if exists is None and isinstance(error, OutputLost) and error.reader_left:
        return int(error.exit_code)
    if journal is not None:
        journal.complete(error)
    if app.debug and error.__cause__ is not None:
        app.terminal.traceback(_traceback(error))
    told = app.terminal.error(error)
    if not told and journal is not None:
        app.terminal.last_resort("".join(f"{each}\n" for each in journal.ids))
    return int(error.exit_code)


def _interruption(app: App, stop: Interrupted) -> EcsSnapError:
    journal = app.journal
    nothing = journal is None or journal.what_exists() is None
    return EcsSnapError(
        f"Interrupted by {stop.signal.name}." + (f" {app.so_far}" if nothing else ""),
        code="Interrupted",
        exit_code=stop.exit_code,
        hint=app.next_step if journal is None or nothing else f"{journal.go_on}.",
    )


def _unexpected(app: App, error: Exception) -> EcsSnapError:
    result = EcsSnapError(
        f"Something unexpected happened ({type(error).__name__}).",
        hint="This is a bug: please report it"
        + (" with the traceback above." if app.debug else "; --debug shows where it happened."),
    )
    result.__cause__ = error
    return result


def _traceback(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error))


def _wanted_output(argv: Sequence[str]) -> str:
    """The format, known before the command line is parsed: its errors come in it too."""
    found = os.environ.get("ECS_SNAP_OUTPUT", "")
    words = iter(argv)
    for word in words:
        if word == "--":
            break
        if word in ("-o", "--output") or re.fullmatch(r"-[qvh]+o", word):
            found = next(words, "")
        elif match := re.fullmatch(r"(?:--output=|-[qvh]*o)(.+)", word):
            found = match[1]
    return found if found in OUTPUT_FORMATS else "table"
