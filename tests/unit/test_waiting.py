"""What one look at a snapshot tells somebody who waits for it."""

from __future__ import annotations

import pytest

from ecs_snap_cli.core.waiting import Outcome, classify, pause
from ecs_snap_cli.model import Snapshot

GO_ON, REACHED, FAILED = Outcome.GO_ON, Outcome.REACHED, Outcome.FAILED


@pytest.mark.parametrize(
    ("status", "available", "accomplished", "usable"),
    [
        ("progressing", False, GO_ON, GO_ON),
        ("progressing", None, GO_ON, GO_ON),
        ("progressing", True, GO_ON, REACHED),
        ("accomplished", True, REACHED, REACHED),
        ("accomplished", False, REACHED, REACHED),
        ("accomplished", None, REACHED, REACHED),
        ("Accomplished", None, REACHED, REACHED),
        ("failed", False, FAILED, FAILED),
        ("failed", True, FAILED, FAILED),
        ("FAILED", None, FAILED, FAILED),
        ("uploading", None, GO_ON, GO_ON),
        ("accompli\u017fhed", None, GO_ON, GO_ON),
        ("accomplished ", None, GO_ON, GO_ON),
        ("", None, GO_ON, GO_ON),
        (None, None, GO_ON, GO_ON),
        (None, True, GO_ON, REACHED),
    ],
)
def test_a_wait_ends_by_status_or_where_asked_by_availability(
    status: str | None, available: bool | None, accomplished: Outcome, usable: Outcome
) -> None:
    snapshot = Snapshot("s-1", status, available=available)
    assert classify(snapshot, "accomplished") is accomplished
    assert classify(snapshot, "available") is usable


def test_the_progress_ends_no_wait() -> None:
    assert classify(Snapshot("s-1", "progressing", progress=100), "available") is GO_ON


@pytest.mark.parametrize(
    ("waited", "remaining", "seconds"),
    [
        (0.0, None, 2.0),
        (20.0, None, 2.0),
        (60.0, None, 6.0),
        (300.0, None, 30.0),
        (86_400.0, None, 30.0),
        (300.0, 12, 12.0),
        (300.0, 1, 2.0),
        (300.0, 0, 30.0),
        (300.0, 900, 30.0),
        (0.0, 900, 2.0),
    ],
)
def test_looks_are_as_rare_as_the_end_may_be_late(
    waited: float, remaining: float | None, seconds: float
) -> None:
    assert pause(waited, remaining) == pytest.approx(seconds)
