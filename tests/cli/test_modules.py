"""Which modules each command loads: none comes in unseen.

``modules.txt`` holds them, command by command: this program's own and the SDK's models one by one,
other packages by name, since their modules differ between versions. So do the standard library's,
which are left out; what must not be loaded of it is in ``test_lazy_imports.py``. Where more or less
is loaded for a good reason: ``python -m tests.cli.test_modules``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.wire import SANDBOX_ENVIRONMENT, wire
from tests.conftest import bare_environment

LIST = Path(__file__).with_name("modules.txt")
DATA = ("--disk-id", "d-sandbox-data")
OFFLINE = (
    ("--version",),
    ("--help",),
    ("create", "--help"),
    ("prune", "--help"),
    ("create",),
    ("nonsense",),
    ("create", *DATA),
    ("completion", "bash"),
    ("explain", "3"),
)
ONLINE = (
    ("create", *DATA),
    ("create", *DATA, "-o", "json"),
    ("create", "--wait", *DATA),
    ("create", "--disk-id", "d-sandbox-locked"),
    ("check", *DATA),
    ("batch", *DATA),
    ("list", *DATA),
    ("list", *DATA, "-o", "xml"),
    ("wait", "--snapshot-id", "s-sandbox-data-1"),
    ("delete", "--yes", "--snapshot-id", "s-sandbox-data-1"),
    ("prune", "--yes", "--all-manual", "--keep-last", "2", *DATA),
    ("create-image", "--snapshot-id", "s-sandbox-system-1", "--name", "golden"),
)
_SDK_MODELS = "alibabacloud_ecs20140526.models."
_SHOW = """
import os, sys
# What the environment starts with every Python is nothing that the program loads.
before = set(sys.modules)
from ecs_snap_cli.__main__ import entry_point
os._exit = sys.exit
try:
    entry_point()
finally:
    print("LOADED", *set(sys.modules) - before, file=sys.stderr)
"""


def loaded_by(*argv: str, **environment: str) -> list[str]:
    """What a run of the program adds to ``sys.modules``, as ``modules.txt`` tells it."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _SHOW, *argv],
        env=bare_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("LOADED ")]
    names = set(line.split()[1:])
    others = {name.partition(".")[0] for name in names}
    return sorted({name for name in names if _is_told(name)} | (others - sys.stdlib_module_names))


def _is_told(name: str) -> bool:
    return name.partition(".")[0] == "ecs_snap_cli" or name.startswith(_SDK_MODELS)


def online(*argv: str) -> list[str]:
    """The same for a command that reaches ECS."""
    with tempfile.TemporaryDirectory() as folder, wire(Path(folder) / "s.sqlite3") as far_end:
        return loaded_by(*argv, "--endpoint", far_end.url, **SANDBOX_ENVIRONMENT)


def told() -> dict[str, list[str]]:
    """The modules of each command by ``modules.txt``."""
    found: dict[str, list[str]] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("ecs-snap "):
            modules = found[line] = []
        elif line:
            modules.append(line.strip())
    return found


def every_command() -> Iterator[tuple[str, list[str]]]:
    """Each command with what it loads now."""
    for argv in OFFLINE:
        yield f"ecs-snap {' '.join(argv)}", loaded_by(*argv)
    for argv in ONLINE:
        yield f"ecs-snap {' '.join(argv)} --endpoint", online(*argv)


@pytest.mark.parametrize("argv", OFFLINE, ids=" ".join)
def test_a_command_that_sends_nothing_loads_what_is_listed(argv: tuple[str, ...]) -> None:
    assert loaded_by(*argv) == told()[f"ecs-snap {' '.join(argv)}"]


@pytest.mark.parametrize("argv", ONLINE, ids=" ".join)
def test_a_command_that_reaches_ecs_loads_what_is_listed(argv: tuple[str, ...]) -> None:
    assert online(*argv) == told()[f"ecs-snap {' '.join(argv)} --endpoint"]


def test_nothing_else_is_listed() -> None:
    assert len(told()) == len(OFFLINE) + len(ONLINE)


if __name__ == "__main__":
    LIST.write_text(
        "\n".join(
            f"{command}\n" + "".join(f"  {name}\n" for name in modules)
            for command, modules in every_command()
        ),
        encoding="utf-8",
    )
