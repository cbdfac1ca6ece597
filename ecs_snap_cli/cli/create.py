"""``ecs-snap create``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli.cli import order as orders
from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import (
    Common,
    common_options,
    dry_run_option,
    order_options,
    preflight_options,
    wait_options,
)
from ecs_snap_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.core.preflight import Policy
    from ecs_snap_cli.model import SnapshotOrder

_EPILOG = """\b
Examples:
  ecs-snap create --sandbox --disk-id d-sandbox-data
  ecs-snap create --disk-id d-bp1abc --name nightly --retention-days 14 --wait
"""


@click.command(epilog=_EPILOG, short_help="Check one disk and take one snapshot of it.")
@click.option("--disk-id", metavar="ID", required=True, multiple=True, help="The disk: one.")
@order_options
@click.option(
    "--client-token",
    metavar="TOKEN",
    help="1-64 ASCII characters that name this order: run again with the same token, the "
    "command gives the same snapshot. A pending snapshot and the quota then only warn, and "
    "--strict lets that pass: ECS decides by the token.",
)
@orders.no_preflight_option
@preflight_options
@orders.wait_option
@wait_options
@dry_run_option("Only check, and print the report.")
@common_options
def create(app: App, common: Common, **options: Any) -> ExitCode:
    """Check one disk and take one snapshot of it.

    The facts are read first; every reason that stands in the way is explained, and nothing is
    created then. What is created carries a ClientToken, the same on every retry: an answer
    lost on the wire never makes a second snapshot.
    """
    if len(options["disk_id"]) > 1:
        raise UsageError(
            f"create takes one snapshot of one disk; {len(options['disk_id'])} disks were given.",
            hint="ecs-snap batch takes one of each.",
        )
    token = options["client_token"]
    order = orders.order(options, options["disk_id"][0], token)
    policy = orders.policy(options, token_given=token is not None)
    if policy is not None and options["dry_run"]:
        return _dry_run(app, common, order, policy)
    return _create(app, common, order, options, policy)


def _create(
    app: App, common: Common, order: SnapshotOrder, options: dict[str, Any], policy: Policy | None
) -> ExitCode:
    from ecs_snap_cli.cli.session import open_ecs

    patience = orders.patience(options)
    with open_ecs(common, app.terminal.observe, options["rules"]) as ecs:
        from ecs_snap_cli.render import views
        from ecs_snap_cli.workflow.create import Journal
        from ecs_snap_cli.workflow.create import create as run

        app.terminal.prepare(watches=patience is not None)
        app.journal = journal = Journal(order)
        result = run(ecs, journal, policy=policy, patience=patience, observer=app.terminal.observe)
    app.terminal.result(
        views.created(
            order,
            result.created.snapshot_id,
            result.created.request_id,
            result.snapshot,
            result.report,
        )
    )
    return ExitCode.DONE


def _dry_run(app: App, common: Common, order: SnapshotOrder, policy: Policy) -> ExitCode:
    from ecs_snap_cli.cli.session import open_ecs

    with open_ecs(common, app.terminal.observe, policy.rules.name) as ecs:
        from ecs_snap_cli.render import views
        from ecs_snap_cli.workflow.check import check_disk
        from ecs_snap_cli.workflow.create import refusal

        report = check_disk(ecs, order.disk_id, policy)
    if not report.eligible:
        raise refusal(report)
    app.terminal.result(views.reports((report,), closing="Dry run: nothing was created."))
    return ExitCode.DONE
