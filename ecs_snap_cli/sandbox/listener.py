"""The listening socket, which can be gone for a while: a fault that clients meet as a refusal."""

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

_LOOK_EVERY_SECONDS = 1.0
_LOOK_SOON_SECONDS = 0.01
# The server's loop is woken for an outage; it may be closing instead.
_LONGEST_HANDOVER_SECONDS = 2.0
# What is bound for every address of the machine is no address to call.
_CALLED_BY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound here


def url_of(host: str, port: int) -> str:
    """The URL by which a client on this machine reaches a socket that is bound to an address."""
    host = _CALLED_BY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Listener:
    """Bound to `host` and `port` (0: a free one). Raises OSError where that cannot be."""

    def __init__(self, host: str, port: int) -> None:
        if not 0 <= port <= 65535:
            raise OSError(f"port {port} is not in 0-65535")
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        self._how = family, kind, protocol
        self.socket = self._bind(address)
        # With port 0 the system chose one; after an outage it must be the same again.
        self._address = self.socket.getsockname()
        self._asked: deque[tuple[float, threading.Event]] = deque()
        self._back_at: float | None = None

    @property
    def url(self) -> str:
        """Where clients on this machine reach the server."""
        return url_of(*self._address[:2])

    def close(self) -> None:
        """Let the address go."""
        self.socket.close()

    def go_down(self, seconds: float, wake: Callable[[], None]) -> None:
        """Have the server's loop (`wake` wakes it) refuse connections; returns once it does."""
        down = threading.Event()
        self._asked.append((seconds, down))
        wake()
        down.wait(_LONGEST_HANDOVER_SECONDS)

    @property
    def seconds_to_next_look(self) -> float:
        """How long the server's loop may sleep before it calls `tend` again."""
        return _LOOK_EVERY_SECONDS if self._back_at is None else _LOOK_SOON_SECONDS

    def tend(self, server: Any, channels: dict[int, Any]) -> None:
        """Begin or end an outage if it is time; called by the server's loop alone."""
        asked = [self._asked.popleft() for _ in range(len(self._asked))]
        if asked:
            self._leave(server, channels)
            self._back_at = time.monotonic() + max(seconds for seconds, _ in asked)
            for _, down in asked:
                down.set()
        elif self._back_at is not None and time.monotonic() >= self._back_at:
            # Someone may have taken the port meanwhile: then at the next look.
            with contextlib.suppress(OSError):
                self._return(server, channels)

    def _leave(self, server: Any, channels: dict[int, Any]) -> None:
        if self._back_at is None:
            server.del_channel(channels)
            server.accepting = False
            server.socket.close()
        for channel in list(server.active_channels.values()):
            # Kept connections end with the server; those with a request under way after its
            # answer, as ConnectionTask sees to.
            if not channel.requests:
                channel.close_when_flushed = True

    def _return(self, server: Any, channels: dict[int, Any]) -> None:
        self.socket = self._bind(self._address)
        self.socket.setblocking(False)
        self._back_at = None
        server.set_socket(self.socket, channels)
        server.accept_connections()

    def _bind(self, address: Any) -> socket.socket:
        made = socket.socket(*self._how)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
        except BaseException:
            made.close()
            raise
        return made
