"""``prune`` against a played ECS: what is asked, what is deleted, and what comes of each answer."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ecs_snap_cli import signals
from ecs_snap_cli.cli import confirm
from ecs_snap_cli.workflow import prune
from tests.conftest import Ended, Run
from tests.contract.conftest import PlayedEcs, error

MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
PRUNE = ("prune", "--disk-id", "d-1", "--all-manual", "--keep-last", "1")


def days_ago(days: int, hour: int = 0) -> str:
    return (MIDNIGHT - timedelta(days=days, hours=-hour)).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(snapshot_id: str, days: int, **changes: Any) -> dict[str, Any]:
    return {
        "SnapshotId": snapshot_id,
        "SourceDiskId": "d-1",
        "SnapshotName": "nightly",
        "SnapshotType": "user",
        "Status": "accomplished",
        "Usage": "none",
        "CreationTime": days_ago(days),
    } | changes


def page(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Snapshots": {"Snapshot": list(records)}, **more}


@pytest.fixture
def disk(ecs: PlayedEcs) -> PlayedEcs:
    """d-1 with six snapshots; nobody may ask which are locked."""
    ecs.answers(
        "DescribeSnapshots",
        page(
            record("s-old", 5),
            record("s-used", 4, Usage="image"),
            record("s-failed", 3, Status="failed"),
            record("s-auto", 2, SnapshotType="auto"),
            record("s-locked", 2),
            record("s-new", 1),
        ),
    )
    ecs.refuses("DescribeLockedSnapshots", "Forbidden.RAM", 403)

    def delete(parameters: dict[str, str]) -> Any:
        if parameters["SnapshotId"] == "s-locked":
            return error("InvalidOperation.SnapshotIsLocked", 403)
        return {}

    ecs.answers("DeleteSnapshot", delete)
    return ecs


def results(ended: Ended) -> dict[str, tuple[str, str, str, str | None]]:
    return {
        each["SnapshotId"]: (each["Action"], each["Reason"], each["Status"], each["Code"])
        for each in json.loads(ended.out)["Results"]
    }


def deleted(ecs: PlayedEcs) -> set[str]:
    return {each["SnapshotId"] for each in ecs.sent("DeleteSnapshot")}


def test_a_run_reads_deletes_and_tells_each_snapshots_fate(run: Run, disk: PlayedEcs) -> None:
    ended = run(*PRUNE, "--yes", "-o", "json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert list(told) == ["Results", "Kept", "Deleted", "Protected", "Failed"]
    assert told["Results"][0] == {
        "SnapshotId": "s-new",
        "DiskId": "d-1",
        "CreationTime": days_ago(1),
        "Action": "keep",
        "Reason": "last",
        "Status": "",
        "Code": None,
    }
    refusal = "InvalidOperation.SnapshotIsLocked"
    assert list(results(ended).items())[1:] == [
        ("s-locked", ("protected", "locked", "", refusal)),
        ("s-auto", ("protected", "automatic", "", None)),
        ("s-failed", ("delete", "its creation failed", "deleted", None)),
        ("s-used", ("protected", "used by an image", "", None)),
        ("s-old", ("delete", "no rule keeps it", "deleted", None)),
    ]
    assert [told[name] for name in ("Kept", "Deleted", "Protected", "Failed")] == [1, 2, 3, 0]
    assert sorted(disk.actions()) == [
        *["DeleteSnapshot"] * 3,
        "DescribeLockedSnapshots",
        "DescribeSnapshots",
    ]
    assert disk.sent("DescribeSnapshots") == [
        {"RegionId": "cn-hangzhou", "MaxResults": "100", "DiskId": "d-1"}
    ]
    assert {"SnapshotId": "s-old"} in disk.sent("DeleteSnapshot")


def test_a_dry_run_tells_the_same_and_deletes_nothing(run: Run, disk: PlayedEcs) -> None:
    disk.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": [{"SnapshotId": "s-locked"}]})
    dry = run(*PRUNE, "--dry-run", "-o", "json")
    assert (dry.code, disk.sent("DeleteSnapshot")) == (0, [])
    real = run(*PRUNE, "--yes", "-o", "json")
    assert deleted(disk) == {"s-old", "s-failed"}
    assert json.loads(dry.out)["Deleted"] == 0
    predicted = json.loads(dry.out.replace("planned", "deleted")) | {"Deleted": 2}
    assert predicted == json.loads(real.out)


def test_quiet_is_the_ids_that_are_deleted(run: Run, disk: PlayedEcs) -> None:
    for mode in ("--dry-run", "--yes"):
        ended = run(*PRUNE, mode, "-q")
        ids = set(ended.out.split())
        assert (ended.code, ended.err) == (0, "")
        assert ids - {"s-locked"} == {"s-failed", "s-old"}
    assert "s-locked" not in ids


def test_xml(run: Run, disk: PlayedEcs) -> None:
    root = ET.fromstring(run(*PRUNE, "--yes", "-o", "xml").out)  # noqa: S314
    assert root.tag == "PruneResponse"
    assert [each.tag for each in root] == ["Results", "Kept", "Deleted", "Protected", "Failed"]
    first = root.find("Results/Result")
    assert first is not None
    assert [each.tag for each in first] == [
        "SnapshotId", "DiskId", "CreationTime", "Action", "Reason", "Status", "Code",
    ]  # fmt: skip
    assert len(root.findall("Results/Result")) == 6


def test_the_table_is_grouped_by_disk_and_ends_in_the_totals(run: Run, disk: PlayedEcs) -> None:
    ended = run(*PRUNE, "--yes")
    lines = ended.out.splitlines()
    assert lines[0] == "Disk d-1"
    assert lines[1].split() == ["SnapshotId", "Created", "Action", "Name", "Reason"]
    assert lines[2] == f"s-new       {days_ago(1)}  keep       nightly  last"
    assert lines[-1] == "1 kept, 2 deleted, 3 protected."
    dry = run(*PRUNE, "--dry-run")
    assert dry.out.splitlines()[-1] == "1 kept, 3 to delete, 2 protected."


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--all-manual",),
        ("--keep-last", "1"),
        ("--all-manual", "--keep-last", "0"),
        ("--all-manual", "--keep-daily", "-1"),
        ("--all-manual", "--keep-within", "0d"),
        ("--all-manual", "--keep-within", ""),
        ("--all-manual", "--keep-within", "2y"),
        ("--all-manual", "--keep-last", "1", "--tag", "a=1"),
        ("--all-manual", "--keep-last", "1", "--name-prefix", "a"),
        ("--all-manual", "--keep-last", "1", "--name-prefix", ""),
        ("--name-prefix", "", "--keep-last", "1"),
        ("--name-prefix", "", "--tag", "a=1", "--keep-last", "1"),
        ("--name-prefix", "a*", "--keep-last", "1"),
        ("--name-prefix", "a" * 129, "--keep-last", "1"),
        ("--tag", "a", "--keep-last", "1"),
        ("--tag", "", "--keep-last", "1"),
        ("--all-manual", "--keep-last", "1", "--timezone", "Europe/Atlantis"),
        ("--all-manual", "--keep-last", "1", "--timezone", "Europe"),
        ("--all-manual", "--keep-last", "1", "--timezone", ""),
        ("--all-manual", "--keep-last", "1", "--timezone", "../../etc/passwd"),
        ("--all-manual", "--keep-last", "1", "--timezone", "/etc/passwd"),
        ("--all-manual", "--keep-last", "1", "--timezone", "a\udcff"),
        ("--all-manual", "--keep-last", "1", "--all-disks"),
    ],
    ids=ascii,
)
def test_bad_options_are_found_before_anything_is_sent(
    run: Run, disk: PlayedEcs, options: tuple[str, ...]
) -> None:
    ended = run("prune", "--disk-id", "d-1", *options, "--yes", "-o", "json")
    told = json.loads(ended.err)["Error"]
    assert (ended.code, told["Code"], ended.out) == (2, "UsageError", "")
    assert told["Hint"]
    assert disk.calls == []


def test_no_disk_and_no_scope_is_ever_taken_for_all(run: Run, disk: PlayedEcs) -> None:
    for options, named in (
        (("--all-manual",), ("--disk-id", "--instance-id", "--disk-tag", "--all-disks")),
        (("--disk-id", "d-1"), ("--tag", "--name-prefix", "--all-manual")),
    ):
        ended = run("prune", *options, "--keep-last", "1", "--yes")
        assert ended.code == 2
        assert all(each in ended.err for each in named)
    assert disk.calls == []


def test_a_machine_without_the_time_zone_database_says_so(
    run: Run, disk: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zoneinfo

    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    missing = zoneinfo.ZoneInfoNotFoundError("none")
    monkeypatch.setattr(zoneinfo, "ZoneInfo", _raiser(missing))
    ended = run(*PRUNE, "--timezone", "Europe/Berlin", "--dry-run")
    assert ended.code == 2
    assert "tzdata" in ended.err
    assert disk.calls == []
    assert run(*PRUNE, "--timezone", "UTC", "--dry-run").code == 0


@pytest.mark.parametrize("problem", [IsADirectoryError("d"), PermissionError("p")])
def test_a_zone_that_cannot_be_read_is_none(
    run: Run, disk: PlayedEcs, monkeypatch: pytest.MonkeyPatch, problem: OSError
) -> None:
    monkeypatch.setattr("zoneinfo.ZoneInfo", _raiser(problem))
    assert run(*PRUNE, "--timezone", "Europe", "--dry-run").code == 2


def _raiser(problem: Exception) -> Any:
    def fail(*args: object) -> None:
        raise problem

    return fail


def test_with_nobody_to_ask_nothing_is_sent(run: Run, disk: PlayedEcs) -> None:
    ended = run(*PRUNE)
    assert (ended.code, ended.out, disk.calls) == (2, "", [])
    assert "--yes" in ended.err


@pytest.mark.parametrize(
    ("answer", "code", "gone"),
    [
        ("y\n", 0, {"s-old", "s-failed", "s-locked"}),
        ("YES\n", 0, {"s-old", "s-failed", "s-locked"}),
        ("n\n", 1, set()),
        ("\n", 1, set()),
        ("", 1, set()),
    ],
    ids=["y", "YES", "n", "empty line", "end of input"],
)
def test_on_a_terminal_the_plan_is_shown_and_asked_about(
    run: Run, disk: PlayedEcs, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, gone: Any
) -> None:
    monkeypatch.setattr(confirm, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    ended = run(*PRUNE)
    assert (ended.code, deleted(disk)) == (code, gone)
    assert "Delete 3 snapshots of 1 disk? [y/N]" in ended.err
    assert "s-old" in ended.err.partition("Delete 3")[0]
    assert bool(ended.out) is (code == 0)


def test_the_question_counts_the_disks_that_lose_snapshots(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirm, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})

    def describe(parameters: dict[str, str]) -> Any:
        disk_id = parameters["DiskId"]
        count = {"d-1": 1, "d-2": 3, "d-3": 2}[disk_id]
        return page(*(record(f"s-{disk_id}-{n}", n, SourceDiskId=disk_id) for n in range(count)))

    ecs.answers("DescribeSnapshots", describe)
    ended = run(*PRUNE, "--disk-id", "d-2", "--disk-id", "d-3")
    assert "Delete 3 snapshots of 2 disks? [y/N]" in ended.err


def test_where_there_is_nothing_to_delete_nobody_is_asked(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirm, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    ecs.answers("DescribeSnapshots", page(record("s-1", 1)))
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ended = run(*PRUNE)
    assert (ended.code, ended.err) == (0, "")


def test_the_scope_is_sought_here_and_not_by_ecs(run: Run, ecs: PlayedEcs) -> None:
    nightly = {"Tags": {"Tag": [{"TagKey": "job", "TagValue": "nightly"}]}}
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DeleteSnapshot", {})
    ecs.answers(
        "DescribeSnapshots",
        page(record("s-1", 4, **nightly), record("s-2", 3), NextToken="more"),
        page(record("s-3", 2, **nightly), record("s-4", 1, SnapshotName="weekly")),
    )
    by_tag = ("prune", "--disk-id", "d-1", "--tag", "job=nightly", "--keep-last", "1", "--yes")
    ended = run(*by_tag, "-o", "json")
    assert {key: value[0] for key, value in results(ended).items()} == {
        "s-3": "keep",
        "s-1": "delete",
    }
    assert deleted(ecs) == {"s-1"}
    assert [sorted(each) for each in ecs.sent("DescribeSnapshots")] == [
        ["DiskId", "MaxResults", "RegionId"],
        ["DiskId", "MaxResults", "NextToken", "RegionId"],
    ]


@pytest.mark.parametrize(
    "second",
    [
        {"Snapshots": {"Snapshot": "none"}},
        error("InternalError", 500),
        page(record("s-2", 2, SourceDiskId="d-9")),
    ],
)
def test_a_disk_whose_pages_are_not_all_understood_is_not_touched(
    run: Run, ecs: PlayedEcs, second: Any
) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers(
        "DescribeSnapshots", page(record("s-1", 4), record("s-3", 3), NextToken="x"), second
    )
    ended = run(*PRUNE, "--yes", "-o", "json")
    assert (ended.code, ended.err) == (6, "")
    (failed,) = json.loads(ended.out)["Results"]
    assert (failed["SnapshotId"], failed["DiskId"], failed["Status"]) == (None, "d-1", "failed")
    assert deleted(ecs) == set()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"SnapshotType": "auto"}, "SnapshotType is missing"),
        ({"Status": "progressing"}, "Status is missing"),
        ({"CreationTime": days_ago(5)}, "CreationTime is missing"),
        ({"SourceDiskId": ""}, "SourceDiskId is missing"),
        ({"Usage": "disk"}, "Usage is not understood"),
        ({"Usage": ["image"]}, "Usage is not understood"),
    ],
)
def test_of_a_record_whose_copies_differ_nothing_is_believed(
    run: Run, ecs: PlayedEcs, change: dict[str, Any], reason: str
) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers(
        "DescribeSnapshots",
        page(record("s-1", 4), record("s-2", 3), NextToken="x"),
        page(record("s-1", 4, **change)),
    )
    ended = run(*PRUNE, "--dry-run", "--force", "-o", "json")
    assert results(ended)["s-1"][:2] == ("protected", reason)


def test_a_lost_deletion_that_then_finds_nothing_is_done(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DescribeSnapshots", page(record("s-1", 2), record("s-2", 1)))
    lost, gone = requests.ConnectionError("reset"), error("InvalidSnapshotId.NotFound", 404)
    ecs.answers("DeleteSnapshot", lost, gone)
    assert run(*PRUNE, "--yes", "-q").out == "s-1\n"
    ecs.answers("DeleteSnapshot", gone)
    ended = run(*PRUNE, "--yes", "-o", "json")
    assert (ended.code, results(ended)["s-1"][2:]) == (4, ("failed", "InvalidSnapshotId.NotFound"))


def test_force_is_said_to_ecs(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DescribeSnapshots", page(record("s-1", 2, Usage="disk"), record("s-2", 1)))
    ecs.answers("DeleteSnapshot", {})
    assert run(*PRUNE, "--yes", "-q").out == ""
    assert run(*PRUNE, "--yes", "-q", "--force").out == "s-1\n"
    assert ecs.sent("DeleteSnapshot") == [{"SnapshotId": "s-1", "Force": "True"}]


def test_periods_go_by_the_zone(run: Run, ecs: PlayedEcs) -> None:
    """In Shanghai 22:00, 23:00 and 01:00 UTC are 06:00, 07:00 and 09:00 of one day."""
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    times = {"s-1": (3, 22), "s-2": (3, 23), "s-3": (2, 1)}
    ecs.answers(
        "DescribeSnapshots",
        page(*(record(each, 0, CreationTime=days_ago(*when)) for each, when in times.items())),
    )
    daily = ("prune", "--disk-id", "d-1", "--all-manual", "--keep-daily", "2", "--dry-run", "-q")
    assert run(*daily).out == "s-1\n"
    assert run(*daily, "--timezone", "Asia/Shanghai").out == "s-2\n"


def test_an_unknown_disk_is_exit_4_and_told_as_a_result(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DescribeDisks", {"Disks": {"Disk": []}})
    ended = run(*PRUNE, "--yes")
    assert ended.code == 4
    assert ended.out.startswith("Disk d-1: ECS knows no disk d-1")
    assert ended.out.endswith("0 kept, 0 deleted, 0 protected, 1 failed.\n")
    assert run("prune", "--all-disks", *PRUNE[3:], "--yes").code == 4


def test_an_instance_without_a_disk_is_told_and_is_no_success(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})

    def describe(parameters: dict[str, str]) -> Any:
        return {"Disks": {"Disk": [ecs.disk] if parameters["InstanceId"] == "i-1" else []}}

    ecs.answers("DescribeDisks", describe)
    ended = run("prune", "--instance-id", "i-1", "--instance-id", "i-2", *PRUNE[3:], "--dry-run")
    assert (ended.code, ended.err) == (9, "Warning: No disk is attached to instance i-2.\n")
    assert ended.out.startswith("Disk d-1 has no snapshots in scope.")


def test_texts_of_ecs_take_no_effect(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    hostile = "\x1b[2J\u202e[red]<x>"
    ecs.answers(
        "DescribeSnapshots",
        page(record(hostile, 2, SnapshotName=hostile, Usage=hostile), record("s-2", 1)),
    )
    for output in ("table", "json", "xml"):
        ended = run(*PRUNE, "--dry-run", "-o", output)
        assert ended.code == 0
        assert "\x1b" not in ended.out
        assert "\u202e" not in ended.out


@pytest.mark.usefixtures("caught_signals")
def test_a_signal_ends_a_run_with_all_that_is_known(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "CONCURRENCY", 1)
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DescribeSnapshots", page(*(record(f"s-{days}", days) for days in range(1, 6))))
    stopped, real = threading.Event(), signals.catch_again

    def catch_again() -> None:
        real()
        stopped.set()

    def delete(parameters: dict[str, str]) -> Any:
        if parameters["SnapshotId"] == "s-3":
            os.kill(os.getpid(), signal.SIGINT)
            stopped.wait(30)
        return {}

    monkeypatch.setattr(signals, "catch_again", catch_again)
    ecs.answers("DeleteSnapshot", delete)
    ended = run(*PRUNE, "--yes", "-o", "json")
    assert ended.code == 130
    told = json.loads(ended.err)["Error"]
    assert told["Code"] == "Interrupted"
    assert "is on stdout" in told["Message"]
    assert {key: value[2:] for key, value in results(ended).items()} == {
        "s-1": ("", None),
        "s-2": ("deleted", None),
        "s-3": ("deleted", None),
        "s-4": ("failed", "Interrupted"),
        "s-5": ("failed", "Interrupted"),
    }
    assert deleted(ecs) == {"s-2", "s-3"}


@pytest.mark.parametrize(
    ("dry_run", "code"), [("DryRunOperation", 4), ("Forbidden.RAM", 5), ("Throttling", 6)]
)
def test_no_disks_may_mean_no_permission_to_see_them(
    run: Run, ecs: PlayedEcs, dry_run: str, code: int
) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DescribeDisks", {"Disks": {"Disk": []}}, error(dry_run, 412))
    ended = run("prune", "--all-disks", *PRUNE[3:], "--yes", "--max-attempts", "1")
    assert (ended.code, ended.out) == (code, "")
    assert [each.get("DryRun", "") for each in ecs.sent("DescribeDisks")] == ["", "True"]


def test_an_endpoint_that_minds_no_instance_selects_no_disk(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DescribeSnapshots", page(record("s-1", 2), record("s-2", 1)))
    argv = ("prune", "--instance-id", "i-9", *PRUNE[3:], "--yes")
    ended = run(*argv)
    assert (ended.code, ended.out) == (6, "")
    assert "other instances" in ended.err
    assert deleted(ecs) == set()
    attachments = {"Attachment": [{"InstanceId": "i-1"}, {"InstanceId": "i-9"}]}
    shared = ecs.disk | {"InstanceId": "", "Attachments": attachments}
    ecs.answers("DescribeDisks", {"Disks": {"Disk": [shared]}})
    assert run(*argv, "--dry-run", "-q").out == "s-1\n"
