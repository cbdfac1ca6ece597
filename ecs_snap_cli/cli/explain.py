"""``ecs-snap explain``."""

from __future__ import annotations

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options
from ecs_snap_cli.errors import EcsSnapError, ExitCode

_EPILOG = """\b
Examples:
  ecs-snap explain IncorrectDiskStatus.NeverAttached
  ecs-snap explain instance-lock
  ecs-snap explain 3
"""


@click.command(epilog=_EPILOG, short_help="Say what a code means and what to do about it.")
@click.argument("code")
@common_options
def explain(app: App, common: Common, *, code: str) -> ExitCode:
    """Say what an ECS error code, a check ID or an exit code means and what to do about it.

    Works offline.
    """
    from ecs_snap_cli import catalog
    from ecs_snap_cli.core.validate import quoted
    from ecs_snap_cli.render import views

    entry = catalog.find(code)
    if entry is None:
        near = catalog.nearest(code)
        raise EcsSnapError(
            f"Nothing is known of {quoted(code)}.",
            code="UsageError",
            exit_code=ExitCode.NOT_FOUND,
            hint=f"Did you mean {', '.join(near)}?"
            if near
            else "Give an ECS error code, a check ID such as disk-attached, or an exit code.",
        )
    app.terminal.result(views.explanation(entry))
    return ExitCode.DONE
