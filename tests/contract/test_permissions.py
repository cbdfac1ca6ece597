"""The documented RAM policies are what the commands call, and what they cannot do without."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from ecs_snap_cli.cli.root import COMMANDS
from tests.conftest import Run
from tests.contract.conftest import PlayedEcs

PAGE = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")

# ECS asks for it where CreateSnapshot carries tags; it is no call of this program's.
TAGGING = "ecs:TagResources"

_DISK = "--disk-id d-1"
_ALL = "--all-disks"
_TAG = "--disk-tag env=prod"
_INSTANCE = "--instance-id i-1"
_RULES = "--all-manual --keep-last 1"
# What each row of the page's table stands for: command lines that make all its calls together.
# Each of them needs all that the row says is needed.
VARIANTS = {
    "create": [f"create {_DISK}", f"create {_DISK} --tag job=nightly"],
    "create --wait": [f"create {_DISK} --wait", f"create {_DISK} --wait --wait-for available"],
    "create --no-preflight": [f"create {_DISK} --no-preflight"],
    "create --dry-run": [f"create {_DISK} --dry-run"],
    "check": [f"check {_DISK}", f"check {_DISK} --disk-id d-2"],
    "batch": [f"batch {_ALL}", f"batch {_TAG}", f"batch {_INSTANCE} --exclude-disk-id d-2"],
    "batch --wait": [f"batch {each} --wait" for each in (_ALL, _TAG, _INSTANCE)],
    "batch --dry-run": [f"batch {each} --dry-run" for each in (_ALL, _TAG, _INSTANCE)],
    "batch --no-preflight": [f"batch {each} --no-preflight" for each in (_ALL, _TAG, _INSTANCE)],
    "list": ["list", f"list {_DISK} --status accomplished --limit 1", "list --snapshot-id s-new"],
    "wait": ["wait --snapshot-id s-new"],
    "delete": ["delete --snapshot-id s-old --yes"],
    "delete --force": ["delete --snapshot-id s-old --force --yes"],
    "create-image": ["create-image --snapshot-id s-old --name golden"],
    "create-image --wait-snapshot": [
        "create-image --snapshot-id s-old --name golden --wait-snapshot"
    ],
    "prune": [f"prune {each} {_RULES} --yes" for each in (_ALL, _TAG, _INSTANCE)],
    "prune --dry-run": [f"prune {each} {_RULES} --dry-run" for each in (_ALL, _TAG, _INSTANCE)],
    "prune --disk-id": [f"prune {_DISK} {_RULES} --yes"],
}
# What is called only where the answer to CreateSnapshot is lost, or a disk has no snapshots.
SELDOM = {
    "create --no-preflight": f"create {_DISK} --no-preflight --max-attempts 1",
    "batch --no-preflight": f"batch {_ALL} --no-preflight --max-attempts 1",
    "prune --disk-id": f"prune --disk-id d-2 {_RULES} --yes",
}
# These send nothing to ECS.
SILENT = {"explain", "completion", "sandbox"}


def actions(text: str) -> set[str]:
    """The actions that a text names."""
    return set(re.findall(r"ecs:[A-Za-z]+", text))


def rows() -> dict[str, tuple[set[str], set[str]]]:
    """What the page says that each kind of run needs, and what it asks for besides."""
    table = PAGE.partition("| command | needs | asks for, too |")[2].partition("\n\n")[0]
    found = {}
    for kinds, needs, more in re.findall(r"^\| (`.*?) \| (.*?) \| (.*?) \|$", table, re.MULTILINE):
        for kind in re.findall(r"`([^`]+)`", kinds):
            found[kind] = (actions(needs), actions(more))
    return found


ROWS = rows()


def policies() -> dict[str, set[str]]:
    """The actions that the page's policy for each kind of run allows."""
    found = {}
    for kinds, block in re.findall(
        r"^### (`.*)\n(?:.*\n)*?```json\n([^`]*)```", PAGE, re.MULTILINE
    ):
        policy = json.loads(block)
        assert policy["Version"] == "1"
        (statement,) = policy["Statement"]
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        for kind in re.findall(r"`([^`]+)`", kinds):
            assert kind not in found
            found[kind] = set(statement["Action"])
    return found


@pytest.fixture
def played(ecs: PlayedEcs) -> PlayedEcs:
    """d-1 with three snapshots, the last of them the one that CreateSnapshot makes."""
    listed = [
        {
            "SnapshotId": snapshot_id,
            "SourceDiskId": "d-1",
            "Status": "accomplished",
            "Available": True,
            "SnapshotType": "user",
            "Usage": "none",
            "CreationTime": f"2026-01-0{day}T00:00:00Z",
        }
        for day, snapshot_id in enumerate(("s-old", "s-new", "s-923FE2BF0"), start=1)
    ]

    def snapshots(parameters: dict[str, str]) -> dict[str, Any]:
        asked = json.loads(parameters.get("SnapshotIds", "null"))
        disk_id = parameters.get("DiskId", "d-1")
        found = [
            each
            for each in listed
            if (asked is None or each["SnapshotId"] in asked) and each["SourceDiskId"] == disk_id
        ]
        return {"Snapshots": {"Snapshot": found}, "TotalCount": len(found)}

    ecs.answers("DescribeSnapshots", snapshots)
    ecs.answers("DescribeLockedSnapshots", {"LockedSnapshotsInfo": []})
    ecs.answers("DeleteSnapshot", {})
    ecs.answers("CreateImage", {"ImageId": "m-1"})
    return ecs


def test_there_is_a_row_and_a_policy_for_every_command() -> None:
    assert ROWS.keys() == VARIANTS.keys() == policies().keys()
    assert {kind.partition(" ")[0] for kind in ROWS} | SILENT == COMMANDS.keys()


@pytest.mark.parametrize("kind", VARIANTS)
def test_a_policy_is_what_the_table_says(kind: str) -> None:
    needs, more = ROWS[kind]
    assert not needs & more
    tags = {TAGGING} if "ecs:CreateSnapshot" in needs else set()
    assert policies()[kind] == needs | more | tags


@pytest.mark.parametrize("kind", VARIANTS)
def test_a_command_calls_what_the_table_says_and_nothing_else(
    run: Run, played: PlayedEcs, kind: str
) -> None:
    for line in VARIANTS[kind]:
        run(*line.split())
    played.answers("CreateSnapshot", requests.exceptions.ConnectionError("reset"))
    if kind in SELDOM:
        run(*SELDOM[kind].split())
    assert {f"ecs:{action}" for action in played.actions()} == set.union(*ROWS[kind])


@pytest.mark.parametrize(
    ("kind", "action"), [(kind, each) for kind, row in ROWS.items() for each in sorted(row[0])]
)
def test_without_what_it_needs_a_command_ends_with_exit_5(
    run: Run, played: PlayedEcs, kind: str, action: str
) -> None:
    played.refuses(action.removeprefix("ecs:"), "Forbidden.RAM", 403)
    for line in VARIANTS[kind]:
        assert run(*line.split()).code == 5, line


@pytest.mark.parametrize(
    ("kind", "action"), [(kind, each) for kind, row in ROWS.items() for each in sorted(row[1])]
)
def test_without_what_it_asks_for_besides_a_command_goes_on(
    run: Run, played: PlayedEcs, kind: str, action: str
) -> None:
    (line, *_) = VARIANTS[kind]
    usual = run(*line.split())
    played.refuses(action.removeprefix("ecs:"), "Forbidden.RAM", 403)
    ended = run(*line.split())
    assert (usual.code, ended.code) == (0, 0)
