"""Clients that send too much, too little, too slowly or nothing, and never read: others go on."""

import contextlib
import http.client
import os
import random
import resource
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ecs_snap_cli import sandbox
from ecs_snap_cli.sandbox import doorkeeper

WHERE = {"RegionId": "cn-hangzhou"}
ROOT = Path(sandbox.__file__).parents[2]
MEBIBYTE = 1024 * 1024
AHEAD = 30
CLIENTS = 20  # more than the server has threads
SERVE = """
from ecs_snap_cli.sandbox import SandboxServer
server = SandboxServer(":memory:")
print(server.url, flush=True)
server.serve_forever()
"""


def request(raw, action="DescribeRegions", parameters=None):
    """The octets of a signed GET."""
    headers = raw.headers(action)
    headers["authorization"] = raw.authorization(headers, parameters or {}, method="GET")
    query = "&".join(f"{name}={value}" for name, value in (parameters or {}).items())
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET /?{query} HTTP/1.1\r\n{lines}\r\n".encode()


@pytest.fixture
def dial():
    """Opens connections, which are closed after the test."""
    with contextlib.ExitStack() as opened:

        def dial_one(raw, receive=None):
            host, _, port = raw.address.rpartition(":")
            peer = opened.enter_context(socket.socket())
            peer.settimeout(10)
            if receive:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
            peer.connect((host, int(port)))
            return peer

        yield dial_one


def served(raw):
    return raw.call("DescribeDisks", WHERE).status == 200


def ended(peer):
    """Whether the server ends the connection, in whatever way."""
    try:
        while peer.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def statuses(peer, count):
    """Those of so many answers on one connection."""
    found = []
    stream = peer.makefile("rb")
    for _ in range(count):
        found.append(int(stream.readline().split()[1]))
        headers = http.client.parse_headers(stream)
        length = int(headers["content-length"])
        assert len(stream.read(length)) == length
    return found


def wait_until(condition):
    """Whether it comes true before long."""
    ends = time.monotonic() + 10
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return condition()


def fill_with_answers(server, raw, peer):
    """Ask for more than the sockets hold, and wait until the server answers no more of it."""
    page = {**WHERE, "MaxResults": "500"}
    peer.sendall(b"".join(request(raw, "DescribeDisks", page) for _ in range(AHEAD)))
    assert wait_until(lambda: any(each._held for each in channels_of(server)))


def channels_of(server):
    return list(server._server.active_channels.values())


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(HEAD + b"Content-Length: %d\r\n\r\n" % (3 * MEBIBYTE), id="told"),
        pytest.param(HEAD + b"Content-Length: 1" + b"0" * 300 + b"\r\n\r\n", id="told-absurd"),
        pytest.param(CHUNKED + b"300000\r\n", id="chunk"),
        pytest.param(CHUNKED + b"1" + b"0" * 300 + b"\r\n", id="chunk-absurd"),
        pytest.param(CHUNKED + b"f" * MEBIBYTE, id="chunk-without-end-of-line"),
    ],
)
def test_a_body_over_one_mebibyte_ends_the_connection_and_no_other(raw, dial, octets):
    peer = dial(raw)
    with contextlib.suppress(ConnectionError):
        peer.sendall(octets + b"x" * 3 * MEBIBYTE)
    assert served(raw)
    assert ended(peer)


