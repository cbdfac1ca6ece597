"""DescribeLockedSnapshots.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describelockedsnapshots
"""

from collections.abc import Iterable

from ..conditions import equal, these
from ..errors import ApiError
from ..locking import COOLING_OFF, EXPIRED, LOCKED, cool_off_end, in_status, lock_end, lock_status
from ..paging import TOKEN_PARAMETERS
from ..params import Params
from ..rows import SnapshotLock
from ..times import second_form
from .action import Action, Context, answer_dry_run
from .listing import list_page

_STATUSES = ("", COOLING_OFF, LOCKED, EXPIRED)


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"LockedSnapshotsInfo": [...], "NextToken"}`, by snapshot ID, expired locks too."""
    ids = params.repeated("SnapshotIds")
    status = params.text("LockStatus")
    if status not in _STATUSES:
        raise ApiError(400, "InvalidLockStatus.Malformed", "There is no such LockStatus.")
    answer_dry_run(params)
    now = context.state.now()
    asked = these(ids or None)
    here = context.state.walk(SnapshotLock, [asked, equal("region", context.region)])
    # Asked for one that is not locked, ECS refuses instead of leaving it out.
    if unlocked := ids - {lock.id for lock in here}:
        raise not_locked(unlocked)
    # A MaxResults below 10 counts as 10, one above 100 as 100.
    page, paging = list_page(
        context,
        params,
        SnapshotLock,
        [asked, in_status(status, now)],
        action=ACTION.name,
        max_results=100,
        min_results=10,
        numbered=False,
    )
    shapes = [lock_shape(lock, now) for lock in page]
    return {"NextToken": paging["NextToken"], "LockedSnapshotsInfo": shapes}


def not_locked(snapshot_ids: Iterable[str]) -> ApiError:
    """The refusal for snapshots that have no lock."""
    listed = ", ".join(sorted(snapshot_ids))
    return ApiError(404, "InvalidSnapshotLock.NotFound", f"Not locked: {listed}.")


def lock_shape(lock: SnapshotLock, now: int) -> dict[str, object]:
    """A lock as ECS tells it."""
    return {
        "SnapshotId": lock.id,
        "LockMode": "compliance",
        "LockStatus": lock_status(lock, now),
        "LockCreationTime": second_form(lock.created),
        "CoolOffPeriod": lock.cool_off_hours,
        "CoolOffPeriodExpiredTime": second_form(cool_off_end(lock)),
        "LockDuration": lock.duration_days,
        "LockDurationStartTime": second_form(lock.started),
        "LockExpiredTime": second_form(lock_end(lock)),
    }


ACTION = Action(
    name="DescribeLockedSnapshots",
    handle=handle,
    supported=TOKEN_PARAMETERS | {"DryRun", "LockStatus", "SnapshotIds.N"},
    unsupported=frozenset(),
    region_required=True,
)
