"""What people see of a plan and of what became of it."""

from __future__ import annotations

from dataclasses import replace

from ecs_snap_cli.core.pruning import Action, Decision, Plan, Status
from ecs_snap_cli.model import Snapshot
from ecs_snap_cli.render.columns import fitted
from ecs_snap_cli.render.document import Table
from ecs_snap_cli.render.plain import plain
from ecs_snap_cli.render.prune import blocks, pruned


def decision(number: int, action: Action, reason: str, status: Status = Status.NONE) -> Decision:
    snapshot = Snapshot(
        f"s-bp1example{number:08}", name="nightly", creation_time="2026-03-01T08:30:15Z"
    )
    return Decision("d-1", snapshot, action, reason, status)


KEPT = decision(1, Action.KEEP, "last, daily, within 14d")
PLANNED = decision(2, Action.DELETE, "no rule keeps it", Status.PLANNED)
DELETED = replace(PLANNED, status=Status.DELETED)
PROTECTED = decision(3, Action.PROTECTED, "locked")
REFUSED = Decision("d-2", None, Action.PROTECTED, "No answer.", Status.FAILED, "Unavailable")


def failed(number: int) -> Decision:
    reason = "no rule keeps it; not deleted: You are not authorized to do that."
    return replace(decision(number, Action.DELETE, reason, Status.FAILED), code="Forbidden.RAM")


def shown(plan: Plan, width: int = 200) -> list[str]:
    """As on a terminal of that width."""
    return list(
        plain([fitted(each, width) if isinstance(each, Table) else each for each in blocks(plan)])
    )


def test_a_plan_is_grouped_by_disk_and_ends_in_its_totals() -> None:
    plan = Plan(("d-2", "d-1", "d-3"), (REFUSED, KEPT, PLANNED, PROTECTED))
    assert shown(plan) == [
        "Disk d-2: No answer.",
        "",
        "Disk d-1",
        "SnapshotId            Created               Action     Name     Reason",
        "s-bp1example00000001  2026-03-01T08:30:15Z  keep       nightly  last, daily, within 14d",
        "s-bp1example00000002  2026-03-01T08:30:15Z  delete     nightly  no rule keeps it",
        "s-bp1example00000003  2026-03-01T08:30:15Z  protected  nightly  locked",
        "",
        "Disk d-3 has no snapshots in scope.",
        "",
        "1 kept, 1 to delete, 1 protected, 1 failed.",
    ]


def test_a_narrow_terminal_goes_without_names() -> None:
    lines = shown(Plan(("d-1",), (KEPT, DELETED, PROTECTED)), 76)
    assert lines[1:4] == [
        "SnapshotId           Created              Action    Reason",
        "s-bp1example00000001 2026-03-01T08:30:15Z keep      last, daily, within 14d",
        "s-bp1example00000002 2026-03-01T08:30:15Z deleted   no rule keeps it",
    ]


def test_what_failed_is_told_in_full_and_once() -> None:
    lines = shown(Plan(("d-1", "d-3", "d-4"), (KEPT, DELETED, failed(4), failed(5))), 76)
    assert lines[4:] == [
        "s-bp1example00000004 2026-03-01T08:30:15Z failed  Forbidden.RAM",
        "s-bp1example00000005 2026-03-01T08:30:15Z failed  Forbidden.RAM",
        "Forbidden.RAM: no rule keeps it; not deleted: You are not authorized to do that.",
        "",
        "2 disks have no snapshots in scope.",
        "",
        "1 kept, 1 deleted, 0 protected, 2 failed.",
    ]


def test_a_plan_tells_the_ids_of_the_run_but_counts_only_what_is_deleted() -> None:
    for change, count in ((PLANNED, 0), (DELETED, 1)):
        document = pruned(Plan(("d-1", "d-2"), (KEPT, change, PROTECTED, REFUSED, failed(4))))
        assert document.ids == (PLANNED.snapshot_id,)
        counts = [document.data[name] for name in ("Kept", "Deleted", "Protected", "Failed")]
        assert counts == [1, count, 1, 2]
        assert document.data["Results"][3] == {
            "SnapshotId": None,
            "DiskId": "d-2",
            "CreationTime": None,
            "Action": "protected",
            "Reason": "No answer.",
            "Status": "failed",
            "Code": "Unavailable",
        }
