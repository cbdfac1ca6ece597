"""Commands that send nothing, against the import of Click."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench_lib.bench import Bench, Finding
from bench_lib.figures import Row, against, duration
from bench_lib.measure import BadRun, Run, walls
from ecs_snap_cli.cli.root import COMMANDS


def start(bench: Bench) -> Finding:
    """What sends nothing and shows no help."""
    commands = {
        "ecs-snap --version": _writes(bench, "ecs-snap ", "--version"),
        "ecs-snap completion bash": _writes(bench, "_ecs_snap_completion", "completion", "bash"),
        "ecs-snap create (a usage error)": _writes(bench, "", "create", code=2),
    }
    runs = bench.interleaved({"import click": partial(_import_click, bench), **commands})
    base = walls(runs["import click"])
    return Finding(
        [against(f"`{each}`", walls(runs[each]), base, duration, 1.5, 1.2) for each in commands],
        ["The peer of the commands that send nothing is `python -c 'import click'`."],
    )


def helps(bench: Bench) -> Finding:
    """The help of every command."""
    words = [(), *((name,) for name in COMMANDS), ("sandbox", "serve"), ("sandbox", "reset")]
    commands = {
        " ".join(("ecs-snap", *each, "--help")): _writes(bench, "Usage: ecs-snap", *each, "--help")
        for each in words
    }
    runs = bench.interleaved({"import click": partial(_import_click, bench), **commands})
    base = walls(runs["import click"])
    rows = [against(f"`{each}`", walls(runs[each]), base, duration, 2.0, 1.5) for each in commands]
    rows.sort(key=lambda row: -row.value)
    worst = Row(
        f"the slowest of {len(rows)} helps, {rows[0].what}",
        *(rows[0].ours, rows[0].peer, rows[0].value, rows[0].bar, rows[0].better),
    )
    return Finding([worst], [f"{row.what}: {row.ours}, {row.value:.2f} x" for row in rows])


def _import_click(bench: Bench) -> Run:
    return bench.meter.time(bench.python, "-c", "import click")


def _writes(bench: Bench, text: str, *words: str, code: int = 0) -> Callable[[], Run]:
    """A run of the program whose stdout holds a text; no text is none at all."""

    def run() -> Run:
        done = bench.meter.time(bench.program, *words, code=code)
        if text not in done.out or bool(text) is not bool(done.out):
            raise BadRun(f"ecs-snap {' '.join(words)} wrote {done.out[:200]!r}")
        return done

    return run
