"""Which snapshots are not deleted, and what is known of each in the end."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ecs_snap_cli.core.deletion import Deletion, Fate, refusal, undone
from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode, Unavailable
from ecs_snap_cli.model import Snapshot, Unknown
from ecs_snap_cli.workflow.delete import delete_one, unfinished

Listed = tuple[Snapshot, ...] | Unknown


@dataclass
class Ecs:
    """Answers DeleteSnapshot and DescribeSnapshots with what it is given, or raises it."""

    deleting: str | EcsSnapError | None
    listed: Listed | EcsSnapError = ()
    calls: list[str] = field(default_factory=list)

    def delete_snapshot(self, snapshot_id: str, *, force: bool = False) -> str | None:
        self.calls.append(f"delete {snapshot_id}{' force' if force else ''}")
        if isinstance(self.deleting, EcsSnapError):
            raise self.deleting
        return self.deleting

    def snapshots_by_id(self, snapshot_ids: tuple[str, ...]) -> Listed:
        self.calls.append(f"list {' '.join(snapshot_ids)}")
        if isinstance(self.listed, EcsSnapError):
            raise self.listed
        return self.listed


def lost(error: EcsSnapError) -> EcsSnapError:
    error.may_have_acted = True
    return error


@pytest.mark.parametrize(
    ("usage", "code", "forced"),
    [
        ("image", "SnapshotCreatedImage", "SnapshotCreatedImage"),
        ("image_disk", "SnapshotCreatedImage", "SnapshotCreatedImage"),
        ("Image_Disk", "SnapshotCreatedImage", "SnapshotCreatedImage"),
        ("disk", "SnapshotCreatedDisk", None),
        ("none", None, None),
        ("imaged", None, None),
        (None, None, None),
    ],
)
@pytest.mark.parametrize("status", ["accomplished", "failed"])
def test_what_a_snapshot_is_used_by_refuses_as_ecs_would(
    status: str, usage: str | None, code: str | None, forced: str | None
) -> None:
    snapshot = Snapshot("s-1", status, usage=usage)
    for force, expected in ((False, code), (True, forced)):
        refused = refusal(snapshot, force=force)
        assert (refused and refused.code) == expected
        assert refused is None or (refused.exit_code is ExitCode.REFUSED and refused.hint)


@pytest.mark.parametrize("status", ["progressing", "Progressing", "uploading", "", None])
def test_what_may_be_in_creation_is_deleted_only_by_force(status: str | None) -> None:
    snapshot = Snapshot("s-1", status, progress=37)
    refused = refusal(snapshot, force=False)
    assert refused is not None
    assert (refused.code, refused.exit_code) == ("PreflightFailed", ExitCode.REFUSED)
    assert "--force" in (refused.hint or "")
    assert ("37% done" in refused.message) == (status in ("progressing", "Progressing"))
    assert refusal(snapshot, force=True) is None


def test_an_image_is_a_reason_that_force_does_not_reach_in_creation_either() -> None:
    refused = refusal(Snapshot("s-1", "progressing", usage="image"), force=True)
    assert refused is not None
    assert refused.code == "SnapshotCreatedImage"


@pytest.mark.parametrize("force", [False, True])
def test_a_deletion_that_ecs_takes_needs_no_look(force: bool) -> None:
    ecs = Ecs("R-1")
    assert delete_one(ecs, "s-1", force=force) == Deletion("s-1", Fate.DELETED, "R-1")
    assert ecs.calls == ["delete s-1 force" if force else "delete s-1"]


@pytest.mark.parametrize(
    ("code", "status", "exit_code", "fate"),
    [
        ("SnapshotCreatedDisk", 403, ExitCode.REFUSED, Fate.REFUSED),
        ("InvalidOperation.SnapshotIsLocked", 403, ExitCode.REFUSED, Fate.REFUSED),
        ("InvalidSnapshotId.NotFound", 404, ExitCode.NOT_FOUND, Fate.REFUSED),
        ("Forbidden.RAM", 403, ExitCode.ACCESS, Fate.FAILED),
    ],
)
def test_a_refusal_of_ecs_says_why_and_what_to_do(
    code: str, status: int, exit_code: ExitCode, fate: Fate
) -> None:
    ecs = Ecs(ApiError("No.", code=code, http_status=status, hint="Do so.", request_id="R-1"))
    assert delete_one(ecs, "s-1") == Deletion("s-1", fate, "R-1", code, "No. Do so.", exit_code)
    assert ecs.calls == ["delete s-1"]


@pytest.mark.parametrize(
    "error", [Unavailable("No answer."), ApiError("No.", code="InternalError", http_status=500)]
)
@pytest.mark.parametrize(
    ("listed", "gone"),
    [
        ((), True),
        ((Snapshot("s-other"),), True),
        ((Snapshot("s-1"),), False),
        (Unknown("Odd."), False),
        (Unavailable("Nor this."), False),
    ],
)
def test_a_deletion_whose_answers_were_lost_is_done_if_nothing_is_listed_any_more(
    error: EcsSnapError, listed: Listed | EcsSnapError, gone: bool
) -> None:
    ecs = Ecs(lost(error), listed)
    ended = delete_one(ecs, "s-1")
    assert ecs.calls == ["delete s-1", "list s-1"]
    if gone:
        assert ended == Deletion("s-1", Fate.DELETED)
    else:
        assert (ended.fate, ended.exit_code) == (Fate.FAILED, ExitCode.UNAVAILABLE)
        assert ended.code == error.code
        assert "may be deleted yet" in (ended.message or "")


def test_a_deletion_that_was_never_sent_leaves_no_doubt() -> None:
    ecs = Ecs(Unavailable("Refused.", hint="Check the network."))
    ended = delete_one(ecs, "s-1")
    assert (ended.fate, ended.message) == (Fate.FAILED, "Refused. Check the network.")
    assert ecs.calls == ["delete s-1"]


def test_a_refusal_after_a_lost_answer_is_believed_unless_nothing_is_listed_any_more() -> None:
    refused = lost(ApiError("Locked.", code="InvalidOperation.SnapshotIsLocked", http_status=403))
    assert delete_one(Ecs(refused, (Snapshot("s-1"),)), "s-1").fate is Fate.REFUSED
    assert delete_one(Ecs(refused, ()), "s-1").fate is Fate.DELETED


def test_what_was_not_reached_is_interrupted() -> None:
    ended = unfinished("s-1", None)
    assert (ended.fate, ended.code) == (Fate.FAILED, "Interrupted")
    assert ended.exit_code is ExitCode.INTERRUPTED


def test_a_bug_costs_one_result_and_no_more() -> None:
    ended = unfinished("s-1", KeyError("x"))
    assert (ended.fate, ended.code) == (Fate.FAILED, "Unexpected")
    assert "KeyError" in (ended.message or "")
    error = Unavailable("No answer.")
    assert unfinished("s-1", error) == undone("s-1", error)


def test_ecss_words_lose_what_bears_a_secrets_name() -> None:
    error = ApiError("Signature=abcdef0123 is wrong.", code="SignatureDoesNotMatch")
    assert "abcdef0123" not in (undone("s-1", error).message or "")
