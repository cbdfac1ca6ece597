"""Which disks a run over several is about, as options and as a value."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ecs_snap_cli.cli.options import stack
from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.model import DiskSelection

STDIN = "-"

selection_options = stack(
    click.option("--disk-id", metavar="ID", multiple=True, help="This disk (repeatable)."),
    click.option(
        "--instance-id",
        metavar="ID",
        multiple=True,
        help="The disks that this instance has now (repeatable).",
    ),
    click.option(
        "--disk-tag",
        metavar="KEY=VALUE",
        multiple=True,
        help="The disks with this tag (repeatable: with all of them).",
    ),
    click.option("--all-disks", is_flag=True, help="All disks of the region."),
)


def selection(options: dict[str, Any], *, stdin_allowed: bool = False) -> DiskSelection:
    """The disks meant by ``selection_options`` and, if the command has it, ``--exclude-disk-id``.

    Where ``stdin_allowed``, the disk ID ``-`` stands for those on stdin, apart by blanks or lines.
    Raises ``UsageError`` where nothing is selected, or where two options could be meant to narrow
    each other as well as to add to each other.
    """
    from ecs_snap_cli.model import DiskSelection

    disk_ids, instance_ids = options["disk_id"], options["instance_id"]
    tags, every = options["disk_tag"], options["all_disks"]
    if not (disk_ids or instance_ids or tags or every):
        raise UsageError(
            "No disks are selected.",
            hint="Give --disk-id, --instance-id, --disk-tag or --all-disks.",
        )
    if every and (disk_ids or instance_ids or tags):
        raise UsageError(
            "--all-disks leaves nothing to select; another option selects disks, too.",
            hint="Leave one of them out.",
        )
    if tags and (disk_ids or instance_ids):
        raise UsageError(
            "--disk-tag selects disks of the whole region; it neither narrows --disk-id and "
            "--instance-id nor goes with them.",
            hint="Leave one of them out, or run the command once for each.",
        )
    if stdin_allowed and STDIN in disk_ids:
        disk_ids = tuple(_with_stdin(disk_ids))
    return DiskSelection(
        disk_ids=tuple(dict.fromkeys(map(validate.disk_id, disk_ids))),
        instance_ids=tuple(dict.fromkeys(map(validate.instance_id, instance_ids))),
        tags=validate.tags(tags),
        every=every,
        excluded=frozenset(map(validate.disk_id, options.get("exclude_disk_id", ()))),
    )


def _with_stdin(disk_ids: tuple[str, ...]) -> list[str]:
    if disk_ids.count(STDIN) > 1:
        raise UsageError("--disk-id - is given twice.", hint="Leave one of them out.")
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "--disk-id - reads disk IDs from stdin, which is a terminal or closed.",
            hint="Pipe the IDs in, one a line, or name each with --disk-id.",
        )
    try:
        read = sys.stdin.read().split()
    except UnicodeDecodeError:
        raise UsageError(
            "--disk-id - reads disk IDs from stdin, which holds bytes that are no text.",
            hint="See what the command before the pipe prints.",
        ) from None
    except OSError as error:
        raise UsageError(
            f"--disk-id - reads disk IDs from stdin, which cannot be read ({error.strerror}).",
            hint="Pipe the IDs in, one a line, or name each with --disk-id.",
        ) from None
    place = disk_ids.index(STDIN)
    found = [*disk_ids[:place], *read, *disk_ids[place + 1 :]]
    if not found:
        raise UsageError(
            "No disks are selected: stdin holds no disk ID.",
            hint="See what the command before the pipe prints.",
        )
    return found
