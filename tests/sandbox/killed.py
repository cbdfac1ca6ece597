"""Kills a process before each SQL statement of an order, and compares what it leaves.

Run with the path of a state to be made. It forks, which a process with threads had better not.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ecs_snap_cli.sandbox import reset
from ecs_snap_cli.sandbox.actions import ACTIONS
from ecs_snap_cli.sandbox.actions.action import Context
from ecs_snap_cli.sandbox.chores import catch_up
from ecs_snap_cli.sandbox.params import Params
from ecs_snap_cli.sandbox.rules import RULE_SETS
from ecs_snap_cli.sandbox.state import State

RULES = RULE_SETS["documented"]
BEGAN = datetime.now(UTC)
DISKS = ("d-sandbox-fleet-0003", "d-sandbox-fleet-0004", "d-sandbox-fleet-0005")
MADE = {"DiskId": "d-sandbox-data", "ClientToken": "once"}
TAG = {"Tag.1.Key": "turn", "Tag.1.Value": "1"}
TERMS = {"timePoints": '["1"]', "repeatWeekdays": '["1","2","3","4","5","6","7"]'}
LOCK = {"LockMode": "compliance", "LockDuration": "1", "CoolOffPeriod": "3"}
NEW = "SELECT id FROM snapshots WHERE disk_id = 'd-sandbox-data' ORDER BY created DESC"
GROUP = "SELECT id FROM snapshot_groups"
POLICY = "SELECT id FROM policies"

# In turn, each on what those before have left; a value that begins with SELECT is looked up.
ORDERS: list[tuple[str, dict[str, str]]] = [
    ("CreateSnapshot", {**MADE, **TAG}),
    ("ModifySnapshotAttribute", {"SnapshotId": NEW, "SnapshotName": "named", "Description": "so"}),
    ("LockSnapshot", {"SnapshotId": NEW, **LOCK, "ClientToken": "locked"}),
    ("UnlockSnapshot", {"SnapshotId": NEW, "ClientToken": "unlocked"}),
    ("DeleteSnapshot", {"SnapshotId": NEW}),
    ("CreateSnapshotGroup", {f"DiskId.{n}": disk for n, disk in enumerate(DISKS, 1)}),
    ("DeleteSnapshotGroup", {"SnapshotGroupId": GROUP}),
    ("TagResources", {"ResourceType": "disk", **{f"ResourceId.{n}": d for n, d in
                      enumerate(DISKS, 1)}, **TAG}),
    ("CreateAutoSnapshotPolicy", {**TERMS, "retentionDays": "1"}),
    ("ApplyAutoSnapshotPolicy", {"autoSnapshotPolicyId": POLICY,
                                 "diskIds": '["d-sandbox-fleet-0003","d-sandbox-fleet-0004"]'}),
]  # fmt: skip


def content(path: str) -> list[str]:
    """All that a state holds, which has to be sound."""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return list(database.iterdump())


def killed_at_each_statement(path: str, name: str, do: Callable[[], None]) -> None:
    """Print how many times `do` was killed, each leaving what was there, before it was let be."""
    before, step = content(path), 0
    while killed_before(step, do):
        assert content(path) == before, f"{name}: by half, when killed before statement {step}"
        step += 1
    assert content(path) != before, f"{name} did nothing"
    sys.stdout.write(f"{name} {step}\n")


def killed_before(step: int, do: Callable[[], None]) -> bool:
    """Whether `do`, in a process of its own, came as far as this statement that writes, or ends."""
    child = os.fork()
    if not child:
        left = iter(range(step))
        connect = sqlite3.connect

        def watched(*args: Any, **options: Any) -> sqlite3.Connection:
            def look(sql: str) -> None:
                if not sql.startswith(("SELECT", "PRAGMA journal")) and next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)

            connection = connect(*args, **options)
            connection.set_trace_callback(look)
            return connection

        sqlite3.connect = watched
        try:
            do()
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def ordered(path: str, action: str, parameters: dict[str, str], now: datetime) -> None:
    """Carry an order out."""
    state = State(path, lambda: now)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        values = {
            name: database.execute(value).fetchone()[0] if value.startswith("SELECT") else value
            for name, value in parameters.items()
        }
    context = Context(
        state=state,
        rules=RULES,
        request_id="request",
        host="",
        region="cn-hangzhou",
        permitted=True,
        hold=lambda *order: None,
    )
    ACTIONS[action].handle(context, Params(values))
    state.close()


def caught_up(path: str, now: datetime) -> None:
    """Do what is due."""
    state = State(path, lambda: now)
    catch_up(state, RULES)
    state.close()


def main(path: str) -> None:
    """Every order, then what time brings about, then the first state again."""
    reset(path, disks=10)
    for place, (action, parameters) in enumerate(ORDERS):
        now = BEGAN + timedelta(minutes=6 * place)
        killed_at_each_statement(path, action, partial(ordered, path, action, parameters, now))
    for days in (2, 4):
        later = BEGAN + timedelta(days=days)
        killed_at_each_statement(path, f"chores-{days}", partial(caught_up, path, later))
    killed_at_each_statement(path, "reset", partial(reset, path))


if __name__ == "__main__":
    main(sys.argv[1])
