"""``prune``: read every disk's snapshots, decide by the rules, and delete what nothing keeps."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from ecs_snap_cli.core.deletion import Deletion as Done
from ecs_snap_cli.core.deletion import Fate
from ecs_snap_cli.core.disk_checks import CHECK_THE_ID, no_such_disk
from ecs_snap_cli.core.pruning import (
    LOCKED,
    USED_BY_DISK,
    USED_BY_IMAGE,
    Action,
    Decision,
    Judge,
    Plan,
    Scope,
    Status,
)
from ecs_snap_cli.core.retention import Policy
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, Unavailable, as_told
from ecs_snap_cli.model import Disk, DiskSelection, Snapshot, Unknown
from ecs_snap_cli.redact import redact
from ecs_snap_cli.workflow.background import Task
from ecs_snap_cli.workflow.check import utc_now
from ecs_snap_cli.workflow.delete import Deleter, delete_one, unfinished
from ecs_snap_cli.workflow.selecting import DiskFinder, select
from ecs_snap_cli.workflow.several import Several

CONCURRENCY = 8

# What ECS says of a snapshot that it does not delete, and does not for a reason that was not seen.
_PROTECTED_BY_ECS = {
    "InvalidOperation.SnapshotIsLocked": LOCKED,
    "SnapshotCreatedImage": USED_BY_IMAGE,
    "SnapshotCreatedDisk": USED_BY_DISK,
}

Read = tuple[Snapshot, ...] | EcsSnapError


class Pruner(DiskFinder, Deleter, Protocol):
    """The calls that pruning makes; the gateway offers them."""

    @property
    def clock_ahead(self) -> timedelta: ...

    def disk(self, disk_id: str) -> Disk | Unknown | None: ...

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown: ...

    def locked_snapshots(self) -> Set[str] | Unknown: ...


def make_plan(
    ecs: Pruner,
    selection: DiskSelection,
    scope: Scope,
    policy: Policy,
    *,
    force: bool = False,
    now: Callable[[], datetime] = utc_now,
) -> Plan:
    """What is to be done with the snapshots in scope; reads only.

    The snapshots of each disk are read whole, whatever the scope. A disk of which they cannot be
    read, or not all of them, is not touched. A disk that is gone is no error while it has
    snapshots. Raises what the selection of disks raises.
    """
    locking = Task(lambda: _locked(ecs))
    selected = select(ecs, selection, CONCURRENCY, look_up=False)
    disk_ids = tuple(selected.disks)
    locked = locking.result()
    reading: Several[str, Read] = Several(
        disk_ids,
        lambda disk_id: _read(ecs, disk_id, named=disk_id in selection.disk_ids),
        lambda disk_id, error: _unread(error),
    )
    reading.run(CONCURRENCY, grace=0)
    judge = Judge(scope, policy, now() + ecs.clock_ahead, force=force)
    locks_unknown = ""
    if isinstance(locked, Unknown):
        locks_unknown = locked.reason
    else:
        judge = replace(judge, locked=locked)
    decisions: list[Decision] = []
    for disk_id, found in zip(disk_ids, reading.results(), strict=True):
        if isinstance(found, EcsSnapError):
            unread = Decision(disk_id, None, Action.PROTECTED, redact(found.message))
            decisions.append(_failed(unread, found))
        else:
            decisions += judge.decide(disk_id, found)
    return Plan(disk_ids, tuple(decisions), locks_unknown, selected.bare_instances)


class Deletion:
    """A plan being carried out; its ``result`` may be asked for at any time."""

    def __init__(self, ecs: Pruner, plan: Plan, *, force: bool = False) -> None:
        self._plan = plan
        self._deleting: Several[Decision, Decision] = Several(
            [each for each in plan.decisions if each.status is Status.PLANNED],
            lambda decision: _delete(ecs, decision, force=force),
            _not_deleted,
        )

    def run(self) -> None:
        """Delete what is planned; raises ``Interrupted`` after a signal."""
        self._deleting.run(CONCURRENCY)

    def result(self) -> Plan:
        """The plan with what became of it: what was not reached has failed."""
        ended = iter(self._deleting.results())
        return replace(
            self._plan,
            decisions=tuple(
                next(ended) if each.status is Status.PLANNED else each
                for each in self._plan.decisions
            ),
        )


def _locked(ecs: Pruner) -> Set[str] | Unknown:
    """ECS itself refuses to delete a locked snapshot, so that not to know them is no danger."""
    try:
        return ecs.locked_snapshots()
    except ApiError as error:
        if error.exit_code in (ExitCode.UNAVAILABLE, ExitCode.ACCESS):
            raise
        return Unknown(error.message, code=error.code)


def _read(ecs: Pruner, disk_id: str, *, named: bool) -> tuple[Snapshot, ...]:
    found = ecs.snapshots_of_disk(disk_id)
    if isinstance(found, Unknown):
        raise (ApiError(found.reason, code=found.code) if found.code else Unavailable(found.reason))
    if not found and named and ecs.disk(disk_id) is None:
        raise ApiError(f"{no_such_disk(disk_id)} {CHECK_THE_ID}", code="InvalidDiskId.NotFound")
    # All disks' snapshots are in memory at once, and a record is most of one.
    return tuple(replace(each, record={}) for each in found)


def _delete(ecs: Pruner, decision: Decision, *, force: bool) -> Decision:
    done = delete_one(ecs, decision.snapshot_id, force=force)
    if done.fate is Fate.DELETED:
        return replace(decision, status=Status.DELETED)
    if reason := _PROTECTED_BY_ECS.get(done.code or ""):
        return replace(
            decision, action=Action.PROTECTED, reason=reason, status=Status.NONE, code=done.code
        )
    return _not_done(decision, done)


def _not_deleted(decision: Decision, error: Exception | None) -> Decision:
    return _not_done(decision, unfinished(decision.snapshot_id, error))


def _not_done(decision: Decision, done: Done) -> Decision:
    return replace(
        decision,
        reason=f"{decision.reason}; not deleted: {done.message}",
        status=Status.FAILED,
        code=done.code,
        exit_code=done.exit_code,
    )


def _failed(decision: Decision, error: EcsSnapError) -> Decision:
    return replace(decision, status=Status.FAILED, code=error.code, exit_code=error.exit_code)


def _unread(error: Exception | None) -> EcsSnapError:
    """Why a disk's snapshots were not read, ``None`` being a signal."""
    if error is not None:
        return as_told(error)
    return EcsSnapError(
        "The run was interrupted before.", code="Interrupted", exit_code=ExitCode.INTERRUPTED
    )
