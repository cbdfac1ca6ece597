"""A client's connection, as waitress has it, made proof against clients that ask too much."""

import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import BadRequest

from .injection import ConnectionTask
from .unreadable import UnreadableTask

# A client that sends requests ahead gets the next answer once no more than this is unread.
_MOST_UNREAD = 64 * 1024
_TLS_HANDSHAKE = b"\x16"


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    def received(self, data: bytes) -> int:
        """As waitress does; but TLS is answered in the clear at once, not waited for."""
        if data.startswith(_TLS_HANDSHAKE) and not self.header_bytes_received:
            self.error = BadRequest("The sandbox speaks http://, not https://.")
            self.completed = True
            return len(data)
        consumed: int = super().received(data)
        return consumed


class Channel(HTTPChannel):  # type: ignore[misc]
    """waitress's channel, which keeps no thread and little memory for a client that reads nothing.

    `waits_since` is when its last request was answered, or else when it was made: octets that
    come in between are no progress.
    """

    task_class = ConnectionTask
    error_task_class = UnreadableTask
    parser_class = _Parser

    def __init__(self, server: Any, *args: Any, **kwargs: Any) -> None:
        server.connections_made += 1
        self.waits_since = time.monotonic()
        self._held = False
        super().__init__(server, *args, **kwargs)

    @property
    def is_idle(self) -> bool:
        """Whether all that it waits for is its client."""
        return self._held or not self.requests

    def service(self) -> None:
        """Answer the next request, unless too much is unread; then it is put off (a thread's)."""
        with self.outbuf_lock:
            # The loop may take it up again as soon as the lock is free: it is not asked after that.
            held = self._held = self.total_outbufs_len > _MOST_UNREAD
        if held:
            self.server.pull_trigger()
            return
        super().service()
        self.waits_since = time.monotonic()

    def handle_write(self) -> None:
        """Send what there is, and take up what was put off (the loop's)."""
        super().handle_write()
        if self._held and self.connected and self.total_outbufs_len <= _MOST_UNREAD:
            self._held = False
            self.server.add_task(self)
