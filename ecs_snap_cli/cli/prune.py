"""``ecs-snap prune``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.confirm import carry_out, confirm, require_answer, tell, yes_option
from ecs_snap_cli.cli.options import Common, common_options, stack
from ecs_snap_cli.cli.selection import selection, selection_options
from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.core.pruning import Plan, Scope
    from ecs_snap_cli.core.retention import Policy

_EPILOG = """\b
Examples:
  ecs-snap prune --sandbox --disk-id d-sandbox-data --all-manual --keep-last 3 --dry-run
  ecs-snap prune --disk-tag env=prod --tag job=nightly --keep-daily 7 --keep-weekly 5 --yes
  ecs-snap prune --all-disks --name-prefix nightly- --keep-within 14d --keep-monthly 12
"""

_KEPT = {
    "last": "the N newest",
    "hourly": "the newest of each of the last N hours that have one",
    "daily": "the newest of each of the last N days that have one",
    "weekly": "the same for weeks, which begin on Monday",
    "monthly": "the same for months",
    "yearly": "the same for years",
}

_scope_options = stack(
    click.option(
        "--tag",
        metavar="KEY=VALUE",
        multiple=True,
        help="In scope: snapshots with this tag (repeatable: with all of them).",
    ),
    click.option("--name-prefix", metavar="P", help="In scope: snapshots whose name begins so."),
    click.option("--all-manual", is_flag=True, help="In scope: all manual snapshots."),
)

_policy_options = stack(
    *(
        click.option(
            f"--keep-{rule}", metavar="N", type=click.IntRange(min=1), help=f"Keep {what}."
        )
        for rule, what in _KEPT.items()
    ),
    click.option(
        "--keep-within",
        metavar="AGE",
        help="Keep all that are less than AGE (36h, 14d, 8w) older than the newest.",
    ),
    click.option(
        "--timezone",
        metavar="ZONE",
        default="UTC",
        show_default=True,
        help="Zone by whose clock hours, days and so on begin (Europe/Berlin).",
    ),
)


@click.command(epilog=_EPILOG, short_help="Delete old snapshots, and keep some of each age.")
@selection_options
@_scope_options
@_policy_options
@click.option("--force", is_flag=True, help="Delete snapshots from which disks were made, too.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@yes_option
@common_options
def prune(
    app: App, common: Common, *, force: bool, dry_run: bool, yes: bool, **options: Any
) -> ExitCode:
    """Delete old snapshots, and keep some of each age.

    Of each disk's manual snapshots in scope, those stay that a --keep option keeps; a failed one
    goes. Whatever the options, these are never deleted: automatic snapshots, those in creation,
    locked ones, those that an image or a disk was made from, and the newest accomplished one of a
    disk. Times are UTC unless --timezone says else. With -q: the IDs of those deleted, or that a
    dry run would delete.
    """
    from ecs_snap_cli.cli.session import open_ecs
    from ecs_snap_cli.core.pacing import Pace

    app.so_far = "Nothing was deleted."
    disks, scope, policy = selection(options), _scope(options), _policy(options)
    if not dry_run:
        require_answer(yes=yes)
    with open_ecs(common, app.terminal.observe, pace=Pace()) as ecs:
        from ecs_snap_cli.render.prune import blocks, pruned
        from ecs_snap_cli.workflow.prune import Deletion, make_plan
        from ecs_snap_cli.workflow.selecting import no_disk_on

        plan = make_plan(ecs, disks, scope, policy, force=force)
        for instance_id in plan.bare_instances:
            app.terminal.warn(f"Warning: {no_disk_on(instance_id)}")
        if plan.locks_unknown:
            app.terminal.detail(f"Locks are left to ECS: {plan.locks_unknown}")
        if not dry_run and (question := _question(plan)):
            if not yes:
                app.terminal.show(blocks(plan))
            confirm(app, question, yes=yes)
            deletion = Deletion(ecs, plan, force=force)
            carry_out(app, deletion.run, lambda: _tell(app, deletion.result()))
            return deletion.result().exit_code
    app.terminal.result(pruned(plan))
    return plan.exit_code


def _tell(app: App, plan: Plan) -> None:
    from ecs_snap_cli.render.prune import pruned, totals

    tell(app, pruned(plan), totals(plan))


def _scope(options: dict[str, Any]) -> Scope:
    from ecs_snap_cli.core.pruning import Scope

    prefix, every = options["name_prefix"], options["all_manual"]
    tags = validate.tags(options["tag"])
    if every and (tags or prefix is not None):
        raise UsageError(
            "--all-manual puts all manual snapshots in scope; --tag and --name-prefix put some.",
            hint="Leave one of them out.",
        )
    if prefix is not None:
        return Scope(tags, validate.name_prefix(prefix))
    if not tags and not every:
        raise UsageError(
            "No snapshots are in scope.",
            hint="Give --tag or --name-prefix, or --all-manual for all manual snapshots.",
        )
    return Scope(tags, every=every)


def _policy(options: dict[str, Any]) -> Policy:
    from ecs_snap_cli.cli.zones import zone
    from ecs_snap_cli.core.ages import age
    from ecs_snap_cli.core.retention import COUNTED_RULES, Policy

    counts = {
        rule: count for rule in COUNTED_RULES if (count := options[f"keep_{rule}"]) is not None
    }
    within = options["keep_within"]
    if not counts and within is None:
        raise UsageError(
            "Nothing says which snapshots to keep.",
            hint="Give at least one --keep option, such as --keep-daily 7.",
        )
    return Policy(counts, None if within is None else age(within), zone(options["timezone"]))


def _question(plan: Plan) -> str:
    """What to ask before a plan is carried out; empty where nothing is to be deleted."""
    from ecs_snap_cli.core.pruning import Status

    planned = [each.disk_id for each in plan.decisions if each.status is Status.PLANNED]
    if not planned:
        return ""
    disks = len(set(planned))
    return (
        f"Delete {len(planned):,} snapshot{'s' if len(planned) > 1 else ''} "
        f"of {disks:,} disk{'s' if disks > 1 else ''}?"
    )
