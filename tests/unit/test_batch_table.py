"""A batch as a table: every ID of it, whatever the width, and why it did not go well."""

from __future__ import annotations

import pytest

from ecs_snap_cli.render.batch import results
from ecs_snap_cli.render.columns import fitted
from ecs_snap_cli.render.document import Table
from ecs_snap_cli.render.plain import plain
from ecs_snap_cli.workflow.disk_result import Result

DISK, SNAPSHOT = "d-bp1dq4fk3yhlmnyxhc3d", "s-bp67acfmxazb4p923fe2"
CREATED = Result(DISK, "created", snapshot_id=SNAPSHOT)
REFUSED = Result(
    "d-2", "refused", code="IncorrectDiskStatus.NeverUsed", message="Never\x1b[2J used."
)


def at_width(width: int, *found: Result) -> list[str]:
    table = results(found).blocks[0]
    assert isinstance(table, Table)
    return list(plain([fitted(table, width)]))


def test_rows_then_reasons_then_the_sum() -> None:
    assert list(plain(results([CREATED, REFUSED, CREATED]).blocks)) == [
        "DiskId                  Status   SnapshotId              Code",
        f"{DISK}  created  {SNAPSHOT}  -",
        "d-2                     refused  -                       IncorrectDiskStatus.NeverUsed",
        f"{DISK}  created  {SNAPSHOT}  -",
        "",
        r"d-2  IncorrectDiskStatus.NeverUsed: Never\x1b[2J used.",
        "",
        "3 disks: 2 created, 1 refused.",
    ]


def test_a_reason_that_many_disks_have_is_told_once_and_so_is_what_became_of_waits() -> None:
    late = [
        Result(f"d-{number}", "created", snapshot_id="s-1", code="WaitTimeout", message="Late.")
        for number in range(50)
    ]
    lines = list(plain(results([CREATED, *late, REFUSED]).blocks))
    assert lines[-5:-2] == [
        "",
        "d-0 and 49 more  WaitTimeout: Late.",
        r"d-2              IncorrectDiskStatus.NeverUsed: Never\x1b[2J used.",
    ]
    assert lines[-1] == "52 disks: 51 created, 1 refused, 50 of those created with WaitTimeout."


def test_one_disk_is_one_disk() -> None:
    assert list(plain(results([CREATED]).blocks))[-1] == "1 disk: 1 created."


@pytest.mark.parametrize("width", [10, 40, 50, 60, 80, 200])
def test_both_ids_are_whole_at_any_width(width: int) -> None:
    lines = at_width(width, CREATED, REFUSED)
    assert (DISK in lines[1], SNAPSHOT in lines[1]) == (True, True)
    assert width < 50 or max(map(len, lines)) <= width


def test_what_is_less_than_an_id_gives_way() -> None:
    assert at_width(80, CREATED, REFUSED)[0].split() == ["DiskId", "Status", "SnapshotId", "Code"]
    assert at_width(56, CREATED, REFUSED)[0].split() == ["DiskId", "Status", "SnapshotId"]
    assert at_width(40, CREATED, REFUSED)[0].split() == ["DiskId", "SnapshotId"]
    assert at_width(30, REFUSED)[0].split() == ["DiskId", "Status", "Code"]
