"""Fleets: how near to the network's own time, and what a disk costs."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from functools import partial

from bench_lib.bench import Bench, Finding
from bench_lib.figures import Row, Samples, against, cpu_per_disk, duration
from bench_lib.measure import Measure, Missing, Run, cpus, expect, walls
from bench_lib.scripts import ONE_SNAPSHOT, Script, expect_snapshots, snapshot_scripts
from bench_lib.served import Server
from ecs_snap_cli.sandbox import REGION_ID

IN_FLIGHT = 8
DELAY_SECONDS = 0.05
SLOW = f"*:delay,seconds={DELAY_SECONDS}"
FLEET, SMALL_FLEET, SCRIPT_FLEET = 1_000, 200, 64


def batch(bench: Bench) -> Finding:
    """A fleet, against a server that answers after a while."""
    runs = bench.interleaved(
        {
            f"batch of {FLEET:,}": partial(_batch, bench, bench.meter.time, FLEET, SLOW),
            "batch of none": partial(_batch_of_none, bench),
        }
    )
    whole = runs[f"batch of {FLEET:,}"]
    calls = Samples(tuple(float(run.calls.total()) for run in whole))
    ideal = calls.times(DELAY_SECONDS / IN_FLIGHT)
    starting = walls(runs["batch of none"])
    what = f"`batch` of {FLEET:,} disks, {IN_FLIGHT} in flight, answers after 50 ms"
    return Finding(
        [
            against(what, walls(whole), ideal, duration, 1.25, 1.1),
            against(
                f"the same without start-up ({duration(starting.median)})",
                *(walls(whole).less(starting), ideal, duration),
            ),
        ],
        [
            f"The peer of `batch` is {calls.median:g} calls (counted by the server) / {IN_FLIGHT} x"
            f" 50 ms. One run: {_told(whole[-1].calls)}.",
            "The start-up of `batch` is a run for a tag that no disk has, answered at once.",
        ],
    )


def disk_cpu(bench: Bench) -> Finding:
    """What one more disk costs this machine."""
    runs = bench.interleaved(
        {
            f"batch of {size:,}": partial(_batch, bench, bench.meter.weigh, size, None)
            for size in (FLEET, SMALL_FLEET)
        }
    )
    many, few = (cpus(runs[f"batch of {size:,}"]) for size in (FLEET, SMALL_FLEET))
    each = cpu_per_disk(many, few, FLEET - SMALL_FLEET)
    return Finding(
        [
            Row(
                "CPU of one more disk in `batch`",
                *(each.text(duration), "–", each.median * 1000, 4.0, 2.0, "ms"),
            )
        ],
        [
            f"CPU of a disk is that of `batch` of {FLEET:,} ({many.text(duration)}) less that of "
            f"{SMALL_FLEET} ({few.text(duration)}), over {FLEET - SMALL_FLEET}; user and system."
        ],
    )


def fleet(bench: Bench) -> Finding:
    """A disk of a small fleet, against scripts that xargs runs at once."""
    xargs = shutil.which("xargs")
    if xargs is None:
        raise Missing("xargs is not installed: apt install findutils")
    names = bench.folder / "disks"
    names.write_text("".join(f"d-sandbox-fleet-{n:04}\n" for n in range(1, SCRIPT_FLEET + 1)))
    each = Counter(dict.fromkeys(ONE_SNAPSHOT, SCRIPT_FLEET))

    def by_xargs(script: Script) -> Run:
        with bench.serving(disks=SCRIPT_FLEET, fault=SLOW) as server:
            at_once = (xargs, "-a", str(names), "-n", "1", "-P", str(IN_FLIGHT))
            done = server.measured(bench.meter.time, *at_once, *script, server.address)
        expect_snapshots(done.out, SCRIPT_FLEET)
        expect(f"Requests of {SCRIPT_FLEET} scripts", done.calls, each)
        return done

    scripts, notes = snapshot_scripts(bench, by_xargs)
    runs = bench.interleaved(
        {
            "batch": partial(_batch, bench, bench.meter.time, SCRIPT_FLEET, SLOW),
            **{f"xargs over {name}": partial(by_xargs, scripts[name]) for name in scripts},
        }
    )
    rows = [
        against(
            f"a disk of {SCRIPT_FLEET}, {kind}: `batch` against `xargs -P{IN_FLIGHT}` over {name}",
            figure(runs["batch"]).times(1 / SCRIPT_FLEET),
            figure(runs[f"xargs over {name}"]).times(1 / SCRIPT_FLEET),
            duration,
        )
        for name in scripts
        for kind, figure in (("wall", walls), ("CPU", cpus))
    ]
    cost = (
        f"A disk's cost is that of {SCRIPT_FLEET} disks, start-up and all, over {SCRIPT_FLEET}; "
        f"answers after 50 ms, {IN_FLIGHT} at once."
    )
    return Finding(rows, [*notes, cost])


def _batch(bench: Bench, measure: Measure, size: int, fault: str | None) -> Run:
    """A batch of all disks of a fresh fleet."""
    with bench.serving(disks=size, fault=fault) as server:
        done = server.measured(measure, *_batch_of(bench, server, "sandbox"), "-o", "json")
    ended = Counter(result["Status"] for result in json.loads(done.out)["Results"])
    expect("Results of batch", ended, Counter(created=size))
    expect_snapshots(done.out, size)
    expect("Orders of batch", done.calls["CreateSnapshot"], size)
    # Needless calls would make what the calls must take look longer.
    reads = done.calls.total() - size
    expect(f"{reads} reads for {size} disks are few", reads <= 4 + size // 50, True)
    return done


def _batch_of_none(bench: Bench) -> Run:
    """The least that a batch does: it finds that there is nothing to do."""
    with bench.serving() as server:
        done = server.measured(bench.meter.time, *_batch_of(bench, server, "none"), code=4)
    asked = {action: action in done.calls for action in ("DescribeDisks", "CreateSnapshot")}
    expect("Requests of a batch of none", asked, {"DescribeDisks": True, "CreateSnapshot": False})
    return done


def _batch_of(bench: Bench, server: Server, tag: str) -> tuple[str, ...]:
    where = ("--endpoint", server.url, "--region", REGION_ID)
    at_once = ("--max-concurrency", str(IN_FLIGHT))
    return (bench.program, "batch", *where, *at_once, "--disk-tag", f"fleet={tag}")


def _told(calls: Counter[str]) -> str:
    return ", ".join(f"{count} {action}" for action, count in sorted(calls.items()))
