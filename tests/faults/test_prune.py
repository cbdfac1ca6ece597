"""``prune`` over a wire that breaks: what is deleted is told, and what is told is so."""

from __future__ import annotations

import json

import pytest

from tests.faults.conftest import FarEnd, new_snapshots

DISK = "d-sandbox-detached"
PRUNE = ("prune", "--disk-id", DISK, "--all-manual", "--keep-last", "1", "--yes", "-o", "json")
PLANNED = {f"s-sandbox-detached-{number}" for number in (5, 6, 7)}


@pytest.mark.parametrize(
    ("fault", "code", "gone"),
    [
        ("DeleteSnapshot@1-3:reset-after", 0, 3),
        ("DeleteSnapshot@1-3:html-after,status=502", 0, 3),
        ("DeleteSnapshot@2:error,code=Throttling.User,status=400", 0, 3),
        ("DeleteSnapshot:reset", 6, 0),
        ("DeleteSnapshot:error,code=Forbidden.RAM,status=403", 5, 0),
        ("DescribeSnapshots@1-2:reset", 0, 3),
        ("DescribeSnapshots:html", 6, 0),
        ("DescribeLockedSnapshots:error,code=Forbidden.RAM,status=403", 0, 3),
    ],
)
def test_what_is_told_as_deleted_is_what_is_gone(
    far_end: FarEnd, fault: str, code: int, gone: int
) -> None:
    with far_end.open(fault) as (wire, state):
        ended = far_end.run(*PRUNE, "--endpoint", wire.url)
        left = set(new_snapshots(state, DISK))
    told = json.loads(ended.out)
    deleted = {each["SnapshotId"] for each in told["Results"] if each["Status"] == "deleted"}
    assert (ended.code, ended.err, told["Deleted"]) == (code, "", gone)
    assert deleted == PLANNED - left
    assert len(deleted) == gone
