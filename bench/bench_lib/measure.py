"""One measured run by hyperfine or GNU time, and rounds of them that take turns."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench_lib.figures import Samples

GNU_TIME = "/usr/bin/time"
# No measured command takes a tenth of it.
_LONGEST_SECONDS = 300


class BadRun(Exception):
    """A measurement that means nothing: the command did not do what is measured."""


class Missing(Exception):
    """A program that is needed is not installed; the text says how to install it."""


@dataclass(frozen=True)
class Run:
    """One run: seconds of wall and CPU by hyperfine, or seconds of CPU and KiB by GNU time."""

    out: str
    wall: float = 0.0
    cpu: float = 0.0
    kibibytes: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)


# Measures the command line of a process, which has to end with this code.
Measure = Callable[..., Run]


class Meter:
    """Measures processes in an environment of their own; ``folder`` is for what it notes."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._note = folder / "measured"
        self._hyperfine = _program("hyperfine")
        if "GNU" not in _version_of(GNU_TIME):
            raise Missing(f"GNU time is not at {GNU_TIME}: apt install time")

    @property
    def hyperfine_version(self) -> str:
        """As hyperfine itself tells it."""
        return _version_of(self._hyperfine).removeprefix("hyperfine ")

    def time(self, *argv: str, code: int = 0) -> Run:
        """Wall and CPU time of the process itself: there is no shell, and its stdout is a pipe."""
        options = ("-N", "--runs", "1", "--style", "none", "--ignore-failure")
        # What it writes comes here, so that it can be looked at, through hyperfine's own pipe.
        where = ("--output", "inherit", "--export-json", str(self._note))
        ended = self._run(self._hyperfine, *options, *where, shlex.join(argv))
        if ended.returncode:
            raise BadRun(f"hyperfine failed: {ended.stderr.strip()}")
        found = json.loads(self._note.read_text())["results"][0]
        _expect(argv, found["exit_codes"], [code], ended.stderr)
        return Run(ended.stdout, wall=found["times"][0], cpu=found["user"] + found["system"])

    def weigh(self, *argv: str, code: int = 0) -> Run:
        """CPU time, to a hundredth of a second, and the most memory of the process."""
        ended = self._run(GNU_TIME, "-f", "%U %S %M", "-o", str(self._note), *argv)
        _expect(argv, ended.returncode, code, ended.stderr)
        user, system, most = self._note.read_text().splitlines()[-1].split()
        return Run(ended.stdout, cpu=float(user) + float(system), kibibytes=float(most))

    def _run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        process = subprocess.Popen(
            argv,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # One group, so that what is measured ends with what measures it.
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=_LONGEST_SECONDS)
        except BaseException as problem:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(problem, subprocess.TimeoutExpired):
                raise BadRun(f"{shlex.join(argv)} takes more than {_LONGEST_SECONDS} s") from None
            raise
        return subprocess.CompletedProcess(argv, process.returncode, out, err)


def interleaved(
    rounds: int, commands: Mapping[str, Callable[[], Run]], tell: Callable[[str], None]
) -> dict[str, list[Run]]:
    """The runs of each command: in a round each runs once, and the first round does not count."""
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, run in commands.items():
            tell(f"round {number} of {rounds}: {name}" if number else f"warm-up: {name}")
            done = run()
            if number:
                found[name].append(done)
    return found


def walls(runs: Iterable[Run]) -> Samples:
    """The wall times."""
    return Samples(tuple(run.wall for run in runs))


def cpus(runs: Iterable[Run]) -> Samples:
    """The CPU times."""
    return Samples(tuple(run.cpu for run in runs))


def weights(runs: Iterable[Run]) -> Samples:
    """The most memory of each."""
    return Samples(tuple(run.kibibytes for run in runs))


def expect(what: str, found: object, wanted: object) -> None:
    """Raises BadRun where they differ."""
    if found != wanted:
        raise BadRun(f"{what}: {found!r}, and not {wanted!r}")


def _expect(argv: Iterable[str], found: object, wanted: object, said: str) -> None:
    shown = shlex.join(argv)
    expect(f"{shown[:300]} ended with (stderr: {said.strip()[-1000:]!r})", found, wanted)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed: apt install {name}")
    return found


def _version_of(program: str) -> str:
    if not os.access(program, os.X_OK):
        return ""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]
