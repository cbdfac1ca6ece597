"""``ecs-snap sandbox``, and ``ecs-snap sandbox reset``."""

from __future__ import annotations

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, state_option
from ecs_snap_cli.cli.sandbox_clock import clock
from ecs_snap_cli.cli.sandbox_serve import serve
from ecs_snap_cli.cli.scenario import described, scenario_option
from ecs_snap_cli.errors import EcsSnapError, ExitCode, UsageError

_EPILOG = """\b
Examples:
  ecs-snap sandbox serve --port 8765
  ecs-snap sandbox reset
  ecs-snap sandbox reset --disks 1000
  ecs-snap sandbox clock --advance 8d
  ecs-snap sandbox reset --scenario disks.toml
"""


@click.group(epilog=_EPILOG, short_help="Serve or reset the embedded sandbox.")
def sandbox() -> None:
    """The embedded sandbox: a server that speaks the ECS API, on loopback unless told otherwise.

    Access key sandbox / sandbox, region cn-hangzhou, one disk for each outcome
    (d-sandbox-data, d-sandbox-locked, ...).
    """


sandbox.add_command(serve)
sandbox.add_command(clock)


@sandbox.command(epilog=_EPILOG, short_help="Restore the sandbox's first state.")
@state_option
@click.option(
    "--disks",
    metavar="N",
    type=click.IntRange(1, 10_000),
    help="Make besides a fleet of N eligible disks, d-sandbox-fleet-0001 and on.",
)
@scenario_option
@common_options
def reset(
    app: App, common: Common, *, state: str | None, disks: int | None, scenario: str | None
) -> ExitCode:
    """Restore the sandbox's first state, or make it what a scenario describes."""
    from ecs_snap_cli.render import views
    from ecs_snap_cli.sandbox import StateError, default_state_path
    from ecs_snap_cli.sandbox import reset as restore
    from ecs_snap_cli.workflow.background import Task

    if disks is not None and scenario is not None:
        raise UsageError(
            "--disks and --scenario exclude each other.",
            hint="A fleet is beside the first state, and a scenario is in place of it.",
        )
    content = described(scenario)
    try:
        path = state if state is not None else str(default_state_path())
        Task(lambda: restore(path, disks=disks or 0, scenario=content)).result()
    except (StateError, OSError) as error:
        raise EcsSnapError(str(error)) from error
    app.terminal.result(views.fields("SandboxResetResponse", {"State": path}))
    return ExitCode.DONE
