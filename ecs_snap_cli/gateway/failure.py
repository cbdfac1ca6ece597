"""A call that did not succeed, as a value."""

from __future__ import annotations

from ecs_snap_cli.errors import ApiError
from ecs_snap_cli.values import value


@value(frozen=True, slots=True)
class Failure:
    """A call that did not succeed.

    ``what`` in a few words; ``api_error`` where ECS itself answered; ``may_have_acted``:
    whether ECS may have carried the call out all the same; ``asked_pause`` in seconds.
    """

    what: str
    retryable: bool
    may_have_acted: bool
    api_error: ApiError | None = None
    asked_pause: float | None = None
    hint: str | None = None

    @property
    def throttled(self) -> bool:
        """Whether ECS asks for fewer calls; the HTTP status of that answer varies."""
        return self.api_error is not None and self.api_error.code.startswith("Throttling")