def test_many_chunks_are_one_body(raw, dial):
    peer = dial(raw)
    with contextlib.suppress(ConnectionError):
        peer.sendall(CHUNKED + (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 40)
    assert served(raw)
    assert ended(peer)


@pytest.mark.parametrize(
    "octets",
    [
        HEAD + b"Content-Length: 1000000\r\n\r\nx",
        CHUNKED + b"ffff\r\nx",
        CHUNKED + b"1\r\nx\r\n",
    ],
)
def test_a_body_that_is_shorter_than_told_keeps_nobody_waiting(raw, dial, octets):
    for _ in range(CLIENTS):
        dial(raw).sendall(octets)
    assert served(raw)


def test_a_body_that_is_longer_than_told_is_no_part_of_the_request(raw, dial):
    peer = dial(raw)
    peer.sendall(HEAD + b"Content-Length: 1\r\n\r\nxyz\r\n\r\n")
    assert statuses(peer, 2) == [400, 400]
    assert ended(peer)


def test_octets_one_at_a_time_are_a_request_in_the_end(raw, dial):
    head, body = request(raw), HEAD + b"Content-Length: 300\r\n\r\n" + b"x" * 300
    peers = [(dial(raw), octets, status) for octets, status in ((head, 200), (body, 400))]
    stuck = [(dial(raw), octets[:-1], 0) for octets in (head, body) for _ in range(CLIENTS)]
    for place in range(max(len(head), len(body))):
        for peer, octets, _ in (*peers, *stuck):
            if piece := octets[place : place + 1]:
                peer.send(piece)
        if place % 50 == 0:
            assert served(raw)
    assert [statuses(peer, 1) for peer, _, _ in peers] == [[200], [400]]


def test_answers_that_nobody_reads_take_no_thread_and_little_memory(start, raw_client, dial):
    server = start(disks=1000)
    raw = raw_client(server.url)
    page = {**WHERE, "MaxResults": "500"}
    length = len(raw.call("DescribeDisks", page).raw)
    peers = []
    for _ in range(CLIENTS):
        peer = dial(raw, receive=4096)
        # So few that they fit into the socket, whatever the server reads of them.
        peer.sendall(b"".join(request(raw, "DescribeDisks", page) for _ in range(8)))
        peers.append(peer)
    stuck = 0
    while stuck < CLIENTS:
        assert served(raw)
        channels = channels_of(server)
        assert max(each.total_outbufs_len for each in channels) < 2 * length
        stuck = sum(1 for each in channels if each.requests and each.is_idle)
    assert served(raw)


def test_requests_sent_ahead_are_answered_in_turn_by_and_by(start, raw_client, dial):
    server = start(disks=1000)
    raw = raw_client(server.url)
    peer = dial(raw, receive=4096)
    peer.sendall(b"".join(request(raw, "DescribeDisks", WHERE) for _ in range(50)))
    assert served(raw)
    assert statuses(peer, 50) == [200] * 50
    # Too much at once for the sockets between, and more than is kept unread.
    fill_with_answers(server, raw, peer)
    assert statuses(peer, AHEAD) == [200] * AHEAD


def test_a_client_that_sends_no_more_gets_its_answer(raw, dial):
    peer = dial(raw)
    peer.sendall(request(raw))
    peer.shutdown(socket.SHUT_WR)
    assert statuses(peer, 1) == [200]
    assert ended(peer)
    half = dial(raw)
    half.sendall(request(raw)[:-1])
    half.shutdown(socket.SHUT_WR)
    assert ended(half)
    for _ in range(CLIENTS):
        peer = dial(raw)
        peer.sendall(request(raw))
        peer.shutdown(socket.SHUT_RDWR)
    assert served(raw)


def test_garbage_of_many_kinds_is_survived(raw, dial, capfd):
    dice = random.Random(20)
    good = request(raw)
    for _ in range(300):
        octets = bytearray(good if dice.random() < 0.5 else dice.randbytes(dice.randrange(1, 900)))
        for _ in range(dice.randrange(10)):
            octets[dice.randrange(len(octets))] = dice.randrange(256)
        peer = dial(raw)
        peer.sendall(bytes(octets))
        peer.close()
    assert served(raw)
    assert capfd.readouterr().err == ""


def test_a_client_that_speaks_tls_is_told_at_once(raw, dial):
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        context.wrap_socket(dial(raw), server_hostname="localhost")
    peer = dial(raw)
    peer.sendall(b"\x16")
    assert statuses(peer, 1) == [400]
    assert ended(peer)
    # It is a request's first octet alone that says so.
    peer = dial(raw)
    peer.sendall(HEAD + b"Content-Length: 1\r\n\r\n")
    peer.sendall(b"\x16")
    assert b"X-Acs-Request-Id" in peer.recv(4096)


def test_a_client_that_says_nothing_more_is_dropped_in_time(start, raw_client, dial, monkeypatch):
    server = start(disks=1000)
    raw = raw_client(server.url)
    silent, slow, deaf = dial(raw), dial(raw), dial(raw, receive=4096)
    slow.sendall(request(raw)[:-1])
    fill_with_answers(server, raw, deaf)
    monkeypatch.setattr(doorkeeper, "IDLE_SECONDS", 0.0)
    assert ended(silent)
    assert ended(slow)
    # This one reads only now that the server has let it go.
    assert wait_until(lambda: not server._server.active_channels)
    assert ended(deaf)


def test_a_request_under_way_is_not_idle(start, raw_client, dial):
    under_way = threading.Event()
    server = start(
        faults=[sandbox.parse_fault("DescribeRegions:delay,seconds=30")],
        observer=lambda action, attempt, fault: under_way.set(),
    )
    peer = dial(raw_client(server.url))
    peer.sendall(request(raw_client(server.url)))
    assert under_way.wait(10)
    assert [each.is_idle for each in channels_of(server)] == [False]


def test_the_longest_idle_connections_make_room(start, raw_client, dial, monkeypatch):
    monkeypatch.setattr(doorkeeper, "MOST_CONNECTIONS", 20)
    raw = raw_client(start().url)
    used = dial(raw)
    idle = []
    for _ in range(60):
        idle.append(dial(raw))
        used.sendall(request(raw))
        assert statuses(used, 1) == [200]
    assert served(raw)
    assert all(map(ended, idle[:40]))
    idle[-1].sendall(request(raw))
    assert statuses(idle[-1], 1) == [200]


@pytest.fixture
def many_files():
    """Lets this process open the test's end of a thousand connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in (-1, resource.RLIM_INFINITY) and hard < 4096:
        pytest.skip("this user may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("limit", [4096, 256])
def test_a_thousand_idle_connections_keep_nobody_out(many_files, raw_client, dial, limit):
    def limited():
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 1024), limit))

    child = subprocess.Popen(
        [sys.executable, "-c", SERVE], cwd=ROOT, stdout=subprocess.PIPE, preexec_fn=limited
    )
    try:
        raw = raw_client(child.stdout.readline().decode().strip())
        assert served(raw)
        before = files_of(child)
        peers = [dial(raw) for _ in range(1000)]
        for _ in range(5):
            assert served(raw)
        most = min(1000, limit // 2)
        assert files_of(child) - before == pytest.approx(most, abs=4)
        for peer in peers:
            peer.close()
        # Those that ended may be noticed a moment later.
        assert wait_until(lambda: files_of(child) <= before + 1)
    finally:
        child.terminate()
        child.communicate()


def files_of(child):
    return len(os.listdir(f"/proc/{child.pid}/fd"))
