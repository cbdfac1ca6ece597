"""The shell: a socket, waitress's loop and its threads around a dispatcher."""

import logging
import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from .channel import Channel
from .clock import later, sound, turn
from .denials import Denials
from .dispatch import Dispatcher, named_action
from .doorkeeper import Doorkeeper, allow_many_files
from .faults import Fault, Faults, Observer
from .injection import strike
from .listener import Listener
from .request import Request
from .rules import RULE_SETS
from .scenario import Scenario
from .state import Clock, State
from .throttle import Limit, Throttle
from .times import SECOND
from .wsgi import Environ, Reply, application, reply_of

MAX_BODY = 1024 * 1024
# One is the fastest: an answer waits for nothing but the state, which they would have to share.
THREADS = 1
# A hang or a delay keeps a thread.
THREADS_WITH_FAULTS = 64


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _look_away(action: str, attempt: int, fault: Fault | None) -> None:
    """The observer of a server that nobody observes."""


class SandboxServer:
    """A fake ECS at `url`, reachable from the moment it is constructed on.

    `state` is a file or ":memory:" (with `keep` off, a copy of the file in memory), `rules` a
    name in RULE_SETS, `region` the one whose endpoint this is (None: it is that of every region),
    `clock` returns aware datetimes; signatures are held against `signing_clock`, since clients sign
    by the real time. Raises OSError when the address cannot be bound and
    StateError when the state cannot be opened. As a context manager it starts and closes.

    `disks` is the size of the fleet (see fleet.py) beside the first state, where this makes it. A
    `scenario` (see scenario.py) takes its place, in a state that this has to make.
    `faults` is a plan of what goes wrong with which request. Calls beyond `calls_per_second`, of
    all actions together, or beyond one of `limits` are throttled before that. `deny` are the
    actions that the caller has no right to (see denials.py), PlanError for what is none.
    `observer` is told of each request once its fate is settled: its action, its number among those
    of the action, its fault (for a throttled call one of the kind `error`). One that holds requests
    up needs as many `threads`.

    `start_at` turns the sandbox's time (see clock.py), as `set_clock` and `advance` do later; a
    first state is made as of then. ClockError for a time far from our days.
    """

    url: str
    closing: threading.Event

    def __init__(
        self,
        state: str | os.PathLike[str],
        *,
        keep: bool = True,
        disks: int = 0,
        scenario: Scenario | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        rules: str = "documented",
        region: str | None = None,
        clock: Clock = _utc_now,
        signing_clock: Clock = _utc_now,
        faults: Sequence[Fault] = (),
        deny: Iterable[str] = (),
        calls_per_second: int | None = None,
        limits: Iterable[Limit] = (),
        observer: Observer = _look_away,
        threads: int | None = None,
        start_at: datetime | None = None,
    ) -> None:
        rule_set = RULE_SETS[rules]
        denials = Denials(deny)
        start = None if start_at is None else sound(start_at)
        listener = Listener(host, port)
        try:
            self._state = State(
                state, clock, keep=keep, disks=disks, since=start_at, scenario=scenario
            )
        except BaseException:
            listener.close()
            raise
        _silence()
        self._dispatcher = Dispatcher(self._state, rule_set, signing_clock, region, denials)
        self._faults = Faults(faults)
        total = () if calls_per_second is None else (Limit("*", calls_per_second),)
        self._throttle = Throttle((*total, *limits), clock)
        self._observe = observer
        self.closing = threading.Event()
        self._channels: dict[int, Any] = {}
        try:
            if start is not None:
                turn(self._state, lambda _: start)
            self._server = create_server(
                application(self._respond, self._date),
                map=self._channels,
                sockets=[listener.socket],
                threads=threads or (THREADS_WITH_FAULTS if faults else THREADS),
                # A client that gives up on a hang is noticed only if its next request is read.
                channel_request_lookahead=1 if faults else 0,
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
        self._server.channel_class = Channel
        self._server.connections_made = 0
        self._listener = listener
        self.url = listener.url
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._loop_thread_id: int | None = None
        self._closed = False
        self._done = threading.Event()

    @property
    def connections(self) -> int:
        """How many connections were made since the start."""
        return int(self._server.connections_made)

    def start(self) -> None:
        """Serve in daemon threads; connections are accepted when this returns."""
        self._thread = threading.Thread(target=self._loop, name="ecs-sandbox", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve in this thread until `close` is called (from any thread or signal handler)."""
        allow_many_files()
        self._loop()

    def close(self) -> None:
        """Stop serving, finish the requests in hand, let the state go. May be repeated."""
        self.closing.set()
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

    def go_down(self, seconds: float) -> None:
        """Refuse connections, from before this returns until `seconds` later."""
        self._listener.go_down(seconds, self._wake)

    def set_clock(self, time: datetime) -> None:
        """Have the sandbox's time be `time` (aware), and go on from there."""
        turn(self._state, lambda _: sound(time))

    def advance(self, by: timedelta) -> None:
        """Turn the sandbox's time on, or back."""
        turn(self._state, later(by))

    def let_snapshot_fail(self, snapshot_id: str) -> None:
        """Have a snapshot in creation end as failed."""
        self._state.let_snapshot_fail(snapshot_id)

    def _respond(self, request: Request, environ: Environ) -> Reply:
        action = named_action(request)
        attempt, fault = self._faults.next(action)
        fault = self._throttle.met_by(action) or fault
        with ExitStack() as in_hand:
            if fault is None:
                answer = self._dispatcher.answer(request, in_hand)
                self._observe(action, attempt, None)
                return reply_of(answer)
            carried_out = self._dispatcher.answer(request, in_hand) if fault.carried_out else None
            self._observe(action, attempt, fault)
            if fault.kind != "delay":
                # What is lost on its way was done with before; a slow server is still at it.
                in_hand.close()
            return strike(fault, carried_out, request, environ, self)

    def _date(self) -> float:
        """What an answer is dated, in seconds since 1970: clients hold times in it against that."""
        return self._state.now() / SECOND

    def _loop(self) -> None:
        self._loop_thread_id = threading.get_ident()
        doorkeeper = Doorkeeper(self._server)
        try:
            while not self.closing.is_set():
                self._listener.tend(self._server, self._channels)
                doorkeeper.tend()
                timeout = self._listener.seconds_to_next_look
                wasyncore.loop(timeout=timeout, use_poll=True, map=self._channels, count=1)
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


def _silence() -> None:
    """Keep waitress's warnings (broken connections, a long queue) off the user's stderr."""
    log = logging.getLogger("waitress")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
