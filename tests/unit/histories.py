"""Random histories of snapshots, crowded around the turns of clocks and calendars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from ecs_snap_cli.core.ages import age
from ecs_snap_cli.core.pruning import Scope
from ecs_snap_cli.core.retention import COUNTED_RULES, Policy
from ecs_snap_cli.model import Snapshot, Unknown

NOW = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
DISK = "d-1"
TAGS = (("job", "nightly"), ("app", "db"))

_TURNS = [
    NOW,
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin's clocks go ahead
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # and back
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe's, by half an hour
    datetime(2026, 12, 27, 23, tzinfo=UTC),  # 2026-W53 begins
    datetime(2027, 1, 1, tzinfo=UTC),
]
_AROUND = st.integers(-72 * 4, 72 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
times = st.one_of(
    st.builds(lambda turn, around: min(NOW, turn + around), st.sampled_from(_TURNS), _AROUND),
    st.integers(0, 800).map(lambda days: NOW - timedelta(days=days)),
)
zones = st.sampled_from(
    [UTC, *map(ZoneInfo, ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"))]
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """One to seven rules."""
    counts = draw(st.dictionaries(st.sampled_from(COUNTED_RULES), st.integers(1, 5), max_size=6))
    length = st.sampled_from(["1h", "36h", "14d", "8w", "999999w"]).map(age)
    within = draw(st.none() | length if counts else length)
    return Policy(counts, within, draw(zones))


def _written(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")


# Mostly what ECS documents, so that the rules have something to do; now and then what it does not.
snapshots = st.builds(
    Snapshot,
    snapshot_id=st.integers(1, 60).map(lambda number: f"s-{number}") | st.just(""),
    status=st.sampled_from(
        ["accomplished"] * 8 + ["Accomplished", "failed", "failed", "progressing", "", None, "new"]
    ),
    snapshot_type=st.sampled_from(["user"] * 12 + ["User", "auto", "auto", "timer", None, "all"]),
    disk_id=st.sampled_from([DISK] * 20 + ["d-2", None]),
    name=st.sampled_from(["nightly-1", "nightly-2", "weekly", "", None]),
    creation_time=st.one_of(
        *[times.map(_written)] * 9, st.sampled_from([None, "", "soon", "2027-02-01T00:00:00Z"])
    ),
    usage=st.sampled_from(
        ["none"] * 12 + [None, Unknown("Odd."), "image", "disk", "Disk", "image_disk", "lease"]
    ),
    tags=st.sampled_from([TAGS, TAGS, TAGS[:1], TAGS[1:], (), Unknown("Odd.")]),
)
histories = st.lists(snapshots, max_size=20)
scopes = st.sampled_from(
    [
        Scope(every=True),
        Scope(tags=TAGS[:1]),
        Scope(tags=TAGS),
        Scope(name_prefix="nightly-"),
        Scope(tags=TAGS[1:], name_prefix="nightly-"),
        Scope(),
    ]
)
id_sets = st.sets(st.integers(1, 60).map(lambda number: f"s-{number}"), max_size=10)
