"""``batch`` over a wire that breaks: no disk gets two snapshots, and none is left untold."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecs_snap_cli.errors import ExitCode
from tests.faults.conftest import FarEnd, HurriedClock, select
from tests.faults.test_any_plan import WAIT, plans

DISKS = [f"d-sandbox-fleet-{number:04}" for number in range(1, 7)]
# The older snapshots of a fleet have its name in their IDs.
NEW = (
    "SELECT disk_id || ' ' || id FROM snapshots "
    "WHERE disk_id LIKE '%fleet%' AND id NOT LIKE '%fleet%'"
)
FLEET = ("--disk-tag", "fleet=sandbox")
NAMED = tuple(word for disk_id in DISKS for word in ("--disk-id", disk_id))


class Ran:
    """A run over six disks: its exit code, its results by disk, and the disks' new snapshots."""

    def __init__(self, far_end: FarEnd, *faults: str, argv: tuple[str, ...] = FLEET) -> None:
        # A hurried clock would move a lost snapshot away from the time of its order.
        hurried = {"clock": HurriedClock()} if "--wait" in argv else {}
        with far_end.open(*faults, disks=len(DISKS), **hurried) as (wire, state):
            ended = far_end.run(
                *("batch", "--endpoint", wire.url, "-o", "json", "--read-timeout", "0.15"), *argv
            )
            self.seen = Counter(wire.seen)
            made = [row.split() for row in select(state, NEW)]
        self.code, self.out, self.err = ended.code, ended.out, ended.err
        self.results: dict[str, Any] = {}
        if ended.out:
            self.results = {each["DiskId"]: each for each in json.loads(ended.out)["Results"]}
        self.disks = [disk_id for disk_id, _ in made]
        self.snapshots = dict(made)

    @property
    def fates(self) -> Counter[str]:
        """How many disks ended how."""
        return Counter(f"{e['Status']} {e['Code'] or ''}".strip() for e in self.results.values())

    def assert_nothing_lost(self) -> None:
        """No disk has two snapshots, and whoever has one is told so."""
        assert len(self.disks) == len(set(self.disks))
        for disk_id, snapshot_id in self.snapshots.items():
            result = self.results[disk_id]
            if result["Status"] == "created":
                assert result["SnapshotId"] == snapshot_id
            else:
                told = result["Message"]
                assert snapshot_id in told or f"a snapshot of disk {disk_id} may exist" in told
        created = {d for d, each in self.results.items() if each["Status"] == "created"}
        assert created <= self.snapshots.keys()


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("CreateSnapshot@2-3:reset-after", 8),
        ("CreateSnapshot@2:half", 7),
        ("CreateSnapshot@4:hang-after", 7),
        ("CreateSnapshot@4:hang", 7),
        ("CreateSnapshot@1-8:error-after,code=InternalError", 14),
        ("CreateSnapshot@1-4:error,code=Throttling", 10),
        ("CreateSnapshot@1:error,code=Throttling.User,retry-after=30", 7),
        ("CreateSnapshot@6:down,seconds=0.02", 6),
        ("DescribeDisks@1-2:reset", 6),
        ("DescribeInstances@1-2:html", 6),
        ("DescribeSnapshots@1-2:half", 6),
    ],
)
def test_a_fault_that_passes_costs_attempts_and_nothing_else(
    far_end: FarEnd, fault: str, seen: int
) -> None:
    # So short an outage outlasts attempts that pause for no time.
    far_end.real_pause = 0.01 if ":down" in fault else 0.0
    ran = Ran(far_end, fault)
    assert (ran.code, ran.err, ran.fates) == (0, "", {"created": 6})
    assert ran.seen["CreateSnapshot"] >= seen
    ran.assert_nothing_lost()


@pytest.mark.parametrize(
    ("fault", "code", "fates"),
    [
        ("CreateSnapshot@3:error,code=Forbidden.RAM", 9, {"created": 5, "failed Forbidden.RAM": 1}),
        (
            "CreateSnapshot@3:error,code=IncorrectDiskStatus.CreatingSnapshot",
            9,
            {"created": 5, "refused IncorrectDiskStatus.CreatingSnapshot": 1},
        ),
        ("CreateSnapshot:error,code=Forbidden.RAM", 5, {"failed Forbidden.RAM": 6}),
        ("CreateSnapshot:error,code=Throttling", 6, {"failed Throttling": 6}),
    ],
)
def test_a_disk_that_fails_is_told_and_keeps_no_other_from_it(
    far_end: FarEnd, fault: str, code: int, fates: dict[str, int]
) -> None:
    ran = Ran(far_end, fault)
    assert (ran.code, ran.err, ran.fates) == (code, "", fates)
    assert ran.seen["CreateSnapshot"] == (30 if "Throttling" in fault else 6)
    ran.assert_nothing_lost()


