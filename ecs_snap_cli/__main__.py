"""Where the program starts: ``ecs-snap`` and ``python -m ecs_snap_cli`` are the same.

Signals are caught before anything that takes time is imported, so that Ctrl-C never ends in a
traceback, however early it comes.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Until signals are caught, Ctrl-C ends the process without Python's traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from ecs_snap_cli import signals
from ecs_snap_cli.errors import Interrupted


def entry_point() -> None:
    """Run the command line of this process and exit with its code."""
    signals.catch()
    # Imports make many objects and no garbage: looking for it as often as Python does by itself
    # takes a twentieth of a run.
    gc.set_threshold(10_000)
    argv = sys.argv[1:]
    try:
        from ecs_snap_cli.cli.main import main

        code = main(argv)
    except (Interrupted, RuntimeError) as error:
        stop = error if isinstance(error, Interrupted) else signals.behind(error)
        if stop is None:
            raise
        # It came while main's module was imported; no further signal comes now.
        from ecs_snap_cli.cli.main import report_interruption

        code = report_interruption(argv, stop)
    signals.ignore()
    # What is left is for the system to take back: Python need not go through it all at its end.
    gc.freeze()
    if threading.active_count() > 1:
        # A call was left behind. Where it is in the middle of an import, Python's own end takes
        # away what it works on, and the process would end with SIGSEGV or SIGABRT. All that was
        # written is flushed.
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    entry_point()
