"""Signals that end the program raise ``Interrupted`` in the main thread, once."""

from __future__ import annotations

import signal
from types import FrameType

from ecs_snap_cli.errors import Interrupted

# SIGHUP comes when the terminal or the ssh session goes, SIGQUIT from Ctrl-\\: a snapshot's ID
# must survive those too.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def catch() -> None:
    """From now on a signal raises; one that the parent ignores (nohup) stays ignored."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def ignore() -> None:
    """From now on a signal does nothing, if it was caught here: the end is under way."""
    for number in _SIGNALS:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # One is enough: a second must not cut the report of the first one short.
    ignore()
    raise Interrupted(number)
