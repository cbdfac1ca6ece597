"""``delete``: snapshots one by one, each with an end that is known or said not to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Protocol

from ecs_snap_cli.core.deletion import Deletion, Fate, refusal, undone
from ecs_snap_cli.core.missing import no_such_snapshots
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, Unavailable, as_told
from ecs_snap_cli.gateway.filters import id_lists
from ecs_snap_cli.model import Snapshot, Unknown
from ecs_snap_cli.values import value
from ecs_snap_cli.workflow.background import Task
from ecs_snap_cli.workflow.several import Several
from ecs_snap_cli.workflow.wait import SnapshotReader


class Deleter(SnapshotReader, Protocol):
    """The calls that a deletion needs; the gateway offers them."""

    def delete_snapshot(self, snapshot_id: str, *, force: bool = False) -> str | None: ...


@value(frozen=True, slots=True)
class Plan:
    """What is to become of snapshots, before anything is sent.

    ``known``: their records; ``refused``: those that are not to be deleted. ``unread``: why there
    are no records, where that is left to ECS.
    """

    snapshot_ids: tuple[str, ...]
    known: Mapping[str, Snapshot]
    refused: Mapping[str, Deletion]
    unread: Unknown | None = None

    @property
    def doomed(self) -> tuple[str, ...]:
        """Those that are to be deleted."""
        return tuple(each for each in self.snapshot_ids if each not in self.refused)

    def results(self, ended: Iterable[Deletion]) -> list[Deletion]:
        """One result for each snapshot, in their order, from those of the ``doomed`` ones."""
        ends = {**self.refused, **{each.snapshot_id: each for each in ended}}
        return [ends[each] for each in self.snapshot_ids]


def plan(reader: SnapshotReader, snapshot_ids: tuple[str, ...], *, force: bool) -> Plan:
    """Read the snapshots (each ID is given once) and tell which are not to be deleted.

    Where reading is not permitted, nobody knows what a deletion would cancel: ``ApiError`` is
    raised, and with ``force`` ECS is left to refuse. Raises what the reads raise besides.
    """
    known: dict[str, Snapshot] = {}
    for ids in id_lists(snapshot_ids):
        found = Task(partial(reader.snapshots_by_id, ids)).result()
        if isinstance(found, Unknown):
            if found.permission is None or not force:
                raise _unread(found)
            return Plan(snapshot_ids, {}, {}, found)
        known |= {each.snapshot_id: each for each in found}
    refused = {}
    for snapshot_id in snapshot_ids:
        error = (
            refusal(known[snapshot_id], force=force)
            if snapshot_id in known
            else no_such_snapshots((snapshot_id,))
        )
        if error is not None:
            refused[snapshot_id] = undone(snapshot_id, error)
    return Plan(snapshot_ids, known, refused)


def deletions(deleter: Deleter, planned: Plan, *, force: bool) -> Several[str, Deletion]:
    """The run that does what was planned."""
    return Several(planned.doomed, partial(delete_one, deleter, force=force), unfinished)


def delete_one(deleter: Deleter, snapshot_id: str, *, force: bool = False) -> Deletion:
    """Delete one snapshot, in the caller's thread; raises nothing of ECS's.

    Where ECS may have deleted it without saying so, it is looked for: one that is not listed any
    more is deleted.
    """
    try:
        request_id = deleter.delete_snapshot(snapshot_id, force=force)
    except EcsSnapError as error:
        if error.may_have_acted and _is_gone(deleter, snapshot_id):
            return Deletion(snapshot_id, Fate.DELETED)
        return undone(snapshot_id, error)
    return Deletion(snapshot_id, Fate.DELETED, request_id)


def unfinished(snapshot_id: str, error: Exception | None) -> Deletion:
    """A deletion that ended in a bug, or (``None``) was not reached or not seen to its end."""
    if error is not None:
        return undone(snapshot_id, as_told(error))
    return Deletion(
        snapshot_id,
        Fate.FAILED,
        code="Interrupted",
        message="The run was interrupted before this one was known to be deleted.",
        exit_code=ExitCode.INTERRUPTED,
    )


def _unread(why: Unknown) -> EcsSnapError:
    message = f"Nothing was deleted, since the snapshots cannot be read. {why.reason}"
    if why.code is None:
        return Unavailable(message, hint="Check --endpoint: this is not how ECS answers.")
    return ApiError(
        f"{message} One may still be being created, and deleting it would cancel that.",
        code=why.code,
        hint=f"Allow {why.permission}, or add --force to delete them unseen.",
    )


def _is_gone(reader: SnapshotReader, snapshot_id: str) -> bool:
    try:
        found = reader.snapshots_by_id((snapshot_id,))
    except EcsSnapError:
        return False
    return not isinstance(found, Unknown) and all(each.snapshot_id != snapshot_id for each in found)
