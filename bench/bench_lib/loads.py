"""Load on the sandbox: many clients at once, and its memory over a hundred thousand requests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench_lib.bench import Bench, Finding
from bench_lib.figures import Row, against, duration, memory
from bench_lib.measure import BadRun, Run, expect, walls
from bench_lib.served import Server

DISKS, CALLS = 1_000, 3_000
PAGES = {10: (), 100: ("MaxResults=100",)}
# The aim is 500 requests a second.
MOST_SECONDS = 1 / 500
EARLY, LATE = 20_000, 100_000
# As long as the sandbox's record of a disk.
_RECORD = b'{"DiskId":"d-sandbox-fleet-0001"}'.ljust(1_100)
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


def load(bench: Bench) -> Finding:
    """DescribeDisks as fast as it is answered, against a server that does nothing else."""
    runs: dict[str, list[Run]] = {}
    with bench.serving(disks=DISKS, counting=False) as server:
        for rows, query in PAGES.items():
            page = bench.folder / f"page-{rows}"
            page.write_bytes(_RECORD * rows)
            with _bare(bench, page) as bare:
                runs |= bench.interleaved(
                    {
                        f"sandbox {rows}": partial(_loaded, bench, server.address, rows, *query),
                        f"bare {rows}": partial(_loaded, bench, bare, rows, *query),
                    }
                )
        sizes = _sizes(bench, server)
    rows_ = []
    for rows in PAGES:
        ours, bare_ones = (walls(runs[f"{which} {rows}"]) for which in ("sandbox", "bare"))
        what = f"a call of DescribeDisks that answers {rows} of {DISKS:,} disks"
        rows_ += [
            against(f"{what}, against waitress alone", ours, bare_ones, duration),
            Row(
                f"{what}, against 500 a second",
                ours.text(duration),
                duration(MOST_SECONDS),
                ours.median / MOST_SECONDS,
                1.0,
            ),
        ]
    growth = f"memory of the server after {LATE:,} requests, against {EARLY:,}"
    rows_.append(Row(growth, memory(sizes[1]), memory(sizes[0]), sizes[1] / sizes[0], 1.25))
    return Finding(
        rows_,
        [
            f"Load: {CALLS:,} calls a run over eight kept connections, each with one call under "
            "way, signed before the time counts; the client (`bench/peers/load.py`) shares the "
            "machine. Of the requests whose memory is looked at every tenth makes a snapshot and "
            "the next one deletes it."
        ],
    )


def _loaded(
    bench: Bench, address: str, rows: int, *query: str, calls: int = CALLS, kind: str = "describe"
) -> Run:
    """A run whose time is that of one call."""
    argv = bench.peer("load.py", address, str(calls), kind, str(rows), *query)
    done = bench.meter.time(*argv)
    told = json.loads(done.out)
    expect("Calls answered", told["count"], calls)
    return replace(done, wall=told["seconds"] / calls)


@contextmanager
def _bare(bench: Bench, page: Path) -> Iterator[str]:
    """The host and port of a server that answers with this page."""
    process = subprocess.Popen(
        bench.peer("bare_server.py", str(page)),
        env=bench.meter.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield (process.stdout or sys.stdin).readline().strip().removeprefix("http://")
    finally:
        process.terminate()
        process.communicate()


def _sizes(bench: Bench, server: Server) -> tuple[float, float]:
    """KiB of the server early and late in its life."""
    _loaded(bench, server.address, 10, calls=EARLY, kind="mixed")
    early = _resident(server)
    _loaded(bench, server.address, 10, calls=LATE - EARLY, kind="mixed")
    return early, _resident(server)


def _resident(server: Server) -> float:
    found = _RESIDENT.search(Path(f"/proc/{server.process_id}/status").read_text())
    if found is None:
        raise BadRun("The memory of the server cannot be read.")
    return float(found[1])
