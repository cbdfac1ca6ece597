"""Every check in both rule sets, on both sides of every boundary; and the verdict they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.core.choices import CHECK_IDS
from ecs_snap_cli.core.outcome import combined
from ecs_snap_cli.core.preflight import (
    Policy,
    evaluate,
    exit_code,
)
from ecs_snap_cli.core.rules import RULE_SETS
from ecs_snap_cli.core.tally import tally
from ecs_snap_cli.errors import ExitCode
from ecs_snap_cli.model import Check, Disk, Facts, Instance, Report, Snapshot, Status, Unknown
from ecs_snap_cli.workflow.gather import facts_of as gathered

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = "2020-01-01T00:00:00Z"
BOTH = ["documented", "current"]
IN_ORDER = (
    "disk-exists",
    "disk-attached",
    "disk-category",
    "instance-status",
    "instance-started",
    "instance-lock",
    "snapshot-limit",
    "snapshot-pending",
    "data-loading",
)
ESSD = ["cloud_essd", "cloud_auto", "cloud_essd_entry", "cloud_regional_disk_auto"]
ONE_AT_A_TIME = ["cloud", "cloud_efficiency", "cloud_ssd"]
NEVER_SNAPSHOTTED = [
    "local_ssd_pro",
    "local_hdd_pro",
    "ephemeral",
    "ephemeral_ssd",
    "elastic_ephemeral_disk_standard",
    "elastic_ephemeral_disk_premium",
]

DISK = Disk(
    disk_id="d-1",
    status="In_use",
    category="cloud_essd",
    disk_type="data",
    creation_time=LONG_AGO,
    attached_time=LONG_AGO,
    instance_ids=("i-1",),
)
INSTANCE = Instance("i-1", status="Running", start_time="2020-01-01T00:00Z")
DETACHED = replace(DISK, status="Available", instance_ids=(), detached_time="2025-05-05T05:05:05Z")
FORBIDDEN = Unknown("It is not permitted to this caller.", "Forbidden.RAM", "ecs:DescribeThings")


def facts_of(
    disk: Disk | Unknown | None = DISK,
    *instances: Instance,
    snapshots: tuple[Snapshot, ...] | Unknown = (),
) -> Facts:
    """Facts of an eligible disk, but for what is given."""
    known = {each.instance_id: each for each in instances or (INSTANCE,)}
    return gathered("d-1", disk, known, snapshots)


def policy_of(rules: str = "documented", **options: object) -> Policy:
    return replace(Policy(rules=RULE_SETS[rules]), **options)


def report_on(facts: Facts, rules: str = "documented", **options: object) -> Report:
    return evaluate(facts, policy_of(rules, **options), NOW)


def finding(check_id: str, facts: Facts, rules: str = "documented", **options: object) -> Check:
    return next(each for each in report_on(facts, rules, **options).checks if each.id == check_id)


def statuses(check_id: str, facts: Facts) -> tuple[str, ...]:
    """The check's status under the documented and under the current rules."""
    return tuple(str(finding(check_id, facts, rules).status) for rules in BOTH)


def some(
    count: int, kind: str | None = "user", status: str = "accomplished"
) -> tuple[Snapshot, ...]:
    """That many snapshots of one type and status."""
    return tuple(Snapshot(f"s-{n}", status, snapshot_type=kind) for n in range(count))


