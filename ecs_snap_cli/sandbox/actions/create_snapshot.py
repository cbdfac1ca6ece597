"""CreateSnapshot: its values, its ClientToken, its refusals, then the new snapshot.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createsnapshot
"""

from ..conditions import of_disk
from ..errors import ApiError, unsupported_parameter
from ..params import Params
from ..progress import ESSD_CATEGORIES
from ..rows import Disk, Instance, Snapshot
from ..rules import refusal
from .action import ANY_TAG_PAIRS, Action, Context, existing
from .orders import once
from .values import (
    description,
    new_snapshot,
    new_tags,
    resource_group_id,
    retention_days,
    snapshot_name,
)


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"SnapshotId"}`; asked again under the same ClientToken, the first answer once more."""
    disk_id = params.required("DiskId")
    asked = {
        "name": snapshot_name(params),
        "description": description(params, status=404),
        "retention_days": retention_days(params),
        "resource_group_id": resource_group_id(params),
        "tags": new_tags(params),
    }
    if params.text("Category") not in ("", "standard"):
        raise unsupported_parameter("Category")
    instant_access = params.boolean("InstantAccess")

    def create(now: int) -> dict[str, object]:
        disk = existing(context, Disk, disk_id, "DiskId")
        if refused := refusal_of(context, disk, now):
            raise refused
        # A standard snapshot of these has it anyhow; one of any other disk cannot.
        if instant_access and disk.category not in ESSD_CATEGORIES:
            raise unsupported_parameter("InstantAccess")
        snapshot = new_snapshot(disk, now, **asked)
        context.state.add(snapshot)
        return {"SnapshotId": snapshot.id}

    return once(context, ACTION.name, params, create)


def refusal_of(context: Context, disk: Disk, now: int) -> ApiError | None:
    """Why ECS would take no snapshot of `disk` now, or None."""
    state = context.state
    found = (state.find(Instance, each.instance_id) for each in disk.attachments)
    instances = [instance for instance in found if instance is not None]
    snapshots = state.walk(Snapshot, of_disk(disk.id))
    return refusal(context.rules, disk, instances, snapshots, now)


ACTION = Action(
    name="CreateSnapshot",
    handle=handle,
    supported=ANY_TAG_PAIRS
    | {
        "Category",
        "ClientToken",
        "Description",
        "DiskId",
        "InstantAccess",
        "ResourceGroupId",
        "RetentionDays",
        "SnapshotName",
    },
    unsupported=frozenset({"InstantAccessRetentionDays", "StorageLocationArn"}),
)
