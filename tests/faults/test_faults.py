"""Every fault of the wire, over real HTTP, at the reads and at CreateSnapshot."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ecs_snap_cli.workflow import wait
from tests.faults.conftest import FarEnd, HurriedClock

READS = ("DescribeDisks", "DescribeInstances", "DescribeSnapshots")
ACTIONS = (*READS, "CreateSnapshot")
THROTTLED = [
    f"error,code={code},status={status}{header}"
    for (code, status), header in product(
        product(("Throttling", "Throttling.User", "Throttling.Api"), (400, 403, 429, 503)),
        ("", ",retry-after=7", ",x-acs-retry-after=2500"),
    )
]
# Each with the words that the message has for it.
FAULTS = {
    "reset": "connection",
    "reset-after": "connection",
    "half": "broke|middle",
    "html": "HTTP 200 with a body that is not the API's (text/html)",
    "html-after": "HTTP 200 with a body that is not the API's (text/html)",
    "html,status=502": "HTTP 502 with a body that is not the API's (text/html)",
    "html-after,status=502": "HTTP 502 with a body that is not the API's (text/html)",
    "empty": "an empty body",
    "empty-after": "an empty body",
    "error,code=InternalError": "InternalError (HTTP 500)",
    "error-after,code=InternalError": "InternalError (HTTP 500)",
    "error,code=ServiceUnavailable": "ServiceUnavailable (HTTP 503)",
    "error-after,code=ServiceUnavailable": "ServiceUnavailable (HTTP 503)",
    "error,code=OperationConflict": "OperationConflict (HTTP 409)",
    "error,code=IdempotentProcessing": "IdempotentProcessing (HTTP 403)",
    "error-after,code=IdempotentProcessing": "IdempotentProcessing (HTTP 403)",
    **dict.fromkeys(THROTTLED, "Throttling"),
}
# Long enough for a sandbox on a busy machine, short enough to be waited for.
IMPATIENT = ("--read-timeout", "0.4")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_fault_that_passes_costs_attempts_and_nothing_else(
    far_end: FarEnd, action: str, fault: str
) -> None:
    outcome = far_end.create(f"{action}@1-2:{fault}", argv=("-q",))
    assert (outcome.code, outcome.ended.err) == (0, "")
    assert outcome.snapshots == [outcome.ended.out.strip()]
    assert len(outcome.tokens) == 1
    assert {each: outcome.seen.count(each) for each in ACTIONS} == {
        each: 3 if each == action else 1 for each in ACTIONS
    }


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_fault_that_lasts_ends_with_exit_6_the_endpoint_the_error_and_the_attempts(
    far_end: FarEnd, action: str, fault: str
) -> None:
    outcome = far_end.create(f"{action}:{fault}", argv=("-o", "json", "--max-attempts", "3"))
    problem = json.loads(outcome.ended.err)["Error"]
    assert (outcome.code, outcome.ended.out) == (6, "")
    assert outcome.seen.count(action) == 3
    assert "in 3 attempts: " in problem["Message"]
    assert "http://127.0.0.1:" in problem["Message"]
    assert any(words in problem["Message"] for words in FAULTS[fault].split("|"))
    assert len(outcome.snapshots) <= 1
    assert outcome.told == outcome.snapshots
    carried_out = action == "CreateSnapshot" and (
        "-after" in fault.split(",")[0] or fault == "half"
    )
    assert len(outcome.snapshots) == int(carried_out)
    assert problem["Hint"]


@pytest.mark.parametrize("fault", ["hang", "hang-after"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_hang_beyond_the_read_time_out_is_a_lost_answer(
    far_end: FarEnd, action: str, fault: str
) -> None:
    passing = far_end.create(f"{action}@1:{fault}", argv=("-q", *IMPATIENT))
    assert passing.snapshots == [passing.ended.out.strip()]
    lasting = far_end.create(
        f"{action}:{fault}", argv=("-o", "json", "--max-attempts", "2", *IMPATIENT)
    )
    message = json.loads(lasting.ended.err)["Error"]["Message"]
    assert lasting.code == 6
    assert "no answer within the read time-out" in message
    assert "in 2 attempts" in message
    assert lasting.seen.count(action) == 2
    assert len(lasting.snapshots) == int(action == "CreateSnapshot" and fault == "hang-after")
    assert lasting.told == lasting.snapshots


def test_a_slow_order_is_asked_for_again_until_it_is_done(far_end: FarEnd) -> None:
    far_end.real_pause = 0.05
    outcome = far_end.create(
        "CreateSnapshot@1:delay,seconds=2", argv=("-v", "--max-attempts", "1000", *IMPATIENT)
    )
    assert outcome.code == 0
    assert "no answer within the read time-out" in outcome.ended.err
    assert "IdempotentProcessing" in outcome.ended.err
    assert outcome.told == outcome.snapshots
    assert len(outcome.snapshots) == len(outcome.tokens) == 1


def test_a_connection_that_is_refused_reaches_nobody_and_is_tried_again(far_end: FarEnd) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ended = far_end.start(url, "-o", "json", "--max-attempts", "3")
    message = json.loads(ended.err)["Error"]["Message"]
    assert (ended.code, ended.out) == (6, "")
    assert url in message
    assert "in 3 attempts: no connection (Connection refused)" in message
    assert "may exist" not in message


def test_an_endpoint_that_goes_down_before_create_snapshot_leaves_no_doubt(far_end: FarEnd) -> None:
    outcome = far_end.create(
        "DescribeInstances@1:down,seconds=60", argv=("-o", "json", "--max-attempts", "3")
    )
    message = json.loads(outcome.ended.err)["Error"]["Message"]
    assert outcome.code == 6
    assert "CreateSnapshot got no usable answer" in message
    assert "in 3 attempts: no connection (Connection refused)" in message
    assert "may exist" not in message
    assert (outcome.seen.count("CreateSnapshot"), outcome.snapshots) == (0, [])


@pytest.mark.parametrize("before", ["DescribeDisks", "DescribeInstances"])
def test_an_endpoint_that_comes_back_is_reached_again(far_end: FarEnd, before: str) -> None:
    far_end.real_pause = 0.05
    outcome = far_end.create(f"{before}@1:down,seconds=0.3", argv=("-q", "--max-attempts", "100"))
    assert outcome.code == 0
    assert outcome.snapshots == [outcome.ended.out.strip()]


@pytest.mark.parametrize("action", ["DescribeDisks", "CreateSnapshot"])
@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        ("reset", [0.25, 0.5, 1.0, 2.0]),
        ("error,code=InternalError", [0.25, 0.5, 1.0, 2.0]),
        ("error,code=Throttling.User", [1.0, 2.0, 4.0, 8.0]),
        # What is asked for, and the jitter of a first pause on top.
        ("error,code=Throttling.User,retry-after=7", [8.0, 8.0, 8.0, 8.0]),
        ("error,code=Throttling.User,x-acs-retry-after=2500", [3.5, 3.5, 3.5, 3.5]),
        ("error,code=ServiceUnavailable,retry-after=3", [3.25, 3.25, 3.25, 3.25]),
        ("error,code=Throttling,retry-after=86400", [61.0, 61.0, 61.0, 61.0]),
    ],
)
def test_the_pauses_grow_or_are_what_the_server_asks_for(
    far_end: FarEnd, action: str, fault: str, pauses: list[float]
) -> None:
    # Chance is at its worst here: each pause is the longest that it may be.
    assert far_end.create(f"{action}:{fault}").pauses == pauses


@pytest.mark.parametrize("attempts", [1, 2, 7])
def test_max_attempts_is_never_exceeded(far_end: FarEnd, attempts: int) -> None:
    outcome = far_end.create("CreateSnapshot:reset-after", argv=("--max-attempts", str(attempts)))
    assert outcome.seen.count("CreateSnapshot") == attempts
    assert len(outcome.tokens) == 1
    assert outcome.told == outcome.snapshots
    assert ("1 attempt:" if attempts == 1 else f"{attempts} attempts:") in outcome.ended.err


@pytest.mark.parametrize("action", ["DescribeDisks", "CreateSnapshot"])
@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("IncorrectInstanceStatus", 3),
        ("IncorrectDiskStatus.CreatingSnapshot", 3),
        ("QuotaExceed.Snapshot", 3),
        ("DiskInArrears", 3),
        ("IdempotentParameterMismatch", 3),
        ("InvalidDiskId.NotFound", 4),
        ("InvalidRegionId.NotFound", 4),
        ("InvalidAccessKeyId.NotFound", 5),
        ("InvalidAccessKeyId.Inactive", 5),
        ("SignatureDoesNotMatch", 5),
        ("SignatureNonceUsed", 5),
        ("InvalidTimeStamp.Expired", 5),
        ("InvalidSecurityToken.Expired", 5),
        ("Forbidden.AccessKeyDisabled", 5),
        ("InvalidParameter", 2),
    ],
)
def test_a_refusal_is_never_tried_again(
    far_end: FarEnd, action: str, code: str, exit_code: int
) -> None:
    outcome = far_end.create(f"{action}:error,code={code}", argv=("-o", "json"))
    assert (outcome.code, outcome.ended.out) == (exit_code, "")
    assert json.loads(outcome.ended.err)["Error"]["Code"] == code
    assert outcome.seen.count(action) == 1
    assert (outcome.pauses, outcome.snapshots) == ([], [])


def test_a_refusal_after_a_lost_answer_tells_the_snapshot_that_it_is_about(far_end: FarEnd) -> None:
    outcome = far_end.create(
        "CreateSnapshot@1:reset-after",
        "CreateSnapshot@2:error,code=IncorrectDiskStatus.CreatingSnapshot",
        argv=("-o", "json"),
    )
    assert outcome.code == 3
    assert len(outcome.snapshots) == 1
    assert outcome.told == outcome.snapshots


@pytest.mark.parametrize("argv", [(), ("--name", "nightly", "--description", "of the night")])
def test_without_a_pre_flight_a_lost_snapshot_is_known_by_its_time(
    far_end: FarEnd, argv: tuple[str, ...]
) -> None:
    outcome = far_end.create("CreateSnapshot:reset-after", argv=("--no-preflight", *argv))
    assert outcome.code == 6
    assert len(outcome.snapshots) == 1
    assert outcome.told == outcome.snapshots
    assert "s-sandbox-data-" not in outcome.ended.err


def test_where_nothing_can_be_read_afterwards_the_token_is_told(far_end: FarEnd) -> None:
    outcome = far_end.create(
        "CreateSnapshot:reset-after", "DescribeSnapshots@2-:reset", argv=("-o", "json")
    )
    problem = json.loads(outcome.ended.err)["Error"]
    assert outcome.code == 6
    assert "may exist" in problem["Message"]
    assert f"--client-token {outcome.tokens[0]}" in problem["Hint"]
    assert "CreateSnapshot got no usable answer" in problem["Message"]


def by_clock(minutes: int) -> dict[str, Callable[[], datetime]]:
    """ECS's time is as far from this machine's, in all that it does."""

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    return {"clock": clock, "signing_clock": clock}


@pytest.mark.parametrize(("minutes", "words"), [(20, "20 min behind"), (-20, "20 min ahead of")])
def test_a_clock_that_is_twenty_minutes_off_is_an_access_problem_that_says_so(
    far_end: FarEnd, minutes: int, words: str
) -> None:
    outcome = far_end.create(argv=("-o", "json"), **by_clock(minutes))
    problem = json.loads(outcome.ended.err)["Error"]
    assert (outcome.code, problem["Code"]) == (5, "InvalidTimeStamp.Expired")
    assert f"This machine's clock is {words} ECS's." in problem["Hint"]
    assert outcome.seen.count("DescribeDisks") == 1
    assert "CreateSnapshot" not in outcome.seen


@pytest.mark.parametrize("minutes", [14, -14])
def test_a_clock_that_is_wrong_within_what_ecs_takes_is_no_problem(
    far_end: FarEnd, minutes: int
) -> None:
    outcome = far_end.create(argv=("-q",), **by_clock(minutes))
    assert outcome.snapshots == [outcome.ended.out.strip()]


def test_a_wrong_clock_does_not_hide_a_lost_snapshot(far_end: FarEnd) -> None:
    outcome = far_end.create(
        "CreateSnapshot:reset-after",
        argv=("--no-preflight",),
        **by_clock(-10),
    )
    assert outcome.code == 6
    assert len(outcome.snapshots) == 1
    assert outcome.told == outcome.snapshots


@pytest.mark.parametrize("fault", ["reset", "html,status=502", "error,code=Throttling.User"])
def test_a_fault_that_lasts_while_waiting_tells_the_id(
    far_end: FarEnd, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "LONGEST_OUTAGE_SECONDS", 0.0)
    outcome = far_end.create(
        f"DescribeSnapshots@2-:{fault}", argv=("--wait", "-o", "json", "--max-attempts", "2")
    )
    message = json.loads(outcome.ended.err)["Error"]["Message"]
    assert (outcome.code, outcome.ended.out) == (6, "")
    assert "in 2 attempts" in message
    assert outcome.seen.count("DescribeSnapshots") == 3
    assert len(outcome.snapshots) == 1
    assert f"Snapshot {outcome.snapshots[0]} of disk d-sandbox-data exists all the same" in message
    hint = json.loads(outcome.ended.err)["Error"]["Hint"]
    assert f"run `ecs-snap wait --snapshot-id {outcome.snapshots[0]}`" in hint


@pytest.mark.parametrize("fault", ["reset", "html,status=502", "error,code=Throttling.User"])
def test_a_wait_goes_on_after_a_fault_that_outlasts_the_attempts(
    far_end: FarEnd, fault: str
) -> None:
    argv = ("--wait", "--wait-for", "available", "-q", "--max-attempts", "2")
    outcome = far_end.create(
        f"DescribeSnapshots@2-7:{fault}", argv=(*argv, "--poll-interval", "0.1")
    )
    assert (outcome.code, outcome.ended.err) == (0, "")
    assert outcome.snapshots == [outcome.ended.out.strip()]
    assert outcome.seen.count("DescribeSnapshots") > 7


def test_a_wait_that_ecs_never_answered_says_so_and_nothing_of_the_snapshots_state(
    far_end: FarEnd,
) -> None:
    outcome = far_end.create(
        "DescribeSnapshots@2-:hang", argv=("--wait", "--wait-timeout", "0.5", "-o", "json")
    )
    message = json.loads(outcome.ended.err)["Error"]["Message"]
    assert outcome.code == 7
    assert "is not known to be accomplished after 0.5 s: ECS has not told its state" in message
    assert "still being created" not in message
    assert outcome.told == outcome.snapshots


def test_a_snapshot_that_fails_later_ends_a_wait_with_exit_8_and_its_id(far_end: FarEnd) -> None:
    wait = ("--wait", "--poll-interval", "0.01", "-o", "json")
    outcome = far_end.create("CreateSnapshot:fail-later", argv=wait, clock=HurriedClock())
    problem = json.loads(outcome.ended.err)["Error"]
    assert (outcome.code, outcome.ended.out, problem["Code"]) == (8, "", "SnapshotFailed")
    assert outcome.told == outcome.snapshots
    assert len(outcome.snapshots) == 1
