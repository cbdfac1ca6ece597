"""The facts of a disk in as few round trips as they allow, and reports in the order asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from ecs_snap_cli.core.choices import CHECK_IDS
from ecs_snap_cli.core.preflight import Policy
from ecs_snap_cli.errors import (
    ApiError,
    CredentialsMissing,
    EcsSnapError,
    Unavailable,
    UsageError,
)
from ecs_snap_cli.model import Disk, Instance, Snapshot, Unknown
from ecs_snap_cli.workflow.check import check_disk, check_disks
from ecs_snap_cli.workflow.gather import facts_of, gather

LONG = 5.0
DISK = Disk(
    "d-1", "In_use", "cloud_ssd", "data", "2020-01-01T00:00:00Z", instance_ids=("i-1", "i-2")
)
RUNNING = {each: Instance(each, "Running", "2020-01-01T00:00Z") for each in ("i-1", "i-2")}
SNAPSHOTS = (Snapshot("s-1", "accomplished", snapshot_type="user"),)


@dataclass
class Reader:
    """Reads that answer what they are told to, and a record of them."""

    on_disk: Callable[[], Disk | Unknown | None] = lambda: DISK
    on_instances: Callable[[], dict[str, Instance] | Unknown] = lambda: RUNNING
    on_snapshots: Callable[[], tuple[Snapshot, ...] | Unknown] = lambda: SNAPSHOTS
    calls: list[tuple[str, object]] = field(default_factory=list)
    clock_ahead: timedelta = timedelta()

    def disk(self, disk_id: str) -> Disk | Unknown | None:
        found = self.on_disk()
        self.calls.append(("disk", disk_id))
        return found

    def instances(self, instance_ids: tuple[str, ...]) -> dict[str, Instance] | Unknown:
        self.calls.append(("instances", instance_ids))
        return self.on_instances()

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown:
        self.calls.append(("snapshots", disk_id))
        return self.on_snapshots()


def test_the_facts_of_an_attached_disk_take_three_reads() -> None:
    reader = Reader()
    assert gather(reader, "d-1") == facts_of("d-1", DISK, RUNNING, SNAPSHOTS)
    assert sorted(reader.calls) == [
        ("disk", "d-1"),
        ("instances", ("i-1", "i-2")),
        ("snapshots", "d-1"),
    ]


DENIED = Unknown("Not permitted.", "Forbidden.RAM")


@pytest.mark.parametrize(
    "disk",
    [
        None,
        DENIED,
        Disk("d-1", "Available"),
        Disk("d-1", "In_use", instance_ids=Unknown("Odd.")),
    ],
    ids=["no such disk", "not permitted", "detached", "attachment not understood"],
)
def test_a_disk_without_known_instances_takes_two_reads(disk: Disk | Unknown | None) -> None:
    reader = Reader(on_disk=lambda: disk)
    assert gather(reader, "d-1") == facts_of("d-1", disk, {}, SNAPSHOTS)
    assert sorted(reader.calls) == [("disk", "d-1"), ("snapshots", "d-1")]


def test_what_may_not_be_read_is_a_fact_too() -> None:
    reader = Reader(on_instances=lambda: DENIED, on_snapshots=lambda: DENIED)
    assert gather(reader, "d-1") == facts_of("d-1", DISK, DENIED, DENIED)


def test_the_disk_and_its_snapshots_are_read_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=LONG)

    def disk() -> Disk:
        both.wait()
        return DISK

    def snapshots() -> tuple[Snapshot, ...]:
        both.wait()
        return SNAPSHOTS

    assert gather(Reader(on_disk=disk, on_snapshots=snapshots), "d-1").snapshot_ids == {"s-1"}


def test_the_instances_are_read_after_the_disk_and_before_the_snapshots_are_there() -> None:
    looked = threading.Event()

    def instances() -> dict[str, Instance]:
        looked.set()
        return RUNNING

    def snapshots() -> tuple[Snapshot, ...]:
        assert looked.wait(LONG), "the instances waited for the snapshots"
        return SNAPSHOTS

    reader = Reader(on_instances=instances, on_snapshots=snapshots)
    assert gather(reader, "d-1") == facts_of("d-1", DISK, RUNNING, SNAPSHOTS)
    order = [name for name, _ in reader.calls if name != "snapshots"]
    assert order == ["disk", "instances"]


def failing(message: str) -> Callable[[], None]:
    def fail() -> None:
        raise Unavailable(message)

    return fail


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        ({"on_disk": failing("disk")}, "disk"),
        ({"on_instances": failing("instances")}, "instances"),
        ({"on_snapshots": failing("snapshots")}, "snapshots"),
        ({"on_disk": failing("disk"), "on_snapshots": failing("snapshots")}, "disk"),
    ],
    ids=["disk", "instances", "snapshots", "disk before snapshots"],
)
def test_an_error_of_a_read_goes_on(reads: dict[str, Callable[[], None]], message: str) -> None:
    with pytest.raises(Unavailable, match=f"^{message}$"):
        gather(Reader(**reads), "d-1")  # type: ignore[arg-type]


def test_an_error_of_the_disk_does_not_wait_for_the_snapshots() -> None:
    ended = threading.Event()

    def snapshots() -> tuple[Snapshot, ...]:
        ended.wait(LONG)
        return SNAPSHOTS

    def disk() -> Disk:
        raise ApiError("No.", code="SignatureDoesNotMatch")

    with pytest.raises(ApiError, match=r"^No\.$"):
        gather(Reader(on_disk=disk, on_snapshots=snapshots), "d-1")
    assert not ended.is_set()
    ended.set()


# Reports


@pytest.mark.parametrize(("hour", "expected"), [(11, "fail"), (12, "pass")])
def test_a_report_goes_by_the_clock_it_is_given(hour: int, expected: str) -> None:
    young = Disk("d-1", "In_use", "cloud_ssd", "system", "2026-03-01T11:00:00Z")
    now = datetime(2026, 3, 1, hour, 0, tzinfo=UTC)
    report = check_disk(Reader(on_disk=lambda: young), "d-1", Policy(), lambda: now)
    assert (report.checks[-1].id, report.checks[-1].status) == ("data-loading", expected)


def test_reports_come_in_the_order_asked() -> None:
    class Many(Reader):
        def disk(self, disk_id: str) -> Disk | Unknown | None:
            return None if disk_id == "d-gone" else DISK

    found = check_disks(Many(), ["d-2", "d-gone", "d-1"], Policy())
    assert [(each.report.disk_id, each.report.eligible, int(each.exit_code)) for each in found] == [
        ("d-2", True, 0),
        ("d-gone", False, 4),
        ("d-1", True, 0),
    ]


class Failing(Reader):
    """Reads that fail for the disks named, each with an error of its own."""

    def __init__(self, **errors: EcsSnapError) -> None:
        super().__init__()
        self.errors = {name.replace("_", "-"): error for name, error in errors.items()}

    def disk(self, disk_id: str) -> Disk | Unknown | None:
        self.calls.append(("disk", disk_id))
        if disk_id in self.errors:
            raise self.errors[disk_id]
        return replace(DISK, disk_id=disk_id)


def refused() -> ApiError:
    return ApiError("In arrears.", code="DiskInArrears", http_status=403, hint="Pay.")


def test_a_disk_that_cannot_be_read_has_a_report_beside_the_others() -> None:
    reader = Failing(d_2=Unavailable("No answer; Signature=abc.", hint="Look at the network."))
    first, second, third = check_disks(reader, ["d-1", "d-2", "d-3"], Policy())
    assert [int(each.exit_code) for each in (first, second, third)] == [0, 6, 0]
    report = second.report
    assert (report.disk_id, report.eligible, report.examined) == ("d-2", False, False)
    assert (report.rule_set, report.hint) == ("documented", "Look at the network.")
    assert [check.id for check in report.checks] == list(CHECK_IDS)
    assert [check.status for check in report.checks] == ["warn", *["skip"] * 8]
    assert report.checks[0].message == "No answer; Signature=***"
    assert report.checks[0].code == "Unavailable"


def test_a_check_that_was_not_asked_for_does_not_tell_why_a_disk_is_unread() -> None:
    policy = Policy(skip=frozenset({"disk-exists", "disk-category"}))
    _, unread = check_disks(Failing(d_2=refused()), ["d-1", "d-2"], policy)
    statuses = {check.id: check.status for check in unread.report.checks}
    assert statuses.pop("disk-attached") == "warn"
    assert set(statuses.values()) == {"skip"}
    everything = Policy(skip=frozenset(CHECK_IDS))
    _, unread = check_disks(Failing(d_2=refused()), ["d-1", "d-2"], everything)
    assert not unread.report.eligible


def test_an_error_that_all_disks_end_in_is_the_error_of_the_run() -> None:
    reader = Failing(d_1=Unavailable("No answer."), d_2=Unavailable("Throttled."))
    with pytest.raises(Unavailable) as caught:
        check_disks(reader, ["d-1", "d-2"], Policy())
    assert caught.value.message == "Disk d-1: No answer."
    assert len(reader.calls) == 4


def test_disks_that_end_in_different_errors_have_reports() -> None:
    found = check_disks(
        Failing(d_1=Unavailable("No answer."), d_2=refused()), ["d-1", "d-2"], Policy()
    )
    assert [int(each.exit_code) for each in found] == [6, 3]


@pytest.mark.parametrize(
    "error",
    [
        CredentialsMissing("No key."),
        ApiError("No such key.", code="InvalidAccessKeyId.NotFound", http_status=404),
        UsageError("No such CA."),
        EcsSnapError("A bug."),
    ],
    ids=lambda error: error.code,
)
def test_what_is_wrong_for_every_disk_ends_the_run_at_once(error: EcsSnapError) -> None:
    reader = Failing(d_2=error)
    with pytest.raises(type(error)) as caught:
        check_disks(reader, ["d-1", "d-2", "d-3"], Policy())
    assert caught.value.message.startswith("Disk d-2: ")
    assert ("disk", "d-3") not in reader.calls
