"""``ecs-snap list``. (The module is not called ``list``: that would hide Python's own.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, if_given
from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import ExitCode

if TYPE_CHECKING:
    from ecs_snap_cli.model import SnapshotQuery

_EPILOG = """\b
Examples:
  ecs-snap list --sandbox --disk-id d-sandbox-data
  ecs-snap list --status progressing
  ecs-snap list --disk-id d-bp1abc --tag job=nightly --limit 1 -o json
"""


@click.command("list", epilog=_EPILOG, short_help="List snapshots, and how far they are.")
@click.option(
    "--disk-id",
    metavar="ID",
    multiple=True,
    help="Snapshots of this disk (repeatable: of any of them).",
)
@click.option(
    "--instance-id", metavar="ID", help="Snapshots of the disks that this instance has now."
)
@click.option(
    "--snapshot-id",
    metavar="ID",
    multiple=True,
    help="This snapshot (repeatable: any of them); one that does not exist ends in exit 4.",
)
@click.option(
    "--status",
    type=click.Choice(("progressing", "accomplished", "failed", "all")),
    default="all",
    show_default=True,
    help="Snapshots in this state.",
)
@click.option(
    "--type",
    type=click.Choice(("user", "auto", "all")),
    default="all",
    show_default=True,
    help="user: taken by hand or a program; auto: by an automatic policy.",
)
@click.option("--name", help="Snapshots of this name, the whole of it.")
@click.option(
    "--tag",
    metavar="KEY=VALUE",
    multiple=True,
    help="Snapshots with this tag (repeatable: with all of them).",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    help="At most so many: the first that ECS lists.",
)
@common_options
def list_snapshots(app: App, common: Common, **options: Any) -> ExitCode:
    """List snapshots, and how far they are.

    The options narrow: what is listed satisfies all of them. Every page is read before anything
    is printed. JSON and XML hold ECS's own fields. With -q: the IDs.
    """
    from ecs_snap_cli.cli.session import open_ecs

    query = _query(options)
    with open_ecs(common, app.terminal.observe) as ecs:
        from ecs_snap_cli.render import snapshots
        from ecs_snap_cli.workflow.list_snapshots import list_all, may_lack_some

        found = list_all(ecs, query)
    with found:
        if may_lack_some(query, len(found)):
            app.terminal.warn(
                "Warning: ECS shows no more than 1,000 snapshots for a tag; some may be missing. "
                "Narrow the list with --disk-id."
            )
        app.terminal.result(snapshots.listing(found))
        if not found:
            app.terminal.note(_nothing(query))
    return ExitCode.DONE


def _query(options: dict[str, Any]) -> SnapshotQuery:
    from ecs_snap_cli.model import SnapshotQuery

    return SnapshotQuery(
        disk_ids=tuple(map(validate.disk_id, options["disk_id"])),
        snapshot_ids=tuple(map(validate.snapshot_id, options["snapshot_id"])),
        instance_id=if_given(validate.instance_id, options["instance_id"]),
        status=_narrowing(options["status"]),
        snapshot_type=_narrowing(options["type"]),
        name=if_given(validate.name_sought, options["name"]),
        tags=validate.tags(options["tag"]),
        limit=options["limit"],
    )


def _narrowing(choice: str) -> str | None:
    return None if choice == "all" else choice


def _nothing(query: SnapshotQuery) -> str:
    if query.instance_id is not None:
        return (
            "No snapshots found. ECS does not say here whether an instance exists, and lists only "
            "snapshots of the disks that it has now."
        )
    if not query.disk_ids:
        return "No snapshots found."
    return (
        "No snapshots found. ECS does not say here whether a disk exists; "
        "`ecs-snap check --disk-id ID` does."
    )
