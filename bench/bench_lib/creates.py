"""One checked snapshot, against scripts that take one."""

from __future__ import annotations

from functools import partial

from bench_lib.bench import Bench, Finding
from bench_lib.figures import against, duration, memory
from bench_lib.measure import Measure, Run, expect, walls, weights
from bench_lib.scripts import (
    ONE_SNAPSHOT,
    SDK_SCRIPT,
    Script,
    expect_snapshots,
    snapshot_scripts,
)
from ecs_snap_cli.sandbox import REGION_ID


def create(bench: Bench) -> Finding:
    """One checked snapshot, in time and in memory."""
    # Each run takes a disk of its own: one with a snapshot in creation is refused.
    most = 3 * 2 * (bench.rounds + 1) + 1
    with bench.serving(disks=most) as server:
        fresh = (f"d-sandbox-fleet-{number:04}" for number in range(1, most + 1))

        def taken(measure: Measure, *argv: str) -> Run:
            done = server.measured(measure, *argv, next(fresh))
            expect_snapshots(done.out, 1)
            expect("Requests of one snapshot", done.calls, ONE_SNAPSHOT)
            return done

        def by_script(measure: Measure, script: Script) -> Run:
            return taken(measure, *script, server.address)

        scripts, notes = snapshot_scripts(bench, partial(by_script, bench.meter.time))
        where = ("--endpoint", server.url, "--region", REGION_ID)

        def turns(measure: Measure) -> dict[str, list[Run]]:
            ours = partial(taken, measure, bench.program, "create", *where, "--disk-id")
            theirs = {name: partial(by_script, measure, scripts[name]) for name in scripts}
            return bench.interleaved({"ecs-snap create": ours, **theirs})

        timed, weighed = turns(bench.meter.time), turns(bench.meter.weigh)
    rows = []
    for name in scripts:
        time_bars, memory_bars = ((0.40, 0.30), (0.65, 0.55)) if name == SDK_SCRIPT else ((), ())
        rows += [
            against(
                f"`create`, wall, against {name}",
                *(walls(timed["ecs-snap create"]), walls(timed[name]), duration, *time_bars),
            ),
            against(
                f"`create`, peak memory, against {name}",
                *(weights(weighed["ecs-snap create"]), weights(weighed[name]), memory),
                *memory_bars,
            ),
        ]
    script = f"{SDK_SCRIPT}: `bench/peers/plain_sdk.py`, which makes the same four calls."
    return Finding(rows, [script, *notes])
