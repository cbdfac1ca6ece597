"""The signature nonces of late, in memory and in bounded number."""

import hashlib
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

# A request may be dated 15 minutes ahead, so its nonce can come back for 30.
WINDOW = timedelta(minutes=30)
CAPACITY = 50_000


class NonceWindow:
    """Remembers each nonce for `WINDOW`; past `capacity` the oldest are forgotten first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, nonce: str, now: datetime) -> bool:
        """True the first time `nonce` comes within the window, False from then on."""
        # A digest, so that a huge nonce takes no more memory than a small one.
        key = hashlib.sha256(nonce.encode("utf-8", "surrogateescape")).digest()
        with self._lock:
            while self._seen:
                oldest, seen_at = next(iter(self._seen.items()))
                if now - seen_at <= WINDOW and len(self._seen) < self._capacity:
                    break
                del self._seen[oldest]
            if key in self._seen:
                return False
            self._seen[key] = now
            return True
