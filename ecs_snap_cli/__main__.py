"""Where the program starts: ``ecs-snap`` and ``python -m ecs_snap_cli`` are the same.

Signals are caught before anything that takes time is imported, so that Ctrl-C never ends in a
traceback, however early it comes.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

from ecs_snap_cli.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def entry_point() -> None:
    """Run the command line of this process and exit with its code."""
    for number in _SIGNALS:
        # One that the parent ignores (nohup, a shell's background job) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    argv = sys.argv[1:]
    try:
        from ecs_snap_cli.cli.main import main

        code = main(argv)
    except Interrupted as stop:
        # It came while main's module was imported; no further signal comes now.
        from ecs_snap_cli.cli.main import report_interruption

        code = report_interruption(argv, stop)
    _ignore_signals()
    sys.exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # One is enough: the end is under way, and a second must not cut the report of it short.
    _ignore_signals()
    raise Interrupted(number)


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    entry_point()
