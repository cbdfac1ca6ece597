"""``delete``: snapshots one by one, each with an end that is known or said not to be."""

from __future__ import annotations

from typing import Protocol

from ecs_snap_cli.core.deletion import Deletion, Fate, undone
from ecs_snap_cli.errors import EcsSnapError, ExitCode
from ecs_snap_cli.model import Unknown
from ecs_snap_cli.workflow.wait import SnapshotReader


class Deleter(SnapshotReader, Protocol):
    """The calls that a deletion needs; the gateway offers them."""

    def delete_snapshot(self, snapshot_id: str, *, force: bool = False) -> str | None: ...


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
    if isinstance(error, EcsSnapError):
        return undone(snapshot_id, error)
    if error is None:
        return Deletion(
            snapshot_id,
            Fate.FAILED,
            code="Interrupted",
            message="The run was interrupted before this one was known to be deleted.",
            exit_code=ExitCode.INTERRUPTED,
        )
    problem = EcsSnapError(
        f"Something unexpected happened ({type(error).__name__}).",
        hint="This is a bug: please report it.",
    )
    return undone(snapshot_id, problem)


def _is_gone(reader: SnapshotReader, snapshot_id: str) -> bool:
    try:
        found = reader.snapshots_by_id((snapshot_id,))
    except EcsSnapError:
        return False
    return not isinstance(found, Unknown) and all(each.snapshot_id != snapshot_id for each in found)
