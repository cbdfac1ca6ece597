"""The orders that are being carried out just now, so that none is carried out twice at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import ApiError


class Underway:
    """Holds the ClientTokens of the requests that a server has in hand."""

    def __init__(self) -> None:
        self._held: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, action: str, token: str) -> Iterator[None]:
        """Hold a token of an action's; IdempotentProcessing where another request holds it."""
        order = (action, token)
        with self._lock:
            if order in self._held:
                raise ApiError(
                    403,
                    "IdempotentProcessing",
                    "The first request with this ClientToken is still being carried out.",
                )
            self._held.add(order)
        try:
            yield
        finally:
            with self._lock:
                self._held.remove(order)
