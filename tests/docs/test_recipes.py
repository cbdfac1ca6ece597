"""The nightly recipe: the script as cron runs it, and the units that run it under systemd."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from ecs_snap_cli.errors import ExitCode
from ecs_snap_cli.sandbox import SandboxServer
from tests.conftest import Ended, Run, bare_environment, program
from tests.docs.parsing import parse

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = DOCS / "recipes"
SCRIPT = RECIPES / "ecs-snap-nightly"
PAGE = (DOCS / "nightly.md").read_text(encoding="utf-8")
# Where the unit, the crontab and the page say that the script is.
INSTALLED = "/usr/local/bin/ecs-snap-nightly"

Night = Callable[..., Ended]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """The script's log directory, empty."""
    made = tmp_path / "logs"
    made.mkdir()
    return made


@pytest.fixture
def night(tmp_path: Path, logs: Path) -> Night:
    """The script in cron's environment, with an ``ecs-snap`` that is the shell text given."""
    (tmp_path / "bin").mkdir()

    def start(*argv: str, ecs_snap: str, env: dict[str, str] | None = None) -> Ended:
        command = tmp_path / "bin" / "ecs-snap"
        command.write_text(f"#!/bin/sh\n{ecs_snap}\n")
        command.chmod(0o700)
        bare = bare_environment()
        done = subprocess.run(
            ["/bin/sh", str(SCRIPT), *argv],
            env={
                **bare,
                "PATH": f"{command.parent}:{bare['PATH']}",
                "LOGS_DIRECTORY": str(logs),
                **(env or {}),
            },
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
            # A signal to the group must not reach the tests.
            start_new_session=True,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return start


REAL = f'exec {shlex.join(program())} "$@"'


def log(logs: Path) -> str:
    """What the script has logged."""
    return (logs / "nightly.log").read_text()


# Against the sandbox


def test_a_good_night_prints_nothing_and_is_in_the_log(run: Run, night: Night, logs: Path) -> None:
    assert run("sandbox", "reset", "--disks", "2").code == 0
    ended = night("--sandbox", "--disk-tag", "fleet=sandbox", ecs_snap=REAL)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert re.search(r"batch: exit code 0\n(.*\n)+2 disks: 2 created\.\n", log(logs))
    assert re.search(r"prune: exit code 0\n(.*\n)+2 kept, 0 deleted, 0 protected\.\n", log(logs))
    kept = run("list", "--sandbox", "--tag", "job=nightly", "--status", "accomplished", "-q")
    assert len(kept.out.split()) == 2


def test_a_refused_disk_is_told_and_the_others_are_pruned(night: Night, logs: Path) -> None:
    disks = ("--disk-id", "d-sandbox-data", "--disk-id", "d-sandbox-locked")
    ended = night("--sandbox", *disks, ecs_snap=REAL)
    assert (ended.code, ended.err) == (ExitCode.MIXED, "")
    assert "2 disks: 1 created, 1 refused." in ended.out
    assert 'i-sandbox-locked carries the lock reason "security"' in ended.out
    assert "prune" not in ended.out
    assert "ecs-snap prune: exit code 0\n" in log(logs)


def test_a_wrong_key_is_told_and_nothing_is_pruned(night: Night, logs: Path) -> None:
    key = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}
    with SandboxServer(":memory:") as sandbox:
        place = ("--region", "cn-hangzhou", "--endpoint", sandbox.url)
        ended = night(*place, "--all-disks", ecs_snap=REAL, env=key)
    assert (ended.code, ended.err) == (ExitCode.ACCESS, "")
    assert "ecs-snap batch: exit code 5\nError: " in ended.out
    assert "SignatureDoesNotMatch" in ended.out
    assert log(logs) == ended.out


# With an ecs-snap that ends as it is told

_TOLD = """
echo "$1 to stdout"; echo "$1 to stderr" >&2; echo "$*" >>"$LOGS_DIRECTORY/calls"
case $1 in batch) exit "$BATCH" ;; *) exit "$PRUNE" ;; esac
"""


def calls(logs: Path) -> list[list[str]]:
    """The command lines that were run."""
    return [line.split() for line in (logs / "calls").read_text().splitlines()]


