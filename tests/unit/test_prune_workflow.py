"""Pruning over a played gateway: what is read and deleted, and what becomes of each failure."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from ecs_snap_cli import signals
from ecs_snap_cli.core.ages import age
from ecs_snap_cli.core.pruning import Plan, Scope
from ecs_snap_cli.core.retention import Policy
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, Interrupted, Unavailable
from ecs_snap_cli.model import Disk, DiskSelection, Snapshot, Unknown
from ecs_snap_cli.workflow import prune
from ecs_snap_cli.workflow.prune import Deletion, make_plan
from ecs_snap_cli.workflow.selecting import select
from tests.unit.histories import NOW

ALL = Scope(every=True)
ONE = Policy({"last": 1})


def history(disk_id: str, count: int, **changes: Any) -> tuple[Snapshot, ...]:
    """Daily snapshots ``DISK-1``, ``DISK-2``…, the newest first."""
    return tuple(
        Snapshot(
            f"{disk_id}-{number}",
            status="accomplished",
            snapshot_type="user",
            disk_id=disk_id,
            creation_time=f"2026-12-{31 - number:02}T00:00:00Z",
            **changes,
        )
        for number in range(1, count + 1)
    )


@dataclass
class Played:
    """A gateway: what it answers, and what it was asked. An exception is raised."""

    snapshots: dict[str, Any] = field(default_factory=dict)
    locked: Any = frozenset()
    refusals: dict[str, Exception] = field(default_factory=dict)
    groups: dict[Any, list[str]] = field(default_factory=dict)
    existing: tuple[str, ...] = ()
    clock_ahead: timedelta = timedelta()
    deleted: list[tuple[str, bool]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def disks(self, *, instance_id: str | None = None, tags: Any = ()) -> dict[str, Disk]:
        return {each: Disk(each) for each in self.groups.get(instance_id or tags, [])}

    def disks_by_id(self, disk_ids: tuple[str, ...]) -> dict[str, Disk | None]:
        return {disk_id: self.disk(disk_id) for disk_id in disk_ids}

    def disk(self, disk_id: str) -> Disk | None:
        self.looked_up.append(disk_id)
        return Disk(disk_id) if disk_id in self.existing else None

    def snapshots_of_disk(self, disk_id: str) -> Any:
        return _played(self.snapshots.get(disk_id, ()))

    def locked_snapshots(self) -> Any:
        return _played(self.locked)

    def delete_snapshot(self, snapshot_id: str, *, force: bool = False) -> str | None:
        self.deleted.append((snapshot_id, force))
        if snapshot_id in self.refusals:
            raise self.refusals[snapshot_id]
        return "R-1"


def _played(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def planned(ecs: Played, *disk_ids: str, **more: Any) -> Plan:
    return make_plan(ecs, DiskSelection(disk_ids), ALL, ONE, now=lambda: NOW, **more)


def told(plan: Plan) -> list[tuple[str, str, str]]:
    return [(each.snapshot_id, each.action.value, each.status.value) for each in plan.decisions]


def pruned(ecs: Played, *disk_ids: str, force: bool = False) -> Plan:
    deletion = Deletion(ecs, planned(ecs, *disk_ids, force=force), force=force)
    deletion.run()
    return deletion.result()


def test_a_plan_deletes_nothing_and_its_deletion_exactly_what_it_says() -> None:
    ecs = Played({"d-1": history("d-1", 3), "d-2": history("d-2", 1)})
    plan = planned(ecs, "d-2", "d-1")
    assert told(plan) == [
        ("d-2-1", "keep", ""),
        ("d-1-1", "keep", ""),
        ("d-1-2", "delete", "planned"),
        ("d-1-3", "delete", "planned"),
    ]
    assert (plan.exit_code, ecs.deleted) == (ExitCode.DONE, [])
    deletion = Deletion(ecs, plan)
    deletion.run()
    assert sorted(ecs.deleted) == [("d-1-2", False), ("d-1-3", False)]
    assert [status for _, _, status in told(deletion.result())] == ["", "", "deleted", "deleted"]
    assert deletion.result().exit_code is ExitCode.DONE


def test_force_goes_with_every_deletion() -> None:
    ecs = Played({"d-1": history("d-1", 2, usage="disk")})
    assert told(planned(ecs, "d-1"))[1][1] == "protected"
    assert told(pruned(ecs, "d-1", force=True))[1][1:] == ("delete", "deleted")
    assert ecs.deleted == [("d-1-2", True)]


def test_locked_snapshots_are_known_before() -> None:
    ecs = Played({"d-1": history("d-1", 3)}, locked={"d-1-2"})
    assert [action for _, action, _ in told(pruned(ecs, "d-1"))] == ["keep", "protected", "delete"]
    assert ecs.deleted == [("d-1-3", False)]


@pytest.mark.parametrize(
    "locked",
    [
        Unknown("DescribeLockedSnapshots is not permitted."),
        ApiError("There is no such action here.", code="InvalidAction.NotFound"),
    ],
)
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("InvalidOperation.SnapshotIsLocked", "locked"),
        ("SnapshotCreatedImage", "used by an image"),
        ("SnapshotCreatedDisk", "used by a disk"),
    ],
)
def test_what_ecs_refuses_to_delete_is_protected_and_no_failure(
    locked: object, code: str, reason: str
) -> None:
    refusal = ApiError("Refused.", code=code, http_status=403)
    ecs = Played({"d-1": history("d-1", 3)}, locked=locked, refusals={"d-1-2": refusal})
    plan = pruned(ecs, "d-1")
    assert told(plan)[1:] == [("d-1-2", "protected", ""), ("d-1-3", "delete", "deleted")]
    assert (plan.decisions[1].reason, plan.decisions[1].code) == (reason, code)
    assert plan.exit_code is ExitCode.DONE
    assert plan.locks_unknown


@pytest.mark.parametrize("error", [Unavailable("Down."), ApiError("No.", code="NoPermission")])
def test_where_not_even_locks_can_be_asked_for_nothing_goes_on(error: EcsSnapError) -> None:
    ecs = Played({"d-1": history("d-1", 3)}, locked=error)
    with pytest.raises(type(error)):
        planned(ecs, "d-1")


@pytest.mark.parametrize(
    ("answer", "code", "exit_code"),
    [
        (Unknown("Not all."), "Unavailable", ExitCode.UNAVAILABLE),
        (Unknown("Not permitted.", "Forbidden.RAM", "ecs:X"), "Forbidden.RAM", ExitCode.ACCESS),
        (Unknown("Gone.", "InvalidDiskId.NotFound"), "InvalidDiskId.NotFound", ExitCode.NOT_FOUND),
        (Unavailable("Down."), "Unavailable", ExitCode.UNAVAILABLE),
        (ApiError("Odd.", code="Throttling.User"), "Throttling.User", ExitCode.UNAVAILABLE),
        (ValueError("odd"), "Unexpected", ExitCode.UNEXPECTED),
    ],
)
def test_a_disk_that_cannot_be_read_is_not_touched_and_keeps_no_other_from_it(
    answer: object, code: str, exit_code: ExitCode
) -> None:
    ecs = Played({"d-1": answer, "d-2": history("d-2", 2)})
    alone = pruned(ecs, "d-1")
    (failed,) = alone.decisions
    assert (failed.action, failed.status, failed.code) == ("protected", "failed", code)
    assert failed.reason
    assert alone.exit_code is exit_code
    both = pruned(ecs, "d-1", "d-2")
    assert [each.status for each in both.decisions] == ["failed", "", "deleted"]
    assert both.exit_code is ExitCode.MIXED
    assert ecs.deleted == [("d-2-2", False)]


def test_a_disk_that_ended_well_with_nothing_to_do_counts_as_well() -> None:
    ecs = Played({"d-1": Unavailable("Down.")}, existing=("d-2",))
    assert planned(ecs, "d-1", "d-2").exit_code is ExitCode.MIXED


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (ApiError("No.", code="Forbidden.RAM"), "Forbidden.RAM", ExitCode.ACCESS),
        (
            ApiError("Gone.", code="InvalidSnapshotId.NotFound"),
            "InvalidSnapshotId.NotFound",
            ExitCode.NOT_FOUND,
        ),
        (Unavailable("Down."), "Unavailable", ExitCode.UNAVAILABLE),
        (KeyError("odd"), "Unexpected", ExitCode.UNEXPECTED),
    ],
)
def test_a_deletion_that_fails_is_told_and_keeps_no_other_from_being_made(
    error: Exception, code: str, exit_code: ExitCode
) -> None:
    ecs = Played({"d-1": history("d-1", 3)}, refusals={"d-1-2": error})
    plan = pruned(ecs, "d-1")
    assert told(plan)[1:] == [("d-1-2", "delete", "failed"), ("d-1-3", "delete", "deleted")]
    assert plan.decisions[1].code == code
    assert plan.decisions[1].reason.startswith("no rule keeps it; not deleted: ")
    assert plan.exit_code is ExitCode.MIXED
    ecs.snapshots["d-1"] = history("d-1", 2)
    assert pruned(ecs, "d-1").exit_code is exit_code


def test_a_disk_that_is_gone_is_looked_up_only_where_it_has_no_snapshots() -> None:
    ecs = Played({"d-gone": history("d-gone", 2)}, existing=("d-new",), groups={"i-1": ["d-3"]})
    assert [each.disk_id for each in planned(ecs, "d-gone").decisions] == ["d-gone"] * 2
    assert ecs.looked_up == []
    assert planned(ecs, "d-new").decisions == ()
    (missing,) = planned(ecs, "d-none").decisions
    assert (missing.code, missing.exit_code) == ("InvalidDiskId.NotFound", ExitCode.NOT_FOUND)
    assert "d-none" in missing.reason
    ecs.looked_up.clear()
    plan = make_plan(ecs, DiskSelection(instance_ids=("i-1",)), ALL, ONE, now=lambda: NOW)
    assert (plan.disk_ids, plan.decisions, ecs.looked_up) == (("d-3",), (), [])


def test_the_clock_is_ecss() -> None:
    """A snapshot cannot come from the future, but this machine's clock may be behind."""
    ecs = Played({"d-1": history("d-1", 2)}, clock_ahead=timedelta(days=30))
    behind = make_plan(ecs, DiskSelection(("d-1",)), ALL, ONE, now=lambda: NOW - timedelta(days=30))
    assert [action for _, action, _ in told(behind)] == ["keep", "delete"]
    ecs.clock_ahead = timedelta()
    behind = make_plan(ecs, DiskSelection(("d-1",)), ALL, ONE, now=lambda: NOW - timedelta(days=30))
    assert [action for _, action, _ in told(behind)] == ["protected", "protected"]


