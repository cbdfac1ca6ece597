"""Which request of an action meets which fault: values and counting, no texts, no sockets."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .known_actions import KNOWN_ACTIONS

RETRY_HEADERS = ("retry-after", "x-acs-retry-after")
# Long enough to outlast any client's patience.
SILENCE_SECONDS = 60.0
_ERROR = ("code", "status", *RETRY_HEADERS)


@dataclass(frozen=True, slots=True)
class Kind:
    """Whether the action is carried out before the fault strikes, and what the fault takes.

    `seconds` is how long it lasts where it is not told. `action` is the only one that it is for,
    empty for a fault of any action.
    """

    carried_out: bool
    keys: tuple[str, ...] = ()
    seconds: float = 0.0
    action: str = ""


KINDS: Mapping[str, Kind] = {
    "reset": Kind(False),
    "reset-after": Kind(True),
    "half": Kind(True),
    "hang": Kind(False, ("seconds",), SILENCE_SECONDS),
    "hang-after": Kind(True, ("seconds",), SILENCE_SECONDS),
    "delay": Kind(True, ("seconds",), 0.05),
    "down": Kind(True, ("seconds",), 1.0),
    "html": Kind(False, ("status",)),
    "html-after": Kind(True, ("status",)),
    "empty": Kind(False, ("status",)),
    "empty-after": Kind(True, ("status",)),
    "error": Kind(False, _ERROR),
    "error-after": Kind(True, _ERROR),
    "fail-later": Kind(True, action="CreateSnapshot"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of requests `first` to `last` (None: all later ones too) of `action`.

    `action` is an ECS action or `*`, `kind` a key of KINDS. `seconds` is a hang's, a delay's or
    an outage's length; `status`, `code` and `headers` belong to an answer that is made up.
    """

    action: str
    kind: str
    first: int = 1
    last: int | None = None
    seconds: float = 0.0
    status: int = 200
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def carried_out(self) -> bool:
        """Whether the action is carried out before the fault strikes."""
        return KINDS[self.kind].carried_out

    def meets(self, action: str, attempt: int) -> bool:
        """Whether the `attempt`-th request of `action`, counted from 1, is meant."""
        if self.action not in ("*", action):
            return False
        return self.first <= attempt and (self.last is None or attempt <= self.last)


Observer = Callable[[str, int, Fault | None], None]


class Faults:
    """A plan being followed: counts the requests of each action since the server's start."""

    def __init__(self, plan: Iterable[Fault] = ()) -> None:
        self._plan = tuple(plan)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def next(self, action: str) -> tuple[int, Fault | None]:
        """The number of this request among those of its action, and the first fault meant.

        Those of names that are no action of ECS's count together: there is no end of names.
        """
        counted = action if action in KNOWN_ACTIONS else ""
        with self._lock:
            self._counts[counted] += 1
            attempt = self._counts[counted]
        return attempt, next((f for f in self._plan if f.meets(action, attempt)), None)
