"""Clients that give a sandbox orders of all kinds, and a look at whether it kept its word."""

import http.client
import json
import random
import sqlite3
from collections import Counter
from datetime import UTC, datetime

from ecs_snap_cli.sandbox.conditions import equal
from ecs_snap_cli.sandbox.rows import (
    Disk,
    Instance,
    Policy,
    Snapshot,
    SnapshotGroup,
    SnapshotLock,
)
from ecs_snap_cli.sandbox.state import State

WHERE = {"RegionId": "cn-hangzhou"}
DISKS = 400
# Those of a fleet that a group takes: ESSD disks, three of each ten.
GROUPS = [[f"d-sandbox-fleet-{ten:03}{last}" for last in (3, 4, 5)] for ten in range(15)]
HOURLY = {
    "timePoints": json.dumps([str(hour) for hour in range(24)]),
    "repeatWeekdays": json.dumps([str(day) for day in range(1, 8)]),
    "retentionDays": "30",
}


class Writer:
    """One client that gives orders of all kinds; what it was answered is kept."""

    def __init__(self, client, number, name):
        self.client = client
        self.tag = f"turn-{client.address.rpartition(':')[2]}-{number}"
        self.dice = random.Random(f"{name}-{number}")
        self.disk = f"d-sandbox-fleet-{number + 151:04}"
        self.shared = f"d-sandbox-fleet-{number // 8 * 10 + 7:04}"
        self.name = name
        self.made, self.gone, self.unsure = {}, set(), set()
        self.groups, self.policies, self.statuses = [], [], Counter()
        self.names, self.named, self.turn = {}, set(), 0

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
            snapshot = {"SnapshotId": made.body["SnapshotId"]}
            name = f"named-{self.dice.randint(0, 999)}"
            self.names[made.body["SnapshotId"]] = name
            if self.ask("ModifySnapshotAttribute", **snapshot, SnapshotName=name).status == 200:
                self.named.add(made.body["SnapshotId"])
            self.ask("LockSnapshot", **snapshot, LockMode="compliance", LockDuration="1",
                     CoolOffPeriod="3")  # fmt: skip
        tagged = {
            "ResourceType": "disk",
            "ResourceId.1": self.disk,
            "ResourceId.2": "d-sandbox-data",
        }
        tag = {"Tag.1.Key": self.tag, "Tag.1.Value": str(number)}
        if self.ask("TagResources", **tagged, **tag).status == 200:
            self.turn = number
        if number == 1:
            self.put_under_a_policy()
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

    def put_under_a_policy(self):
        """Its own disk, and one that eight writers share: a disk can have ten policies."""
        made = self.ask("CreateAutoSnapshotPolicy", **HOURLY)
        # A region has a hundred of them at most.
        if made.status != 200:
            return
        policy = made.body["AutoSnapshotPolicyId"]
        under = {"autoSnapshotPolicyId": policy, "diskIds": json.dumps([self.disk, self.shared])}
        if self.ask("ApplyAutoSnapshotPolicy", **under).status == 200:
            self.policies.append(policy)

    def ask(self, action, **parameters):
        reply = self.client.call(action, {**WHERE, **parameters})
        self.statuses[reply.status] += 1
        assert reply.status < 500, (action, parameters, reply.raw)
        return reply


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
            made = each.group_id or each.id in asked_for or each.type == "auto"
            assert not fleet or made, each
        for group in state.walk(SnapshotGroup):
            assert state.count(Snapshot, [equal("group_id", group.id)]) == 3
        check_names(there, writers)
        check_tags(state, writers)
        check_policies(state, writers)
        assert {lock.id for lock in state.walk(SnapshotLock)} <= there.keys()
        assert state.count(Disk, ()) == 11 + DISKS
        assert state.count(Instance, ()) == 9 + DISKS // 4
    finally:
        state.close()


def check_names(there, writers):
    """A snapshot that was named has one of the names that it was to have."""
    for snapshot_id in {each for writer in writers for each in writer.named} & there.keys():
        names = {writer.names.get(snapshot_id) for writer in writers}
        assert there[snapshot_id].name in names - {None}


def check_tags(state, writers):
    """None has written over the tags of others, on either disk."""
    for writer in writers:
        if not writer.turn:
            continue
        values = {
            dict(state.find(Disk, disk).tags).get(writer.tag)
            for disk in (writer.disk, "d-sandbox-data")
        }
        # The next may have been carried out without an answer: on both disks, or on neither.
        assert len(values) == 1
        assert values <= {str(writer.turn), str(writer.turn + 1)}, writer.tag


def check_policies(state, writers):
    """A policy is applied to both of its disks or to neither, and it is due if it is applied."""
    applied = Counter(policy for disk in state.walk(Disk) for policy in disk.policies)
    assert applied.keys() >= {policy for writer in writers for policy in writer.policies}
    for policy in state.walk(Policy):
        assert applied[policy.id] in (0, 2)
        assert (policy.next_fire is not None) == (policy.id in applied)
