"""Where the program is run: closed streams, no home, odd directories, Python's own options."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Ended, Run, bare_environment, program

DATA = ("create", "--sandbox", "--disk-id", "d-sandbox-data")
REFUSED = ("create", "--sandbox", "--disk-id", "d-sandbox-locked")
CLOSED = [
    " ".join(each)
    for count in (1, 2, 3)
    for each in itertools.combinations(("<&-", ">&-", "2>&-"), count)
]


def from_a_shell(script: str, *argv: str, env: dict[str, str] | None = None) -> Ended:
    """The program as ``"$@"`` of a shell script."""
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *program(*argv)],
        env=bare_environment() | (env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_streams_change_only_what_they_would_have_carried(closed: str) -> None:
    ended = from_a_shell(f'exec "$@" {closed}', *DATA, "-o", "json")
    lost = ">&-" in closed.split()
    assert ended.code == (1 if lost else 0)
    if not lost:
        assert json.loads(ended.out)["SnapshotId"]
        assert ended.err == ""
    elif "2>&-" not in closed:
        assert "exists all the same" in json.loads(ended.err)["Error"]["Message"]


def test_a_refusal_keeps_its_code_where_nobody_can_read_it() -> None:
    assert from_a_shell('exec "$@" <&- >&- 2>&-', *REFUSED) == Ended(3, "", "")


@pytest.mark.parametrize(
    ("python", "output"),
    [
        (("-I",), "table"),
        (("-O", "-b"), "json"),
        (("-OO", "-W", "error"), "json"),
        (("-X", "dev", "-W", "error"), "table"),
    ],
)
def test_python_options_change_neither_results_nor_errors(
    run_process: Run, python: tuple[str, ...], output: str
) -> None:
    ended = run_process(*DATA, "-o", output, python=python)
    assert (ended.code, ended.err) == (0, "")
    assert "s-sandbox-" in ended.out
    refused = run_process(*REFUSED, "-o", output, python=python)
    assert (refused.code, refused.out) == (3, "")
    assert "instance-lock" in refused.err
    if output == "json":
        assert json.loads(refused.err)["Error"]["Code"] == "PreflightFailed"


def test_a_check_is_the_same_under_optimisation(run_process: Run) -> None:
    argv = ("check", "--sandbox", "--disk-id", "d-sandbox-detached", "-o", "json")
    plain, optimised = run_process(*argv), run_process(*argv, python=("-OO",))
    assert plain.code == optimised.code == 3
    statuses = [
        [each["Status"] for each in json.loads(ended.out)["Reports"][0]["Checks"]]
        for ended in (plain, optimised)
    ]
    assert statuses[0] == statuses[1]


NOBODY = """
import pwd

def getpwuid(uid):
    raise KeyError(uid)

pwd.getpwuid = getpwuid
"""


def test_without_a_home_the_state_goes_to_the_state_directory() -> None:
    ended = from_a_shell('unset HOME; exec "$@"', *DATA)
    assert (ended.code, ended.err) == (0, "")
    assert os.path.isfile(Path(os.environ["XDG_STATE_HOME"]) / "ecs-snap" / "sandbox.sqlite3")


def test_a_user_of_no_name_and_no_home_finds_the_state_again(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOBODY)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(temporary)}
    script = 'unset HOME XDG_STATE_HOME; exec "$@"'
    assert from_a_shell(script, *DATA, env=env).code == 0
    assert from_a_shell(script, *DATA, "-o", "json", env=env).code == 3
    (place,) = temporary.iterdir()
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_home_that_is_no_path_gives_no_credentials_of_the_current_directory(
    tmp_path: Path,
) -> None:
    """With neither HOME nor a user's name, "~" itself would be looked for right here."""
    (tmp_path / "sitecustomize.py").write_text(NOBODY)
    trap = tmp_path / "here" / "~" / ".aliyun"
    trap.mkdir(parents=True)
    mark = tmp_path / "mark"
    profile = {
        "name": "default",
        "mode": "External",
        "process_command": f"touch {mark}",
        "region_id": "cn-hangzhou",
    }
    (trap / "config.json").write_text(json.dumps({"current": "default", "profiles": [profile]}))
    ended = from_a_shell(
        f'cd "{tmp_path}/here"; unset HOME; exec "$@"',
        *("create", "--disk-id", "d-1", "--region", "cn-hangzhou", "-o", "json"),
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert (ended.code, json.loads(ended.err)["Error"]["Code"]) == (5, "CredentialsMissing")
    assert not mark.exists()


@pytest.mark.parametrize(
    "script",
    [
        pytest.param('mkdir "$HOME/gone"; cd "$HOME/gone"; rmdir "$HOME/gone"', id="deleted"),
        pytest.param('mkdir "$HOME/shut"; cd "$HOME/shut"; chmod 0 "$HOME/shut"', id="unreadable"),
    ],
)
def test_the_current_directory_is_of_no_account(script: str) -> None:
    ended = from_a_shell(f'{script}; exec "$@"', *DATA, "-q")
    assert (ended.code, ended.err) == (0, "")


def test_cron_gets_an_id_and_no_mail() -> None:
    ended = from_a_shell(
        'exec env -i HOME="$HOME" LOGNAME=root SHELL=/bin/sh PATH=/usr/bin:/bin '
        'XDG_STATE_HOME="$XDG_STATE_HOME" "$@"',
        *DATA,
        "-q",
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("s-sandbox-")


def test_a_long_environment_is_carried(run_process: Run) -> None:
    # A single string of the environment holds less than 128 KiB on Linux.
    ended = run_process(*DATA, env={f"LONG_{each}": "x" * 100_000 for each in range(10)})
    assert (ended.code, ended.err) == (0, "")
