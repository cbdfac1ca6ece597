"""Fault plans: how they are read, and what each fault does to a client over a real socket."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import (
    Fault,
    Plan,
    PlanError,
    SandboxServer,
    parse_fault,
    parse_limit,
    read_plan,
)
from ecs_snap_cli.sandbox.conditions import equal
from ecs_snap_cli.sandbox.faults import KINDS, Faults
from ecs_snap_cli.sandbox.rows import Snapshot
from tests.sandbox.conftest import RawClient, TurnableClock

Start = Callable[..., SandboxServer]
Connect = Callable[[str], RawClient]
DATA = {"RegionId": "cn-hangzhou", "DiskId": "d-sandbox-data"}


def snapshots(client: RawClient) -> int:
    """How many snapshots of d-sandbox-data there are."""
    return int(client.call("DescribeSnapshots", DATA).body["TotalCount"])


@pytest.mark.parametrize(
    ("spec", "first", "last"),
    [
        ("CreateSnapshot:reset", 1, None),
        ("CreateSnapshot@1:reset", 1, 1),
        ("CreateSnapshot@2-4:reset", 2, 4),
        ("CreateSnapshot@3-:reset", 3, None),
    ],
)
def test_a_fault_meets_the_attempts_that_it_names(spec: str, first: int, last: int | None) -> None:
    fault = parse_fault(spec)
    met = [n for n in range(1, 8) if fault.meets("CreateSnapshot", n)]
    assert met == list(range(first, (last or 7) + 1))
    assert not any(fault.meets("DescribeDisks", n) for n in range(1, 8))


def test_a_star_meets_every_action() -> None:
    assert parse_fault("*:reset").meets("DescribeRegions", 5)


def test_keys_are_read_into_the_fault() -> None:
    spec = "DescribeDisks@1:error,code=Throttling.User,status=429,x-acs-retry-after=250"
    assert parse_fault(spec) == Fault(
        action="DescribeDisks",
        kind="error",
        first=1,
        last=1,
        status=429,
        code="Throttling.User",
        headers=(("x-acs-retry-after", "250"),),
    )
    assert parse_fault("*:hang,seconds=1.5").seconds == 1.5


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("Throttling.Api", 400),
        ("InternalError", 500),
        ("ServiceUnavailable", 503),
        ("OperationConflict", 409),
        ("IdempotentProcessing", 403),
    ],
)
def test_a_code_comes_with_the_status_that_ecs_gives_it(code: str, status: int) -> None:
    assert parse_fault(f"*:error,code={code}").status == status


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("", "form"),
        ("reset", "form"),
        ("CreateSnapshots:reset", "no action"),
        ("CreateSnapshot:explode", "no fault"),
        ("CreateSnapshot@0:reset", "attempts"),
        ("CreateSnapshot@:reset", "attempts"),
        ("CreateSnapshot@4-2:reset", "end before"),
        ("CreateSnapshot:reset,seconds=3", "takes no"),
        ("CreateSnapshot:hang,seconds=-1", "seconds"),
        ("CreateSnapshot:hang,seconds=nan", "seconds"),
        ("CreateSnapshot:hang,seconds", "KEY=VALUE"),
        ("CreateSnapshot:hang,seconds=1,seconds=2", "KEY=VALUE"),
        ("CreateSnapshot:html,status=99", "status"),
        ("CreateSnapshot:error,code=", "code"),
        ("CreateSnapshot:fail-later,seconds=1", "takes no"),
        ("*:fail-later", "CreateSnapshot alone"),
        ("DescribeDisks:fail-later", "CreateSnapshot alone"),
        ("CreateSnapshot:error,retry-after=1\n2", "form|ASCII"),
    ],
)
def test_a_fault_that_is_not_understood_says_why(spec: str, why: str) -> None:
    with pytest.raises(PlanError, match=why):
        parse_fault(spec)


def test_a_plan_file_holds_the_same_faults(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[[fault]]\naction = "CreateSnapshot"\nattempts = "1-2"\nfault = "reset-after"\n'
        '[[fault]]\naction = "*"\nattempts = 3\nfault = "error"\ncode = "Throttling"\n'
        "retry-after = 2\n"
    )
    assert read_plan(plan).faults == (
        parse_fault("CreateSnapshot@1-2:reset-after"),
        parse_fault("*@3:error,code=Throttling,retry-after=2"),
    )


def test_a_plan_file_holds_denials_and_limits_too(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[[deny]]\naction = "ecs:Describe*"\n'
        '[[limit]]\naction = "DescribeDisks"\ncalls = 100\nper = "minute"\n'
        '[[limit]]\naction = "*"\ncalls = 20\n'
    )
    assert read_plan(plan) == Plan(
        deny=("ecs:Describe*",), limits=(parse_limit("DescribeDisks=100/m"), parse_limit("*=20"))
    )


@pytest.mark.parametrize(
    "text",
    [
        "fault = 3",
        "deny = 3",
        "",
        '[[deny]]\naction = "ecs:Nothing"',
        '[[deny]]\naction = "*"\nmore = 1',
        "[[deny]]",
        '[[limit]]\naction = "DescribeDisks"',
        '[[limit]]\naction = "DescribeDisks"\ncalls = 1.5',
        '[[limit]]\naction = "DescribeDisks"\ncalls = 1\nper = "hour"',
        '[[limit]]\naction = "DescribeDisks"\ncalls = 1\nunit = "s"',
        "[fault]",
        "x = 1",
        "[[",
        "fault = [3]",
        "[[fault]]",
        '[[fault]]\naction = 3\nfault = "reset"',
        '[[fault]]\naction = "*"',
        '[[fault]]\naction = "*"\nfault = "reset"\nsecond = 3',
        '[[fault]]\naction = "*"\nfault = "error"\nretry-after = "a\\nb"',
    ],
)
def test_a_plan_file_that_is_not_understood_is_named(tmp_path: Path, text: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    with pytest.raises(PlanError, match=r"plan\.toml"):
        read_plan(plan)
    with pytest.raises(PlanError, match="No such file"):
        read_plan(tmp_path / "none.toml")


def faulty(start: Start, raw_client: Connect, *specs: str) -> RawClient:
    """A client of a sandbox that follows a plan."""
    return raw_client(start(faults=[parse_fault(spec) for spec in specs]).url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_strikes_its_attempt_alone_and_acts_or_not_as_the_table_says(
    start: Start, raw_client: Connect, kind: str
) -> None:
    more = ",seconds=0.1" if "seconds" in KINDS[kind].keys else ""
    client = faulty(start, raw_client, f"CreateSnapshot@1:{kind}{more}")
    before = snapshots(client)
    try:
        first = client.call("CreateSnapshot", DATA).body.get("SnapshotId")
    except (OSError, http.client.HTTPException):
        first = None
    # An outage may not be over yet.
    deadline = time.monotonic() + 5
    while True:
        try:
            after = snapshots(client)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
    assert after - before == int(KINDS[kind].carried_out)
    assert (first is not None) == (kind in ("delay", "down", "fail-later"))
    if not KINDS[kind].carried_out:
        assert client.call("CreateSnapshot", DATA).status == 200


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ("reset", ConnectionResetError),
        ("reset-after", ConnectionResetError),
        ("half", http.client.IncompleteRead),
        ("hang,seconds=0.1", ConnectionResetError),
    ],
)
def test_a_connection_that_breaks_breaks_as_told(
    start: Start, raw_client: Connect, spec: str, error: type[Exception]
) -> None:
    client = faulty(start, raw_client, f"DescribeRegions@1:{spec}")
    with pytest.raises(error) as broken:
        client.call("DescribeRegions")
    # An orderly end would be http.client's RemoteDisconnected, which is a reset to Python too.
    assert broken.type is error
    assert client.call("DescribeRegions").status == 200


def test_made_up_answers_look_as_told(start: Start, raw_client: Connect) -> None:
    client = faulty(
        start,
        raw_client,
        "DescribeRegions@1:html,status=502",
        "DescribeRegions@2:empty",
        "DescribeRegions@3:error,code=Throttling.User,status=429,retry-after=7",
        "DescribeRegions@4:error,code=Throttling,x-acs-retry-after=250",
    )
    page, empty, throttled, hinted = (client.call("DescribeRegions") for _ in range(4))
    assert (page.status, page.headers["Content-Type"]) == (502, "text/html")
    assert page.raw.startswith(b"<!DOCTYPE html>")
    assert (empty.status, empty.raw) == (200, b"")
    assert (throttled.status, throttled.code) == (429, "Throttling.User")
    assert throttled.headers["Retry-After"] == "7"
    assert throttled.body["RequestId"] == throttled.headers["x-acs-request-id"]
    assert (hinted.status, hinted.headers["x-acs-retry-after"]) == (400, "250")


def test_a_snapshot_fails_later_than_its_answer(
    start: Start, raw_client: Connect, clock: TurnableClock
) -> None:
    client = faulty(start, raw_client, "CreateSnapshot@2-3:fail-later")
    order = DATA | {"ClientToken": "t"}

    def status(of: str) -> str:
        where = {"RegionId": "cn-hangzhou", "SnapshotIds": f'["{of}"]'}
        (found,) = client.call("DescribeSnapshots", where).body["Snapshots"]["Snapshot"]
        return str(found["Status"])

    fine = client.call("CreateSnapshot", {"DiskId": "d-sandbox-system"}).body["SnapshotId"]
    made = client.call("CreateSnapshot", order).body["SnapshotId"]
    refused = client.call("CreateSnapshot", {"DiskId": "d-sandbox-local"})
    assert refused.code == "DiskCategory.OperationNotSupported"
    assert status(made) == "progressing"
    clock.advance(seconds=3)
    assert (status(made), status(fine)) == ("failed", "accomplished")
    assert client.call("CreateSnapshot", order).body["SnapshotId"] == made


def test_a_kept_connection_does_not_outlive_an_outage(start: Start, raw_client: Connect) -> None:
    server = start(faults=[parse_fault("DescribeRegions@2:down,seconds=0.2")])
    idle = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    idle.request("GET", "/")
    assert idle.getresponse().read()
    client = raw_client(server.url)
    assert client.call("DescribeRegions").status == 200
    assert client.call("DescribeRegions").status == 200
    with pytest.raises(ConnectionRefusedError):
        client.call("DescribeRegions")
    assert idle.sock is not None
    assert idle.sock.recv(1) == b""
    idle.close()


def test_a_hang_ends_when_its_client_goes_and_when_the_server_closes(
    start: Start, raw_client: Connect
) -> None:
    struck = threading.Event()
    server = start(
        faults=[parse_fault("DescribeRegions:hang")], observer=lambda *seen: struck.set()
    )
    client = raw_client(server.url)
    headers = client.headers("DescribeRegions")
    for _ in range(70):  # more than there are threads
        connection = http.client.HTTPConnection(client.address)
        connection.request("POST", "/", headers=headers)
        assert struck.wait(5)
        struck.clear()
        connection.close()
    ends: list[OSError | http.client.HTTPException] = []

    def wait() -> None:
        try:
            client.call("DescribeRegions")
        except (OSError, http.client.HTTPException) as error:
            ends.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert struck.wait(5)
    closing = time.monotonic()
    server.close()
    waiting.join()
    assert len(ends) == 1
    assert time.monotonic() - closing < 5


def test_an_observer_is_told_of_every_request_and_its_fault(
    start: Start, raw_client: Connect
) -> None:
    seen: list[tuple[str, int, str | None]] = []
    server = start(
        faults=[parse_fault("DescribeRegions@2:empty")],
        observer=lambda action, attempt, fault: seen.append(
            (action, attempt, fault.kind if fault else None)
        ),
    )
    client = raw_client(server.url)
    for _ in range(3):
        client.call("DescribeRegions")
    assert seen == [
        ("DescribeRegions", 1, None),
        ("DescribeRegions", 2, "empty"),
        ("DescribeRegions", 3, None),
    ]


def test_names_that_are_no_action_take_no_memory_each() -> None:
    faults = Faults([parse_fault("*@3:html")])
    met = [faults.next(name) for name in ("A", "B", "C", "DescribeRegions")]
    assert [attempt for attempt, _ in met] == [1, 2, 3, 1]
    assert [fault is None for _, fault in met] == [True, True, False, True]


def test_an_action_is_known_by_its_parameter_too(start: Start) -> None:
    server = start(faults=[parse_fault("DescribeRegions:html")])
    address = server.url.removeprefix("http://")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for method, path, body in (
        ("GET", "/?Action=DescribeRegions", None),
        ("POST", "/", "Version=2014-05-26&Action=DescribeRegions"),
    ):
        connection = http.client.HTTPConnection(address, timeout=5)
        connection.request(method, path, body, form if body else {})
        assert connection.getresponse().read().startswith(b"<!DOCTYPE html>")
        connection.close()


def test_an_observer_is_told_after_the_action_was_carried_out(
    start: Start, raw_client: Connect
) -> None:
    counts: list[int] = []

    def observe(action: str, attempt: int, fault: Fault | None) -> None:
        if action == "CreateSnapshot":
            counts.append(server._state.count(Snapshot, [equal("disk_id", "d-sandbox-data")]))

    server = start(faults=[parse_fault("CreateSnapshot:html-after")], observer=observe)
    before = server._state.count(Snapshot, [equal("disk_id", "d-sandbox-data")])
    raw_client(server.url).call("CreateSnapshot", DATA)
    assert counts == [before + 1]


def test_outages_that_come_at_once_are_one_outage(start: Start) -> None:
    server = start(faults=[parse_fault("*:down")])
    for _ in range(10):
        together = threading.Barrier(4)

        def go_down(together: threading.Barrier = together) -> None:
            together.wait(5)
            server.go_down(0.01)

        callers = [threading.Thread(target=go_down) for _ in range(4)]
        began = time.monotonic()
        for each in callers:
            each.start()
        for each in callers:
            each.join()
        assert time.monotonic() - began < 1
