"""From the options of an order to values, for all commands that order something."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli.cli.options import if_given
from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.core.preflight import Policy
    from ecs_snap_cli.model import SnapshotOrder
    from ecs_snap_cli.workflow.wait import Patience

no_preflight_option = click.option(
    "--no-preflight", is_flag=True, help="Send CreateSnapshot unchecked."
)
wait_option = click.option(
    "--wait/--no-wait", default=False, help="Wait for the snapshot (default: no)."
)


def order(options: dict[str, Any], disk_id: str, token: str | None = None) -> SnapshotOrder:
    """The order of one disk's snapshot, with a ClientToken of its own unless one is given."""
    from ecs_snap_cli.model import SnapshotOrder

    return SnapshotOrder(
        disk_id=validate.disk_id(disk_id),
        client_token=client_token(token),
        name=if_given(validate.snapshot_name, options["name"]),
        description=if_given(validate.description, options["description"]),
        retention_days=options["retention_days"],
        tags=validate.tags(options["tag"]),
        resource_group_id=if_given(validate.resource_group_id, options["resource_group_id"]),
    )


def client_token(given: str | None = None) -> str:
    """The ClientToken of one order: the caller's own, or a fresh one."""
    return str(uuid.uuid4()) if given is None else validate.client_token(given)


def policy(options: dict[str, Any], *, token_given: bool = False) -> Policy | None:
    """How to check; ``None``: not at all. Raises ``UsageError`` for a check that is not made."""
    from ecs_snap_cli.core.preflight import Policy
    from ecs_snap_cli.core.rules import RULE_SETS

    if not options["no_preflight"]:
        return Policy(
            rules=RULE_SETS[options["rules"]],
            snapshot_limit=options["snapshot_limit"],
            skip=frozenset(options["skip_check"]),
            strict=options["strict"],
            token_given=token_given,
        )
    for name in ("dry_run", "strict", "skip_check"):
        if options[name]:
            raise UsageError(
                f"--{name.replace('_', '-')} is about the pre-flight; --no-preflight makes none.",
                hint="Leave one of them out.",
            )
    return None


def patience(options: dict[str, Any]) -> Patience | None:
    """How long to wait for what is created; ``None``: not at all."""
    if not options["wait"]:
        return None
    from ecs_snap_cli.workflow.wait import Patience

    return Patience(options["wait_for"], options["wait_timeout"], options["poll_interval"])
