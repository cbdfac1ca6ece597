"""A planned fault's strike: between a request that was read and the socket it came from."""

import socket
import struct
import threading
import time
from http import HTTPStatus
from typing import Any, Protocol

from waitress.channel import ClientDisconnected
from waitress.task import WSGITask

from .dispatch import new_request_id, refused
from .errors import ApiError
from .faults import Fault
from .request import Answer, Request
from .wsgi import Environ, Reply, reply_of

_CONNECTION = "ecs_snap.connection"
_HTML = (("Content-Type", "text/html"),)
_LOOK_FOR_THE_CLIENT_SECONDS = 0.02
_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head>"
    b"<body><h1>Sign in to this network</h1></body></html>"
)


class Victim(Protocol):
    """What a server lets a fault do to it, and how it says that it is closing."""

    closing: threading.Event

    def go_down(self, seconds: float) -> None:
        """Refuse connections, from before this returns until `seconds` later."""

    def let_snapshot_fail(self, snapshot_id: str) -> None:
        """Have a snapshot in creation end as failed."""


class ConnectionTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """waitress's task, which lets faults get at its connection."""

    def get_environment(self) -> Environ:
        """The WSGI environment with the connection in it."""
        environ: Environ = super().get_environment()
        environ[_CONNECTION] = self.channel
        return environ

    def build_response_header(self) -> bytes:
        """As waitress does; but a server that is going down keeps no connection."""
        if not self.channel.server.accepting:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header


def strike(
    fault: Fault, answer: Answer | None, request: Request, environ: Environ, victim: Victim
) -> Reply:
    """The reply that `fault` makes of a request; a lost connection has none and raises.

    `answer` is the action's own, None for a fault that strikes before it is carried out.
    """
    reply = None if answer is None else reply_of(answer)
    match fault.kind.removesuffix("-after"):
        case "reset":
            _reset(environ[_CONNECTION])
        case "hang":
            _keep_silent(environ[_CONNECTION], victim, fault.seconds)
            _reset(environ[_CONNECTION])
        case "html":
            return Reply(fault.status, _HTML, _PAGE)
        case "empty":
            return Reply(fault.status, _HTML, b"")
        case "error":
            return _error(fault, request)
        case "down":
            # Before the answer leaves, so that the client's next request meets it for certain.
            victim.go_down(fault.seconds)
        case "delay":
            victim.closing.wait(fault.seconds)
        case "fail-later" if answer is not None and answer.status == HTTPStatus.OK:
            victim.let_snapshot_fail(str(answer.body["SnapshotId"]))
        case "half" if reply is not None:
            length = len(reply.body)
            return Reply(reply.status, reply.headers, reply.body[: length // 2], length)
    if reply is None:
        raise AssertionError(f"{fault.kind} is in the table of faults, but not here")
    return reply


def _error(fault: Fault, request: Request) -> Reply:
    error = ApiError(
        fault.status, fault.code, "The sandbox was told to answer so, by a fault or a limit."
    )
    reply = reply_of(refused(error, request, new_request_id()))
    return Reply(reply.status, (*reply.headers, *fault.headers), reply.body)


def _keep_silent(channel: Any, victim: Victim, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while channel.connected and time.monotonic() < deadline:
        if victim.closing.wait(_LOOK_FOR_THE_CLIENT_SECONDS):
            return


def _reset(channel: Any) -> None:
    """Break the connection as a machine that crashed does, with no answer at all."""
    # To linger for no time makes close() send a reset instead of an orderly end.
    channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    channel.will_close = True
    channel.server.pull_trigger()
    raise ClientDisconnected
