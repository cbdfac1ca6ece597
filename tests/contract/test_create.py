"""``create`` against a played ECS: what is sent, and what comes of each answer."""

from __future__ import annotations

import json
import threading
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from tests.conftest import Run
from tests.contract.conftest import HOST, REQUEST_ID, PlayedEcs, error


def test_the_seed_example_is_the_apis_own_answer_in_json(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["DiskId"] = "1033-60053321"
    ended = run("create", "--disk-id", "1033-60053321", "-o", "json")
    assert ended.code == 0
    assert ended.out == f'{{"RequestId": "{REQUEST_ID}", "SnapshotId": "s-923FE2BF0"}}\n'
    assert ended.err == ""


def test_the_seed_example_is_the_apis_own_answer_in_xml(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["DiskId"] = "1033-60053321"
    ended = run("create", "--disk-id", "1033-60053321", "--output=xml")
    root = ET.fromstring(ended.out)  # noqa: S314
    assert root.tag == "CreateSnapshotResponse"
    assert [(child.tag, child.text) for child in root] == [
        ("RequestId", REQUEST_ID),
        ("SnapshotId", "s-923FE2BF0"),
    ]
    assert ended.err == ""


def test_quiet_prints_the_id_alone(run: Run, ecs: PlayedEcs) -> None:
    ended = run("create", "--disk-id", "d-1", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "s-923FE2BF0\n", "")


def test_the_reads_ask_for_exactly_this_disk_in_this_region(run: Run, ecs: PlayedEcs) -> None:
    run("create", "--disk-id", "d-1")
    assert ecs.sent("DescribeDisks") == [{"RegionId": "cn-hangzhou", "DiskIds": '["d-1"]'}]
    assert ecs.sent("DescribeSnapshots") == [
        {"RegionId": "cn-hangzhou", "DiskId": "d-1", "MaxResults": "100"}
    ]
    assert ecs.sent("DescribeInstances") == [
        {"RegionId": "cn-hangzhou", "InstanceIds": '["i-1"]', "MaxResults": "100"}
    ]
    assert len(ecs.calls) == 4


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {}),
        (("--name", "nightly-1"), {"SnapshotName": "nightly-1"}),
        (("--name", "每晚备份"), {"SnapshotName": "每晚备份"}),
        (("--description", "before the upgrade"), {"Description": "before the upgrade"}),
        (("--retention-days", "65536"), {"RetentionDays": "65536"}),
        (("--resource-group-id", "rg-1"), {"ResourceGroupId": "rg-1"}),
        (
            ("--tag", "a=1", "--tag", "b=", "--tag", "c=x=y"),
            {
                "Tag.1.Key": "a",
                "Tag.1.Value": "1",
                "Tag.2.Key": "b",
                "Tag.2.Value": "",
                "Tag.3.Key": "c",
                "Tag.3.Value": "x=y",
            },
        ),
        (("--client-token", "order 1"), {"ClientToken": "order 1"}),
    ],
)
def test_options_become_exactly_these_parameters(
    run: Run, ecs: PlayedEcs, options: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert run("create", "--disk-id", "d-1", *options).code == 0
    (sent,) = ecs.sent("CreateSnapshot")
    token = sent.pop("ClientToken")
    assert len(token) <= 64
    assert sent | {"ClientToken": token} == {"DiskId": "d-1", "ClientToken": token} | expected


def test_each_run_has_a_token_of_its_own(run: Run, ecs: PlayedEcs) -> None:
    run("create", "--disk-id", "d-1")
    run("create", "--disk-id", "d-1")
    first, second = (sent["ClientToken"] for sent in ecs.sent("CreateSnapshot"))
    assert first != second


def test_no_preflight_sends_create_snapshot_alone(run: Run, ecs: PlayedEcs) -> None:
    assert run("create", "--disk-id", "d-1", "--no-preflight").code == 0
    assert ecs.actions() == ["CreateSnapshot"]


def test_a_refusal_sends_no_create_snapshot_and_reports_every_check(
    run: Run, ecs: PlayedEcs
) -> None:
    locks = {"LockReason": [{"LockReason": "SECURITY"}]}
    ecs.instance.update(Status="Starting", OperationLocks=locks)
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    assert (ended.code, ended.out) == (3, "")
    problem = json.loads(ended.err)["Error"]
    assert (problem["Code"], problem["ExitCode"]) == ("PreflightFailed", 3)
    assert len(problem["Checks"]) == 9
    failed = {each["Id"]: each["Code"] for each in problem["Checks"] if each["Status"] == "fail"}
    assert failed == {
        "instance-status": "IncorrectInstanceStatus",
        "instance-lock": "InstanceLockedForSecurity",
    }
    assert "CreateSnapshot" not in ecs.actions()


def test_a_disk_left_out_is_asked_for_once_more_with_dry_run(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeDisks", {"Disks": {"Disk": []}}, error("DryRunOperation", 412))
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    assert ended.code == 4
    assert json.loads(ended.err)["Error"]["Code"] == "InvalidDiskId.NotFound"
    assert ecs.sent("DescribeDisks")[1]["DryRun"].lower() == "true"


def test_a_disk_left_out_for_want_of_permission_is_not_called_missing(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.answers("DescribeDisks", {"Disks": {"Disk": []}}, error("Forbidden.RAM", 403))
    ended = run("check", "--disk-id", "d-1", "-o", "json")
    checks = {c["Id"]: c for c in json.loads(ended.out)["Reports"][0]["Checks"]}
    assert checks["disk-exists"]["Status"] == "warn"
    assert "ecs:DescribeDisks" in checks["disk-exists"]["Message"]
    assert ended.code == 0


@pytest.mark.parametrize("action", ["DescribeDisks", "DescribeInstances", "DescribeSnapshots"])
def test_a_read_that_is_forbidden_warns_names_the_permission_and_goes_ahead(
    run: Run, ecs: PlayedEcs, action: str
) -> None:
    ecs.refuses(action, "Forbidden.RAM", 403)
    ended = run("create", "--disk-id", "d-1")
    assert ended.code == 0
    assert f"ecs:{action}" in ended.err
    assert "Warning" in ended.err


def test_strict_refuses_where_a_fact_could_not_be_read(run: Run, ecs: PlayedEcs) -> None:
    ecs.refuses("DescribeInstances", "Forbidden.RAM", 403)
    ended = run("create", "--disk-id", "d-1", "--strict")
    assert ended.code == 3
    assert "CreateSnapshot" not in ecs.actions()


def test_an_instance_left_out_warns(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeInstances", {"Instances": {"Instance": []}})
    ended = run("check", "--disk-id", "d-1", "-o", "json")
    checks = {c["Id"]: c["Status"] for c in json.loads(ended.out)["Reports"][0]["Checks"]}
    assert checks["instance-status"] == checks["instance-started"] == "warn"
    assert checks["instance-lock"] == "warn"


def test_warnings_of_a_success_are_plain_lines_under_json_too(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["Category"] = "cloud_new"
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    assert json.loads(ended.out)["SnapshotId"] == "s-923FE2BF0"
    assert ended.err.startswith("Warning: disk-category: ")
    assert len(ended.err.splitlines()) == 1


def test_warnings_of_a_failure_are_in_the_document_alone(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["Category"] = "cloud_new"
    ecs.refuses("CreateSnapshot", "DiskInArrears", 403, "Overdue.")
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, problem["Code"], problem["RequestId"]) == (3, "DiskInArrears", REQUEST_ID)
    warned = [each["Id"] for each in problem["Checks"] if each["Status"] == "warn"]
    assert warned == ["disk-category"]
    assert problem["Hint"]


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("IncorrectDiskStatus.CreatingSnapshot", 403, 3),
        ("QuotaExceed.Snapshot", 403, 3),
        ("IdempotentParameterMismatch", 403, 3),
        ("InvalidDiskId.NotFound", 404, 4),
        ("InvalidDescription.Malformed", 404, 2),
        ("Forbidden.RAM", 403, 5),
        ("InvalidAccessKeyId.NotFound", 404, 5),
        ("SignatureDoesNotMatch", 400, 5),
        ("InvalidTimeStamp.Expired", 400, 5),
    ],
)
def test_a_refusal_by_ecs_is_passed_on_once_with_its_own_code(
    run: Run, ecs: PlayedEcs, code: str, status: int, exit_code: int
) -> None:
    ecs.refuses("CreateSnapshot", code, status, "ECS's own words.")
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (exit_code, "")
    assert problem["Code"] == code
    assert "ECS's own words." in problem["Message"]
    assert problem["Hint"]
    assert len(ecs.sent("CreateSnapshot")) == 1


UNAVAILABLE = [
    pytest.param(error("Throttling.User", 400), id="throttled-400"),
    pytest.param(error("Throttling", 403), id="throttled-403"),
    pytest.param(error("Throttling.Api", 429, headers={"Retry-After": "1"}), id="throttled-429"),
    pytest.param(error("Throttling", 503, headers={"x-acs-retry-after": "9"}), id="throttled-503"),
    pytest.param(error("InternalError", 500), id="internal-error"),
    pytest.param(error("ServiceUnavailable", 503), id="service-unavailable"),
    pytest.param(error("OperationConflict", 409), id="conflict"),
    pytest.param(error("IdempotentProcessing", 403), id="processing"),
    pytest.param((200, {"Content-Type": "text/html"}, "<html>"), id="html-200"),
    pytest.param((502, {"Content-Type": "text/html"}, "<html>"), id="html-502"),
    pytest.param((200, {}, ""), id="empty-body"),
    pytest.param((200, {}, "[]"), id="a-list"),
    pytest.param((200, {}, "null"), id="null"),
    pytest.param((500, {}, "null"), id="null-500"),
    pytest.param((200, {}, b"\xff\xfe"), id="not-utf8"),
    pytest.param(requests.exceptions.ReadTimeout("no"), id="read-time-out"),
    pytest.param(requests.exceptions.ConnectionError("reset"), id="reset"),
]


@pytest.mark.parametrize("fault", UNAVAILABLE)
def test_a_passing_fault_is_retried_with_the_same_token(
    run: Run, ecs: PlayedEcs, fault: object
) -> None:
    ecs.answers("CreateSnapshot", fault, fault, {"SnapshotId": "s-923FE2BF0"})  # type: ignore[arg-type]
    ended = run("create", "--disk-id", "d-1", "-q")
    assert (ended.code, ended.out) == (0, "s-923FE2BF0\n")
    tokens = [sent["ClientToken"] for sent in ecs.sent("CreateSnapshot")]
    assert len(tokens) == 3
    assert len(set(tokens)) == 1


@pytest.mark.parametrize("action", ["DescribeDisks", "DescribeSnapshots", "CreateSnapshot"])
@pytest.mark.parametrize("fault", UNAVAILABLE)
def test_a_lasting_fault_ends_after_max_attempts_with_exit_6(
    run: Run, ecs: PlayedEcs, fault: object, action: str
) -> None:
    ecs.answers(action, fault)  # type: ignore[arg-type]
    ended = run("create", "--disk-id", "d-1", "-o", "json", "--max-attempts", "3")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (6, "")
    assert len(ecs.sent(action)) == 3
    assert HOST.rstrip("/") in problem["Message"]
    assert "3 attempts" in problem["Message"]
    assert ecs.actions().count("CreateSnapshot") == (3 if action == "CreateSnapshot" else 0)


def test_a_lost_create_says_that_a_snapshot_may_exist_and_how_to_find_it(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.answers("CreateSnapshot", requests.exceptions.ReadTimeout("no"))
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    token = ecs.sent("CreateSnapshot")[0]["ClientToken"]
    message = json.loads(ended.err)["Error"]["Message"]
    assert "may exist" in message
    assert f"--client-token {token}" in message


@pytest.mark.parametrize(
    "second",
    [
        error("IncorrectDiskStatus.CreatingSnapshot", 403),
        error("Throttling.User", 400),
        requests.exceptions.ConnectTimeout("no"),
    ],
    ids=["refused", "throttled", "not reached"],
)
def test_a_first_answer_that_was_lost_is_remembered_whatever_comes_after(
    run: Run, ecs: PlayedEcs, second: object
) -> None:
    ecs.answers("CreateSnapshot", requests.exceptions.ReadTimeout("no"), second)  # type: ignore[arg-type]
    ended = run("create", "--disk-id", "d-1", "-o", "json", "--max-attempts", "2")
    problem = json.loads(ended.err)["Error"]
    assert "may exist" in problem["Message"]
    assert "--client-token" in problem["Hint"]


@pytest.mark.parametrize("kind", ["refused", "unreachable", "broken"])
def test_credentials_that_run_out_after_a_lost_answer_leave_it_known(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    import alibabacloud_credentials.client as official
    from alibabacloud_credentials.exceptions import CredentialException
    from alibabacloud_credentials.models import CredentialModel
    from Tea.exceptions import RetryError

    class Client:
        """Gives a key twice: when it is tried, and for the first attempt."""

        asked = 0

        def get_credential(self) -> object:
            Client.asked += 1
            secret = "TOPSECRET-1"
            if Client.asked > 2:
                if kind == "refused":
                    raise CredentialException("the role is gone: TOPSECRET")
                if kind == "unreachable":
                    raise RetryError("no way to https://sts/?Signature=TOPSECRET")
                secret = "TOPSECRET-2\n"
            return CredentialModel(access_key_id="id", access_key_secret=secret, type="access_key")

    monkeypatch.setattr(official, "Client", Client)
    ecs.answers("CreateSnapshot", requests.exceptions.ReadTimeout("no"))
    ended = run("create", "--disk-id", "d-1", "--no-preflight", "--debug")
    assert ended.code == 5
    assert "CredentialsMissing" in ended.err
    assert "may exist" in ended.err
    assert "TOPSECRET" not in ended.err
    assert len(ecs.sent("CreateSnapshot")) == 1


def test_a_request_that_could_not_be_made_shows_its_traceback_under_debug_only(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecs_snap_cli.gateway import api

    def broken(client: object, action: str) -> object:
        raise ValueError("a bug of ours: Signature=TOPSECRET")

    monkeypatch.setattr(api, "_method", broken)
    argv = ("create", "--disk-id", "d-1", "--no-preflight")
    plain, debug = run(*argv), run(*argv, "--debug")
    assert (plain.code, debug.code) == (1, 1)
    assert "Traceback" not in plain.err
    assert "a bug of ours" in debug.err
    assert "TOPSECRET" not in debug.err


def test_a_nonce_used_twice_is_a_refusal_but_the_first_copy_may_have_acted(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.refuses("CreateSnapshot", "SignatureNonceUsed", 400)
    ended = run("create", "--disk-id", "d-1")
    assert ended.code == 5
    assert len(ecs.sent("CreateSnapshot")) == 1
    assert "may exist" in ended.err


def test_the_id_of_a_snapshot_whose_answers_were_lost_is_told(run: Run, ecs: PlayedEcs) -> None:
    left_behind = {"SnapshotId": "s-lost", "Status": "progressing", "SnapshotType": "user"}
    ecs.answers(
        "DescribeSnapshots",
        {"Snapshots": {"Snapshot": []}},
        {"Snapshots": {"Snapshot": [left_behind]}},
    )
    ecs.answers("CreateSnapshot", requests.exceptions.ReadTimeout("no"))
    ended = run("create", "--disk-id", "d-1", "-o", "json", "--max-attempts", "2")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (6, "")
    assert "Snapshot s-lost of disk d-1 appeared after the order was sent" in problem["Message"]
    assert "2 attempts" in problem["Message"]
    assert "--client-token" in problem["Hint"]
    assert "`ecs-snap list --disk-id d-1`" in problem["Hint"]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(20, "20 min behind"), (-20, "20 min ahead of"), (0, None)],
)
def test_a_request_that_is_too_old_tells_how_wrong_the_clock_is(
    run: Run, ecs: PlayedEcs, minutes: int, words: str | None
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    ecs.answers("DescribeDisks", error("InvalidTimeStamp.Expired", 400, headers={"Date": date}))
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    hint = json.loads(ended.err)["Error"]["Hint"]
    assert ended.code == 5
    assert len(ecs.sent("DescribeDisks")) == 1
    assert "clock" in hint
    assert words is None or f"This machine's clock is {words} ECS's." in hint


@pytest.mark.parametrize(("minutes", "code"), [(10, 0), (0, 3), (60 * 24, 3)])
def test_the_age_of_a_disk_goes_by_ecss_clock_where_that_can_be_ecss(
    run: Run, ecs: PlayedEcs, minutes: int, code: int
) -> None:
    now = datetime.now(UTC)
    created = (now - timedelta(minutes=55)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ecs.disk.update(Type="system", CreationTime=created)
    ecs.headers_of_all["Date"] = format_datetime(now + timedelta(minutes=minutes), usegmt=True)
    assert run("create", "--disk-id", "d-1").code == code


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [("Throttling.User", 400, 6), ("InvalidAccessKeyId.Inactive", 400, 5)],
)
def test_a_dry_run_without_a_verdict_does_not_say_that_the_disk_is_missing(
    run: Run, ecs: PlayedEcs, code: str, status: int, exit_code: int
) -> None:
    ecs.answers("DescribeDisks", {"Disks": {"Disk": []}}, error(code, status))
    ended = run("check", "--disk-id", "d-1")
    assert (ended.code, ended.out) == (exit_code, "")


@pytest.mark.parametrize("time", ["-", "yesterday", ["x"]])
def test_a_time_in_no_known_form_is_no_proof_of_an_attachment(
    run: Run, ecs: PlayedEcs, time: object
) -> None:
    ecs.disk.update(Status="Available", InstanceId="", AttachedTime=time)  # type: ignore[arg-type]
    ended = run("check", "--disk-id", "d-1", "--rules", "current", "-o", "json")
    checks = {c["Id"]: c["Status"] for c in json.loads(ended.out)["Reports"][0]["Checks"]}
    assert checks["disk-attached"] == "warn"


@pytest.mark.parametrize("time", ["2020-01-01T00:00:00Z", "-", "yesterday", ["x"]])
@pytest.mark.parametrize("name", ["AttachedTime", "DetachedTime"])
def test_the_documented_rules_refuse_a_disk_that_is_not_in_use_whatever_its_times(
    run: Run, ecs: PlayedEcs, name: str, time: object
) -> None:
    ecs.disk.update(Status="Available", InstanceId="", AttachedTime="")
    ecs.disk.update({name: time})  # type: ignore[dict-item]
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    check = json.loads(ended.err)["Error"]["Checks"][1]
    assert ended.code == 3
    assert (check["Status"], check["Code"]) == ("fail", "IncorrectDiskStatus")
    assert "Unknown(" not in check["Message"]


def test_a_token_softens_no_snapshots_that_could_not_be_read(run: Run, ecs: PlayedEcs) -> None:
    ecs.refuses("DescribeSnapshots", "Forbidden.RAM", 403)
    assert run("create", "--disk-id", "d-1", "--client-token", "t", "--strict").code == 3


def test_texts_of_ecs_make_no_line_of_their_own(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["Category"] = "cloud_x\nWarning: forged"
    ecs.answers("CreateSnapshot", {"SnapshotId": "s-1\x1b[31m\nEVIL"})
    ended = run("create", "--disk-id", "d-1", "-q")
    assert len(ended.err.splitlines()) == 1
    assert ended.out == "s-1\\x1b[31m\\x0aEVIL\n"


def test_a_create_that_was_throttled_away_says_nothing_of_a_snapshot(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.refuses("CreateSnapshot", "Throttling.User", 400)
    ended = run("create", "--disk-id", "d-1")
    assert ended.code == 6
    assert "may exist" not in ended.err


def test_a_success_without_a_snapshot_id_is_no_success(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("CreateSnapshot", {})
    ended = run("create", "--disk-id", "d-1", "--max-attempts", "2")
    assert ended.code == 6
    assert len(ecs.sent("CreateSnapshot")) == 2


def test_a_redirect_is_not_followed(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeDisks", (302, {"Location": "https://elsewhere.example/"}, ""))
    ended = run("create", "--disk-id", "d-1", "-o", "json")
    assert ended.code == 6
    assert len(ecs.sent("DescribeDisks")) == 1
    assert "redirect" in json.loads(ended.err)["Error"]["Message"]


def test_more_snapshots_than_a_page_are_all_counted(run: Run, ecs: PlayedEcs) -> None:
    def page(first: int, count: int) -> list[dict[str, str]]:
        return [
            {"SnapshotId": f"s-{n}", "Status": "accomplished", "SnapshotType": "user"}
            for n in range(first, first + count)
        ]

    ecs.answers(
        "DescribeSnapshots",
        {"Snapshots": {"Snapshot": page(0, 40)}, "NextToken": "t1"},
        {"Snapshots": {"Snapshot": page(40, 24)}, "NextToken": ""},
    )
    ended = run("check", "--disk-id", "d-1", "-o", "json")
    checks = {c["Id"]: c for c in json.loads(ended.out)["Reports"][0]["Checks"]}
    assert checks["snapshot-limit"]["Status"] == "fail"
    assert "64" in checks["snapshot-limit"]["Message"]
    assert ecs.sent("DescribeSnapshots")[1]["NextToken"] == "t1"


@pytest.mark.parametrize("remaining", [10**400, -1, "soon", 1e300, [1]], ids=lambda v: repr(v)[:9])
def test_a_time_that_remains_of_any_size_is_no_crash(
    run: Run, ecs: PlayedEcs, remaining: object
) -> None:
    pending = {"SnapshotId": "s-1", "Status": "progressing", "RemainTime": remaining}
    ecs.answers("DescribeSnapshots", {"Snapshots": {"Snapshot": [pending]}})
    ended = run("create", "--disk-id", "d-1")
    assert (ended.code, ended.out) == (3, "")
    assert "left" not in ended.err


def test_a_given_token_lets_ecs_decide_over_a_pending_snapshot(run: Run, ecs: PlayedEcs) -> None:
    pending = {"SnapshotId": "s-923FE2BF0", "Status": "progressing", "SnapshotType": "user"}
    ecs.answers("DescribeSnapshots", {"Snapshots": {"Snapshot": [pending]}})
    assert run("create", "--disk-id", "d-1").code == 3
    again = run("create", "--disk-id", "d-1", "--client-token", "mine", "-q")
    assert (again.code, again.out) == (0, "s-923FE2BF0\n")
    assert run("create", "--disk-id", "d-1", "--client-token", "mine", "--strict").code == 0


def test_dry_run_prints_the_report_and_creates_nothing(run: Run, ecs: PlayedEcs) -> None:
    ended = run("create", "--disk-id", "d-1", "--dry-run", "-o", "json")
    (report,) = json.loads(ended.out)["Reports"]
    assert (ended.code, report["Eligible"], report["RuleSet"]) == (0, True, "documented")
    assert "CreateSnapshot" not in ecs.actions()


def test_dry_run_refuses_as_usual(run: Run, ecs: PlayedEcs) -> None:
    ecs.disk["Status"] = "Attaching"
    ended = run("create", "--disk-id", "d-1", "--dry-run")
    assert (ended.code, ended.out) == (3, "")


def test_debug_shows_requests_but_no_secret(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", "sdk")
    ecs.refuses("CreateSnapshot", "SignatureDoesNotMatch", 400)
    ended = run("create", "--disk-id", "d-1", "--debug")
    assert "CreateSnapshot" in ended.err
    everything = ended.out + ended.err
    assert "test-key-secret-9f8e7d" not in everything
    assert "ACS3-HMAC-SHA256" not in everything
    for headers in ecs.headers:
        signature = headers["Authorization"].rpartition("Signature=")[2]
        assert signature not in everything


def test_hostile_texts_of_ecs_take_no_effect(run: Run, ecs: PlayedEcs) -> None:
    ecs.refuses("CreateSnapshot", "DiskInArrears", 403, "\x1b[31mred\x1b[0m [bold]\r\x00\u202e")
    ended = run("create", "--disk-id", "d-1")
    assert "\\x1b[31mred" in ended.err
    assert not set("\x1b\r\x00\u202e") & set(ended.err)
    as_json = run("create", "--disk-id", "d-1", "-o", "json")
    assert "\x1b[31mred\x1b[0m [bold]\r\x00\u202e" in json.loads(as_json.err)["Error"]["Message"]
    as_xml = run("create", "--disk-id", "d-1", "-o", "xml")
    assert ET.fromstring(as_xml.err).tag == "Error"  # noqa: S314


@pytest.mark.parametrize("action", ["DescribeDisks", "DescribeInstances", "DescribeSnapshots"])
def test_an_object_that_is_no_answer_of_the_api_is_not_read_as_nothing_there(
    run: Run, ecs: PlayedEcs, action: str
) -> None:
    ecs.answers(action, (200, {}, {"hello": "world"}))
    ended = run("create", "--disk-id", "d-1", "--max-attempts", "2")
    assert ended.code == 6
    assert len(ecs.sent(action)) == 2


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"StartTime": ["2020"], "Status": "Stopped"}, "instance-started"),
        ({"StartTime": "yesterday", "Status": "Stopped"}, "instance-started"),
        ({"Status": "Dreaming"}, "instance-status"),
        ({"Status": None}, "instance-status"),
        ({"OperationLocks": [{"LockReason": "security"}]}, "instance-lock"),
        ({"OperationLocks": {"LockReason": [{}]}}, "instance-lock"),
    ],
)
def test_a_fact_of_an_instance_that_is_not_understood_warns(
    run: Run, ecs: PlayedEcs, change: dict[str, object], check: str
) -> None:
    ecs.instance.update(change)  # type: ignore[arg-type]
    ended = run("check", "--disk-id", "d-1", "-o", "json")
    checks = {c["Id"]: c["Status"] for c in json.loads(ended.out)["Reports"][0]["Checks"]}
    assert checks[check] == "warn"


@pytest.mark.parametrize("output", ["table", "json"])
def test_no_word_of_ecs_hides_the_id_of_a_snapshot(run: Run, ecs: PlayedEcs, output: str) -> None:
    none = {"Snapshots": {"Snapshot": []}}
    denied = error("SignatureDoesNotMatch", 400, "Denied. Authorization: none for this user")
    ecs.answers("DescribeSnapshots", none, denied)
    ended = run("create", "--disk-id", "d-1", "--wait", "-o", output)
    assert ended.code == 5
    assert "s-923FE2BF0" in ended.err
    assert "none for this user" not in ended.err


def test_snapshots_of_a_disk_that_only_describe_snapshots_does_not_know_are_unknown(
    run: Run, ecs: PlayedEcs
) -> None:
    ecs.refuses("DescribeSnapshots", "InvalidDiskId.NotFound", 404)
    ended = run("check", "--disk-id", "d-1", "-o", "json")
    checks = {c["Id"]: c["Status"] for c in json.loads(ended.out)["Reports"][0]["Checks"]}
    assert checks["snapshot-limit"] == checks["snapshot-pending"] == "warn"


def test_credentials_are_asked_for_where_a_signal_need_not_wait_for_them(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecs_snap_cli.gateway import api

    asked_in: list[threading.Thread] = []
    plain = api.credential_client

    def noted(settings: object) -> object:
        asked_in.append(threading.current_thread())
        return plain(settings)  # type: ignore[arg-type]

    monkeypatch.setattr(api, "credential_client", noted)
    assert run("create", "--disk-id", "d-1").code == 0
    assert threading.main_thread() not in asked_in
    assert len(asked_in) == 1


def test_a_message_without_an_end_is_cut(run: Run, ecs: PlayedEcs) -> None:
    ecs.refuses("CreateSnapshot", "DiskInArrears", 403, "overdue " * 100_000)
    ended = run("create", "--disk-id", "d-1")
    assert ended.code == 3
    assert "(780,000 characters more)" in ended.err


def test_a_page_of_a_proxy_does_not_set_ecss_clock(run: Run, ecs: PlayedEcs) -> None:
    now = datetime.now(UTC)
    created = (now - timedelta(minutes=55)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ecs.disk.update(Type="system", CreationTime=created)
    date = format_datetime(now + timedelta(minutes=10), usegmt=True)
    page = (502, {"Content-Type": "text/html", "Date": date}, "<html>")
    ecs.answers("DescribeDisks", page, {"Disks": {"Disk": [ecs.disk]}})
    assert run("create", "--disk-id", "d-1").code == 3


def test_an_error_of_a_check_names_the_disk_that_it_is_about(run: Run, ecs: PlayedEcs) -> None:
    ecs.answers("DescribeInstances", {"Instances": {"Instance": []}}, error("InternalError", 500))
    ecs.answers("DescribeDisks", {"Disks": {"Disk": [ecs.disk, ecs.disk | {"DiskId": "d-2"}]}})
    argv = ("check", "--disk-id", "d-1", "--disk-id", "d-2", "--max-attempts", "2")
    ended = run(*argv, "-q")
    assert (ended.code, ended.out) == (9, "d-1\n")
    assert ended.err.startswith("Warning: Disk d-2: ")
    alone = run("check", "--disk-id", "d-2", "--max-attempts", "2")
    assert (alone.code, alone.out) == (6, "")
    assert alone.err.startswith("Error: Disk d-2: ")


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_the_reports_of_a_check_outlive_a_disk_that_cannot_be_read(
    run: Run, ecs: PlayedEcs, output: str
) -> None:
    ecs.answers("DescribeInstances", {"Instances": {"Instance": [ecs.instance]}})
    ecs.answers("DescribeDisks", {"Disks": {"Disk": [ecs.disk]}}, error("InternalError", 500))
    argv = ("--disk-id", "d-1", "--disk-id", "d-2", "--max-attempts", "2")
    ended = run("check", *argv, "-o", output)
    assert (ended.code, ended.err) == (9, "")
    assert ended.out.count("InternalError") == (2 if output != "table" else 1)
    if output == "json":
        first, second = json.loads(ended.out)["Reports"]
        assert (first["Eligible"], second["Eligible"]) == (True, False)
        assert second["Checks"][0]["Code"] == "InternalError"
        assert {check["Status"] for check in second["Checks"][1:]} == {"skip"}
        assert second["Hint"]
    elif output == "table":
        assert "\nDisk d-2 could not be examined (rules: documented;" in ended.out
