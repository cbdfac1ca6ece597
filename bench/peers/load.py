"""Load on a sandbox: ``load.py HOST:PORT COUNT ACTIONS ROWS [QUERY]``.

COUNT calls of DescribeDisks with QUERY, as fast as they are answered, over CONNECTIONS that are
kept, each with one call under way. Every answer has to hold ROWS disks. With ACTIONS ``mixed``
instead of ``describe`` every tenth call makes a snapshot and the one after it deletes that.
Nonces never repeat, so every call has a signature of its own (ACS3-HMAC-SHA256), made before the
time that counts. Prints JSON: the seconds in all, and each call's, in milliseconds. Only the
standard library, and as little work as a client can have: it shares the machine with the server.
"""

import hashlib
import hmac
import itertools
import json
import os
import re
import selectors
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator

CONNECTIONS = 8
# So many are signed at a time, since a signature is good for a quarter of an hour.
BATCH = 5_000

address, count, actions, rows, *query = sys.argv[1:]
host, _, port = address.rpartition(":")
key_id = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
secret = os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"].encode()
region_id = os.environ["ALIBABA_CLOUD_REGION_ID"]
empty = hashlib.sha256(b"").hexdigest()
nonces = (f"{uuid.uuid4().hex}-{number}" for number in itertools.count())


def signed(action: str, query: str) -> bytes:
    """A whole request; ``query`` is sorted and encoded as the signature has it."""
    headers = {
        "host": address,
        "x-acs-action": action,
        "x-acs-content-sha256": empty,
        "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "x-acs-signature-nonce": next(nonces),
        "x-acs-version": "2014-05-26",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"GET\n/\n{query}\n{lines}\n{names}\n{empty}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    fields = f"Credential={key_id},SignedHeaders={names},Signature={signature}"
    headers["authorization"] = f"ACS3-HMAC-SHA256 {fields}"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET /?{query} HTTP/1.1\r\n{head}\r\n".encode()


describe_query = "&".join(sorted([*query, f"RegionId={region_id}"]))


class Client:
    """One connection. ``kinds`` says what it calls, one after another."""

    def __init__(self, number: int) -> None:
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Each has a disk of its own, since a disk has one snapshot in creation at a time.
        self.disk_id = f"d-sandbox-fleet-{number + 1:04}"
        self.snapshot_id = ""
        describes = ["DescribeDisks"] * 8
        mixed = [*describes, "CreateSnapshot", "DeleteSnapshot"]
        self.kinds = itertools.cycle(mixed if actions == "mixed" else describes)
        self.kind = ""
        self.sent = 0.0
        self.got = bytearray()
        self.needs = 0

    def send(self, ready: Iterator[bytes]) -> None:
        """The next call, which for DescribeDisks is one of those that are ready."""
        self.kind = next(self.kinds)
        if self.kind == "DescribeDisks":
            request = next(ready)
        elif self.kind == "CreateSnapshot":
            request = signed(self.kind, f"DiskId={self.disk_id}")
        else:
            request = signed(self.kind, f"SnapshotId={self.snapshot_id}")
        self.got.clear()
        self.needs = 0
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read on; whether the answer is whole. What is not as it should be ends the run."""
        self.got += self.socket.recv(262_144)
        if not self.needs:
            end = self.got.find(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: (\d+)", self.got[: end + 2], re.IGNORECASE)
            if not self.got.startswith(b"HTTP/1.1 200 ") or length is None:
                sys.exit(f"{self.kind}: {bytes(self.got)!r}")
            self.needs = end + 4 + int(length[1])
        if len(self.got) < self.needs:
            return False
        if self.kind == "DescribeDisks" and self.got.count(b'"DiskId":') != int(rows):
            sys.exit(f"{rows} disks are to be in {bytes(self.got)!r}")
        if self.kind == "CreateSnapshot":
            self.snapshot_id = self.got.partition(b'"SnapshotId":"')[2].partition(b'"')[0].decode()
        return True


def run(clients: list[Client], calls: int, took: Callable[[float], None]) -> float:
    """So many calls; the seconds that they took."""
    describes = [signed("DescribeDisks", describe_query) for _ in range(calls)]
    ready, left = iter(describes), calls
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for client in clients[:calls]:
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.send(ready)
            left -= 1
        while selector.get_map():
            for key, _ in selector.select():
                client = key.data
                if not client.receive():
                    continue
                took((time.perf_counter() - client.sent) * 1000)
                if left:
                    client.send(ready)
                    left -= 1
                else:
                    selector.unregister(client.socket)
        return time.perf_counter() - began


clients = [Client(number) for number in range(CONNECTIONS)]
latencies: list[float] = []
left, seconds = int(count), 0.0
while left:
    calls = min(left, BATCH)
    seconds += run(clients, calls, latencies.append)
    left -= calls
# A snapshot that is left in creation would refuse the next load its own.
for client in clients:
    if client.kind == "CreateSnapshot":
        client.send(iter(()))
        while not client.receive():
            pass
latencies.sort()
at = {name: latencies[int(len(latencies) * part)] for name, part in (("p50", 0.5), ("p99", 0.99))}
print(json.dumps({"count": len(latencies), "seconds": seconds, **at}))
