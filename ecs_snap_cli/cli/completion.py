"""``ecs-snap completion``."""

from __future__ import annotations

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.options import Common, common_options
from ecs_snap_cli.errors import ExitCode

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "ecs-snap"
COMPLETE_VARIABLE = "_ECS_SNAP_COMPLETE"

_EPILOG = """\b
Examples:
  ecs-snap completion bash > ~/.local/share/bash-completion/completions/ecs-snap
  ecs-snap completion fish > ~/.config/fish/completions/ecs-snap.fish
"""


def script(shell: str) -> str:
    """The completion script for a shell, as Click generates it."""
    from click.shell_completion import ShellComplete, get_completion_class

    from ecs_snap_cli.cli.root import cli

    completer = get_completion_class(shell) or ShellComplete
    # Click's bash class first runs the installed bash to learn its version; the script is the
    # same for every version that can use it, so the plain way is asked for.
    text = ShellComplete.source(completer(cli, {}, PROGRAM, COMPLETE_VARIABLE))
    return text if text.endswith("\n") else text + "\n"


@click.command(epilog=_EPILOG, short_help="Print a shell's completion script.")
@click.argument("shell", type=click.Choice(SHELLS))
@common_options
def completion(app: App, common: Common, *, shell: str) -> ExitCode:
    """Print the completion script for bash, zsh or fish."""
    app.terminal.text_result(script(shell))
    return ExitCode.DONE
