"""So many calls in a while and no more, as ECS throttles an account that calls too often."""

import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from .faults import Fault
from .planerror import PlanError, check_action
from .state import Clock
from .times import MINUTE, SECOND, milliseconds

_CODE = "Throttling.User"
_STATUS = 400
_SPEC = re.compile(r"(?P<action>\*|[A-Za-z]+)=(?P<calls>[1-9]\d{0,8})(/(?P<per>[sm]))?", re.ASCII)
_SPANS = {"s": SECOND, "m": MINUTE}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` of `action`, or of all together (`*`), in any `span` milliseconds."""

    action: str
    calls: int
    span: int = SECOND

    def means(self, action: str) -> bool:
        """Whether a call of `action` counts."""
        return self.action in ("*", action)


def parse_limit(spec: str) -> Limit:
    """A limit from `ACTION=CALLS[/s]` or `ACTION=CALLS/m`, a second or a minute; else PlanError."""
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise PlanError(
            f"{spec!r} is not of the form ACTION=CALLS or ACTION=CALLS/m, such as DescribeDisks=20"
        )
    check_action(spec, match["action"])
    return Limit(match["action"], int(match["calls"]), _SPANS[match["per"] or "s"])


class Throttle:
    """Lets no more calls pass than each of the limits that mean them allows.

    Those that it turns away do not count: whoever goes on calling gets its share all the same.
    """

    def __init__(self, limits: Sequence[Limit], clock: Clock) -> None:
        self._passed: list[tuple[Limit, deque[int]]] = [(limit, deque()) for limit in limits]
        self._clock = clock
        self._lock = threading.Lock()

    def met_by(self, action: str) -> Fault | None:
        """The fault that a call of `action` meets now, or None, which lets it pass."""
        meant = [(limit, passed) for limit, passed in self._passed if limit.means(action)]
        if not meant:
            return None
        with self._lock:
            now = milliseconds(self._clock())
            for limit, passed in meant:
                # A time to come is of a clock that was set back.
                while passed and not 0 <= now - passed[0] < limit.span:
                    passed.popleft()
            if all(len(passed) < limit.calls for limit, passed in meant):
                for _, passed in meant:
                    passed.append(now)
                return None
        return Fault(action, "error", status=_STATUS, code=_CODE)