@pytest.mark.parametrize("selection", [FLEET, NAMED, (*FLEET, "--no-preflight")], ids=str)
@pytest.mark.parametrize("fault", ["reset-after", "half", "error-after,code=InternalError"])
def test_where_every_answer_is_lost_every_snapshot_is_named(
    far_end: FarEnd, fault: str, selection: tuple[str, ...]
) -> None:
    ran = Ran(far_end, f"CreateSnapshot:{fault}", argv=selection)
    assert ran.code == 6
    assert {each["Status"] for each in ran.results.values()} == {"failed"}
    assert sorted(ran.disks) == DISKS
    for disk_id, snapshot_id in ran.snapshots.items():
        assert snapshot_id in ran.results[disk_id]["Message"]


def test_where_nothing_can_be_read_afterwards_every_disks_token_is_told(far_end: FarEnd) -> None:
    ran = Ran(far_end, "CreateSnapshot:reset-after", "DescribeSnapshots@2-:reset")
    assert ran.code == 6
    assert sorted(ran.disks) == DISKS
    for disk_id, result in ran.results.items():
        # `batch` has no such option: it makes one for each disk.
        assert f"`ecs-snap create --disk-id {disk_id} --client-token " in result["Message"]
    told = [
        each["Message"].partition("--client-token ")[2].split()[0] for each in ran.results.values()
    ]
    assert len(set(told)) == 6
    ran.assert_nothing_lost()


def test_snapshots_that_fail_later_stay_created(far_end: FarEnd) -> None:
    ran = Ran(far_end, "CreateSnapshot@2-3:fail-later", argv=(*FLEET, *WAIT))
    assert (ran.code, ran.err) == (9, "")
    assert ran.fates == {"created": 4, "created SnapshotFailed": 2}
    ran.assert_nothing_lost()


def test_a_wait_that_is_cut_off_leaves_all_created(far_end: FarEnd) -> None:
    ran = Ran(far_end, "DescribeSnapshots@2-:reset", argv=(*FLEET, *WAIT, "--wait-timeout", "0.3"))
    assert (ran.code, ran.fates) == (7, {"created WaitTimeout": 6})
    ran.assert_nothing_lost()


@pytest.mark.parametrize("selection", [FLEET, NAMED], ids=["tag", "named"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [("DescribeDisks:reset", 6), ("DescribeDisks:error,code=InvalidAccessKeyId.NotFound", 5)],
)
def test_a_selection_that_cannot_be_read_is_not_begun(
    far_end: FarEnd, fault: str, code: int, selection: tuple[str, ...]
) -> None:
    ran = Ran(far_end, fault, argv=selection)
    assert (ran.code, ran.out, ran.seen["CreateSnapshot"]) == (code, "", 0)


@pytest.mark.parametrize(
    ("fault", "code", "fates"),
    [
        ("DescribeInstances:reset", 6, {"failed Unavailable": 6}),
        ("DescribeSnapshots:reset", 6, {"failed Unavailable": 6}),
        # The region's page is not read; five of the disks' own then are.
        ("DescribeSnapshots@1-10:reset", 9, {"created": 5, "failed Unavailable": 1}),
        ("DescribeSnapshots:error,code=Forbidden.RAM", 0, {"created": 6}),
        ("DescribeInstances:error,code=Forbidden.RAM", 0, {"created": 6}),
    ],
)
def test_facts_that_cannot_be_read_cost_the_disks_that_they_are_about(
    far_end: FarEnd, fault: str, code: int, fates: dict[str, int]
) -> None:
    ran = Ran(far_end, fault, argv=(*FLEET, "--max-concurrency", "1"))
    assert (ran.code, ran.fates) == (code, fates)
    ran.assert_nothing_lost()


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plan=plans,
    attempts=st.integers(1, 3),
    argv=st.sampled_from((FLEET, NAMED)),
    options=st.lists(
        st.sampled_from((("--no-preflight",), ("--max-concurrency", "1"), WAIT)), unique=True
    ),
)
@example(plan=["CreateSnapshot@2-:reset-after"], attempts=1, argv=FLEET, options=[])
def test_nothing_is_lost_under_any_plan(
    far_end: FarEnd,
    plan: list[str],
    attempts: int,
    argv: tuple[str, ...],
    options: list[tuple[str, ...]],
) -> None:
    words = [word for option in options for word in option]
    ran = Ran(far_end, *plan, argv=(*argv, *words, "--max-attempts", str(attempts)))
    assert ran.code in {int(code) for code in ExitCode}
    if ran.results:
        assert sorted(ran.results) == DISKS
    ran.assert_nothing_lost()
    if ran.code == 0:
        assert sorted(ran.disks) == DISKS
