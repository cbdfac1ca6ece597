"""``delete`` over a wire that breaks: what is told as deleted is gone, and nothing else is."""

from __future__ import annotations

import json

import pytest

from tests.faults.conftest import FarEnd, snapshots_of

DISK = "d-sandbox-system"
ASKED = [f"s-sandbox-system-{number}" for number in (1, 2, 3)]
# Of several deletions at once, one may meet two faults in a row: that takes an attempt more.
DELETE = (
    *("delete", "--yes", "-o", "json", "--max-attempts", "3"),
    *(word for each in ASKED for word in ("--snapshot-id", each)),
)
LOST = ("reset-after", "half", "empty-after", "html-after,status=502")


@pytest.mark.parametrize(
    ("fault", "code", "gone"),
    [
        *((f"DeleteSnapshot@1-2:{fault}", 0, 3) for fault in ("reset", *LOST[:2])),
        # Every answer is lost, and ECS is asked whether it is so.
        *((f"DeleteSnapshot:{fault}", 0, 3) for fault in LOST),
        ("DeleteSnapshot@1:error,code=Throttling.User,status=400", 0, 3),
        ("DeleteSnapshot:error-after,code=InternalError", 0, 3),
        ("DeleteSnapshot:reset", 6, 0),
        ("DeleteSnapshot:error,code=InternalError", 6, 0),
        ("DeleteSnapshot:error,code=Forbidden.RAM,status=403", 5, 0),
        ("DescribeSnapshots@1:html", 0, 3),
    ],
)
def test_what_is_told_as_deleted_is_what_is_gone(
    far_end: FarEnd, fault: str, code: int, gone: int
) -> None:
    with far_end.open(fault) as (wire, state):
        ended = far_end.run(*DELETE, "--endpoint", wire.url)
        left = set(snapshots_of(state, DISK))
    told = json.loads(ended.out)
    deleted = {each["SnapshotId"] for each in told["Results"] if each["Status"] == "deleted"}
    assert (ended.code, told["Deleted"]) == (code, gone)
    assert deleted == set(ASKED) - left
    assert [each["SnapshotId"] for each in told["Results"]] == ASKED


def test_where_nothing_tells_whether_it_was_deleted_that_is_said(far_end: FarEnd) -> None:
    with far_end.open("DeleteSnapshot:reset-after", "DescribeSnapshots@2-:html") as (wire, state):
        ended = far_end.run(*DELETE, "--endpoint", wire.url)
        left = set(snapshots_of(state, DISK))
    told = json.loads(ended.out)
    assert (ended.code, told["Failed"], left & set(ASKED)) == (6, 3, set())
    assert all("may be deleted yet" in each["Message"] for each in told["Results"])


def test_what_cannot_be_read_is_not_deleted(far_end: FarEnd) -> None:
    with far_end.open("DescribeSnapshots:html") as (wire, state):
        ended = far_end.run(*DELETE, "--endpoint", wire.url)
        left = set(snapshots_of(state, DISK))
        assert "DeleteSnapshot" not in wire.seen
    assert (ended.code, ended.out) == (6, "")
    assert left >= set(ASKED)