def test_after_a_signal_what_was_done_is_known_and_the_rest_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prune, "CONCURRENCY", 1)
    ecs = Played({"d-1": history("d-1", 4)})
    plan = planned(ecs, "d-1")
    deletion = Deletion(ecs, plan)
    assert [each.code for each in deletion.result().decisions] == [None, *["Interrupted"] * 3]
    begun, stopped = threading.Event(), threading.Event()
    real = ecs.delete_snapshot

    def delete_snapshot(snapshot_id: str, *, force: bool = False) -> str | None:
        if snapshot_id == "d-1-3":
            begun.set()
            stopped.wait(30)
        return real(snapshot_id, force=force)

    ecs.delete_snapshot = delete_snapshot  # type: ignore[method-assign]
    waits = iter([begun, stopped])

    def wait(event: threading.Event, seconds: float | None = None) -> bool:
        if next(waits) is begun:
            begun.wait(30)
            raise Interrupted(signal.SIGINT)
        stopped.set()
        return event.wait(30)

    monkeypatch.setattr(signals, "wait", wait)
    with pytest.raises(Interrupted):
        deletion.run()
    ended = deletion.result()
    assert [each.status for each in ended.decisions] == ["", "deleted", "deleted", "failed"]
    assert ended.decisions[3].code == "Interrupted"
    assert "interrupted" in ended.decisions[3].reason
    assert [each for each, _ in ecs.deleted] == ["d-1-2", "d-1-3"]


