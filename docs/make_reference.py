"""Write docs/reference.md from the command tree: ``python docs/make_reference.py``.

With ``--print`` it goes to stdout instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ecs_snap_cli.cli.root import cli

TARGET = Path(__file__).with_name("reference.md")
WIDTH = 96


def reference() -> str:
    """The whole document."""
    parts = [
        "# Command reference\n",
        "Generated from the program's own help by `docs/make_reference.py`; a test holds the two"
        " together.\n",
    ]
    for words, command in _commands("ecs-snap", cli, None):
        context = click.Context(
            command,
            info_name=words,
            max_content_width=WIDTH,
            terminal_width=WIDTH,
            help_option_names=cli.context_settings["help_option_names"],
        )
        help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"## {words}\n\n```text\n{help_text}\n```\n")
    return "\n".join(parts)


def _commands(
    words: str, command: click.Command, parent: click.Context | None
) -> list[tuple[str, click.Command]]:
    found = [(words, command)]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=words, parent=parent)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                found += _commands(f"{words} {name}", inner, context)
    return found


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(reference())
    else:
        TARGET.write_text(reference(), encoding="utf-8")
