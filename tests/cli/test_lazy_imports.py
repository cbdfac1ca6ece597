"""What costs start-up time is loaded only by commands that need it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import bare_environment

_SHOW = """
import sys
from ecs_snap_cli.cli.main import main
code = main(sys.argv[1:])
heavy = {"requests", "urllib3", "aiohttp", "asyncio", "darabonba", "Tea", "rich", "sqlite3",
         "apscheduler", "charset_normalizer", "cryptography", "websocket",
         "waitress", "ssl", "http.client", "alibabacloud_ecs20140526", "alibabacloud_credentials",
         "alibabacloud_tea_openapi", "xml.etree.ElementTree", "ecs_snap_cli.gateway.api"}
print("LOADED", *sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def loaded_by(*argv: str) -> list[str]:
    """The costly modules that a run of the program leaves in ``sys.modules``."""
    done = subprocess.run(
        [sys.executable, "-c", _SHOW, *argv],
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("LOADED")]
    return line.split()[1:]


@pytest.mark.parametrize(
    "argv",
    [
        ("--version",),
        ("--help",),
        ("create", "--help"),
        ("check", "--help"),
        ("list", "--help"),
        ("prune", "--help"),
        ("wait", "--help"),
        ("delete", "--help"),
        ("create-image", "--help"),
        ("explain", "--help"),
        ("completion", "--help"),
        ("sandbox", "--help"),
        ("sandbox", "serve", "--help"),
        ("sandbox", "reset", "--help"),
        ("sandbox", "clock", "--help"),
        ("completion", "bash"),
        ("completion", "zsh"),
        ("completion", "fish"),
        ("explain", "3"),
        ("explain", "no-such-code"),
        (),
        ("nonsense",),
        ("create",),
        ("create", "--disk-id", "bad id", "--region", "cn-hangzhou"),
        ("create", "--disk-id", "d-1"),
        ("create", "--disk-id", "d-1", "--endpoint", "http://example.com", "--region", "r"),
        ("check", "--disk-id", "d-1", "--rules", "none"),
        ("list", "--limit", "0"),
        ("list", "--name", "", "--region", "cn-hangzhou"),
        ("list",),
        ("prune", "--disk-id", "d-1", "--keep-last", "1"),
        ("prune", "--disk-id", "d-1", "--all-manual", "--keep-daily", "7"),
        ("wait",),
        ("wait", "--snapshot-id", "bad id", "--region", "cn-hangzhou"),
        ("wait", "--snapshot-id", "s-1"),
        ("create-image", "--snapshot-id", "s-1", "--name", "1", "--region", "cn-hangzhou"),
        ("create-image", "--snapshot-id", "s-1", "--name", "golden"),
        ("delete",),
        ("delete", "--snapshot-id", "bad id", "--yes", "--region", "cn-hangzhou"),
        ("delete", "--snapshot-id", "s-1", "--region", "cn-hangzhou"),
    ],
    ids=" ".join,
)
def test_a_command_that_sends_nothing_loads_nothing_heavy(argv: tuple[str, ...]) -> None:
    assert loaded_by(*argv) == []


@pytest.mark.parametrize(
    "argv",
    [
        ("create", "--disk-id", "d-sandbox-data"),
        ("list", "--disk-id", "d-sandbox-data"),
        ("wait", "--snapshot-id", "s-sandbox-data-1"),
        ("delete", "--yes", "--snapshot-id", "s-sandbox-data-1"),
        ("create-image", "--snapshot-id", "s-sandbox-system-1", "--name", "golden"),
    ],
    ids=" ".join,
)
def test_a_piped_result_needs_no_rich_and_nothing_asynchronous(argv: tuple[str, ...]) -> None:
    loaded = loaded_by(*argv, "--sandbox")
    assert "alibabacloud_ecs20140526" in loaded
    never = {"rich", "aiohttp", "asyncio", "apscheduler", "charset_normalizer", "cryptography"}
    assert never & set(loaded) == set()
