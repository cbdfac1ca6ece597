"""The shell: a socket, waitress's loop and its threads around a dispatcher."""

import logging
import os
import socket
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from .dispatch import Dispatcher
from .rules import RULE_SETS
from .seed import REGION_ID
from .state import Clock, State
from .wsgi import application

MAX_BODY = 1024 * 1024
CONNECTION_LIMIT = 1200
THREADS = 8


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SandboxServer:
    """A fake ECS at `url`, reachable from the moment it is constructed on.

    `state` is a file or ":memory:", `rules` a name in RULE_SETS, `region` the one whose endpoint
    this is (for actions that name none), `clock` returns aware datetimes. Raises OSError when
    the address cannot be bound and StateError when the state cannot be opened. As a context
    manager it starts and closes.
    """

    url: str

    def __init__(
        self,
        state: str | os.PathLike[str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        rules: str = "documented",
        region: str = REGION_ID,
        clock: Clock = _utc_now,
    ) -> None:
        rule_set = RULE_SETS[rules]
        listener = _bind(host, port)
        try:
            self._state = State(state, clock)
        except BaseException:
            listener.close()
            raise
        _silence()
        dispatcher = Dispatcher(self._state, rule_set, clock, region)
        self._channels: dict[int, Any] = {}
        try:
            self._server = create_server(
                application(dispatcher.answer),
                map=self._channels,
                sockets=[listener],
                threads=THREADS,
                connection_limit=CONNECTION_LIMIT,
                asyncore_use_poll=True,
                # waitress refuses a body that reaches this size.
                max_request_body_size=MAX_BODY + 1,
                # It would take signed headers away.
                clear_untrusted_proxy_headers=False,
                expose_tracebacks=False,
                log_socket_errors=False,
                ident="",
            )
        except BaseException:
            listener.close()
            self._state.close()
            raise
        self.url = _url(listener)
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._loop_thread_id: int | None = None
        self._stopping = False
        self._closed = False
        self._done = threading.Event()

    def start(self) -> None:
        """Serve in daemon threads; connections are accepted when this returns."""
        self._thread = threading.Thread(target=self._loop, name="ecs-sandbox", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve in this thread until `close` is called (from any thread or signal handler)."""
        _allow_many_files()
        self._loop()

    def close(self) -> None:
        """Stop serving, finish the requests in hand, let the state go. May be repeated."""
        self._stopping = True
        if self._loop_thread_id == threading.get_ident():
            # Called by a signal handler on top of the loop, which now ends by itself.
            self._wake()
        elif self._thread is not None or self._loop_thread_id is not None:
            self._wake()
            self._done.wait()
        else:
            self._tear_down()

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _loop(self) -> None:
        self._loop_thread_id = threading.get_ident()
        try:
            while not self._stopping:
                wasyncore.loop(timeout=1, use_poll=True, map=self._channels, count=1)
        finally:
            self._loop_thread_id = None
            self._tear_down()

    def _wake(self) -> None:
        # The lock keeps the pipe from being closed, and its number reused, under our feet.
        with self._lock:
            if not self._closed:
                self._server.pull_trigger()

    def _tear_down(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._server.task_dispatcher.shutdown()
            self._server.trigger.close()
            wasyncore.close_all(self._channels)
            self._state.close()
            self._done.set()


def _bind(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise OSError(f"port {port} is not in 0-65535")
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _silence() -> None:
    """Keep waitress's warnings (broken connections, a long queue) off the user's stderr."""
    log = logging.getLogger("waitress")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _allow_many_files() -> None:
    """Let this process hold as many connections as the limit above, where that is allowed."""
    try:
        import resource  # not on every platform
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTION_LIMIT
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
