"""Many clients, threads and processes at once, and a process that is killed."""

import contextlib
import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from ecs_snap_cli.sandbox import parse_fault
from ecs_snap_cli.sandbox.conditions import equal
from ecs_snap_cli.sandbox.rows import Disk, Snapshot
from ecs_snap_cli.sandbox.state import State
from tests.sandbox.conftest import ROOT, SERVE

DISK = {"DiskId": "d-sandbox-data"}


def real_time():
    return datetime.now(UTC)


def test_eight_threads_on_one_disk_make_one_snapshot(sdk):
    barrier = threading.Barrier(8)

    def create(_):
        barrier.wait()
        try:
            request = models.CreateSnapshotRequest(disk_id="d-sandbox-data")
            return sdk.create_snapshot(request).body.snapshot_id
        except ClientException as error:
            return error.data["Code"]

    with ThreadPoolExecutor(8) as pool:
        met = list(pool.map(create, range(8)))
    assert met.count("IncorrectDiskStatus.CreatingSnapshot") == 7
    assert sum(outcome.startswith("s-") for outcome in met) == 1


def test_eight_threads_with_one_token_get_one_snapshot(raw):
    order = {**DISK, "ClientToken": "once"}
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: raw.call("CreateSnapshot", order), range(8)))
    assert {reply.code for reply in replies} <= {"", "IdempotentProcessing"}
    made = {reply.body["SnapshotId"] for reply in replies if reply.status == 200}
    assert len(made) == 1
    assert raw.call("CreateSnapshot", order).body["SnapshotId"] in made


def test_a_token_is_held_for_as_long_as_its_request_has_no_answer(start, raw_client, tmp_path):
    order, held = {**DISK, "ClientToken": "slow"}, threading.Event()
    state, slow = tmp_path / "s.sqlite3", parse_fault("CreateSnapshot@1:delay,seconds=60")
    server = start(state, faults=[slow], rules="current", observer=lambda *seen: held.set())
    raw = raw_client(server.url)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(raw.call, "CreateSnapshot", order)
        assert held.wait(10)
        again = raw.call("CreateSnapshot", order)
        assert (again.status, again.code) == (403, "IdempotentProcessing")
        other = {"DiskId": "d-sandbox-system", "ClientToken": "slow"}
        assert raw.call("CreateSnapshot", other).code == "IdempotentProcessing"
        assert raw.call("CreateSnapshot", {**other, "ClientToken": "Slow"}).status == 200
        assert raw.call("CreateSnapshot", other | {"ClientToken": ""}).status == 403
        image = {"SnapshotId": "s-sandbox-system-1", "ImageName": "golden", "ClientToken": "slow"}
        assert raw.call("CreateImage", {"RegionId": "cn-hangzhou", **image}).status == 200
        # It ends the delay.
        server.close()
        snapshot = first.result().body["SnapshotId"]
    raw = raw_client(start(state).url)
    assert raw.call("CreateSnapshot", order).body["SnapshotId"] == snapshot


@pytest.mark.parametrize("fault", ["error-after", "html-after", "reset-after", "hang-after"])
def test_a_token_is_free_once_its_answer_is_lost(start, raw_client, fault):
    met = threading.Event()
    plan = [parse_fault(f"CreateSnapshot@1:{fault}")]
    raw = raw_client(start(faults=plan, observer=lambda *seen: met.set()).url)
    order = {**DISK, "ClientToken": "lost"}

    def lost():
        with contextlib.suppress(OSError, http.client.HTTPException):
            raw.call("CreateSnapshot", order)

    thread = threading.Thread(target=lost)
    thread.start()
    assert met.wait(10)
    if fault != "hang-after":
        thread.join()
    # As soon as it is settled, which the observer is told just before.
    codes = iter(lambda: raw.call("CreateSnapshot", order).code, "IdempotentProcessing")
    assert next(codes) == ""


def test_a_refused_order_lets_its_token_go(raw):
    order = {"DiskId": "d-nowhere", "ClientToken": "again"}
    assert raw.call("CreateSnapshot", order).code == "InvalidDiskId.NotFound"
    assert raw.call("CreateSnapshot", {**order, **DISK}).status == 200


