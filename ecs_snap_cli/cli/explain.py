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


def _names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    from ecs_snap_cli import catalog

    return [name for name in catalog.names() if name.startswith(begun)]


@click.command(epilog=_EPILOG, short_help="Say what a code means and what to do about it.")
@click.argument("code", shell_complete=_names)
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
        raise EcsSnapError(
            f"Nothing is known of {quoted(code)}.",
            code="UsageError",
            exit_code=ExitCode.NOT_FOUND,
            hint="Give an ECS error code, a check ID or an exit code. The nearest names: "
            + ", ".join(catalog.nearest(code)),
        )
    app.terminal.result(views.explanation(entry))
    return ExitCode.DONE
