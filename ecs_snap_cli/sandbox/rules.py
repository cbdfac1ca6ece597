"""When CreateSnapshot is refused, in two editions of ECS's documentation.

Pure: rows in, an error or nothing out. The refusals stand in the order in which they are met.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .errors import ApiError
from .progress import ESSD_CATEGORIES, progress_of
from .rows import Disk, Instance, Snapshot
from .times import HOUR

# Local, ephemeral and elastic ephemeral disks: ECS has snapshots of cloud disks only.
# https://www.alibabacloud.com/help/en/ecs/api-createsnapshot
NO_SNAPSHOT_CATEGORIES = frozenset(
    {
        "local_ssd_pro",
        "local_hdd_pro",
        "ephemeral",
        "ephemeral_ssd",
        "elastic_ephemeral_disk_standard",
        "elastic_ephemeral_disk_premium",
    }
)

# CreateSnapshot's page of 2018: about one hour until a new system disk's data is loaded.
LOADING_TIME = 1 * HOUR

# From the newer page on ECS's limits: beyond it the oldest automatic snapshot goes.
AUTOMATIC_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The figures and switches in which the two editions differ."""

    name: str
    attached_before_is_enough: bool
    never_started_refuses: bool
    lock_counts_when_detached: bool
    loading_refuses: bool
    snapshot_limit: int
    snapshot_limit_types: frozenset[str]
    pending_limit_essd: int
    pending_limit_others: int

    @property
    def automatic_quota(self) -> tuple[frozenset[str], int]:
        """The types of snapshots that count for a new automatic one, and how many there can be."""
        if "auto" in self.snapshot_limit_types:
            return self.snapshot_limit_types, self.snapshot_limit
        return frozenset({"auto"}), AUTOMATIC_LIMIT

    def pending_limit(self, category: str) -> int:
        """How many snapshots of a disk of this category may be in creation at once."""
        essd = category in ESSD_CATEGORIES
        return self.pending_limit_essd if essd else self.pending_limit_others


RULE_SETS = {
    # The API page of 2018: 64 snapshots a disk whoever took them, one in creation at a time,
    # the disk attached, the instance started at least once.
    "documented": RuleSet(
        name="documented",
        attached_before_is_enough=False,
        never_started_refuses=True,
        lock_counts_when_detached=True,
        loading_refuses=True,
        snapshot_limit=64,
        snapshot_limit_types=frozenset({"user", "auto"}),
        pending_limit_essd=1,
        pending_limit_others=1,
    ),
    # https://www.alibabacloud.com/help/en/ecs/api-createsnapshot as of 2026: In_use, or
    # Available and attached before; 10 in creation for the ESSD kinds and 1 for the others;
    # "never started" is gone since late 2024. 2,000 manual snapshots a disk are from the newer
    # page on ECS's limits; the API page still says 256.
    "current": RuleSet(
        name="current",
        attached_before_is_enough=True,
        never_started_refuses=False,
        lock_counts_when_detached=False,
        loading_refuses=False,
        snapshot_limit=2_000,
        snapshot_limit_types=frozenset({"user"}),
        pending_limit_essd=10,
        pending_limit_others=1,
    ),
}


def refusal(
    rules: RuleSet,
    disk: Disk,
    instances: Sequence[Instance],
    snapshots: Iterable[Snapshot],
    now: int,
) -> ApiError | None:
    """Why ECS would not snapshot `disk` now, or None.

    `instances` are those the disk is attached to, `snapshots` all that exist of the disk.
    """
    kept = list(snapshots)
    return (
        _attachment(rules, disk)
        or _category(disk)
        or _instance_state(rules, instances)
        or _locks(rules, disk, instances)
        or _quota(rules, kept)
        or _pending(rules, disk, kept, now)
        or _loading(rules, disk, now)
    )


def _attachment(rules: RuleSet, disk: Disk) -> ApiError | None:
    if disk.status == "In_use":
        return None
    if disk.status != "Available":
        return ApiError(
            403, "IncorrectDiskStatus", f"The disk is {disk.status}; it must be In_use."
        )
    if disk.attached is None and disk.detached is None:
        return ApiError(
            403,
            "IncorrectDiskStatus.NeverAttached",
            "The disk has never been attached to an instance.",
        )
    if rules.attached_before_is_enough:
        return None
    return ApiError(403, "IncorrectDiskStatus", "The disk is not attached to an instance.")


def _category(disk: Disk) -> ApiError | None:
    if disk.category not in NO_SNAPSHOT_CATEGORIES:
        return None
    return ApiError(
        400,
        "DiskCategory.OperationNotSupported",
        f"A disk of the category {disk.category} cannot be snapshotted.",
    )


def _instance_state(rules: RuleSet, instances: Sequence[Instance]) -> ApiError | None:
    for instance in instances:
        if instance.status not in ("Running", "Stopped"):
            return ApiError(
                400,
                "IncorrectInstanceStatus",
                f"The instance {instance.id} is {instance.status}; it must be Running or Stopped.",
            )
        never_started = instance.status == "Stopped" and instance.started is None
        if rules.never_started_refuses and never_started:
            return ApiError(
                403,
                "IncorrectDiskStatus.NeverUsed",
                f"The instance {instance.id} has never been started.",
            )
    return None


def _locks(rules: RuleSet, disk: Disk, instances: Sequence[Instance]) -> ApiError | None:
    if disk.status != "In_use" and not rules.lock_counts_when_detached:
        return None
    return security_lock(disk, *instances)


def security_lock(*rows: Disk | Instance) -> ApiError | None:
    """The refusal of whatever is done to a row that is locked for security."""
    reasons = (reason for row in rows for reason in row.locks)
    if not any(reason.lower() == "security" for reason in reasons):
        return None
    return ApiError(
        403, "InstanceLockedForSecurity", "The disk or its instance is locked for security reasons."
    )


def _quota(rules: RuleSet, snapshots: Sequence[Snapshot]) -> ApiError | None:
    count = sum(snapshot.type in rules.snapshot_limit_types for snapshot in snapshots)
    if count < rules.snapshot_limit:
        return None
    return ApiError(
        403, "QuotaExceed.Snapshot", f"The disk has {count} snapshots, as many as it may have."
    )


def _pending(
    rules: RuleSet, disk: Disk, snapshots: Sequence[Snapshot], now: int
) -> ApiError | None:
    pending = sum(progress_of(snapshot, now).status == "progressing" for snapshot in snapshots)
    limit = rules.pending_limit(disk.category)
    if pending < limit:
        return None
    if limit == 1:
        return ApiError(
            403,
            "IncorrectDiskStatus.CreatingSnapshot",
            "A snapshot of the disk is being created; wait until it is accomplished.",
        )
    return ApiError(
        403,
        "QuotaExceed.ConcurrentSnapshotQuota",
        f"{pending} snapshots of the disk are being created, as many as may be at once.",
    )


def _loading(rules: RuleSet, disk: Disk, now: int) -> ApiError | None:
    fresh = disk.type == "system" and now - disk.created < LOADING_TIME
    if not (rules.loading_refuses and fresh):
        return None
    return ApiError(
        400,
        "CreateSnapshot.Failed",
        "The data of the new system disk is still being loaded; try again about an hour after "
        "its creation.",
    )
