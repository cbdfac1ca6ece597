"""CreateSnapshot: its values, its ClientToken, its refusals, then the new snapshot."""

from collections.abc import Callable

from ..conditions import equal
from ..errors import ApiError
from ..params import Params
from ..rows import Disk, Instance, Snapshot
from ..rules import refusal
from .action import TAG_PAIRS, Action, Context, existing
from .orders import once
from .values import LINKS, description, is_legal_name, new_id, new_tags, resource_group_id


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"SnapshotId"}`; asked again under the same ClientToken, the first answer once more."""
    disk_id = params.required("DiskId")
    draft = _read_draft(params)
    state = context.state

    def create(now: int) -> dict[str, object]:
        disk = existing(context, Disk, disk_id, "DiskId")
        found = (state.find(Instance, each.instance_id) for each in disk.attachments)
        instances = [instance for instance in found if instance is not None]
        snapshots = state.walk(Snapshot, [equal("disk_id", disk_id), equal("region", disk.region)])
        refused = refusal(context.rules, disk, instances, snapshots, now)
        if refused is not None:
            raise refused
        snapshot = draft(disk, now)
        state.add(snapshot)
        return {"SnapshotId": snapshot.id}

    return once(context, ACTION.name, params, create)


def _read_draft(params: Params) -> Callable[[Disk, int], Snapshot]:
    """Check every value; what comes back makes the snapshot of a disk at a time."""
    name, text = _name(params), description(params, status=404)
    retention_days = _retention_days(params)
    group = resource_group_id(params)
    tags = new_tags(params)

    def draft(disk: Disk, now: int) -> Snapshot:
        return Snapshot(
            id=new_id("s"),
            disk_id=disk.id,
            created=now,
            disk_type=disk.type,
            disk_category=disk.category,
            disk_size=disk.size,
            name=name,
            description=text,
            encrypted=disk.encrypted,
            retention_days=retention_days,
            region=disk.region,
            resource_group_id=group,
            tags=tags,
        )

    return draft


def _name(params: Params) -> str:
    name = params.text("SnapshotName")
    if name and not is_legal_name(name, forbidden=("auto", *LINKS)):
        raise ApiError(
            400,
            "InvalidSnapshotName.Malformed",
            "The SnapshotName is to have 2 to 128 characters: first a letter, then letters, "
            "digits, ':', '_', '.' or '-'; it must not begin with 'auto'.",
        )
    return name


def _retention_days(params: Params) -> int | None:
    days = params.integer("RetentionDays")
    if days is not None and not 1 <= days <= 65536:
        raise ApiError(
            400, "InvalidRetentionDays.Malformed", "The RetentionDays are to be 1 to 65536."
        )
    return days


ACTION = Action(
    name="CreateSnapshot",
    handle=handle,
    supported=TAG_PAIRS
    | {"ClientToken", "Description", "DiskId", "ResourceGroupId", "RetentionDays", "SnapshotName"},
    unsupported=frozenset(
        {"Category", "InstantAccess", "InstantAccessRetentionDays", "StorageLocationArn"}
    ),
)
