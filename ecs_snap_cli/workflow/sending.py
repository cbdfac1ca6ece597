"""A call that creates something: sent so that a signal never waits for its answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Protocol, TypeVar

from ecs_snap_cli.errors import EcsSnapError, Interrupted
from ecs_snap_cli.workflow.background import Task

# After a signal, an answer that is on its way is worth this much of the second in which the
# program has to end.
GRACE_SECONDS = 0.5

T = TypeVar("T")


class InFlight(Protocol):
    """How far the call got; ``created`` is set in the thread that gets the answer.

    ``in_flight``: it was sent, and is not known to have done nothing.
    """

    in_flight: bool

    @property
    def created(self) -> object | None: ...


def sent(send: Callable[[], T], journal: InFlight) -> T:
    """What ``send`` answers or raises. For the main thread; ``Interrupted`` after a signal."""
    task = Task(send, start=False)
    try:
        journal.in_flight = True
        task.start()
        return task.result()
    except Interrupted:
        if task.wait(GRACE_SECONDS) and journal.created is None:
            journal.in_flight = _may_have_acted(task)
        raise


def token_option(client_token: str) -> str:
    """The option that names this very order in another run."""
    return f"--client-token {shlex.quote(client_token)}"


def may_have_acted(error: Exception) -> bool:
    """Whether a call that ended so may have done something; a bug leaves that open."""
    return not isinstance(error, EcsSnapError) or error.may_have_acted


def _may_have_acted(task: Task[T]) -> bool:
    try:
        task.result()
    except Exception as error:
        return may_have_acted(error)
    return True
