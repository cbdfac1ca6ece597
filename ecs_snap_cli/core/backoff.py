"""How long to pause between attempts: exponential with full jitter; pure but for ``random``."""

from __future__ import annotations

from collections.abc import Callable

# ECS counts calls in one-minute buckets, so a throttled call starts with a longer pause.
BASE_SECONDS = 0.25
THROTTLED_BASE_SECONDS = 1.0
LONGEST_SECONDS = 20.0
# A server may ask for a pause, but not for an afternoon.
LONGEST_ASKED_SECONDS = 60.0


def pause(
    attempt: int, *, throttled: bool, asked: float | None, random: Callable[[], float]
) -> float:
    """Seconds to pause after the ``attempt``-th try (counted from 1) failed.

    ``asked`` is what the server's headers ask for, in seconds; the jitter comes on top of it,
    so that many clients do not come back at once. ``random`` answers 0 <= x < 1.
    """
    base = THROTTLED_BASE_SECONDS if throttled else BASE_SECONDS
    doublings = min(attempt - 1, 16)  # beyond LONGEST_SECONDS for any base
    jitter = random() * min(LONGEST_SECONDS, base * 2.0**doublings)
    if asked is None:
        return jitter
    return min(asked, LONGEST_ASKED_SECONDS) + min(jitter, base)
