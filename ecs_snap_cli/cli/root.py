"""The root command with a lazy table: a command's module is imported when it is called."""

from __future__ import annotations

import importlib
from typing import NamedTuple

import click

from ecs_snap_cli import __version__


class Entry(NamedTuple):
    """Where a command lives, and what the root's help says of it without importing it."""

    module: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "create": Entry("create", "Check one disk and take one snapshot of it."),
    "check": Entry("check", "Tell whether disks can be snapshotted, and why not."),
    "batch": Entry("batch", "Check many disks and take one snapshot of each."),
    "list": Entry("list_snapshots", "List snapshots, and how far they are."),
    "wait": Entry("wait", "Wait until snapshots are accomplished."),
    "delete": Entry("delete", "Delete snapshots, after asking."),
    "prune": Entry("prune", "Delete old snapshots, and keep some of each age."),
    "create-image": Entry("create_image", "Make an image of a snapshot."),
    "explain": Entry("explain", "Say what a code means and what to do about it."),
    "sandbox": Entry("sandbox", "Serve or reset the embedded sandbox."),
    "completion": Entry("completion", "Print a shell's completion script."),
}


class LazyGroup(click.Group):
    """A group that imports ``ecs_snap_cli.cli.<module>`` when one of its commands is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; ``None`` lets Click report an unknown name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"ecs_snap_cli.cli.{entry.module}")
        command: click.Command = getattr(module, entry.module)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click does, with the nearest name for one that is unknown."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            if near := difflib.get_close_matches(args[0], COMMANDS, n=1):
                message = f"{error.message} Did you mean {near[0]!r}?"
                raise click.UsageError(message, ctx) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


_EPILOG = """\b
Try it with no account:
  ecs-snap create --sandbox --disk-id d-sandbox-data
Exit codes: ecs-snap explain 0, 1, 2, ...
"""


@click.command(
    cls=LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="ecs-snap", message="%(prog)s %(version)s")
def cli() -> None:
    """Take Alibaba Cloud ECS disk snapshots safely.

    The facts are read before anything is created, every reason that stands in the way is
    explained, and a retry never makes a second snapshot.
    """
