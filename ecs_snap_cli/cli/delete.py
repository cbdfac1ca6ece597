"""``ecs-snap delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.confirm import carry_out, confirm, require_answer, tell, yes_option
from ecs_snap_cli.cli.options import Common, common_options
from ecs_snap_cli.core import validate
from ecs_snap_cli.core.outcome import combined
from ecs_snap_cli.errors import ExitCode

if TYPE_CHECKING:
    from ecs_snap_cli.workflow.delete import Plan

CONCURRENCY = 8

_EPILOG = """\b
Examples:
  ecs-snap delete --sandbox --snapshot-id s-sandbox-data-1
  ecs-snap delete --snapshot-id s-bp1abc --snapshot-id s-bp1def --yes -o json
"""


@click.command(epilog=_EPILOG, short_help="Delete snapshots, after asking.")
@click.option(
    "--snapshot-id", metavar="ID", required=True, multiple=True, help="A snapshot (repeatable)."
)
@click.option(
    "--force",
    is_flag=True,
    help="Delete also a snapshot that is still being created, which cancels that, and one that "
    "disks were made from: they can never be reset to it then.",
)
@yes_option
@common_options
def delete(
    app: App, common: Common, *, snapshot_id: tuple[str, ...], force: bool, yes: bool
) -> ExitCode:
    """Delete snapshots, after asking.

    The snapshots are read first, shown, and deleted after a yes. Those that an image was made
    from and, without --force, those still being created or in use by a disk are refused. Where
    they may not be read, nothing is deleted without --force. The result, on stdout whatever
    became of them, has an entry for each: exit 0 when all are deleted, the exit code that all
    share when none is, 9 for a mixture. With -q: the IDs of the deleted.
    """
    from ecs_snap_cli.cli.session import open_ecs
    from ecs_snap_cli.core.pacing import Pace

    app.so_far = "Nothing was deleted."
    require_answer(yes=yes)
    snapshot_ids = tuple(dict.fromkeys(map(validate.snapshot_id, snapshot_id)))
    with open_ecs(common, app.terminal.observe, pace=Pace()) as ecs:
        from ecs_snap_cli.render import deletions as render
        from ecs_snap_cli.workflow.delete import deletions, plan

        planned = plan(ecs, snapshot_ids, force=force)
        _ask(app, planned, yes=yes)
        run = deletions(ecs, planned, force=force)

        def tell_result() -> None:
            results = planned.results(run.results())
            tell(app, render.deletions(results), render.tally(results))

        carry_out(app, lambda: run.run(CONCURRENCY), tell_result)
    return combined(each.exit_code for each in planned.results(run.results()))


def _ask(app: App, planned: Plan, *, yes: bool) -> None:
    from ecs_snap_cli.render import snapshots
    from ecs_snap_cli.render.document import Block, Paragraph

    if planned.unread is not None:
        app.terminal.warn(
            f"Warning: {planned.unread.reason} Whether a snapshot is in use is left to ECS. Allow "
            f"{planned.unread.permission} to have it checked first."
        )
    doomed = planned.doomed
    if yes or not doomed:
        return
    shown = [planned.known[each].record for each in doomed if each in planned.known]
    blocks: list[Block] = list(snapshots.listing(shown).blocks)
    blocks += [Paragraph(each) for each in doomed if each not in planned.known]
    blocks += [
        Paragraph(f"Not deleted: {each.snapshot_id}. {each.message}", "warn")
        for each in planned.refused.values()
    ]
    app.terminal.show(blocks)
    what = "this snapshot" if len(doomed) == 1 else f"these {len(doomed)} snapshots"
    confirm(app, f"Delete {what}?", yes=yes)
