"""Which snapshots are not to be deleted, and how a deletion ended; pure."""

from __future__ import annotations

from enum import StrEnum

from ecs_snap_cli import catalog
from ecs_snap_cli.core.outcome import REFUSALS
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, PreflightFailed
from ecs_snap_cli.model import Snapshot, Unknown, same_word
from ecs_snap_cli.redact import redact
from ecs_snap_cli.values import value


class Fate(StrEnum):
    """``refused``: by this program or by ECS, for what the snapshot is; ``failed``: otherwise."""

    DELETED = "deleted"
    REFUSED = "refused"
    FAILED = "failed"


@value(frozen=True, slots=True)
class Deletion:
    """What became of one snapshot that was to be deleted; ``code`` and ``message``: why it was not.

    ``exit_code`` is that of a command that had nothing else to do.
    """

    snapshot_id: str
    fate: Fate
    request_id: str | None = None
    code: str | None = None
    message: str | None = None
    exit_code: ExitCode = ExitCode.DONE


def refusal(snapshot: Snapshot, *, force: bool) -> EcsSnapError | None:
    """Why this snapshot is not to be deleted, as far as its record tells; ``None``: no reason.

    What ECS would refuse has ECS's own code. ``force`` reaches a snapshot that is still being
    created, which cancels that, and one that disks were made from; no more. Usage:
    https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deletesnapshot
    """
    if _is_used_by(snapshot, "image"):
        return _as_ecs_refuses("SnapshotCreatedImage")
    if force:
        return None
    if not any(same_word(snapshot.status, known) for known in ("accomplished", "failed")):
        return _may_be_in_creation(snapshot)
    return _as_ecs_refuses("SnapshotCreatedDisk") if _is_used_by(snapshot, "disk") else None


def undone(snapshot_id: str, error: EcsSnapError) -> Deletion:
    """A deletion that ended in ``error``, with all that it says as one text."""
    hint = error.hint
    if error.exit_code is ExitCode.UNAVAILABLE and error.may_have_acted:
        hint = f"It may be deleted yet: see `ecs-snap list --snapshot-id {snapshot_id}`."
    # ECS's own words are in there, and it may repeat what it was sent.
    message = redact(error.message) + (f" {redact(hint)}" if hint else "")
    fate = Fate.REFUSED if error.exit_code in REFUSALS else Fate.FAILED
    return Deletion(snapshot_id, fate, error.request_id, error.code, message, error.exit_code)


def _is_used_by(snapshot: Snapshot, user: str) -> bool:
    """Usage is image, disk, image_disk or none; one that is not understood is left to ECS."""
    if isinstance(snapshot.usage, Unknown):
        return False
    return any(same_word(word, user) for word in (snapshot.usage or "").split("_"))


def _as_ecs_refuses(code: str) -> ApiError:
    entry = catalog.find(code)
    meaning, remedy = (entry.meaning, entry.remedy) if entry else (code, None)
    return ApiError(meaning, code=code, http_status=403, hint=remedy)


def _may_be_in_creation(snapshot: Snapshot) -> PreflightFailed:
    hint = (
        f"Wait for it with `ecs-snap wait --snapshot-id {snapshot.snapshot_id}`, or add --force "
        "to cancel it."
    )
    if not same_word(snapshot.status, "progressing"):
        return PreflightFailed(
            "Its status is not understood: it may still be being created, and deleting it would "
            "cancel that.",
            hint=hint,
        )
    done = "" if snapshot.progress is None else f" ({snapshot.progress}% done)"
    return PreflightFailed(
        f"It is still being created{done}, and deleting it would cancel that.", hint=hint
    )
