"""How many connections there may be, and which of them end for it."""

import time
from typing import Any

from .channel import Channel

try:
    import resource
except ImportError:  # not on every platform
    resource = None  # type: ignore[assignment]

MOST_CONNECTIONS = 1200
# Within this time a connection has to take the answer that it got and send the next request.
IDLE_SECONDS = 120.0
_LOOK_EVERY_SECONDS = 1.0
# A connection is one, and its request or answer may be another where it is long.
_FILES_EACH = 2


class Doorkeeper:
    """Ends what is idle for too long, and the longest idle where there are too many.

    Whoever holds connections and does nothing with them keeps nobody else out.
    """

    def __init__(self, server: Any) -> None:
        self._channels: dict[int, Channel] = server.active_channels
        self._most = MOST_CONNECTIONS
        if resource is not None:
            files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            if files != resource.RLIM_INFINITY:
                self._most = min(self._most, files // _FILES_EACH)
        # None is accepted beyond that: all the rest wait for answers, which come.
        server.adj.connection_limit = self._most + self._most // 4
        self._next_look = 0.0

    def tend(self) -> None:
        """See to it if it is time; called by the server's loop alone."""
        now = time.monotonic()
        too_many = len(self._channels) - self._most
        if too_many <= 0 and now < self._next_look:
            return
        self._next_look = now + _LOOK_EVERY_SECONDS
        idle = sorted(
            (channel for channel in self._channels.values() if channel.is_idle),
            key=lambda channel: channel.waits_since,
        )
        for place, channel in enumerate(idle):
            if place >= too_many and now - channel.waits_since < IDLE_SECONDS:
                break
            channel.handle_close()


def allow_many_files() -> None:
    """Let this process hold as many connections as there may be, where that is allowed."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_EACH * MOST_CONNECTIONS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
