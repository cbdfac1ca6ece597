"""Every disk of the sandbox behaves as its name says: in process, over real HTTP, signed."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from tests.conftest import Ended, Run

# disk, the check that fails, its code, ECS's own refusal with --no-preflight, does `current` pass?
REFUSED = [
    ("detached", "disk-attached", "IncorrectDiskStatus", True),
    ("never-attached", "disk-attached", "IncorrectDiskStatus.NeverAttached", False),
    ("local", "disk-category", "DiskCategory.OperationNotSupported", False),
    ("starting", "instance-status", "IncorrectInstanceStatus", False),
    ("never-started", "instance-started", "IncorrectDiskStatus.NeverUsed", True),
    ("locked", "instance-lock", "InstanceLockedForSecurity", False),
    ("full", "snapshot-limit", "QuotaExceed.Snapshot", True),
    ("pending", "snapshot-pending", "IncorrectDiskStatus.CreatingSnapshot", True),
    ("loading", "data-loading", "CreateSnapshot.Failed", True),
]
ELIGIBLE = ("system", "data")


def error_of(ended: Ended) -> dict[str, object]:
    """The error document on stderr, which is all there is."""
    problem: dict[str, object] = json.loads(ended.err)["Error"]
    return problem


@pytest.mark.parametrize("disk", ELIGIBLE)
def test_an_eligible_disk_gets_a_snapshot_in_every_format(run: Run, disk: str) -> None:
    argv = ("create", "--sandbox", "--disk-id", f"d-sandbox-{disk}", "--rules", "current")
    answer = json.loads(run(*argv, "-o", "json").out)
    assert set(answer) == {"RequestId", "SnapshotId"}
    assert answer["SnapshotId"].startswith("s-")
    assert run("sandbox", "reset").code == 0
    root = ET.fromstring(run(*argv, "-o", "xml").out)  # noqa: S314
    assert [child.tag for child in root] == ["RequestId", "SnapshotId"]
    run("sandbox", "reset")
    table = run(*argv)
    assert (table.code, table.err) == (0, "")
    assert f"d-sandbox-{disk}" in table.out


@pytest.mark.parametrize(("disk", "check", "code", "current"), REFUSED)
def test_a_refused_disk_names_its_one_defect(
    run: Run, disk: str, check: str, code: str, current: bool
) -> None:
    argv = ("create", "--sandbox", "--disk-id", f"d-sandbox-{disk}")
    ended = run(*argv, "-o", "json")
    problem = error_of(ended)
    assert (ended.code, ended.out, problem["Code"]) == (3, "", "PreflightFailed")
    checks: list[dict[str, str]] = problem["Checks"]  # type: ignore[assignment]
    failed = [(each["Id"], each["Code"]) for each in checks if each["Status"] == "fail"]
    assert failed == [(check, code)]
    assert not [each for each in checks if each["Status"] == "warn"]
    assert ("--rules current" in str(problem["Hint"])) is current
    root = ET.fromstring(run(*argv, "-o", "xml").err)  # noqa: S314
    assert root.tag == "Error"
    assert len(root.findall("Checks/Check")) == 9
    table = run(*argv)
    assert (table.code, table.out) == (3, "")
    assert check in table.err


@pytest.mark.parametrize(("disk", "check", "code", "current"), REFUSED)
def test_the_sandbox_itself_refuses_without_a_preflight(
    run: Run, disk: str, check: str, code: str, current: bool
) -> None:
    ended = run(
        "create", "--sandbox", "--disk-id", f"d-sandbox-{disk}", "--no-preflight", "-o", "json"
    )
    assert (ended.code, ended.out) == (3, "")
    assert error_of(ended)["Code"] == code


@pytest.mark.parametrize(("disk", "check", "code", "current"), REFUSED)
def test_the_current_rules_decide_as_ecs_does_today(
    run: Run, disk: str, check: str, code: str, current: bool
) -> None:
    ended = run("create", "--sandbox", "--disk-id", f"d-sandbox-{disk}", "--rules", "current")
    assert ended.code == (0 if current else 3)


def test_a_disk_that_is_not_there(run: Run) -> None:
    ended = run("create", "--sandbox", "--disk-id", "d-nowhere", "-o", "json")
    assert ended.code == 4
    assert error_of(ended)["Code"] == "InvalidDiskId.NotFound"


@pytest.mark.parametrize("region", ["cn-beijing", "cn-nowhere"])
@pytest.mark.parametrize("extra", [(), ("--no-preflight",)])
def test_another_region_has_none_of_the_disks(
    run: Run, region: str, extra: tuple[str, ...]
) -> None:
    argv = ("create", "--sandbox", "--disk-id", "d-sandbox-data", "--region", region)
    assert run(*argv, *extra).code == 4


@pytest.mark.parametrize("command", ["create", "check"])
def test_a_disk_that_is_not_there_is_not_eligible_though_that_check_is_skipped(
    run: Run, command: str
) -> None:
    ended = run(command, "--sandbox", "--disk-id", "d-nowhere", "--skip-check", "disk-exists")
    assert ended.code == 4
    assert "can be snapshotted" not in ended.out


def test_a_dry_run_says_so(run: Run) -> None:
    ended = run("create", "--sandbox", "--disk-id", "d-sandbox-data", "--dry-run")
    assert "nothing was created" in ended.out


def test_strict_is_named_where_it_refuses(run: Run) -> None:
    argv = ("--sandbox", "--disk-id", "d-sandbox-loading", "--rules", "current")
    assert "mind the warnings" in run("check", *argv).out
    strict = run("check", *argv, "--strict")
    assert strict.code == 3
    assert "--strict" in strict.out
    assert "--strict" in run("create", *argv, "--strict").err


def test_check_reports_in_the_order_asked_on_stdout(run: Run) -> None:
    disks = ("d-sandbox-locked", "d-sandbox-data", "d-nowhere")
    argv = [word for disk in disks for word in ("--disk-id", disk)]
    ended = run("check", "--sandbox", *argv, "-o", "json")
    found = json.loads(ended.out)["Reports"]
    assert ended.code == 9
    assert [(each["DiskId"], each["Eligible"]) for each in found] == [
        ("d-sandbox-locked", False),
        ("d-sandbox-data", True),
        ("d-nowhere", False),
    ]
    assert ended.err == ""
    root = ET.fromstring(run("check", "--sandbox", *argv, "-o", "xml").out)  # noqa: S314
    assert [each.findtext("DiskId") for each in root.findall("Reports/Report")] == list(disks)
    assert run("check", "--sandbox", *argv, "-q").out == "d-sandbox-data\n"


@pytest.mark.parametrize(
    ("disk", "code"), [("d-sandbox-data", 0), ("d-sandbox-full", 3), ("d-nowhere", 4)]
)
def test_check_exits_as_its_one_verdict(run: Run, disk: str, code: int) -> None:
    ended = run("check", "--sandbox", "--disk-id", disk)
    assert ended.code == code
    assert disk in ended.out
    assert ended.err == ""


def test_wait_ends_with_an_accomplished_snapshot(run: Run) -> None:
    ended = run(
        "create", "--sandbox", "--disk-id", "d-sandbox-data", "--wait", "--poll-interval", "0.1"
    )
    assert ended.code == 0
    assert "accomplished (100%)" in ended.out
    lines = ended.err.splitlines()
    assert len(lines) >= 2
    assert len(set(lines)) == len(lines)


def test_a_wait_that_is_too_short_tells_the_id_and_exits_7(run: Run) -> None:
    ended = run(
        "create",
        "--sandbox",
        "--disk-id",
        "d-sandbox-data",
        "--wait",
        "--wait-timeout",
        "0.2",
        "--poll-interval",
        "0.1",
        "-o",
        "json",
    )
    problem = error_of(ended)
    assert (ended.code, ended.out, problem["Code"]) == (7, "", "WaitTimeout")
    assert "s-" in str(problem["Message"])
    assert "still being created" in str(problem["Message"])
    assert "ecs-snap wait --snapshot-id s-" in str(problem["Hint"])


def test_the_same_token_gives_the_same_snapshot_again(run: Run) -> None:
    argv = ("create", "--sandbox", "--disk-id", "d-sandbox-data", "--client-token", "t", "-q")
    first, second = run(*argv), run(*argv)
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out


def test_a_token_of_another_order_conflicts(run: Run) -> None:
    argv = ("create", "--sandbox", "--client-token", "t", "-o", "json")
    run(*argv, "--disk-id", "d-sandbox-data")
    ended = run(*argv, "--disk-id", "d-sandbox-system")
    assert ended.code == 3
    assert error_of(ended)["Code"] == "IdempotentParameterMismatch"


def test_the_environment_of_real_work_does_not_reach_the_sandbox(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-beijing")
    monkeypatch.setenv("ECS_SNAP_ENDPOINT", "ecs.example.com")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert run("create", "--sandbox", "--disk-id", "d-sandbox-data").code == 0
