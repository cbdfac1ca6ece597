"""What the program knows of ECS's resources, as plain frozen values; no SDK types."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import field
from enum import StrEnum
from typing import Any

from ecs_snap_cli.values import value


def same_word(word: str | None, known: str) -> bool:
    """Whether ECS's ``word`` is the documented ``known`` one, in any case.

    ECS's own pages write In_use and In_Use. Only ASCII has cases here: Unicode folds a "stopped"
    with a long s (U+017F) to one without, which ECS never wrote.
    """
    return word is not None and word.isascii() and word.casefold() == known.casefold()


@value(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read, or not be understood.

    ``code`` is ECS's error code where it refused to tell; ``permission`` the RAM action that
    the caller lacks.
    """

    reason: str
    code: str | None = None
    permission: str | None = None


@value(frozen=True, slots=True)
class Disk:
    """One disk of DescribeDisks.

    A field is ``None`` where ECS left it out; times are kept as ECS wrote them. Where absence
    has a meaning of its own, what is there but is no text is ``Unknown``; elsewhere ``None``.
    """

    disk_id: str
    status: str | None = None
    category: str | None = None
    disk_type: str | None = None
    creation_time: str | None = None
    attached_time: str | Unknown | None = None
    detached_time: str | Unknown | None = None
    source_snapshot_id: str | Unknown | None = None
    instance_ids: tuple[str, ...] | Unknown = ()
    lock_reasons: tuple[str, ...] | Unknown = ()

    def has_status(self, status: str) -> bool:
        """Whether ECS reports this status."""
        return same_word(self.status, status)


@value(frozen=True, slots=True)
class Instance:
    """One instance of DescribeInstances; ``start_time`` is empty when it was never started."""

    instance_id: str
    status: str | None = None
    start_time: str | Unknown | None = None
    lock_reasons: tuple[str, ...] | Unknown = ()


@value(frozen=True, slots=True)
class Snapshot:
    """One snapshot of DescribeSnapshots.

    ``progress`` is a percentage 0-100, ``remain_seconds`` ECS's own estimate, 0 or more. A name
    or a description that the snapshot does not have is ``None`` or empty; ``creation_time`` is
    kept as ECS wrote it; ``tags`` are (key, value) pairs; ``usage`` says what was made of it
    (none, image, disk, image_disk); ``record`` is all that ECS said of it, as it came.
    """

    snapshot_id: str
    status: str | None = None
    progress: int | None = None
    remain_seconds: int | None = None
    available: bool | None = None
    snapshot_type: str | None = None
    disk_id: str | None = None
    name: str | None = None
    description: str | None = None
    creation_time: str | None = None
    usage: str | Unknown | None = None
    tags: tuple[tuple[str, str], ...] | Unknown = ()
    record: JsonObject = field(default_factory=dict, compare=False, repr=False)


@value(frozen=True, slots=True)
class SnapshotQuery:
    """Which snapshots are meant: those that satisfy all of it; what is left out narrows nothing.

    Of several IDs one has to fit. ``tags`` are (key, value) pairs; of all that fit, no more than
    ``limit`` are wanted.
    """

    disk_ids: tuple[str, ...] = ()
    snapshot_ids: tuple[str, ...] = ()
    instance_id: str | None = None
    status: str | None = None
    snapshot_type: str | None = None
    name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    limit: int | None = None


@value(frozen=True, slots=True)
class DiskSelection:
    """Which disks a run is about: those that any of it names, less ``excluded``.

    ``tags`` are (key, value) pairs that a disk has to bear all of; ``every`` means all disks of
    the region.
    """

    disk_ids: tuple[str, ...] = ()
    instance_ids: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    every: bool = False
    excluded: Set[str] = frozenset()


@value(frozen=True, slots=True)
class Tally:
    """What the pre-flight wants to know of a disk's snapshots, in the same room for any number.

    ``of_odd_type`` and ``unclear`` count those whose type or status is not understood;
    ``unclear_ids`` are the first few of the latter, ``first_pending`` is one of the ``pending``.
    """

    total: int = 0
    manual: int = 0
    of_odd_type: int = 0
    pending: int = 0
    first_pending: Snapshot | None = None
    unclear: int = 0
    unclear_ids: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class Facts:
    """All that the pre-flight looks at.

    ``disk`` is ``None`` when ECS has no such disk. An instance that is missing from
    ``instances`` was left out of DescribeInstances' answer. ``snapshot_ids`` are those of the
    disk's snapshots, where they were kept.
    """

    disk_id: str
    disk: Disk | Unknown | None
    instances: Mapping[str, Instance] | Unknown = field(default_factory=dict)
    snapshots: Tally | Unknown = field(default_factory=Tally)
    snapshot_ids: Set[str] | None = None


class Status(StrEnum):
    """How a check ended."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@value(frozen=True, slots=True)
class Check:
    """One finding of the pre-flight.

    ``evidence`` is what was seen, ``advice`` the next step; ``code`` is what ECS would answer.
    ``left_to_ecs`` marks a finding that ECS decides by the order's ClientToken: it never refuses.
    """

    id: str
    status: Status
    evidence: str
    advice: str = ""
    code: str | None = None
    left_to_ecs: bool = False

    @property
    def message(self) -> str:
        """Evidence and advice as one text."""
        return f"{self.evidence} {self.advice}".strip()


@value(frozen=True, slots=True)
class Report:
    """The pre-flight's verdict on one disk.

    ``disk_found`` is false where ECS has no such disk, even if that check was skipped;
    ``examined`` where its facts could not be read. ``strict``: warnings refused too.
    """

    disk_id: str
    eligible: bool
    rule_set: str
    checks: tuple[Check, ...]
    hint: str | None = None
    disk_found: bool = True
    strict: bool = False
    examined: bool = True

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that fail, in order."""
        return tuple(check for check in self.checks if check.status is Status.FAIL)

    @property
    def warned(self) -> tuple[Check, ...]:
        """The checks that warn, in order."""
        return tuple(check for check in self.checks if check.status is Status.WARN)


@value(frozen=True, slots=True)
class SnapshotOrder:
    """What CreateSnapshot is asked for; ``tags`` are (key, value) pairs in the order given."""

    disk_id: str
    client_token: str
    name: str | None = None
    description: str | None = None
    retention_days: int | None = None
    tags: tuple[tuple[str, str], ...] = ()
    resource_group_id: str | None = None


@value(frozen=True, slots=True)
class Created:
    """ECS's answer to CreateSnapshot."""

    snapshot_id: str
    request_id: str | None


@value(frozen=True, slots=True)
class ImageOrder:
    """What CreateImage is asked for."""

    snapshot_id: str
    name: str
    client_token: str


@value(frozen=True, slots=True)
class CreatedImage:
    """ECS's answer to CreateImage."""

    image_id: str
    request_id: str | None


JsonObject = dict[str, Any]
