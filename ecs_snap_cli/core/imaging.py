"""Whether an image can be made of a snapshot; pure."""

from __future__ import annotations

from ecs_snap_cli.core.times import duration
from ecs_snap_cli.errors import ApiError
from ecs_snap_cli.model import Snapshot, same_word


def not_ready(snapshot: Snapshot) -> ApiError | None:
    """Why ECS would make no image of this snapshot now; ``None``: it is accomplished.

    One that is available is not enough: CreateImage needs it complete.
    https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createimage
    """
    if same_word(snapshot.status, "accomplished"):
        return None
    name = snapshot.snapshot_id
    if same_word(snapshot.status, "failed"):
        what = "ended as failed and holds no data"
        hint = f"Delete it with `ecs-snap delete --snapshot-id {name}`, and take another snapshot."
    else:
        what = "is still being created" + _progress(snapshot)
        if not same_word(snapshot.status, "progressing"):
            what = f"has a status that is not understood ({snapshot.status or 'none'})"
        hint = f"Add --wait-snapshot, or wait with `ecs-snap wait --snapshot-id {name}`."
    return ApiError(
        f"Snapshot {name} {what}: an image needs one that is accomplished. Nothing was created.",
        code="InvalidSnapshotId.NotReady",
        http_status=403,
        hint=hint,
    )


def _progress(snapshot: Snapshot) -> str:
    known = []
    if snapshot.progress is not None:
        known.append(f"{snapshot.progress}% done")
    if snapshot.remain_seconds:
        known.append(f"about {duration(snapshot.remain_seconds)} left")
    return f" ({', '.join(known)})" if known else ""