def test_processes_that_seed_and_race_on_one_file_make_one_snapshot(spawn, raw_client, tmp_path):
    path = tmp_path / "state.sqlite3"
    children = [spawn(path) for _ in range(4)]
    urls = [child.stdout.readline().strip() for child in children]
    for child, url in zip(children, urls, strict=True):
        assert url.startswith("http://127.0.0.1:"), child.communicate()[1]
    barrier = threading.Barrier(8)

    def create(url):
        client = raw_client(url)
        client.clock = real_time
        barrier.wait()
        return client.call("CreateSnapshot", DISK).code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(create, urls * 2))
    assert codes == [""] + ["IncorrectDiskStatus.CreatingSnapshot"] * 7
    state = State(path, real_time)
    assert len(list(state.walk(Snapshot, [equal("disk_id", "d-sandbox-data")]))) == 3
    assert state.count(Disk, ()) == 11
    state.close()


def test_a_server_killed_in_mid_load_leaves_a_sound_state(spawn, raw_client, tmp_path):
    path = tmp_path / "state.sqlite3"
    # A snapshot is accomplished after 60 ms of this server's life, so the next may be made.
    child = spawn(path, speed=50)
    url = child.stdout.readline().strip()
    made = []
    enough = threading.Event()

    def load(disk):
        client = raw_client(url)
        client.clock = real_time
        for number in range(100_000):
            token = f"{disk}-{number}"
            try:
                reply = client.call("CreateSnapshot", {"DiskId": disk, "ClientToken": token})
                client.call("DescribeSnapshots", {"RegionId": "cn-hangzhou", "DiskId": disk})
            except (OSError, http.client.HTTPException):
                return
            if reply.status == 200:
                made.append(reply.body["SnapshotId"])
            if len(made) > 10:
                enough.set()

    disks = ["d-sandbox-data", "d-sandbox-system"] * 3
    threads = [threading.Thread(target=load, args=(disk,)) for disk in disks]
    for thread in threads:
        thread.start()
    assert enough.wait(10)
    os.kill(child.pid, signal.SIGKILL)
    for thread in threads:
        thread.join()

    state = State(path, real_time)
    kept = {snapshot.id for snapshot in state.walk(Snapshot)}
    state.close()
    assert kept >= set(made)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_two_hundred_connections_at_once_are_all_answered(raw, capfd):
    connections = []
    host = urlsplit(f"http://{raw.address}").netloc
    for _ in range(200):
        connection = http.client.HTTPConnection(host, timeout=10)
        headers = raw.headers("DescribeRegions")
        headers["authorization"] = raw.authorization(headers, {})
        connection.request("POST", "/", headers=headers)
        connections.append(connection)
    statuses = []
    for connection in connections:
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
        connection.close()
    assert statuses == [200] * 200
    assert capfd.readouterr().err == ""


def test_serve_forever_ends_when_a_signal_handler_closes_the_server(tmp_path):
    code = SERVE.replace(
        "server.serve_forever()",
        "import signal\n"
        "signal.signal(signal.SIGTERM, lambda *_: server.close())\n"
        "print('ready', flush=True)\n"
        "server.serve_forever()\n"
        "print('ended')",
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "s")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    child.stdout.readline()
    child.stdout.readline()
    child.terminate()
    out, err = child.communicate(timeout=10)
    assert (out, err, child.returncode) == ("ended\n", "", 0)


def test_a_locked_state_is_service_unavailable(start, raw_client, tmp_path, monkeypatch):
    monkeypatch.setattr("ecs_snap_cli.sandbox.statefile.BUSY_SECONDS", 0.05)
    path = tmp_path / "state.sqlite3"
    raw = raw_client(start(path).url)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    reply = raw.call("CreateSnapshot", DISK)
    assert (reply.status, reply.code) == (503, "ServiceUnavailable")
    assert raw.call("DescribeDisks", {"RegionId": "cn-hangzhou"}).status == 200
    holder.execute("ROLLBACK")
    holder.close()
    assert raw.call("CreateSnapshot", DISK).status == 200
