"""Writers in several processes on one state, and processes that are killed while they write."""

import http.client
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from ecs_snap_cli.sandbox import reset
from ecs_snap_cli.sandbox.conditions import equal
from ecs_snap_cli.sandbox.rows import Disk, Instance, Snapshot, SnapshotGroup, SnapshotLock
from ecs_snap_cli.sandbox.state import State

WHERE = {"RegionId": "cn-hangzhou"}
DISKS = 400
# Those of a fleet that a group takes: ESSD disks, three of each ten.
GROUPS = [[f"d-sandbox-fleet-{ten:03}{last}" for last in (3, 4, 5)] for ten in range(15)]
# Its clock runs so many times as fast, and a snapshot is accomplished after 60 ms.
SPEED = 50


class Writer:
    """One client that gives orders of all kinds; what it was answered is kept."""

    def __init__(self, client, number, name):
        self.client = client
        self.dice = random.Random(f"{name}-{number}")
        self.disk = f"d-sandbox-fleet-{number + 151:04}"
        self.name = name
        self.made, self.gone, self.unsure = {}, set(), set()
        self.groups, self.statuses = [], Counter()

    def write(self, until):
        """Until the time has come, or nobody answers any more."""
        number = 0
        while not until():
            number += 1
            try:
                self.one_of_each(number)
            except (OSError, http.client.HTTPException):
                return

    def one_of_each(self, number):
        # Two writers of different processes give the same orders.
        token = f"{self.disk}-{self.name}-{number}"
        made = self.ask("CreateSnapshot", DiskId=self.disk, ClientToken=token)
        if made.status == 200:
            self.made[token] = made.body["SnapshotId"]
            days = str(self.dice.randint(900, 999))
            snapshot = {"SnapshotId": made.body["SnapshotId"]}
            self.ask("ModifySnapshotAttribute", **snapshot, SnapshotName=f"days-{days}")
            self.ask("LockSnapshot", **snapshot, LockMode="compliance", LockDuration="1",
                     CoolOffPeriod="3")  # fmt: skip
        tagged = {
            "ResourceType": "disk",
            "ResourceId.1": self.disk,
            "ResourceId.2": "d-sandbox-data",
        }
        self.ask("TagResources", **tagged, **{"Tag.1.Key": "turn", "Tag.1.Value": str(number)})
        disks = {f"DiskId.{n}": each for n, each in enumerate(self.dice.choice(GROUPS), 1)}
        group = self.ask("CreateSnapshotGroup", **disks)
        if group.status == 200:
            self.groups.append(group.body["SnapshotGroupId"])
        old = sorted(set(self.made.values()) - self.gone - self.unsure)
        if len(old) > 3:
            victim = self.dice.choice(old)
            self.unsure.add(victim)
            self.ask("UnlockSnapshot", SnapshotId=victim)
            if self.ask("DeleteSnapshot", SnapshotId=victim).status == 200:
                self.gone.add(victim)

    def ask(self, action, **parameters):
        reply = self.client.call(action, {**WHERE, **parameters})
        self.statuses[reply.status] += 1
        assert reply.status < 500, (action, parameters, reply.raw)
        return reply


@pytest.fixture
def path(tmp_path):
    state = tmp_path / "state.sqlite3"
    reset(state, disks=DISKS)
    return state


@pytest.fixture
def writers(raw_client):
    """Writers of one server: the number of each says with which disk it is busy."""

    def of(url, numbers, name):
        made = []
        for number in numbers:
            client = raw_client(url)
            client.clock = lambda: datetime.now(UTC)
            made.append(Writer(client, number, name))
        return made

    return of


def check(path, writers):
    """Everything answered is there, and nothing is there by half."""
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    asked = "SELECT token, answer FROM orders WHERE action = 'CreateSnapshot'"
    orders = {token: json.loads(answer) for token, answer in database.execute(asked)}
    database.close()
    state = State(path, lambda: datetime.now(UTC))
    try:
        there = {each.id: each for each in state.walk(Snapshot)}
        maybe_gone = {each for writer in writers for each in writer.unsure}
        gone = {each for writer in writers for each in writer.gone}
        assert not gone & there.keys()
        for writer in writers:
            for token, snapshot_id in writer.made.items():
                assert snapshot_id in there or snapshot_id in maybe_gone, token
                assert orders[token]["SnapshotId"] == snapshot_id
            assert all(state.find(SnapshotGroup, each) for each in writer.groups)
        asked_for = {answer["SnapshotId"] for answer in orders.values()}
        assert asked_for <= there.keys() | maybe_gone
        first = ("-1", "-2", "-3")
        for each in there.values():
            fleet = each.disk_id.startswith("d-sandbox-fleet-") and not each.id.endswith(first)
            assert not fleet or each.group_id or each.id in asked_for, each
        for group in state.walk(SnapshotGroup):
            assert state.count(Snapshot, [equal("group_id", group.id)]) == 3
        assert {lock.id for lock in state.walk(SnapshotLock)} <= there.keys()
        assert state.count(Disk, ()) == 11 + DISKS
        assert state.count(Instance, ()) == 9 + DISKS // 4
    finally:
        state.close()


def test_eight_writers_in_four_processes_lose_nothing_and_do_nothing_twice(spawn, path, writers):
    urls = [child.stdout.readline().strip() for child in [spawn(path, SPEED) for _ in range(4)]]
    # Writers 0 and 4, 1 and 5 and so on share their tokens, and reach different servers.
    busy = [writers(urls[place % 4], [place // 2], "all")[0] for place in (0, 1, 2, 3, 5, 4, 7, 6)]
    end = time.monotonic() + 3
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda writer: writer.write(lambda: time.monotonic() > end), busy))
    assert sum(len(writer.made) for writer in busy) > 20
    assert sum(len(writer.groups) for writer in busy) > 3
    assert sum(len(writer.gone) for writer in busy) > 3
    by_token = {}
    for writer in busy:
        for token, snapshot_id in writer.made.items():
            assert by_token.setdefault(token, snapshot_id) == snapshot_id
    check(path, busy)


def test_a_server_killed_at_any_moment_leaves_all_or_nothing_of_an_order(spawn, path, writers):
    seed = random.SystemRandom().randrange(10_000)
    dice, busy, rounds = random.Random(seed), [], 0
    end = time.monotonic() + 8
    while time.monotonic() < end:
        rounds += 1
        child = spawn(path, SPEED)
        url = child.stdout.readline().strip()
        assert url, (seed, child.communicate()[1])
        # Disks of their own: what the killed server's fast clock has made is pending for a while.
        now = writers(url, range(4 * rounds, 4 * rounds + 4), f"round-{rounds}")
        busy += now
        threads = [threading.Thread(target=each.write, args=(lambda: False,)) for each in now]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.02, 0.2))
        os.kill(child.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
        check(path, busy)
    assert rounds > 5, seed
    assert sum(len(writer.made) for writer in busy) > rounds, seed


def test_a_server_killed_while_it_makes_its_state_is_followed_by_one_that_works(spawn, tmp_path):
    dice = random.Random(5)
    for attempt in range(12):
        path = tmp_path / f"state-{attempt}.sqlite3"
        child = spawn(path)
        # It has made its file when it is there, and is filling it.
        while not path.exists():
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.02))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        state = State(path, lambda: datetime.now(UTC))
        assert state.count(Disk, ()) == 11
        state.close()
