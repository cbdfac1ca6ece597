"""``ecs-snap sandbox clock``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, state_option
from ecs_snap_cli.errors import EcsSnapError, ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import datetime

_EPILOG = """\b
Examples:
  ecs-snap sandbox clock
  ecs-snap sandbox clock --set 2026-03-01T02:00:00Z
  ecs-snap sandbox clock --advance 36h
  ecs-snap sandbox clock --real
"""

TIMES = "Times are such as 2026-03-01T02:00Z or 2026-03-01T02:00:00Z."


@click.command(epilog=_EPILOG, short_help="Show or turn the sandbox's clock.")
@state_option
@click.option("--set", "to", metavar="TIME", help="Turn it to a time, such as 2026-03-01T02:00Z.")
@click.option("--advance", metavar="AGE", help="Turn it on by a length of time: 36h, 14d, 8w.")
@click.option("--real", is_flag=True, help="Turn it to the real time again.")
@common_options
def clock(
    app: App,
    common: Common,
    *,
    state: str | None,
    to: str | None,
    advance: str | None,
    real: bool,
) -> ExitCode:
    """Show the sandbox's time, or turn its clock, also while a server uses the state.

    What becomes due meanwhile, such as automatic snapshots and the end of RetentionDays, is done
    with the next request. Signatures go by the real time all the same.
    """
    from ecs_snap_cli.core.ages import age
    from ecs_snap_cli.render import views
    from ecs_snap_cli.sandbox import (
        ClockError,
        StateError,
        advance_clock,
        default_state_path,
        read_clock,
        set_clock,
    )
    from ecs_snap_cli.workflow.background import Task

    if sum((to is not None, advance is not None, real)) > 1:
        raise UsageError(
            "--set, --advance and --real say different things.", hint="Give one of them."
        )
    if state == ":memory:":
        raise UsageError(
            "A state in memory is its server's alone.",
            hint="Start that with sandbox serve --clock TIME, or give both a file.",
        )
    turn: Callable[[str], datetime] = read_clock
    if to is not None:
        turn = partial(set_clock, time=time_given("--set", to))
    elif advance is not None:
        turn = partial(advance_clock, by=age(advance).length)
    elif real:
        turn = partial(set_clock, time=None)
    try:
        path = state if state is not None else str(default_state_path())
        now = Task(lambda: turn(path)).result()
    except ClockError as error:
        raise UsageError(str(error), hint=TIMES) from error
    except (StateError, OSError) as error:
        raise EcsSnapError(str(error)) from error
    fields = {"Time": f"{now:%Y-%m-%dT%H:%M:%SZ}", "State": path}
    app.terminal.result(views.fields("SandboxClockResponse", fields))
    return ExitCode.DONE


def time_given(option: str, text: str) -> datetime:
    """The value of an option that takes a time; UsageError for anything else."""
    from ecs_snap_cli.core.times import parse_time
    from ecs_snap_cli.core.validate import quoted

    time = parse_time(text)
    if time is None:
        raise UsageError(
            f"{option} takes a time as ECS writes it; {quoted(text)} is none.",
            hint=TIMES,
        )
    return time