def ago(**age: int) -> str:
    return (NOW - timedelta(**age)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("rules", BOTH)
def test_a_disk_with_nothing_against_it_passes_every_check(rules: str) -> None:
    report = report_on(facts_of(), rules)
    assert [(each.id, str(each.status)) for each in report.checks] == [
        (check_id, "pass") for check_id in IN_ORDER
    ]
    assert (report.eligible, report.hint, report.rule_set) == (True, None, rules)
    assert (report.disk_id, report.failed, report.warned) == ("d-1", (), ())


def test_the_check_ids_are_those_of_the_contract_in_its_order() -> None:
    assert CHECK_IDS == IN_ORDER


def test_every_finding_is_reported_not_just_the_first() -> None:
    disk = replace(DISK, category="ephemeral", disk_type="system", creation_time=ago(minutes=1))
    facts = facts_of(disk, replace(INSTANCE, status="Pending"), snapshots=some(64))
    assert [each.id for each in report_on(facts).failed] == [
        "disk-category",
        "instance-status",
        "snapshot-limit",
        "data-loading",
    ]


# disk-exists


@pytest.mark.parametrize("rules", BOTH)
def test_a_missing_disk_fails_one_check_and_skips_the_rest(rules: str) -> None:
    report = report_on(facts_of(None), rules)
    first, *rest = report.checks
    assert (first.status, first.code) == (Status.FAIL, "InvalidDiskId.NotFound")
    assert "d-1" in first.message
    assert [str(each.status) for each in rest] == ["skip"] * 8
    assert (report.eligible, exit_code(report), report.hint) == (False, ExitCode.NOT_FOUND, None)


# disk-attached


@pytest.mark.parametrize(
    ("changes", "expected", "code"),
    [
        ({"status": "In_Use"}, ("pass", "pass"), None),
        ({"status": "Attaching"}, ("fail", "fail"), "IncorrectDiskStatus"),
        ({"status": "Detaching"}, ("fail", "fail"), "IncorrectDiskStatus"),
        ({"status": "Creating"}, ("fail", "fail"), "IncorrectDiskStatus"),
        ({"status": "ReIniting"}, ("fail", "fail"), "IncorrectDiskStatus"),
        ({"status": "Transferring"}, ("fail", "fail"), "IncorrectDiskStatus"),
        ({"status": "Frozen"}, ("warn", "warn"), None),
        ({"status": ""}, ("warn", "warn"), None),
        ({"status": None}, ("warn", "warn"), None),
        ({"instance_ids": ()}, ("warn", "warn"), None),
        ({"instance_ids": FORBIDDEN}, ("warn", "warn"), "Forbidden.RAM"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_attachment_by_disk_status(
    changes: dict[str, object], expected: tuple[str, str], code: str | None
) -> None:
    facts = facts_of(replace(DISK, **changes))
    assert statuses("disk-attached", facts) == expected
    assert finding("disk-attached", facts).code == code


@pytest.mark.parametrize(
    ("attached", "detached", "expected", "code"),
    [
        (LONG_AGO, None, ("fail", "pass"), "IncorrectDiskStatus"),
        (None, LONG_AGO, ("fail", "pass"), "IncorrectDiskStatus"),
        (LONG_AGO, LONG_AGO, ("fail", "pass"), "IncorrectDiskStatus"),
        (None, None, ("fail", "fail"), "IncorrectDiskStatus.NeverAttached"),
        ("", "", ("fail", "fail"), "IncorrectDiskStatus.NeverAttached"),
    ],
    ids=["attached once", "detached once", "both times", "no time", "empty times"],
)
def test_a_detached_disk_passes_today_where_it_was_attached_before(
    attached: str | None, detached: str | None, expected: tuple[str, str], code: str
) -> None:
    disk = replace(DETACHED, attached_time=attached, detached_time=detached)
    assert statuses("disk-attached", facts_of(disk)) == expected
    assert finding("disk-attached", facts_of(disk)).code == code


# The first is what str.casefold makes an "s" of.
@pytest.mark.parametrize("odd", ["\u017f", "\u0455", "s ", "s\x00", "\u200bs"], ids=ascii)
@pytest.mark.parametrize(
    ("check_id", "facts"),
    [
        ("disk-attached", lambda s: facts_of(replace(DISK, status=f"In_u{s}e"))),
        ("disk-category", lambda s: facts_of(replace(DISK, category=f"cloud_e{s}sd"))),
        ("instance-status", lambda s: facts_of(DISK, replace(INSTANCE, status=f"{s}topped"))),
        ("instance-started", lambda s: facts_of(DISK, Instance("i-1", f"{s}topped", ""))),
        ("instance-lock", lambda s: facts_of(replace(DISK, lock_reasons=(f"{s}ecurity",)))),
        ("snapshot-pending", lambda s: facts_of(snapshots=some(1, status=f"progre{s}sing"))),
        ("snapshot-pending", lambda s: facts_of(snapshots=some(1, status=f"accompli{s}hed"))),
        ("data-loading", lambda s: facts_of(replace(DISK, disk_type=f"{s}ystem"))),
    ],
)
def test_a_word_that_only_looks_like_one_of_ecs_is_not_understood(
    check_id: str, facts: Callable[[str], Facts], odd: str
) -> None:
    assert statuses(check_id, facts(odd))[0] == "warn"


@pytest.mark.parametrize("status", ["Detaching", "Frozen"])
def test_the_disk_status_seen_is_in_the_message(status: str) -> None:
    assert status in finding("disk-attached", facts_of(replace(DISK, status=status))).message


def test_a_detached_disk_has_no_instance_to_check() -> None:
    report = report_on(facts_of(DETACHED), "current")
    skipped = [each.id for each in report.checks if each.status is Status.SKIP]
    assert skipped == ["instance-status", "instance-started"]
    assert report.eligible


# disk-category


@pytest.mark.parametrize("category", NEVER_SNAPSHOTTED)
def test_a_category_that_cannot_be_snapshotted_fails(category: str) -> None:
    facts = facts_of(replace(DISK, category=category))
    assert statuses("disk-category", facts) == ("fail", "fail")
    found = finding("disk-category", facts)
    assert found.code == "DiskCategory.OperationNotSupported"
    assert category in found.message


@pytest.mark.parametrize("category", ESSD + ONE_AT_A_TIME)
def test_a_cloud_disk_can_be_snapshotted(category: str) -> None:
    facts = facts_of(replace(DISK, category=category))
    assert statuses("disk-category", facts) == ("pass", "pass")


@pytest.mark.parametrize("category", ["cloud_quantum", "", None, "cloud ", "local"])
def test_a_category_that_is_not_known_warns(category: str | None) -> None:
    facts = facts_of(replace(DISK, category=category))
    assert statuses("disk-category", facts) == ("warn", "warn")
    assert (category or "no category") in finding("disk-category", facts).message


# instance-status


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Running", "pass"),
        ("Stopped", "pass"),
        ("running", "pass"),
        ("Pending", "fail"),
        ("Starting", "fail"),
        ("Stopping", "fail"),
        ("Hibernating", "warn"),
        ("", "warn"),
        (None, "warn"),
    ],
)
def test_an_instance_is_running_or_stopped(status: str | None, expected: str) -> None:
    facts = facts_of(DISK, replace(INSTANCE, status=status))
    assert statuses("instance-status", facts) == (expected, expected)
    found = finding("instance-status", facts)
    assert (found.code == "IncorrectInstanceStatus") == (expected == "fail")
    assert "i-1" in found.message
    assert (status or "no status") in found.message


SHARED = replace(DISK, instance_ids=("i-1", "i-2", "i-3"))


def shared_by(*second: Instance) -> Facts:
    """A multi-attach disk whose second instance is the given one, or is left out."""
    third = replace(INSTANCE, instance_id="i-3")
    return facts_of(SHARED, INSTANCE, *second, third)


@pytest.mark.parametrize(
    ("check_id", "second", "expected"),
    [
        ("instance-status", Instance("i-2", "Starting", LONG_AGO), ("fail", "fail")),
        ("instance-status", Instance("i-2", "Frozen", LONG_AGO), ("warn", "warn")),
        ("instance-started", Instance("i-2", "Stopped", None), ("fail", "warn")),
        ("instance-started", Instance("i-2", "Stopped", "once"), ("warn", "warn")),
        ("instance-lock", Instance("i-2", "Running", LONG_AGO, ("security",)), ("fail", "fail")),
        ("instance-lock", Instance("i-2", "Running", LONG_AGO, ("recycling",)), ("warn", "warn")),
        ("instance-lock", Instance("i-2", "Running", LONG_AGO, FORBIDDEN), ("warn", "warn")),
    ],
)
def test_one_bad_instance_of_a_multi_attach_disk_counts(
    check_id: str, second: Instance, expected: tuple[str, str]
) -> None:
    assert statuses(check_id, shared_by(second)) == expected
    assert "i-3" not in finding(check_id, shared_by(second)).message


@pytest.mark.parametrize("check_id", ["instance-status", "instance-started", "instance-lock"])
def test_good_instances_of_a_multi_attach_disk_pass(check_id: str) -> None:
    facts = shared_by(replace(INSTANCE, instance_id="i-2", status="Stopped"))
    assert statuses(check_id, facts) == ("pass", "pass")


@pytest.mark.parametrize("check_id", ["instance-status", "instance-started", "instance-lock"])
def test_an_instance_that_is_left_out_warns_and_names_the_permission(check_id: str) -> None:
    facts = shared_by()
    assert statuses(check_id, facts) == ("warn", "warn")
    message = finding(check_id, facts).message
    assert "i-2" in message
    assert "ecs:DescribeInstances" in message


@pytest.mark.parametrize(
    ("check_id", "bad"),
    [
        ("instance-status", Instance("i-1", "Starting", LONG_AGO)),
        ("instance-started", Instance("i-1", "Stopped", None)),
        ("instance-lock", Instance("i-1", "Running", LONG_AGO, ("security",))),
    ],
)
def test_an_instance_that_is_known_to_be_bad_refuses_though_another_is_left_out(
    check_id: str, bad: Instance
) -> None:
    found = finding(check_id, facts_of(SHARED, bad))
    assert found.status is Status.FAIL
    assert "i-1" in found.message


# instance-started


@pytest.mark.parametrize(
    ("status", "start_time", "expected"),
    [
        ("Stopped", None, ("fail", "warn")),
        ("Stopped", "", ("fail", "warn")),
        ("stopped", "", ("fail", "warn")),
        ("Stopped", "2020-01-01T00:00Z", ("pass", "pass")),
        ("Stopped", "2020-01-01T00:00:00Z", ("pass", "pass")),
        ("Stopped", "last year", ("warn", "warn")),
        ("Stopped", "2020-13-01T00:00Z", ("warn", "warn")),
        ("Running", None, ("pass", "pass")),
        ("Running", "", ("pass", "pass")),
        ("Running", "last year", ("pass", "pass")),
        ("Starting", None, ("pass", "pass")),
        ("Frozen", None, ("warn", "warn")),
        (None, None, ("warn", "warn")),
    ],
)
def test_a_stopped_instance_without_a_start_time_was_never_started(
    status: str | None, start_time: str | None, expected: tuple[str, str]
) -> None:
    facts = facts_of(DISK, replace(INSTANCE, status=status, start_time=start_time))
    assert statuses("instance-started", facts) == expected


@pytest.mark.parametrize("rules", BOTH)
def test_a_never_started_instance_is_named_with_the_code_of_ecs(rules: str) -> None:
    facts = facts_of(DISK, Instance("i-1", "Stopped", ""))
    found = finding("instance-started", facts, rules)
    assert found.code == "IncorrectDiskStatus.NeverUsed"
    assert "i-1" in found.message


# instance-lock

SECURITY = ["security", "Security", "SECURITY"]
OTHER_REASONS = ["financial", "recycling", "dedicatedhostfinancial", "refunded", "something-new"]


@pytest.mark.parametrize("owner", ["disk", "instance"])
@pytest.mark.parametrize(
    ("reason", "expected"),
    [(each, ("fail", "fail")) for each in SECURITY]
    + [(each, ("warn", "warn")) for each in OTHER_REASONS],
)
def test_a_lock_on_the_instance_or_the_disk_in_use(
    owner: str, reason: str, expected: tuple[str, str]
) -> None:
    if owner == "disk":
        facts = facts_of(replace(DISK, lock_reasons=(reason,)))
    else:
        facts = facts_of(DISK, replace(INSTANCE, lock_reasons=(reason,)))
    assert statuses("instance-lock", facts) == expected
    found = finding("instance-lock", facts)
    assert (found.code == "InstanceLockedForSecurity") == (expected[0] == "fail")
    assert reason.casefold() in found.message.casefold()
    assert ("d-1" if owner == "disk" else "i-1") in found.message


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (("security",), ("fail", "pass")),
        (("SECURITY",), ("fail", "pass")),
        (("financial",), ("warn", "warn")),
        (("security", "financial"), ("fail", "warn")),
        ((), ("pass", "pass")),
        (FORBIDDEN, ("warn", "warn")),
    ],
    ids=str,
)
def test_a_lock_on_a_detached_disk(
    reasons: tuple[str, ...] | Unknown, expected: tuple[str, str]
) -> None:
    assert statuses("instance-lock", facts_of(replace(DETACHED, lock_reasons=reasons))) == expected


