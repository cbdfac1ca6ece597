"""What ``prune`` does to each snapshot of a disk, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from datetime import UTC, datetime
from enum import StrEnum

from ecs_snap_cli.core.outcome import combined
from ecs_snap_cli.core.retention import Policy, reasons_to_keep
from ecs_snap_cli.core.times import past_time
from ecs_snap_cli.errors import ExitCode
from ecs_snap_cli.model import Snapshot, Unknown, same_word
from ecs_snap_cli.values import value

NO_RULE = "no rule keeps it"
LOCKED = "locked"
USED_BY_IMAGE = "used by an image"
USED_BY_DISK = "used by a disk"


class Action(StrEnum):
    """What becomes of a snapshot."""

    KEEP = "keep"
    DELETE = "delete"
    PROTECTED = "protected"


class Status(StrEnum):
    """How far a deletion got; ``NONE`` where there is nothing to do."""

    NONE = ""
    PLANNED = "planned"
    DELETED = "deleted"
    FAILED = "failed"


@value(frozen=True, slots=True)
class Decision:
    """One snapshot's fate; ``reason`` is never empty.

    Where a disk's snapshots could not be read, one decision without a snapshot stands for them:
    ``PROTECTED`` and ``FAILED``. ``code`` is ECS's, or the program's own, for what went wrong.
    """

    disk_id: str
    snapshot: Snapshot | None
    action: Action
    reason: str
    status: Status = Status.NONE
    code: str | None = None
    exit_code: ExitCode = ExitCode.DONE

    @property
    def snapshot_id(self) -> str:
        """Empty where there is no snapshot, or none with an ID."""
        return self.snapshot.snapshot_id if self.snapshot else ""


@value(frozen=True, slots=True)
class Plan:
    """The disks in the order of selection, and the decisions on their snapshots, disk by disk.

    ``locks_unknown`` says why nobody but ECS knows which snapshots are locked, if so;
    ``bare_instances`` are those that were to select disks and have none.
    """

    disk_ids: tuple[str, ...]
    decisions: tuple[Decision, ...]
    locks_unknown: str = ""
    bare_instances: tuple[str, ...] = ()

    def by_disk(self) -> dict[str, list[Decision]]:
        """The decisions on each disk's snapshots; none on a disk that has none in scope."""
        found: dict[str, list[Decision]] = {disk_id: [] for disk_id in self.disk_ids}
        for each in self.decisions:
            found[each.disk_id].append(each)
        return found

    @property
    def exit_code(self) -> ExitCode:
        """The code that all disks ended with, else ``MIXED``; what stays ended well.

        An instance without a disk counts as a disk that is not there.
        """
        ended = (Status.DELETED, Status.FAILED)
        by_disk = [
            combined(each.exit_code for each in decisions if each.status in ended)
            for decisions in self.by_disk().values()
        ]
        return combined([*by_disk, *(ExitCode.NOT_FOUND for _ in self.bare_instances)])


