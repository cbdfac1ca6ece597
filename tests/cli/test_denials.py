"""What the page on RAM policies says of each command, against a sandbox that denies."""

from __future__ import annotations

import pytest

from tests.cli.wire import SANDBOX_ENVIRONMENT, wire
from tests.conftest import Run
from tests.contract.test_permissions import ROWS

_DATA = "--disk-id d-sandbox-data"
COMMANDS = {
    "create": f"create {_DATA} --tag job=nightly",
    "check": f"check {_DATA}",
    "batch": f"batch {_DATA}",
    "list": "list",
    "delete": "delete --snapshot-id s-sandbox-data-1 --yes",
    "delete --force": "delete --snapshot-id s-sandbox-data-1 --force --yes",
    "create-image": "create-image --snapshot-id s-sandbox-system-1 --name golden",
    "prune --disk-id": "prune --disk-id d-sandbox-system --all-manual --keep-last 1 --yes",
}
# A batch of disks that are named by their IDs reads them all the same, but goes on without.
_NAMED = {("batch", "ecs:DescribeDisks")}
CASES = [
    (kind, action, 5 if action in ROWS[kind][0] else 0)
    for kind in COMMANDS
    for action in sorted(set.union(*ROWS[kind]))
    if (kind, action) not in _NAMED
]


@pytest.mark.parametrize(("kind", "action", "code"), CASES)
def test_a_run_goes_on_without_a_right_or_ends_with_exit_5(
    run_process: Run, kind: str, action: str, code: int
) -> None:
    with wire(":memory:", deny=[action]) as ecs:
        line = f"{COMMANDS[kind]} --endpoint {ecs.url}"
        ended = run_process(*line.split(), env=SANDBOX_ENVIRONMENT)
    assert ended.code == code
    if code:
        # In the report of many items, or in the error.
        assert action.removeprefix("ecs:") in ended.out + ended.err


def test_tags_need_a_right_of_their_own(run_process: Run) -> None:
    with wire(":memory:", deny=["ecs:TagResources"]) as ecs:
        line = f"{COMMANDS['create']} --endpoint {ecs.url}"
        ended = run_process(*line.split(), env=SANDBOX_ENVIRONMENT)
    assert ended.code == 5
    assert "ecs:TagResources" in ended.err