def test_a_security_lock_counts_among_other_reasons() -> None:
    instance = replace(INSTANCE, lock_reasons=("financial", "security"))
    assert statuses("instance-lock", facts_of(DISK, instance)) == ("fail", "fail")


@pytest.mark.parametrize("status", ["Frozen", "", None])
def test_a_security_lock_on_a_disk_of_unclear_status_never_passes(status: str | None) -> None:
    disk = replace(DISK, status=status, lock_reasons=("security",))
    assert statuses("instance-lock", facts_of(disk)) == ("fail", "warn")


def test_a_security_lock_on_the_disk_refuses_though_its_instance_is_unknown() -> None:
    facts = Facts("d-1", replace(DISK, lock_reasons=("security",)), FORBIDDEN)
    assert statuses("instance-lock", facts) == ("fail", "fail")


# snapshot-limit


@pytest.mark.parametrize(
    ("rules", "snapshots", "expected"),
    [
        ("documented", some(63), "pass"),
        ("documented", some(64), "fail"),
        ("documented", some(63, "auto"), "pass"),
        ("documented", some(32) + some(32, "auto"), "fail"),
        ("documented", some(62) + some(1, "timer") + some(1, None), "fail"),
        ("documented", some(63) + some(1, "user", "failed"), "fail"),
        ("current", some(64), "pass"),
        ("current", some(255), "pass"),
        ("current", some(256), "warn"),
        ("current", some(1999), "warn"),
        ("current", some(2000), "fail"),
        ("current", some(255) + some(3000, "auto") + some(3000, "timer"), "pass"),
        ("current", some(1999) + some(3000, "auto"), "warn"),
        ("current", some(256, "User"), "warn"),
        ("current", some(255) + some(1, None), "warn"),
        ("current", some(255) + some(1, "mystery"), "warn"),
        ("current", some(1999) + some(1, None), "warn"),
    ],
    ids=[
        "documented 63",
        "documented 64",
        "documented 63 auto",
        "documented 32 of each",
        "documented 64 of odd types",
        "documented failed ones count",
        "current 64",
        "current 255",
        "current 256",
        "current 1999",
        "current 2000",
        "current auto not counted",
        "current auto not counted at 1999",
        "current type in another case",
        "current 255 and one without a type",
        "current 255 and one of an unknown type",
        "current 1999 and one without a type",
    ],
)
def test_the_number_of_snapshots(
    rules: str, snapshots: tuple[Snapshot, ...], expected: str
) -> None:
    found = finding("snapshot-limit", facts_of(snapshots=snapshots), rules)
    assert str(found.status) == expected
    assert found.code == (None if expected == "pass" else "QuotaExceed.Snapshot")


