"""``ecs-snap wait``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, wait_options
from ecs_snap_cli.core import validate
from ecs_snap_cli.core.outcome import combined, in_one
from ecs_snap_cli.errors import ExitCode

if TYPE_CHECKING:
    from ecs_snap_cli.workflow.wait import Waited

_EPILOG = """\b
Examples:
  ecs-snap wait --sandbox --snapshot-id s-sandbox-data-2
  ecs-snap wait --snapshot-id s-bp1abc --snapshot-id s-bp1def --wait-for available -o json
"""


@click.command(epilog=_EPILOG, short_help="Wait until snapshots are accomplished.")
@click.option(
    "--snapshot-id", metavar="ID", required=True, multiple=True, help="A snapshot (repeatable)."
)
@wait_options
@common_options
def wait(
    app: App,
    common: Common,
    *,
    snapshot_id: tuple[str, ...],
    wait_for: str,
    wait_timeout: float,
    poll_interval: float | None,
) -> ExitCode:
    """Wait until snapshots are accomplished, or available.

    Reads only. The snapshots are printed as `list` does. Exit 4 for a snapshot that ECS does not
    list, 7 at --wait-timeout, 8 for one that ends as failed. A snapshot may be so new that ECS
    does not list it yet: that is waited for, too, for half a minute. Where several end in more
    than one way, all that ECS lists are printed, exit 9; -q prints the IDs of those that are what
    was asked for.
    """
    app.so_far = "Nothing was changed."
    app.next_step = (
        "ECS goes on with its snapshots by itself. Run the same command again to go on waiting."
    )
    snapshot_ids = tuple(dict.fromkeys(map(validate.snapshot_id, snapshot_id)))
    return _told(app, _waited(app, common, snapshot_ids, wait_for, wait_timeout, poll_interval))


def _waited(
    app: App,
    common: Common,
    snapshot_ids: tuple[str, ...],
    goal: str,
    timeout: float,
    poll_interval: float | None,
) -> list[Waited]:
    from ecs_snap_cli.cli.session import open_ecs
    from ecs_snap_cli.core.pacing import Pace

    with open_ecs(common, app.terminal.observe, pace=Pace()) as ecs:
        from ecs_snap_cli.workflow.wait import Patience, wait_for_each

        patience = Patience(goal, timeout, poll_interval)
        waits = {
            each.snapshot_id: each
            for each in wait_for_each(ecs, snapshot_ids, patience, app.terminal.observe)
        }
    return [waits[each] for each in snapshot_ids]


def _told(app: App, waits: Sequence[Waited]) -> ExitCode:
    from ecs_snap_cli.render import snapshots

    wrong = [each.error for each in waits if each.error is not None]
    code = combined(each.exit_code for each in waits)
    if code not in (ExitCode.DONE, ExitCode.MIXED):
        raise in_one(wrong)
    for error in wrong:
        app.terminal.warn(f"Warning: {error.message}")
    document = snapshots.listing([each.last.record for each in waits if each.last is not None])
    reached = tuple(each.snapshot_id for each in waits if each.error is None)
    app.terminal.result(document._replace(ids=reached))
    return code
