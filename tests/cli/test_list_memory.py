"""A list of any length takes the memory of a short one."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading

import pytest

from tests.cli.servers import Pages, serving
from tests.cli.wire import SANDBOX_ENVIRONMENT
from tests.conftest import bare_environment

# Lists in every format, on a terminal too, and tells the most memory that this took.
LISTS = """
import sys
from ecs_snap_cli.cli.main import main
url, terminal = sys.argv[1:]
for options in ("-o json", "-o xml", "-o table", "-q", "on a terminal"):
    if options == "on a terminal":
        sys.stdout = open(int(terminal), "w")
        options = ""
    assert main(["list", "--endpoint", url, *options.split()]) == 0
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):
        print(line.split()[1], file=sys.stderr)
"""


def most_kilobytes(count: int) -> int:
    """What a process takes at most that lists so many snapshots."""
    ours, theirs = pty.openpty()
    # A terminal that nobody reads from stops whoever writes to it.
    reader = threading.Thread(target=read_away, args=(ours,))
    reader.start()
    with serving(Pages) as server:
        server.snapshots = count
        done = subprocess.run(
            [sys.executable, "-c", LISTS, f"http://127.0.0.1:{server.port}", str(theirs)],
            env=bare_environment() | SANDBOX_ENVIRONMENT | {"TERM": "xterm"},
            pass_fds=(theirs,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    os.close(theirs)
    reader.join()
    os.close(ours)
    assert done.returncode == 0, done.stderr
    return int(done.stderr)


def read_away(descriptor: int) -> None:
    try:
        while os.read(descriptor, 65536):
            pass
    except OSError:
        """The last writer is gone."""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="this platform has no /proc")
def test_ten_thousand_snapshots_take_little_more_memory_than_ten() -> None:
    assert most_kilobytes(10_000) < 1.3 * most_kilobytes(10)