@pytest.mark.parametrize(
    ("rules", "limit", "snapshots", "expected"),
    [
        ("documented", 10, some(9), "pass"),
        ("documented", 10, some(10), "fail"),
        ("documented", 100, some(99), "pass"),
        ("documented", 100, some(100, "auto"), "fail"),
        ("current", 300, some(299), "pass"),
        ("current", 300, some(300), "fail"),
        ("current", 300, some(400, "auto"), "pass"),
        ("current", 5000, some(4999), "pass"),
    ],
)
def test_the_snapshot_limit_option_replaces_the_figure_of_either_rule_set(
    rules: str, limit: int, snapshots: tuple[Snapshot, ...], expected: str
) -> None:
    found = finding("snapshot-limit", facts_of(snapshots=snapshots), rules, snapshot_limit=limit)
    assert str(found.status) == expected


@pytest.mark.parametrize(
    ("rules", "count", "figures"),
    [
        ("documented", 63, ["63", "64"]),
        ("documented", 65, ["65", "64"]),
        ("current", 300, ["300", "2,000", "256"]),
        ("current", 2001, ["2,001", "2,000"]),
    ],
)
def test_the_count_and_the_limit_are_in_the_message(
    rules: str, count: int, figures: list[str]
) -> None:
    message = finding("snapshot-limit", facts_of(snapshots=some(count)), rules).message
    assert [each for each in figures if each not in message] == []


