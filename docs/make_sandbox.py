"""Write the table of actions into docs/sandbox.md: ``python docs/make_sandbox.py``.

With ``--print`` the whole page goes to stdout instead.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from ecs_snap_cli.sandbox.actions import ACTIONS
from ecs_snap_cli.sandbox.actions.action import COMMON_PARAMETERS, COMMON_UNSUPPORTED
from ecs_snap_cli.sandbox.signature_v1 import PARAMETERS

WIDTH = 100
TARGET = Path(__file__).with_name("sandbox.md")
BEGIN, END = (f"<!-- {word} of what docs/make_sandbox.py writes -->\n" for word in ("begin", "end"))


def page() -> str:
    """The page as it is, with the table as the code has it."""
    before, _, rest = TARGET.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def table() -> str:
    """What every action takes and refuses, then what each does in a row of its own."""
    taken, refused = _listed(COMMON_PARAMETERS), _listed(COMMON_UNSUPPORTED - PARAMETERS)
    lines = [
        *textwrap.wrap(f"Every action takes {taken} and refuses {refused}.", WIDTH),
        "",
        "| action | acts upon | takes as long as it is false | refuses |",
        "| --- | --- | --- | --- |",
    ]
    for name, action in sorted(ACTIONS.items()):
        groups = (action.supported, action.only_false, action.unsupported)
        lines.append(
            " ".join(["|", name, *(f"| {_listed(each)}".rstrip() for each in groups), "|"])
        )
    return "\n".join(lines) + "\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(page())
    else:
        TARGET.write_text(page(), encoding="utf-8")
