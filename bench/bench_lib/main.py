"""The command line of ``bench/run``, and the report."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import ecs_snap_cli
from bench_lib import machine
from bench_lib.bench import Bench, Finding
from bench_lib.figures import LEAST_ROUNDS, table
from bench_lib.items import ITEMS
from bench_lib.measure import BadRun, Meter, Missing
from bench_lib.served import KEYS

ROOT = Path(__file__).parents[2]
_QUICK_ROUNDS = 2


def main(argv: Sequence[str]) -> int:
    """Measure and print the report; 1 where a measurement means nothing, whatever the verdicts."""
    options = _options(argv)
    # As Ctrl-C does, it lets every block end the process that it started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with tempfile.TemporaryDirectory(prefix="ecs-snap-bench-") as folder:
            text = measured(options.items, options.rounds, Path(folder))
    except (BadRun, Missing) as problem:
        print(f"Nothing is measured. {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: nothing is measured.", file=sys.stderr)
        return 128 + signal.SIGINT
    print(text, end="")
    if options.out is not None:
        options.out.write_text(text)
    return 0


def measured(items: Sequence[str], rounds: int, folder: Path) -> str:
    """The report of these items. Raises BadRun and Missing."""
    meter = Meter(folder, environment(folder))
    bench = Bench(rounds, folder, meter, lambda text: print(text, file=sys.stderr))
    if not os.access(bench.program, os.X_OK):
        raise Missing(f"{bench.program} is not there: run this with .venv/bin/python.")
    # The report names the checkout's commit, so that is what has to be installed.
    if stale := machine.differing(Path(ecs_snap_cli.__file__).parent, ROOT / "ecs_snap_cli"):
        raise Missing(
            f"The ecs-snap of this Python is not this checkout's ({stale[0]}): install it."
        )
    about = [
        ("Date", f"{datetime.now(UTC):%Y-%m-%d}"),
        *machine.facts(ROOT, meter.hyperfine_version),
        ("Rounds", f"{rounds}" + ("" if rounds >= LEAST_ROUNDS else ": too few, no result")),
    ]
    before = machine.load()
    findings = [ITEMS[name](bench) for name in items]
    about.append(("Load of the minute before and of the last", f"{before}, {machine.load()}"))
    return report(about, findings)


def report(about: Sequence[tuple[str, str]], findings: Sequence[Finding]) -> str:
    """The report as Markdown."""
    rows = [row for finding in findings for row in finding.rows]
    # What two items say alike is said once.
    notes = dict.fromkeys(note for finding in findings for note in finding.notes)
    return "\n".join(
        [
            "# What ecs-snap costs",
            "",
            "Written by `bench/run`: medians of interleaved rounds against the embedded sandbox,",
            "over HTTP on loopback. The ratios are what counts; the times are this machine's. A",
            "ratio up to the bar has met it, and is better up to the second, where there is one.",
            "",
            *(f"- {name}: {value}" for name, value in about),
            "",
            table(rows),
            "",
            *(f"- {note}" for note in notes),
            "",
        ]
    )


def environment(folder: Path) -> dict[str, str]:
    """All that a measured process finds in its environment."""
    for name in ("home", "state"):
        (folder / name).mkdir(exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        **KEYS,
    }


def _items() -> str:
    """What each item measures, by its docstring's first line."""
    told = ((name, (item.__doc__ or "").split("\n")[0]) for name, item in ITEMS.items())
    return "; ".join(f"{name} ({text.rstrip('.')})" for name, text in told)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Measure ecs-snap against the embedded sandbox, and print ratios as Markdown. "
        "It needs hyperfine and GNU time (apt install hyperfine time), and a machine that does "
        "nothing else meanwhile. Where ALIYUN_CLI names the official CLI, that is a peer, too.",
    )
    # No choices: argparse holds an empty list against them.
    parser.add_argument("items", nargs="*", metavar="ITEM", help=f"Only these: {_items()}.")
    parser.add_argument(
        "--rounds", type=int, metavar="N", help=f"At least {LEAST_ROUNDS}, which is the default."
    )
    parser.add_argument(
        "--quick", action="store_true", help="Fewer rounds, to try it: that is no result."
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="Write the report here, too.")
    options = parser.parse_args(argv)
    if unknown := [name for name in options.items if name not in ITEMS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(ITEMS)}")
    options.items = list(dict.fromkeys(options.items or ITEMS))
    if options.rounds is None:
        options.rounds = _QUICK_ROUNDS if options.quick else LEAST_ROUNDS
    if options.rounds < (1 if options.quick else LEAST_ROUNDS):
        parser.error(f"a result is of at least {LEAST_ROUNDS} rounds; --quick does with fewer")
    if options.out is not None and not options.out.absolute().parent.is_dir():
        parser.error(f"--out: there is no folder {options.out.parent}")
    return options