# snapshot-pending


@pytest.mark.parametrize(
    ("rules", "category", "pending", "expected"),
    [("documented", each, 0, "pass") for each in ("cloud_ssd", "cloud_essd", None)]
    + [("documented", each, 1, "fail") for each in ("cloud_ssd", "cloud_essd", None)]
    + [("current", each, 0, "pass") for each in ONE_AT_A_TIME]
    + [("current", each, 1, "fail") for each in ONE_AT_A_TIME]
    + [("current", each, 9, "pass") for each in ESSD]
    + [("current", each, 10, "fail") for each in ESSD]
    + [("current", "cloud_quantum", 0, "pass"), ("current", "cloud_quantum", 10, "fail")],
)
def test_the_number_of_pending_snapshots(
    rules: str, category: str | None, pending: int, expected: str
) -> None:
    snapshots = some(pending, status="progressing") + some(5) + some(5, status="failed")
    facts = facts_of(replace(DISK, category=category), snapshots=snapshots)
    assert str(finding("snapshot-pending", facts, rules).status) == expected


@pytest.mark.parametrize("pending", [1, 9])
@pytest.mark.parametrize("category", ["cloud_quantum", None])
def test_a_pending_snapshot_of_a_disk_of_unknown_category_does_not_pass_today(
    category: str | None, pending: int
) -> None:
    snapshots = some(pending, status="progressing")
    facts = facts_of(replace(DISK, category=category), snapshots=snapshots)
    assert finding("snapshot-pending", facts, "current").status in (Status.WARN, Status.FAIL)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("auto", "progressing"), ("timer", "progressing"), (None, "Progressing")],
)
def test_a_pending_snapshot_of_any_type_counts(kind: str | None, status: str) -> None:
    facts = facts_of(snapshots=some(1, kind, status))
    assert finding("snapshot-pending", facts).status is Status.FAIL


@pytest.mark.parametrize("status", [None, "", "uploading"])
def test_a_snapshot_of_unclear_status_may_be_pending(status: str | None) -> None:
    unclear = Snapshot("s-odd", status)
    found = finding("snapshot-pending", facts_of(snapshots=(unclear,)))
    assert found.status is Status.WARN
    assert "s-odd" in found.message
    nearly = (*some(9, status="progressing"), unclear)
    assert finding("snapshot-pending", facts_of(snapshots=nearly), "current").status is Status.WARN
    fewer = (*some(8, status="progressing"), unclear)
    assert finding("snapshot-pending", facts_of(snapshots=fewer), "current").status is Status.PASS


@pytest.mark.parametrize(
    ("rules", "count", "code"),
    [
        ("documented", 1, "IncorrectDiskStatus.CreatingSnapshot"),
        ("current", 10, "QuotaExceed.ConcurrentSnapshotQuota"),
    ],
)
def test_the_pending_snapshot_and_its_progress_are_in_the_message(
    rules: str, count: int, code: str
) -> None:
    first = Snapshot("s-slow", "progressing", progress=37, remain_seconds=125)
    snapshots = (first, *some(count - 1, status="progressing"))
    found = finding("snapshot-pending", facts_of(snapshots=snapshots), rules)
    assert found.code == code
    assert [each for each in ("s-slow", "37%") if each not in found.message] == []


def test_a_pending_snapshot_without_a_progress_is_still_named() -> None:
    found = finding("snapshot-pending", facts_of(snapshots=(Snapshot("s-2", "progressing"),)))
    assert "s-2" in found.message
    assert "None" not in found.message


@pytest.mark.parametrize("status", ["progressing", "odd"])
def test_a_snapshot_without_an_id_is_spoken_of_all_the_same(status: str) -> None:
    found = finding("snapshot-pending", facts_of(snapshots=(Snapshot("", status),)))
    assert found.status in (Status.WARN, Status.FAIL)
    assert "without an ID" in found.message


# data-loading

KINDS = [
    ("system", None, ("fail", "warn")),
    ("system", "s-1", ("fail", "warn")),
    ("data", "s-1", ("warn", "warn")),
    ("data", None, ("pass", "pass")),
    ("data", "", ("pass", "pass")),
]


@pytest.mark.parametrize("kind", KINDS, ids=["system", "system of", "data of", "data", "data ''"])
@pytest.mark.parametrize(
    ("created", "young"),
    [
        (ago(minutes=0), True),
        (ago(minutes=59), True),
        (ago(minutes=59, seconds=59), True),
        (ago(minutes=60), False),
        (ago(minutes=61), False),
        (ago(minutes=-5), True),
    ],
    ids=["now", "59 min", "59:59", "60 min", "61 min", "clock 5 min behind"],
)
def test_the_data_of_a_new_disk_has_an_hour_to_load(
    created: str, young: bool, kind: tuple[str, str | None, tuple[str, str]]
) -> None:
    disk_type, source, expected = kind
    disk = replace(DISK, disk_type=disk_type, source_snapshot_id=source, creation_time=created)
    assert statuses("data-loading", facts_of(disk)) == (expected if young else ("pass", "pass"))


