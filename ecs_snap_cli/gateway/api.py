"""One call of the ECS API through the official client: attempts, pauses, and what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ecs_snap_cli import __version__
from ecs_snap_cli.core.backoff import pause
from ecs_snap_cli.core.pacing import Pace
from ecs_snap_cli.core.times import CLOCK_SKEW
from ecs_snap_cli.errors import EcsSnapError, Unavailable
from ecs_snap_cli.events import Observer, RequestEnded, Retrying, ignore
from ecs_snap_cli.gateway import answers, transport
from ecs_snap_cli.gateway.credentials import credential_client
from ecs_snap_cli.gateway.failure import Failure
from ecs_snap_cli.gateway.settings import Settings
from ecs_snap_cli.model import JsonObject
from ecs_snap_cli.values import value

_LONGEST_NAP_SECONDS = 0.5


@value(frozen=True, slots=True)
class Timing:
    """Clock, pause and chance, so that a test needs none of them."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


class Api:
    """The official client with one set of credentials, used by any number of threads.

    The SDK's own retry stays off: it knows exact codes only and cannot tell a lost answer.
    ``pace`` says when calls may be sent, if there is one. ``clock_ahead`` is how far ECS's clock
    is ahead of this machine's, zero until an answer told.
    """

    def __init__(
        self,
        settings: Settings,
        observer: Observer = ignore,
        timing: Timing | None = None,
        pace: Pace | None = None,
    ):
        transport.install()
        from alibabacloud_ecs20140526.client import Client
        from alibabacloud_tea_openapi.utils_models import Config

        self._settings = settings
        self._observe = observer
        self._timing = timing or Timing()
        self._pace = pace
        self._pace_lock = threading.Lock()
        self._turnstile = threading.Lock()
        endpoint = settings.endpoint
        self._client = Client(
            Config(
                credential=credential_client(settings),
                region_id=settings.region_id,
                endpoint=endpoint.authority if endpoint else None,
                protocol=endpoint.scheme.upper() if endpoint else "HTTPS",
                connect_timeout=_milliseconds(settings.connect_timeout),
                read_timeout=_milliseconds(settings.read_timeout),
                user_agent=f"ecs-snap/{__version__}",
            )
        )
        self.clock_ahead = timedelta()
        self.endpoint_url = endpoint.url if endpoint else f"https://{self._client._endpoint}"

    @property
    def region_id(self) -> str:
        """The region that calls are about."""
        return self._settings.region_id

    def call(
        self, action: str, request: Any, extra: Callable[[JsonObject], str | None] | None = None
    ) -> JsonObject:
        """The answer to ``action``, after retries.

        ``request`` is the SDK's request model. ``extra`` may find something wrong in an answer
        that looks like a success; its words are then the failure. Raises ``ApiError`` where ECS
        refused, ``Unavailable`` (or ``ApiError`` with exit code 6) where no attempt was answered;
        ``may_have_acted`` on the error tells whether ECS may have acted all the same.
        """
        may_have_acted = False
        for attempt in range(1, self._settings.max_attempts + 1):
            try:
                outcome = self._attempt(action, request, attempt, extra)
            except EcsSnapError as error:
                # This attempt was not sent, but an earlier one may have been carried out.
                error.may_have_acted = may_have_acted
                raise
            if not isinstance(outcome, Failure):
                return outcome
            may_have_acted = may_have_acted or outcome.may_have_acted
            if not outcome.retryable or attempt == self._settings.max_attempts:
                raise self._given_up(action, outcome, attempt, may_have_acted)
            seconds = pause(
                attempt,
                throttled=outcome.throttled,
                asked=outcome.asked_pause,
                random=self._timing.random,
            )
            self._observe(Retrying(action, attempt + 1, seconds))
            self._timing.sleep(seconds)
        raise AssertionError("max_attempts is at least 1")

    def _attempt(
        self,
        action: str,
        request: Any,
        attempt: int,
        extra: Callable[[JsonObject], str | None] | None,
    ) -> JsonObject | Failure:
        from darabonba.runtime import RuntimeOptions

        options = RuntimeOptions(max_idle_conns=transport.KEPT)
        started = self._turn()
        with transport.watched() as exchange:
            try:
                _method(self._client, action)(request, options)
            except Exception as error:
                if exchange.status is None and exchange.error is None:
                    problem = _not_sent(error)
                    raise problem from problem.__cause__
        outcome = answers.read(action, exchange)
        self._note_clock(exchange, outcome)
        if not isinstance(outcome, Failure) and extra is not None and (wrong := extra(outcome)):
            outcome = Failure(wrong, retryable=True, may_have_acted=True)
        self._note_pace(started, outcome)
        self._observe(
            RequestEnded(
                action,
                attempt,
                self._timing.monotonic() - started,
                outcome.what if isinstance(outcome, Failure) else "ok",
                exchange.headers.get("x-acs-request-id"),
            )
        )
        return outcome

    def _turn(self) -> float:
        """Wait until a call may be sent; the time at which it is."""
        if self._pace is None:
            return self._timing.monotonic()
        # One waits for its turn, the others for it: none uses up its attempts before the rest.
        with self._turnstile:
            while True:
                now = self._timing.monotonic()
                with self._pace_lock:
                    start = self._pace.earliest(now)
                    if start <= now:
                        self._pace.send(now)
                        return now
                # Not for long: the pace may quicken meanwhile.
                self._timing.sleep(min(start - now, _LONGEST_NAP_SECONDS))

    def _note_pace(self, sent: float, outcome: JsonObject | Failure) -> None:
        if self._pace is None:
            return
        with self._pace_lock:
            if isinstance(outcome, Failure) and outcome.throttled:
                self._pace.throttled(sent, self._timing.monotonic(), outcome.asked_pause)
            else:
                self._pace.admitted(sent)

    def _note_clock(self, exchange: transport.Exchange, outcome: JsonObject | Failure) -> None:
        ahead = answers.clock_ahead(exchange)
        # ECS takes no request that is dated further from its clock than this: a Date that is
        # was put there by something else on the way.
        if isinstance(outcome, Failure) or ahead is None or abs(ahead) > CLOCK_SKEW:
            return
        self.clock_ahead = ahead

    def _given_up(
        self, action: str, failure: Failure, attempts: int, may_have_acted: bool
    ) -> EcsSnapError:
        tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        error: EcsSnapError
        if failure.api_error is None:
            error = Unavailable(
                f"{action} got no usable answer from {self.endpoint_url} in {tries}: "
                f"{failure.what}.",
                hint=failure.hint,
            )
        else:
            error = failure.api_error
            if failure.retryable:
                error.message = (
                    f"{self.endpoint_url} answered {action} with {failure.what} in {tries}: "
                    f"{error.message}"
                )
        error.may_have_acted = may_have_acted
        return error


def _method(client: Any, action: str) -> Callable[[Any, Any], object]:
    """The SDK's method for an action: ``DescribeDisks`` → ``describe_disks_with_options``."""
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in action).lstrip("_")
    method: Callable[[Any, Any], object] = getattr(client, f"{snake}_with_options")
    return method


def _not_sent(error: Exception) -> EcsSnapError:
    """For an SDK call that ended before any request: credentials that ran out, mostly."""
    cause = getattr(error, "inner_exception", error)
    if isinstance(cause, EcsSnapError):
        return cause
    problem = EcsSnapError(
        f"The request could not be made ({type(cause).__name__}).",
        hint="This is a bug: please report it; --debug shows where it happened.",
    )
    problem.__cause__ = cause
    return problem


def _milliseconds(seconds: float) -> int:
    """The SDK counts in whole milliseconds, and reads 0 as its default."""
    return max(1, round(seconds * 1000))