@value(frozen=True, slots=True)
class Scope:
    """Which of a disk's snapshots are meant: every one, or those with all of what is given.

    ``tags`` are (key, value) pairs. A scope that gives nothing holds nothing.
    """

    tags: tuple[tuple[str, str], ...] = ()
    name_prefix: str = ""
    every: bool = False

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether the snapshot is meant; one whose tags are not understood may be."""
        if not (self.tags or self.name_prefix):
            return self.every
        tagged = self.doubts(snapshot) or set(self.tags) <= set(_tags(snapshot))
        return tagged and (snapshot.name or "").startswith(self.name_prefix)

    def doubts(self, snapshot: Snapshot) -> bool:
        """Whether nobody can tell if the snapshot is meant."""
        return bool(self.tags) and isinstance(snapshot.tags, Unknown)


@value(frozen=True, slots=True)
class Judge:
    """Decides by scope and policy over the snapshots of any disk.

    ``locked`` are IDs of snapshots that are known to be locked; ``force`` reaches those from
    which a disk was made; ``now`` is an aware UTC time.
    """

    scope: Scope
    policy: Policy
    now: datetime
    locked: Set[str] = frozenset()
    force: bool = False

    def decide(self, disk_id: str, snapshots: Iterable[Snapshot]) -> tuple[Decision, ...]:
        """One decision for each snapshot in scope, newest first; those without a time come last.

        The rest is not spoken of: nothing out of scope is ever touched. The rules see the manual
        ``accomplished`` ones; a manual ``failed`` one is of no use and goes. A snapshot that a
        rule keeps is ``keep``, even where it is locked besides: what is ``protected`` stays
        against the rules, or where they do not apply. So does all that is odd: it takes no
        place from another and is not deleted.

        Every rule keeps the newest that it sees, so the newest ``accomplished`` one of the disk
        always stays: a manual one as the rules' newest, or out of scope; any other as protected.
        """
        known = sorted(dict.fromkeys(snapshots), key=self._age_key, reverse=True)
        copies = Counter(each.snapshot_id for each in known)
        meant = [each for each in known if self.scope.holds(each)]
        doubts = {each: self._doubts(disk_id, each, copies[each.snapshot_id] > 1) for each in meant}
        judged = [each for each in meant if not doubts[each] and _has_status(each, "accomplished")]
        times = [when for each in judged if (when := self._time(each)) is not None]
        kept = dict(zip(judged, reasons_to_keep(times, self.policy), strict=True))
        return tuple(
            self._decision(disk_id, each, doubts[each], kept.get(each, ())) for each in meant
        )

    def _decision(
        self, disk_id: str, snapshot: Snapshot, doubts: list[str], kept: tuple[str, ...]
    ) -> Decision:
        if kept:
            return Decision(disk_id, snapshot, Action.KEEP, ", ".join(kept))
        if held := doubts + self._holds(snapshot):
            return Decision(disk_id, snapshot, Action.PROTECTED, ", ".join(held))
        reason = "its creation failed" if _has_status(snapshot, "failed") else NO_RULE
        return Decision(disk_id, snapshot, Action.DELETE, reason, Status.PLANNED)

    def _doubts(self, disk_id: str, snapshot: Snapshot, contradicted: bool) -> list[str]:
        """Why the rules do not apply to a snapshot."""
        found = []
        if not snapshot.snapshot_id:
            found.append("has no ID")
        elif contradicted:
            found.append("listed twice with differences")
        if snapshot.disk_id != disk_id:
            found.append(_odd("SourceDiskId", snapshot.disk_id, "is not this disk"))
        if self.scope.doubts(snapshot):
            found.append("its tags are not understood")
        if same_word(snapshot.snapshot_type, "auto"):
            found.append("automatic")
        elif not same_word(snapshot.snapshot_type, "user"):
            found.append(_odd("SnapshotType", snapshot.snapshot_type))
        if _has_status(snapshot, "progressing"):
            found.append("progressing")
        elif not _has_status(snapshot, "accomplished") and not _has_status(snapshot, "failed"):
            found.append(_odd("Status", snapshot.status))
        if self._time(snapshot) is None:
            found.append(_odd("CreationTime", snapshot.creation_time))
        return found

    def _holds(self, snapshot: Snapshot) -> list[str]:
        """Why a snapshot stays although no rule keeps it."""
        found = [LOCKED] if snapshot.snapshot_id in self.locked else []
        usage = "unknown" if isinstance(snapshot.usage, Unknown) else snapshot.usage or "none"
        if same_word(usage, "image") or same_word(usage, "image_disk"):
            found.append(USED_BY_IMAGE)
        if same_word(usage, "image_disk") or (same_word(usage, "disk") and not self.force):
            found.append(USED_BY_DISK)
        if not any(same_word(usage, known) for known in _USAGES):
            found.append(_odd("Usage", usage))
        return found

    def _time(self, snapshot: Snapshot) -> datetime | None:
        return past_time(snapshot.creation_time, self.now)

    def _age_key(self, snapshot: Snapshot) -> tuple[datetime, str, str]:
        """A total order, so that the order of ECS's answer decides nothing."""
        return self._time(snapshot) or _NO_TIME, snapshot.snapshot_id, repr(snapshot)


_USAGES = ("none", "image", "disk", "image_disk")
_NO_TIME = datetime.min.replace(tzinfo=UTC)


def _has_status(snapshot: Snapshot, status: str) -> bool:
    return same_word(snapshot.status, status)


def _tags(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    return () if isinstance(snapshot.tags, Unknown) else snapshot.tags


def _odd(field: str, value: str | None, verdict: str = "is not understood") -> str:
    return f"{field} {verdict if value else 'is missing'}"