@pytest.mark.parametrize(
    ("age", "left"),
    [
        ({"minutes": 1}, "59 minutes"),
        ({"minutes": 58, "seconds": 30}, "2 minutes"),
        ({"minutes": 59}, "1 minute"),
        ({"minutes": 59, "seconds": 59}, "1 minute"),
    ],
)
def test_the_minutes_left_are_in_the_message(age: dict[str, int], left: str) -> None:
    disk = replace(DISK, disk_type="system", creation_time=ago(**age))
    found = finding("data-loading", facts_of(disk))
    assert f"in {left}." in found.message
    assert found.code == "CreateSnapshot.Failed"


NO_TIMES = ["2026-03-01", "1772366400", "2026-02-30T00:00:00Z", "2016-12-31T23:59:60Z"]
NO_TIMES += ["2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]


@pytest.mark.parametrize("time", NO_TIMES)
def test_a_time_that_cannot_be_proves_no_attachment_and_no_start(time: str) -> None:
    detached = replace(DETACHED, attached_time=time, detached_time=None)
    assert statuses("disk-attached", facts_of(detached)) == ("fail", "warn")
    stopped = replace(INSTANCE, status="Stopped", start_time=time)
    assert statuses("instance-started", facts_of(DISK, stopped)) == ("warn", "warn")


@pytest.mark.parametrize("created", [None, "", *NO_TIMES])
@pytest.mark.parametrize(("disk_type", "source"), [("system", None), ("data", "s-1")])
def test_a_creation_time_in_no_known_form_warns(
    disk_type: str, source: str | None, created: str | None
) -> None:
    disk = replace(DISK, disk_type=disk_type, source_snapshot_id=source, creation_time=created)
    assert statuses("data-loading", facts_of(disk)) == ("warn", "warn")


@pytest.mark.parametrize("disk_type", [None, "", "cache"])
def test_a_disk_of_unknown_type_may_be_loading(disk_type: str | None) -> None:
    disk = replace(DISK, disk_type=disk_type, creation_time=ago(minutes=5))
    assert statuses("data-loading", facts_of(disk)) == ("warn", "warn")


# Facts that could not be read

DISK_CHECKS = [each for each in IN_ORDER if not each.startswith("snapshot-")]


@pytest.mark.parametrize("rules", BOTH)
@pytest.mark.parametrize(
    ("facts", "warned"),
    [
        (facts_of(FORBIDDEN), DISK_CHECKS),
        (facts_of(snapshots=FORBIDDEN), ["snapshot-limit", "snapshot-pending"]),
        (
            Facts("d-1", DISK, FORBIDDEN),
            ["instance-status", "instance-started", "instance-lock"],
        ),
    ],
    ids=["disk", "snapshots", "instances"],
)
def test_a_fact_that_may_not_be_read_warns_and_names_the_permission(
    facts: Facts, warned: list[str], rules: str
) -> None:
    report = report_on(facts, rules)
    assert [each.id for each in report.warned] == warned
    assert {each.code for each in report.warned} == {"Forbidden.RAM"}
    assert all("ecs:DescribeThings" in each.message for each in report.warned)
    assert all(FORBIDDEN.reason in each.message for each in report.warned)
    assert report.eligible
    assert not report_on(facts, rules, strict=True).eligible


# The verdict


@pytest.mark.parametrize("check_id", IN_ORDER)
def test_a_check_that_is_skipped_is_not_made(check_id: str) -> None:
    disk = replace(DISK, category="ephemeral", status="Attaching", lock_reasons=("security",))
    disk = replace(disk, disk_type="system", creation_time=ago(minutes=1))
    instance = Instance("i-1", "Stopped", None)
    facts = facts_of(disk, instance, snapshots=some(64, status="progressing"))
    plain, skipping = report_on(facts), report_on(facts, skip={check_id})
    changed = set(skipping.checks) - set(plain.checks)
    assert [(each.id, str(each.status)) for each in changed] == [(check_id, "skip")]


def test_a_failure_that_is_skipped_does_not_refuse() -> None:
    facts = facts_of(snapshots=some(64))
    assert not report_on(facts).eligible
    assert report_on(facts, skip={"snapshot-limit"}).eligible


WARNED = facts_of(DISK, replace(INSTANCE, lock_reasons=("financial",)))


@pytest.mark.parametrize(
    ("facts", "strict", "expected"),
    [
        (facts_of(), False, ExitCode.DONE),
        (facts_of(), True, ExitCode.DONE),
        (WARNED, False, ExitCode.DONE),
        (WARNED, True, ExitCode.REFUSED),
        (facts_of(snapshots=some(64)), False, ExitCode.REFUSED),
        (facts_of(None), False, ExitCode.NOT_FOUND),
        (facts_of(FORBIDDEN), False, ExitCode.DONE),
        (facts_of(FORBIDDEN), True, ExitCode.REFUSED),
    ],
    ids=[
        "good",
        "good, strict",
        "warned",
        "warned, strict",
        "failed",
        "no such disk",
        "unknown",
        "unknown, strict",
    ],
)
def test_the_exit_code_of_a_report(facts: Facts, strict: bool, expected: ExitCode) -> None:
    report = report_on(facts, strict=strict)
    assert report.eligible == (expected is ExitCode.DONE)
    assert exit_code(report) is expected


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ("good", 0),
        ("good good", 0),
        ("bad bad", 3),
        ("gone gone", 4),
        ("good bad", 9),
        ("bad gone", 9),
        ("gone good", 9),
        ("good bad gone", 9),
    ],
)
def test_several_reports_share_an_exit_code_or_are_mixed(reports: str, expected: int) -> None:
    known = {
        "good": report_on(facts_of()),
        "bad": report_on(facts_of(snapshots=some(64))),
        "gone": report_on(facts_of(None)),
    }
    assert combined(exit_code(known[each]) for each in reports.split()) == expected


