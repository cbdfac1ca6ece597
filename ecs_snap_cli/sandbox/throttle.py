"""So many calls in a second and no more, as ECS throttles an account that calls too often."""

import threading
from collections import deque

from .faults import Fault
from .state import Clock
from .times import SECOND, milliseconds

_CODE = "Throttling.User"
_STATUS = 400


class Throttle:
    """Lets `calls_per_second` calls pass in any one second, of all actions together.

    Those that it turns away do not count: whoever goes on calling gets its share all the same.
    """

    def __init__(self, calls_per_second: int, clock: Clock) -> None:
        self._limit = calls_per_second
        self._clock = clock
        self._passed: deque[int] = deque()
        self._lock = threading.Lock()

    def met_by(self, action: str) -> Fault | None:
        """The fault that a call of `action` meets now, or None, which lets it pass."""
        with self._lock:
            now = milliseconds(self._clock())
            # A time to come is of a clock that was set back.
            while self._passed and not 0 <= now - self._passed[0] < SECOND:
                self._passed.popleft()
            if len(self._passed) < self._limit:
                self._passed.append(now)
                return None
        return Fault(action, "error", status=_STATUS, code=_CODE)
