"""``ecs-snap sandbox serve``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli import signals
from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, rules_option, state_option
from ecs_snap_cli.cli.sandbox_clock import TIMES, time_given
from ecs_snap_cli.cli.scenario import described, scenario_option
from ecs_snap_cli.core.endpoint import is_loopback
from ecs_snap_cli.errors import EcsSnapError, ExitCode, Interrupted, UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.sandbox import Fault, Plan

_EPILOG = """\b
Examples:
  ecs-snap sandbox serve --port 8765
  ecs-snap sandbox serve -v --fault CreateSnapshot@1:reset-after
  ecs-snap sandbox serve --fault 'DescribeDisks@1-3:error,code=Throttling.User'
  ecs-snap sandbox serve --host 0.0.0.0 --allow-remote
  ecs-snap sandbox serve --scenario disks.toml
Faults, plan files and scenarios: docs/sandbox.md.
"""


@click.command(epilog=_EPILOG, short_help="Serve the sandbox to other clients until interrupted.")
@click.option(
    "--host", metavar="H", default="127.0.0.1", show_default=True, help="Host to listen on."
)
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Listen on a --host that is not loopback, for anyone who reaches it.",
)
@click.option(
    "--port",
    metavar="P",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Port.",
)
@state_option
@scenario_option
@rules_option("By which rule set CreateSnapshot refuses.")
@click.option(
    "--fault",
    metavar="ACTION[@N]:FAULT",
    multiple=True,
    help="What goes wrong with which request (repeatable).",
)
@click.option(
    "--deny",
    metavar="ecs:ACTION",
    multiple=True,
    help="An action that the caller has no right to, or ecs:Describe* or * (repeatable).",
)
@click.option(
    "--limit",
    metavar="ACTION=CALLS",
    multiple=True,
    help="Throttle an action beyond so many calls a second, or a minute: ACTION=CALLS/m "
    "(repeatable).",
)
@click.option(
    "--fault-plan",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="More faults, denials and limits, as TOML.",
)
@click.option(
    "--calls-per-second",
    metavar="N",
    type=click.IntRange(min=1),
    help="Throttle the calls of all actions together beyond N in any one second.",
)
@click.option(
    "--clock",
    metavar="TIME",
    help="Start at a time, such as 2026-03-01T02:00:00Z; a new state is made as of then.",
)
@common_options
def serve(
    app: App,
    common: Common,
    *,
    host: str,
    allow_remote: bool,
    port: int,
    state: str | None,
    scenario: str | None,
    rules: str,
    fault: tuple[str, ...],
    deny: tuple[str, ...],
    limit: tuple[str, ...],
    fault_plan: str | None,
    calls_per_second: int | None,
    clock: str | None,
) -> ExitCode:
    """Serve the sandbox to other clients until interrupted.

    Prints its URL. Clients use the access key sandbox / sandbox and the region cn-hangzhou. With
    -v each request is a line on stderr. A --scenario without --state is served from memory.
    """
    from ecs_snap_cli.cli.session import sandbox_server
    from ecs_snap_cli.render import views
    from ecs_snap_cli.sandbox import (
        ACCESS_KEY_ID,
        ACCESS_KEY_SECRET,
        REGION_ID,
        ClockError,
        SandboxServer,
        StateError,
        allow_many_files,
    )

    remote = not is_loopback(host)
    if remote and not allow_remote:
        raise UsageError(
            f"The sandbox is served on loopback unless told otherwise; {host!r} is not loopback.",
            hint="Use --host 127.0.0.1 or --host ::1, or add --allow-remote: whoever reaches that "
            "host can use the sandbox then.",
        )
    start_at = None if clock is None else time_given("--clock", clock)
    plan = _plan(fault, deny, limit, fault_plan)
    content = described(scenario)
    try:
        options: dict[str, Any] = {
            "host": host,
            "port": port,
            "rules": rules,
            "faults": plan.faults,
            "deny": plan.deny,
            "limits": plan.limits,
            "calls_per_second": calls_per_second,
            "observer": _request_lines(app),
            "start_at": start_at,
        }
        if content is not None and state is None:
            server = SandboxServer(":memory:", scenario=content, **options)
        elif state is None:
            server = sandbox_server(app.terminal.observe, **options)
        else:
            server = SandboxServer(state, scenario=content, **options)
    except ClockError as error:
        raise UsageError(str(error), hint=TIMES) from error
    except StateError as error:
        raise EcsSnapError(str(error)) from error
    except OSError as error:
        raise EcsSnapError(
            f"The sandbox cannot listen on {host} port {port}: {error.strerror or error}.",
            hint="Choose another --port, or leave it out for a free one.",
        ) from error
    allow_many_files()
    server.start()
    try:
        if remote:
            app.terminal.warn(
                f"The sandbox listens on {host}, beyond this machine: its access key is public "
                "and nothing is encrypted, so whoever reaches it can use it."
            )
        app.terminal.result(views.serving(server.url))
        app.terminal.note(
            f"Serving the ECS API with the access key {ACCESS_KEY_ID} / {ACCESS_KEY_SECRET} in "
            f"the region {REGION_ID}; Ctrl-C ends it."
        )
        _until_interrupted()
    except Interrupted as stop:
        # The one way to end it, so nothing to complain of.
        return stop.exit_code
    finally:
        server.close()
    return ExitCode.DONE


def _plan(
    faults: tuple[str, ...], deny: tuple[str, ...], limits: tuple[str, ...], path: str | None
) -> Plan:
    from ecs_snap_cli.sandbox import Plan, PlanError, parse_fault, parse_limit, read_plan

    try:
        more = read_plan(path) if path is not None else Plan()
        return Plan(
            faults=(*map(parse_fault, faults), *more.faults),
            deny=(*deny, *more.deny),
            limits=(*map(parse_limit, limits), *more.limits),
        )
    except PlanError as error:
        raise UsageError(
            f"The fault plan cannot be used: {error}.",
            hint="Such as --fault CreateSnapshot@1:reset-after, --deny ecs:DescribeDisks or "
            "--limit DescribeDisks=20; docs/sandbox.md tells more.",
        ) from error


def _request_lines(app: App) -> Callable[[str, int, Fault | None], None]:
    def tell(action: str, attempt: int, fault: Fault | None) -> None:
        app.terminal.detail(
            f"{action or '(no action)'} #{attempt}" + (f": {fault.kind}" if fault else "")
        )

    return tell


def _until_interrupted() -> None:
    from threading import Event

    signals.wait(Event())