# The caller's own ClientToken


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("rules", "snapshots", "check_id"),
    [
        ("documented", some(1, status="progressing"), "snapshot-pending"),
        ("documented", some(64), "snapshot-limit"),
        ("current", some(10, status="progressing"), "snapshot-pending"),
        ("current", some(2000), "snapshot-limit"),
    ],
)
def test_what_may_be_the_orders_own_snapshot_warns_and_never_refuses(
    rules: str, snapshots: tuple[Snapshot, ...], check_id: str, strict: bool
) -> None:
    facts = facts_of(snapshots=snapshots)
    assert finding(check_id, facts, rules).status is Status.FAIL
    own = report_on(facts, rules, strict=strict, token_given=True)
    if rules == "documented":
        assert [each.id for each in own.warned] == [check_id]
    assert finding(check_id, facts, rules, token_given=True).status is Status.WARN
    assert own.eligible
    assert "--client-token" in own.warned[-1].message


@pytest.mark.parametrize(
    ("before", "after"), [(63, 64), (255, 256), (1999, 2000)], ids=["64", "256", "2000"]
)
def test_the_same_strict_command_is_not_refused_for_the_snapshot_that_it_made_itself(
    before: int, after: int
) -> None:
    rules = "documented" if after == 64 else "current"
    options = {"strict": after < 2000, "token_given": True}
    assert report_on(facts_of(snapshots=some(before)), rules, **options).eligible
    assert report_on(facts_of(snapshots=some(after)), rules, **options).eligible


@pytest.mark.parametrize(
    "facts",
    [
        facts_of(None),
        facts_of(replace(DISK, category="ephemeral")),
        facts_of(DISK, Instance("i-1", "Pending")),
    ],
    ids=["no such disk", "category", "instance"],
)
def test_a_token_softens_no_other_check(facts: Facts) -> None:
    assert not report_on(facts, token_given=True).eligible


def test_a_token_does_not_take_other_warnings_out_of_strict() -> None:
    facts = replace(WARNED, snapshots=tally(some(64)))
    assert report_on(facts, token_given=True).eligible
    assert not report_on(facts, token_given=True, strict=True).eligible


# The hint


@pytest.mark.parametrize(
    ("facts", "options"),
    [
        (facts_of(DETACHED), {}),
        (facts_of(DISK, Instance("i-1", "Stopped", "")), {}),
        (facts_of(snapshots=some(64)), {}),
        (facts_of(snapshots=some(3, status="progressing")), {}),
        (facts_of(replace(DISK, disk_type="system", creation_time=ago(minutes=5))), {}),
        (facts_of(replace(DETACHED, lock_reasons=("security",))), {}),
        (facts_of(snapshots=some(10, "auto")), {"snapshot_limit": 10}),
        (facts_of(DETACHED), {"strict": True}),
    ],
    ids=["detached", "never started", "64", "pending", "loading", "lock", "own limit", "strict"],
)
def test_a_refusal_that_today_would_not_be_one_says_so(
    facts: Facts, options: Mapping[str, object]
) -> None:
    report = report_on(facts, **options)
    assert not report.eligible
    assert report.hint is not None
    assert "--rules current" in report.hint


@pytest.mark.parametrize(
    ("facts", "rules", "options"),
    [
        (facts_of(), "documented", {}),
        (facts_of(None), "documented", {}),
        (facts_of(replace(DISK, category="ephemeral")), "documented", {}),
        (facts_of(replace(DETACHED, category="ephemeral")), "documented", {}),
        (facts_of(snapshots=some(10)), "documented", {"snapshot_limit": 10}),
        (facts_of(snapshots=some(2000)), "current", {}),
        (facts_of(DISK, Instance("i-1", "Stopped", "")), "documented", {"strict": True}),
        (facts_of(DETACHED), "documented", {"skip": {"disk-attached"}}),
    ],
    ids=[
        "eligible",
        "no such disk",
        "refused by both",
        "one of two refused by both",
        "own limit reached in both",
        "already current",
        "current would warn under strict",
        "skipped",
    ],
)
def test_there_is_no_hint_where_the_current_rules_change_nothing(
    facts: Facts, rules: str, options: Mapping[str, object]
) -> None:
    assert report_on(facts, rules, **options).hint is None


