"""A sandbox server as a process of its own, on a state of its own, that counts its requests."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench_lib.measure import BadRun, Measure, Run, expect
from ecs_snap_cli.sandbox import ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION_ID, reset
from ecs_snap_cli.sandbox.rows import Snapshot
from ecs_snap_cli.sandbox.state import State
from ecs_snap_cli.sandbox.times import DAY, MINUTE

KEYS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
    "ALIBABA_CLOUD_REGION_ID": REGION_ID,
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
}

_SECONDS_TO_START = 30.0
_SECONDS_TO_END = 30.0
_REQUEST = re.compile(r"^(\w+) #\d+", re.MULTILINE)


class Server:
    """A server that runs; ``address`` is its host and port."""

    def __init__(self, url: str, log: Path, process_id: int) -> None:
        self.url = url
        self.process_id = process_id
        self.address = url.removeprefix("http://")
        self._log = log
        self._read = 0

    def measured(self, measure: Measure, *argv: str, code: int = 0) -> Run:
        """A run of a process, with the requests that it made of this server."""
        self._requests()
        done = measure(*argv, code=code)
        # A request is noted before it is answered, so those of a process that ended are all there.
        return replace(done, calls=self._requests())

    def _requests(self) -> Counter[str]:
        """The requests since the last look, by action."""
        new = self._log.read_text()[self._read :]
        self._read += len(new)
        return Counter(_REQUEST.findall(new))


@contextmanager
def serving(
    program: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    disks: int = 0,
    snapshots: int = 0,
    fault: str | None = None,
    counting: bool = True,
) -> Iterator[Server]:
    """Serve a fresh state with a fleet of ``disks`` until the block is left.

    ``snapshots`` is how many the region has in all, if it is given. Without ``counting`` it does
    not note its requests. Nothing of it stays.
    """
    state = folder / "state.sqlite3"
    reset(state, disks=disks)
    if snapshots:
        fill_up(state, snapshots)
    log, out = folder / "requests", folder / "url"
    options = (
        "--port",
        "0",
        "--state",
        str(state),
        "-q",
        *(("-v",) if counting else ()),
        *(("--fault", fault) if fault else ()),
    )
    with log.open("wb") as err, out.open("wb") as stdout:
        process = subprocess.Popen(
            [*program, "sandbox", "serve", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=err,
        )
    try:
        yield Server(_url(process, out, log), log, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for left in folder.glob(f"{state.name}*"):
            left.unlink()


def fill_up(state: Path, count: int) -> None:
    """Add old snapshots of one disk until the state holds ``count``."""
    opened = State(state, lambda: datetime.now(UTC))
    try:
        now, there = opened.now(), opened.count(Snapshot, ())
        with opened.transaction():
            for number in range(count - there):
                opened.add(
                    Snapshot(
                        id=f"s-sandbox-many-{number:05}",
                        disk_id="d-sandbox-data",
                        created=now - 30 * DAY - number * MINUTE,
                        disk_type="data",
                        disk_category="cloud_essd",
                        disk_size=100,
                        name=f"nightly-{number:05}",
                        retention_days=3650,
                        tags=(("job", "nightly"), ("team", "storage")),
                    )
                )
        expect("Snapshots in the state", opened.count(Snapshot, ()), count)
    finally:
        opened.close()


def _url(process: subprocess.Popen[bytes], out: Path, log: Path) -> str:
    ends = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < ends and process.poll() is None:
        if url := out.read_text().strip():
            return url
        time.sleep(0.01)
    raise BadRun(f"The sandbox does not start: {log.read_text().strip()}")
