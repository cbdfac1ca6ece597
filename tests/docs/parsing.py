"""Command lines, by the program's real parser."""

from __future__ import annotations

from collections.abc import Sequence

import click


def parse(words: Sequence[str]) -> None:
    """Parse what stands after ``ecs-snap``; raises what Click raises.

    A line with words in capitals, which stand for something, has to name a command alone.
    """
    from ecs_snap_cli.cli.root import cli

    command: click.Command = cli
    context = click.Context(cli, info_name="ecs-snap")
    while isinstance(command, click.Group) and words:
        inner = command.get_command(context, words[0])
        assert inner is not None, f"no such command: {words[0]}"
        command, words = inner, words[1:]
    if words and not any(word.isupper() for word in words):
        with command.make_context("ecs-snap", list(words)):
            pass
