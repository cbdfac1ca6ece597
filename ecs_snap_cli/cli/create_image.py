"""``ecs-snap create-image``."""

from __future__ import annotations

import click

from ecs_snap_cli.cli import order as orders
from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options, wait_time_options
from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import ExitCode, UsageError

_EPILOG = """\b
Examples:
  ecs-snap create-image --sandbox --snapshot-id s-sandbox-system-3 --name golden
  ecs-snap create-image --snapshot-id s-bp1abc --name golden-2026-05 --wait-snapshot -q
"""


@click.command("create-image", epilog=_EPILOG, short_help="Make an image of a snapshot.")
@click.option(
    "--snapshot-id",
    metavar="ID",
    required=True,
    multiple=True,
    help="The snapshot, of a system disk: one.",
)
@click.option("--name", required=True, help="Name of the image: 2-128 characters.")
@click.option(
    "--client-token",
    metavar="TOKEN",
    help="1-64 ASCII characters that name this order: run again with the same token, the "
    "command gives the same image.",
)
@click.option(
    "--wait-snapshot", is_flag=True, help="Wait until the snapshot is accomplished (default: no)."
)
@wait_time_options
@common_options
def create_image(
    app: App,
    common: Common,
    *,
    snapshot_id: tuple[str, ...],
    name: str,
    client_token: str | None,
    wait_snapshot: bool,
    wait_timeout: float,
    poll_interval: float | None,
) -> ExitCode:
    """Make an image of a snapshot.

    Refused, before anything is sent, while the snapshot is not accomplished. The image is ECS's
    to complete: its ID is printed as soon as there is one. Every attempt carries the same
    ClientToken: an answer lost on the wire never makes a second image.
    """
    from ecs_snap_cli.cli.session import open_ecs
    from ecs_snap_cli.model import ImageOrder

    if len(snapshot_id) > 1:
        raise UsageError(
            f"create-image makes one image of one snapshot; {len(snapshot_id)} snapshots were "
            "given.",
            hint="Run it once for each.",
        )
    order = ImageOrder(
        snapshot_id=validate.snapshot_id(snapshot_id[0]),
        name=validate.image_name(name),
        client_token=orders.client_token(client_token),
    )
    with open_ecs(common, app.terminal.observe) as ecs:
        from ecs_snap_cli.render import views
        from ecs_snap_cli.workflow.create_image import ImageJournal
        from ecs_snap_cli.workflow.create_image import create_image as run
        from ecs_snap_cli.workflow.wait import Patience

        patience = Patience(timeout=wait_timeout, poll_interval=poll_interval)
        app.terminal.prepare()
        app.journal = journal = ImageJournal(order)
        created = run(
            ecs,
            journal,
            patience=patience if wait_snapshot else None,
            observer=app.terminal.observe,
        )
    app.terminal.result(views.image(order, created))
    return ExitCode.DONE
