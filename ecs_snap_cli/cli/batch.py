"""``ecs-snap batch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli import signals
from ecs_snap_cli.cli import order as orders
from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import (
    Common,
    calls_a_second,
    common_options,
    dry_run_option,
    order_options,
    preflight_options,
    wait_options,
)
from ecs_snap_cli.cli.selection import selection, selection_options
from ecs_snap_cli.errors import ExitCode, Interrupted

if TYPE_CHECKING:
    from ecs_snap_cli.workflow.batch import Batch

_EPILOG = """\b
Examples:
  ecs-snap batch --sandbox --all-disks --dry-run
  ecs-snap batch --disk-tag backup=nightly --name nightly --retention-days 14
  ecs-snap batch --disk-id d-bp1abc --disk-id d-bp2def --wait -o json
"""


@click.command(epilog=_EPILOG, short_help="Check many disks and take one snapshot of each.")
@selection_options
@click.option("--exclude-disk-id", metavar="ID", multiple=True, help="Not this disk (repeatable).")
@order_options
@orders.no_preflight_option
@preflight_options
@orders.wait_option
@wait_options
@dry_run_option("Only check: who would be snapshotted, and why not the others.")
@click.option(
    "--max-concurrency",
    metavar="N",
    type=click.IntRange(1, 100),
    default=8,
    show_default=True,
    help="Disks under way at once.",
)
@click.option(
    "--rate",
    metavar="N",
    type=calls_a_second,
    help="At most so many calls a second; throttling by ECS slows the run down in any case.",
)
@common_options
def batch(app: App, common: Common, **options: Any) -> ExitCode:
    """Check many disks and take one snapshot of each.

    --disk-id and --instance-id add up, --disk-tag and --all-disks stand alone; --disk-id - reads
    IDs from stdin. There is one result for each disk, on stdout, whatever came of it: exit 0 when
    every disk ended well, the code that all share when they ended alike, else 9. After Ctrl-C no
    further disk is begun and those under way have eight seconds to finish; a second Ctrl-C leaves
    them at once. With -q: the IDs of the snapshots.
    """
    from ecs_snap_cli.cli.session import open_ecs
    from ecs_snap_cli.core.pacing import Pace

    # The values are the same for every disk, and so is whatever is wrong with them.
    same = orders.order(options, "d-any")
    disks, policy = selection(options, stdin_allowed=True), orders.policy(options)
    patience = orders.patience(options)
    stopped = None
    with open_ecs(common, app.terminal.observe, options["rules"], Pace(options["rate"])) as ecs:
        from dataclasses import replace

        from ecs_snap_cli.render import batch as render
        from ecs_snap_cli.workflow.batch import Batch, Plan

        plan = Plan(
            selection=disks,
            order=lambda each: replace(same, disk_id=each, client_token=orders.client_token()),
            policy=policy,
            patience=patience,
            dry_run=options["dry_run"],
            concurrency=options["max_concurrency"],
        )
        app.terminal.prepare(watches=True)
        app.journal = run = Batch(ecs, plan, app.terminal.observe)
        try:
            run.run()
        except Interrupted as stop:
            if not run.results():
                raise
            stopped = stop
        # No other signal comes before what was created is told.
        signals.ignore()
    for warning in run.warnings():
        app.terminal.warn(f"Warning: {warning}")
    if stopped is not None:
        app.terminal.warn(_how_far(run, stopped))
    app.terminal.result(render.results(run.results()))
    return run.exit_code() if stopped is None else stopped.exit_code


def _how_far(run: Batch, stop: Interrupted) -> str:
    results = run.results()
    reached = sum(each.status == "created" or each.code != "Interrupted" for each in results)
    return (
        f"Interrupted by {stop.signal.name}: {reached:,} of {len(results):,} disks were done by "
        "then."
    )
