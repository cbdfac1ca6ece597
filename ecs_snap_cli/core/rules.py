"""The two rule sets of the pre-flight: each figure with its source beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import timedelta

from ecs_snap_cli.core.choices import RULE_SET_NAMES
from ecs_snap_cli.model import Status
from ecs_snap_cli.values import value

# Disk categories that the CreateSnapshot page excludes.
UNSUPPORTED_CATEGORIES = frozenset(
    {
        "local_ssd_pro",
        "local_hdd_pro",
        "ephemeral",
        "ephemeral_ssd",
        "elastic_ephemeral_disk_standard",
        "elastic_ephemeral_disk_premium",
    }
)

# Those that take ten snapshots at once today; the other cloud disks take one.
ENTERPRISE_SSD_CATEGORIES = frozenset(
    {"cloud_essd", "cloud_auto", "cloud_essd_entry", "cloud_regional_disk_auto"}
)
SUPPORTED_CATEGORIES = ENTERPRISE_SSD_CATEGORIES | {"cloud", "cloud_efficiency", "cloud_ssd"}

# DescribeDisks' and DescribeInstances' own words; a status outside these is not understood.
DISK_STATUSES = frozenset(
    {"In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting", "Transferring"}
)
INSTANCE_STATUSES = frozenset({"Pending", "Starting", "Running", "Stopping", "Stopped"})
SNAPSHOT_STATUSES = frozenset({"progressing", "accomplished", "failed"})

# How long ECS may load the data of a new disk: "about one hour" on the CreateSnapshot page.
DATA_LOADING = timedelta(minutes=60)


@value(frozen=True, slots=True)
class Rules:
    """One reading of ECS's documentation.

    ``snapshot_limit``: this many snapshots refuse the next. ``snapshot_limit_warns_from``: from
    here on the pages disagree. ``counts_user_only``: whether automatic snapshots have a quota of
    their own. ``pending_limits``: snapshots in creation at once by category, else one.
    """

    name: str
    snapshot_limit: int
    snapshot_limit_warns_from: int | None
    counts_user_only: bool
    detached_passes_if_attached_before: bool
    never_started: Status
    lock_counts_only_in_use: bool
    loading_system_disk: Status
    pending_limits: Mapping[str, int] = field(default_factory=dict)

    def with_snapshot_limit(self, limit: int | None) -> Rules:
        """The same rules with the caller's own quota; ``None`` changes nothing."""
        if limit is None:
            return self
        return replace(self, snapshot_limit=limit, snapshot_limit_warns_from=None)

    def pending_limit(self, category: str | None) -> int:
        """How many snapshots of a disk of this category may be in creation at once."""
        return self.pending_limits.get(category or "", 1)

    @property
    def highest_pending_limit(self) -> int:
        """For a disk of no known category: as many as these stand in the way of any disk."""
        return max(self.pending_limits.values(), default=1)


# The CreateSnapshot page of 2018, which the project was built from.
DOCUMENTED = Rules(
    name="documented",
    snapshot_limit=64,
    snapshot_limit_warns_from=None,
    counts_user_only=False,
    detached_passes_if_attached_before=False,
    never_started=Status.FAIL,
    lock_counts_only_in_use=False,
    loading_system_disk=Status.FAIL,
)

# The API pages of 2026. 256 manual snapshots is the CreateSnapshot page's figure, 2,000 the
# newer limits page's: between them nobody but ECS knows.
CURRENT = Rules(
    name="current",
    snapshot_limit=2000,
    snapshot_limit_warns_from=256,
    counts_user_only=True,
    detached_passes_if_attached_before=True,
    never_started=Status.WARN,
    lock_counts_only_in_use=True,
    loading_system_disk=Status.WARN,
    pending_limits=dict.fromkeys(ENTERPRISE_SSD_CATEGORIES, 10),
)

RULE_SETS: Mapping[str, Rules] = dict(zip(RULE_SET_NAMES, (DOCUMENTED, CURRENT), strict=True))
