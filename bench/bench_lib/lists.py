"""Ten thousand snapshots, against the reading of the same bytes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench_lib.bench import PEERS, Bench, Finding
from bench_lib.figures import Samples, against, duration
from bench_lib.measure import Meter, Run, cpus, expect, walls
from bench_lib.served import Server
from ecs_snap_cli.sandbox import REGION_ID

SNAPSHOTS, PAGE = 10_000, 100


def listing(bench: Bench) -> Finding:
    """Ten thousand snapshots, in each format, against the reading of the same bytes."""
    meter, pages = bench.meter, bench.folder / "pages"
    pages.mkdir()
    formats = ("json", "table", "xml")
    with bench.serving(snapshots=SNAPSHOTS) as server:
        fetch = partial(_fetched, server, meter)
        fetch(str(pages))

        def shown(form: str, *options: str, count: int = SNAPSHOTS) -> Run:
            where = ("--endpoint", server.url, "--region", REGION_ID)
            argv = (bench.program, "list", *where, "-o", form, *options)
            done = server.measured(meter.time, *argv)
            expect(f"Snapshots listed as {form}", LISTED[form](done.out), count)
            requests = Counter(DescribeSnapshots=-(-count // PAGE))
            expect(f"Requests of a list of {count}", done.calls, requests)
            return done

        runs = bench.interleaved(
            {
                "the SDK's models": partial(_parsed, bench, pages),
                "the server alone": fetch,
                **{f"list -o {form}": partial(shown, form) for form in formats},
                **{
                    f"list -o {form} --limit 1": partial(shown, form, "--limit", "1", count=1)
                    for form in formats
                },
            }
        )
    process, alone = walls(runs["the SDK's models"]), _told_seconds(runs["the SDK's models"])
    process_cpu = cpus(runs["the SDK's models"])
    server_alone = _told_seconds(runs["the server alone"])
    rows = []
    for form in formats:
        whole = walls(runs[f"list -o {form}"])
        left = whole.less(walls(runs[f"list -o {form} --limit 1"]))
        cpu = cpus(runs[f"list -o {form}"])
        what = f"`list -o {form}` of {SNAPSHOTS:,}"
        rows += [
            against(f"{what}, process against process", whole, process, duration, 1.5),
            against(
                f"{what}, less the server's own time, process against process",
                *(whole.less(server_alone), process, duration, 1.5),
            ),
            against(f"{what}, whole, against reading alone", whole, alone, duration, 1.5),
            against(f"{what}, less `--limit 1`, against reading alone", left, alone, duration, 1.5),
            against(f"{what}, CPU, process against process", cpu, process_cpu, duration),
        ]
    size = sum(page.stat().st_size for page in pages.iterdir())
    return Finding(
        rows,
        [
            f"The peer of `list` is `bench/peers/parse_pages.py`: `json` and the SDK's models make "
            f"values of the same {size:,} bytes, {SNAPSHOTS // PAGE} answers read from files. "
            f"Process: {process.text(duration)}; reading alone: {alone.text(duration)}.",
            f"In each of the times of `list` the server's own are contained: it takes "
            f"{server_alone.text(duration)} for the {SNAPSHOTS // PAGE} answers when a bare "
            f"`http.client` asks for one after another (`bench/peers/fetch_pages.py`).",
        ],
    )


def _lines_below_the_head(out: str) -> int:
    return len(out.splitlines()) - 1


def _records(out: str) -> int:
    answer: dict[str, Any] = json.loads(out)
    return len(answer["Snapshots"])


# How many snapshots each format shows.
LISTED: dict[str, Callable[[str], int]] = {
    "json": _records,
    "table": _lines_below_the_head,
    "xml": lambda out: out.count("<SnapshotId>"),
}


def _fetched(server: Server, meter: Meter, *folder: str) -> Run:
    argv = (sys.executable, str(PEERS / "fetch_pages.py"), server.address, *folder)
    done = server.measured(meter.time, *argv)
    pages = SNAPSHOTS // PAGE
    expect("Pages fetched", int(done.out.split()[0]), pages)
    expect("Requests of the pages", done.calls, Counter(DescribeSnapshots=pages))
    return done


def _parsed(bench: Bench, pages: Path) -> Run:
    done = bench.meter.time(*bench.peer("parse_pages.py", str(pages)))
    expect("Snapshots read by the SDK's models", int(done.out.split()[0]), SNAPSHOTS)
    return done


def _told_seconds(runs: list[Run]) -> Samples:
    """What a peer measured itself, the second word that it wrote."""
    return Samples(tuple(float(run.out.split()[1]) for run in runs))