def test_the_policy_and_the_scope_go_by_disk() -> None:
    tagged = (("job", "nightly"),)
    ecs = Played({each: history(each, 4, tags=tagged) for each in ("d-1", "d-2")})
    plan = make_plan(
        ecs, DiskSelection(("d-1", "d-2")), Scope(tagged), Policy({}, age("36h")), now=lambda: NOW
    )
    kept = [each.snapshot_id for each in plan.decisions if each.action == "keep"]
    assert kept == ["d-1-1", "d-1-2", "d-2-1", "d-2-2"]


def selected(ecs: Played, selection: DiskSelection) -> tuple[str, ...]:
    """The IDs of the disks that a selection means."""
    return tuple(select(ecs, selection, 4, look_up=False).disks)


def test_disks_are_selected_in_order_each_once_and_named_ones_are_not_looked_up() -> None:
    ecs = Played(groups={"i-1": ["d-1", "d-2"], "i-2": ["d-2", "d-3"], (): ["d-9"]})
    by_tags = DiskSelection(tags=(("a", "1"),))
    ecs.groups[by_tags.tags] = ["d-4"]
    assert selected(ecs, DiskSelection(("d-2", "d-0"), ("i-1", "i-2"))) == (
        "d-2", "d-0", "d-1", "d-3",
    )  # fmt: skip
    assert selected(ecs, by_tags) == ("d-4",)
    assert selected(ecs, DiskSelection(every=True)) == ("d-9",)
    assert selected(ecs, DiskSelection((), ("i-1",), excluded={"d-1"})) == ("d-2",)


@pytest.mark.parametrize("selection", [DiskSelection((), ("i-9",)), DiskSelection(every=True)])
def test_a_selection_without_a_disk_is_an_error(selection: DiskSelection) -> None:
    for each in (selection, replace(selection, excluded={"d-1"})):
        with pytest.raises(EcsSnapError) as raised:
            selected(Played(groups={"i-9": []}), each)
        assert raised.value.exit_code is ExitCode.NOT_FOUND
