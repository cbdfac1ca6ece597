"""LockSnapshot: in compliance mode, the only one that ECS has.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-locksnapshot
"""

from dataclasses import replace

from ..errors import ApiError, invalid_parameter
from ..locking import LOCKED, lock_status, outlasts
from ..params import Params
from ..progress import DURATION, progress_of
from ..rows import Snapshot, SnapshotLock
from .action import Action, Context, answer_dry_run, existing
from .describe_locked_snapshots import lock_shape
from .orders import once

_LONGEST_DAYS = 36_500
_LONGEST_COOL_OFF_HOURS = 72


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"LockedSnapshotInfo": {...}}`; a snapshot that is locked already is locked anew."""
    snapshot_id = params.required("SnapshotId")
    days, cool_off_hours = _terms(params)
    state = context.state

    def lock(now: int) -> dict[str, object]:
        snapshot = existing(context, Snapshot, snapshot_id, "SnapshotId")
        if not progress_of(snapshot, now).available:
            raise ApiError(
                403, "InvalidOperation.SnapshotNotAvailable", "The snapshot is not available."
            )
        made = SnapshotLock(
            id=snapshot_id,
            created=now,
            # An ESSD snapshot can be available, and locked, before it is accomplished.
            started=max(now, snapshot.created + DURATION),
            duration_days=days,
            cool_off_hours=cool_off_hours,
            region=snapshot.region,
        )
        held = state.find(SnapshotLock, snapshot_id)
        if held is not None and lock_status(held, now) == LOCKED:
            made = _prolonged(held, made)
        _check_retention(made, snapshot)
        answer_dry_run(params)
        state.remove(SnapshotLock, snapshot_id)
        state.add(made)
        return {"LockedSnapshotInfo": lock_shape(made, now)}

    return once(context, ACTION.name, params, lock)


def _terms(params: Params) -> tuple[int, int]:
    """LockDuration in days and CoolOffPeriod in hours."""
    if params.required("LockMode") != "compliance":
        raise ApiError(400, "InvalidLockMode.Malformed", "The LockMode is to be compliance.")
    days = _number(params, "LockDuration", 1, _LONGEST_DAYS)
    hours = _number(params, "CoolOffPeriod", 0, _LONGEST_COOL_OFF_HOURS)
    if hours >= days * 24:
        raise ApiError(
            400,
            "InvalidCoolOffPeriod.ExceedLockDuration",
            "The CoolOffPeriod is to be shorter than the LockDuration.",
        )
    return days, hours


def _number(params: Params, name: str, least: int, most: int) -> int:
    params.required(name)
    number = params.integer(name)
    # ECS's page names no code of their own for these: the general one it is.
    if number is None or not least <= number <= most:
        raise invalid_parameter(name, f"it is to be {least} to {most}")
    return number


def _prolonged(held: SnapshotLock, asked: SnapshotLock) -> SnapshotLock:
    if asked.cool_off_hours or asked.duration_days < held.duration_days:
        raise ApiError(
            403,
            "InvalidOperation.CoolOffPeriodExpired",
            "The cooling-off period is over; the lock can only be made longer, with a "
            "CoolOffPeriod of 0.",
        )
    return replace(held, duration_days=asked.duration_days)


def _check_retention(lock: SnapshotLock, snapshot: Snapshot) -> None:
    if outlasts(lock, snapshot, snapshot.retention_days):
        raise ApiError(
            400,
            "InvalidLockDuration.ExceedRetentionDays",
            "The lock would outlast the RetentionDays of the snapshot.",
        )


ACTION = Action(
    name="LockSnapshot",
    handle=handle,
    supported=frozenset(
        {"ClientToken", "CoolOffPeriod", "DryRun", "LockDuration", "LockMode", "SnapshotId"}
    ),
    unsupported=frozenset(),
    region_required=True,
)
