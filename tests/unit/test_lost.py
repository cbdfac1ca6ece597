"""Which snapshots may be a lost order's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ecs_snap_cli.core.lost import possibly_of
from ecs_snap_cli.model import Snapshot, SnapshotOrder

ORDER = SnapshotOrder("d-1", "token", name="nightly", description="of the night")
SINCE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OURS = Snapshot(
    "s-1",
    "progressing",
    snapshot_type="user",
    name="nightly",
    description="of the night",
    creation_time="2026-03-01T12:00:00Z",
)


def found(*snapshots: Snapshot, known: frozenset[str] | None = frozenset()) -> tuple[str, ...]:
    return possibly_of(ORDER, snapshots, known=known, since=SINCE)


def test_a_new_snapshot_with_the_orders_words_is_possibly_its_own() -> None:
    assert found(OURS) == ("s-1",)
    assert found(OURS, known=None) == ("s-1",)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "weekly"},
        {"name": None},
        {"description": ""},
        {"snapshot_type": "auto"},
        {"snapshot_id": ""},
    ],
    ids=str,
)
def test_a_snapshot_that_looks_otherwise_is_not(change: dict[str, object]) -> None:
    assert found(replace(OURS, **change)) == ()  # type: ignore[arg-type]


def test_a_snapshot_that_was_there_before_is_not() -> None:
    assert found(OURS, known=frozenset({"s-1"})) == ()


@pytest.mark.parametrize("time", ["2026-03-01T11:59:59Z", "", None, "yesterday"])
def test_without_that_knowledge_the_time_decides(time: str | None) -> None:
    old = replace(OURS, creation_time=time)
    assert found(old, known=None) == ()
    assert found(old) == ("s-1",)


def test_an_order_without_words_matches_a_snapshot_without_words() -> None:
    plain = replace(OURS, name="", description=None, snapshot_type=None)
    assert possibly_of(SnapshotOrder("d-1", "t"), [plain], known=None, since=SINCE) == ("s-1",)
