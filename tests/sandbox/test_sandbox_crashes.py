"""Writers in several processes on one state, and processes that are killed while they write."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from ecs_snap_cli.sandbox import reset
from ecs_snap_cli.sandbox.clock import advance_clock
from ecs_snap_cli.sandbox.conditions import equal
from ecs_snap_cli.sandbox.rows import Disk, Snapshot
from ecs_snap_cli.sandbox.state import State
from ecs_snap_cli.sandbox.times import HOUR
from tests.sandbox.writers import DISKS, Writer, check

# Its clock runs so many times as fast, and a snapshot is accomplished after 60 ms.
SPEED = 50


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


def test_eight_writers_in_four_processes_lose_nothing_and_do_nothing_twice(spawn, path, writers):
    children = [spawn(path, SPEED) for _ in range(4)]
    urls = [child.stdout.readline().strip() for child in children]
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
    advance_clock(path, timedelta(days=1))
    barrier = threading.Barrier(8)

    def come_first(writer):
        barrier.wait()
        writer.ask("DescribeRegions")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_first, busy))
    check_hours(path, busy[0].shared)
    for child in children:
        child.kill()
        assert child.communicate() == ("", "")


def check_hours(path, disk):
    """What was due by a turn of the clock was done by one of those who came at once."""
    state = State(path, lambda: datetime.now(UTC))
    made = sorted(each.created for each in state.walk(Snapshot, [equal("disk_id", disk)])
                  if each.type == "auto")  # fmt: skip
    state.close()
    assert len(made) >= 23
    assert made == list(range(made[0], made[-1] + 1, HOUR))


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
        assert child.communicate()[1] == "", seed
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
