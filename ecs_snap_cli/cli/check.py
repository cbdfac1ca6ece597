"""``ecs-snap check``."""

from __future__ import annotations

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, preflight_options
from ecs_snap_cli.core import validate
from ecs_snap_cli.core.outcome import combined
from ecs_snap_cli.errors import ExitCode

_EPILOG = """\b
Examples:
  ecs-snap check --sandbox --disk-id d-sandbox-data --disk-id d-sandbox-locked
  ecs-snap check --disk-id d-bp1abc --rules current -o json
"""


@click.command(epilog=_EPILOG, short_help="Tell whether disks can be snapshotted, and why not.")
@click.option("--disk-id", metavar="ID", required=True, multiple=True, help="A disk (repeatable).")
@preflight_options
@common_options
def check(
    app: App,
    common: Common,
    *,
    disk_id: tuple[str, ...],
    rules: str,
    skip_check: tuple[str, ...],
    strict: bool,
    snapshot_limit: int | None,
) -> ExitCode:
    """Tell whether disks can be snapshotted, and why not.

    Reads only; creates nothing. The reports are the result, on stdout, whatever they found:
    exit 0 when every disk is eligible, 3 when none is, 4 for disks that do not exist, 9 for a
    mixture. A disk whose facts cannot be read has a report that says why, beside those of the
    others. With -q: the IDs of the eligible disks.
    """
    from ecs_snap_cli.cli.session import open_ecs

    disk_ids = [validate.disk_id(each) for each in disk_id]
    with open_ecs(common, app.terminal.observe, rules) as ecs:
        from ecs_snap_cli.core.preflight import Policy
        from ecs_snap_cli.core.rules import RULE_SETS
        from ecs_snap_cli.render import views
        from ecs_snap_cli.workflow.check import check_disks

        policy = Policy(RULE_SETS[rules], snapshot_limit, frozenset(skip_check), strict)
        found = check_disks(ecs, disk_ids, policy)
    for each in found:
        # Else the reports tell it.
        if each.error is not None and common.quiet:
            app.terminal.warn(f"Warning: Disk {each.report.disk_id}: {each.error.message}")
    app.terminal.result(views.reports([each.report for each in found]))
    return combined(each.exit_code for each in found)
