"""The option that names a scenario, and the reading of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecs_snap_cli.errors import UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.sandbox import Scenario

scenario_option = click.option(
    "--scenario",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Disks, instances and snapshots of your own in place of the first state, as TOML or JSON.",
)


def described(path: str | None) -> Scenario | None:
    """The scenario in a file, if one is named; UsageError where it cannot be understood."""
    from ecs_snap_cli.sandbox import ScenarioError, read_scenario

    try:
        return read_scenario(path) if path is not None else None
    except ScenarioError as error:
        raise UsageError(
            f"The scenario cannot be used: {error}.",
            hint="Records are in ECS's field names; docs/sandbox.md has an example.",
        ) from error