def codes_after_which(what: str) -> set[int]:
    """The exit codes of ``batch`` after which the page says that ``prune`` does ``what``."""
    rows = re.findall(rf"^\| ([\d, ]+) \| {what} \|$", PAGE, re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


def test_the_page_says_of_every_exit_code_whether_prune_runs() -> None:
    assert codes_after_which("runs") | codes_after_which("does not run") == set(map(int, ExitCode))


@pytest.mark.parametrize("batch", sorted(map(int, ExitCode)))
def test_prune_runs_as_the_page_says_and_no_exit_code_is_lost(
    night: Night, logs: Path, batch: int
) -> None:
    ended = night("--all-disks", ecs_snap=_TOLD, env={"BATCH": str(batch), "PRUNE": "6"})
    pruned = batch in codes_after_which("runs")
    assert [words[0] for words in calls(logs)] == ["batch", "prune"][: 1 + pruned]
    assert (ended.code, ended.err) == (batch or 6, "")
    for command, told in (("batch", batch != 0), ("prune", pruned)):
        assert (f"{command} to stdout\n{command} to stderr\n" in ended.out) is told


def test_a_log_that_cannot_be_written_loses_neither_the_result_nor_the_code(
    night: Night, logs: Path
) -> None:
    (logs / "nightly.log").symlink_to("/dev/full")
    ended = night("--all-disks", ecs_snap=_TOLD, env={"BATCH": "9", "PRUNE": "0"})
    assert ended.code == ExitCode.MIXED
    assert "batch to stdout\nbatch to stderr\n" in ended.out
    assert "rror" in ended.err


def test_without_its_log_directory_the_script_does_nothing(night: Night, logs: Path) -> None:
    logs.rmdir()
    ended = night("--all-disks", ecs_snap=_TOLD, env={"BATCH": "0", "PRUNE": "0"})
    assert ended.code != 0
    assert str(logs) in ended.err


def test_a_second_run_at_the_same_time_does_nothing(night: Night, logs: Path) -> None:
    again = f'[ -n "${{AGAIN-}}" ] || AGAIN=yes exec /bin/sh {shlex.quote(str(SCRIPT))} --all-disks'
    ended = night("--all-disks", ecs_snap=f'echo "$1" >>"$LOGS_DIRECTORY/calls"\n{again}')
    assert (ended.code, calls(logs)) == (75, [["batch"]])
    assert "another run is under way; this one did nothing." in ended.out


@pytest.mark.parametrize("code", [0, 143])
def test_a_signal_lets_batch_end_and_begins_nothing_else(
    night: Night, logs: Path, code: int
) -> None:
    stop = f"trap '' TERM; kill -TERM 0; {_TOLD}"
    ended = night("--all-disks", ecs_snap=stop, env={"BATCH": str(code), "PRUNE": "0"})
    assert (ended.code, [words[0] for words in calls(logs)]) == (143, ["batch"])
    assert "batch to stdout" in log(logs)


# What runs the script


def unit(name: str) -> configparser.ConfigParser:
    """A unit file, its keys as they are spelled."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((RECIPES / name).read_text(encoding="utf-8"))
    return parser


def command_lines() -> list[str]:
    """How the unit and the page's crontab start the script."""
    started = unit("ecs-snap-nightly.service")["Service"]["ExecStart"]
    return [started, *re.findall(rf"^15 .* ({INSTALLED} .*)$", PAGE, re.MULTILINE)]


@pytest.mark.parametrize("line", command_lines())
def test_what_the_script_makes_of_its_options_is_parsed_by_the_real_parser(
    night: Night, logs: Path, line: str
) -> None:
    installed, *options = shlex.split(line)
    assert installed == INSTALLED
    night(*options, ecs_snap=_TOLD, env={"BATCH": "0", "PRUNE": "0"})
    batch, prune = calls(logs)
    assert (batch[0], prune[0]) == ("batch", "prune")
    for words in (batch, prune):
        assert words[1 : 1 + len(options)] == options
        parse(words)
    with pytest.raises(click.UsageError):
        parse([*prune, "--no-such-option"])


def test_there_is_a_command_line_for_cron_and_one_for_systemd() -> None:
    assert len(command_lines()) == 2


def test_the_timeouts_of_the_service_leave_the_script_its_time() -> None:
    service = unit("ecs-snap-nightly.service")["Service"]
    waits = int(re.findall(r"--wait-timeout (\d+)", SCRIPT.read_text())[0])
    assert int(service["TimeoutStartSec"].removesuffix("h")) * 3600 > waits
    assert service["Type"] == "oneshot"
    assert unit("ecs-snap-nightly.timer")["Timer"]["Persistent"] == "true"


def test_a_failure_is_told_by_a_unit_that_is_there() -> None:
    service = unit("ecs-snap-nightly.service")
    assert "SuccessExitStatus" not in service["Service"]
    teller = service["Unit"]["OnFailure"].replace("%n", "")
    assert unit(teller)["Service"]["ExecStart"].endswith("/usr/sbin/sendmail -t' sh %i")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    script = tmp_path / "ecs-snap-nightly"
    script.touch(0o755)
    copies = []
    for path in sorted(each for each in RECIPES.iterdir() if each != SCRIPT):
        # It wants what a service starts to be there.
        text = path.read_text(encoding="utf-8").replace(INSTALLED, str(script))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        copies.append(tmp_path / path.name.replace("@", "@some.service"))
    assert len(copies) == 3
    keys = tmp_path / "ecs-snap-nightly.service.d" / "keys.conf"
    keys.parent.mkdir()
    keys.write_text(re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    verified = subprocess.run(
        [tool, "verify", *copies],
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