# Junk

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
TIME = st.sampled_from([LONG_AGO, ago(minutes=5), "0001-01-01T00:00+23:59", "2026-99-99T00:00Z"])
UNKNOWN = st.builds(Unknown, ANY_TEXT, st.none() | ANY_TEXT, st.none() | ANY_TEXT)
NAMES = st.sampled_from(["i-1", "i-2", ""])


def word(*known: str) -> st.SearchStrategy[str | None]:
    return st.none() | ANY_TEXT | st.sampled_from([*known, *map(str.upper, known)])


DISK_WORDS = ("In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting")
DISK_WORDS += ("Transferring",)
INSTANCE_WORDS = ("Pending", "Starting", "Running", "Stopping", "Stopped")
LOCKS = st.lists(ANY_TEXT | st.sampled_from(["security", "financial"]), max_size=2).map(tuple)
DISKS = st.builds(
    Disk,
    disk_id=st.just("d-1"),
    status=word(*DISK_WORDS),
    category=word("cloud_essd", "cloud_ssd", "ephemeral"),
    disk_type=word("system", "data"),
    creation_time=st.none() | ANY_TEXT | TIME,
    attached_time=st.none() | ANY_TEXT | TIME,
    detached_time=st.none() | ANY_TEXT | TIME,
    source_snapshot_id=st.none() | ANY_TEXT,
    instance_ids=st.lists(NAMES, max_size=2).map(tuple) | UNKNOWN,
    lock_reasons=LOCKS | UNKNOWN,
)
INSTANCES = st.builds(
    Instance, NAMES, word(*INSTANCE_WORDS), st.none() | ANY_TEXT | TIME, LOCKS | UNKNOWN
)
SNAPSHOTS = st.builds(
    Snapshot,
    ANY_TEXT,
    word("progressing", "accomplished", "failed"),
    st.none() | st.integers(),
    st.none() | st.integers(),
    st.none() | st.booleans(),
    word("user", "auto", "timer"),
)
JUNK = st.tuples(
    ANY_TEXT,
    DISKS | UNKNOWN | st.none(),
    st.dictionaries(NAMES, INSTANCES, max_size=2) | UNKNOWN,
    st.lists(SNAPSHOTS, max_size=3).map(tuple) | UNKNOWN,
)
POLICIES = st.builds(
    Policy,
    rules=st.sampled_from(list(RULE_SETS.values())),
    snapshot_limit=st.none() | st.integers(1, 3),
    skip=st.sets(st.sampled_from(IN_ORDER), max_size=2),
    strict=st.booleans(),
    token_given=st.booleans(),
)


def unclear(text: str | None, *known: str) -> bool:
    return text is None or text.casefold() not in {each.casefold() for each in known}


def must_not_pass(
    facts: Facts, snapshots: tuple[Snapshot, ...] | Unknown, current: bool
) -> set[str]:
    """The checks that stand on a fact which is unknown, worked out from the facts alone."""
    found: set[str] = set()
    if isinstance(snapshots, Unknown):
        found |= {"snapshot-limit", "snapshot-pending"}
    elif not current and any(unclear(each.status, "accomplished", "failed") for each in snapshots):
        found.add("snapshot-pending")
    disk = facts.disk
    if disk is None:
        return set(IN_ORDER)
    if isinstance(disk, Unknown):
        return found | set(DISK_CHECKS)
    if unclear(disk.status, *DISK_WORDS):
        found.add("disk-attached")
        if not isinstance(disk.lock_reasons, Unknown) and "security" in disk.lock_reasons:
            found.add("instance-lock")
    if unclear(disk.category, *ESSD, *ONE_AT_A_TIME):
        found.add("disk-category")
    is_data = not unclear(disk.disk_type, "data")
    if unclear(disk.disk_type, "system", "data") or (
        not is_data and disk.creation_time != LONG_AGO
    ):
        found.add("data-loading")
    if isinstance(disk.lock_reasons, Unknown):
        found.add("instance-lock")
    if isinstance(disk.instance_ids, Unknown):
        return found | {"instance-status", "instance-started", "instance-lock"}
    if isinstance(facts.instances, Unknown):
        named: tuple[Instance | None, ...] = (None,) if disk.instance_ids else ()
    else:
        named = tuple(facts.instances.get(each) for each in disk.instance_ids)
    if not named:
        return found | {"instance-status", "instance-started"}
    if None in named:
        return found | {"instance-status", "instance-started", "instance-lock"}
    if any(each and unclear(each.status, *INSTANCE_WORDS) for each in named):
        found |= {"instance-status", "instance-started"}
    if any(each and isinstance(each.lock_reasons, Unknown) for each in named):
        found.add("instance-lock")
    return found


@settings(deadline=None, max_examples=400)
@given(junk=JUNK, policy=POLICIES)
def test_whatever_the_facts_hold_an_unknown_never_passes(junk: Any, policy: Policy) -> None:
    facts = gathered(*junk)
    report = evaluate(facts, policy, NOW)
    assert tuple(each.id for each in report.checks) == IN_ORDER
    passed = {each.id for each in report.checks if each.status is Status.PASS}
    assert not passed & must_not_pass(facts, junk[-1], policy.rules.name == "current")
    assert not passed & set(policy.skip)
    assert report.eligible == (exit_code(report) is ExitCode.DONE)
    assert not (report.eligible and report.failed)
