"""``--sandbox`` where its state cannot be written, as whatever user the tests run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import SandboxServer
from tests.conftest import Ended, Run, bare_environment, program

DATA = ("create", "--sandbox", "--disk-id", "d-sandbox-data")
# Nobody may make a directory there, root included.
NOWHERE = "/sys/ecs-snap-test"


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """A state directory that cannot be made."""
    if not os.path.isdir("/sys"):
        pytest.skip("this platform has no /sys")
    monkeypatch.setenv("XDG_STATE_HOME", NOWHERE)
    return NOWHERE


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A state that lacks d-sandbox-data, in a directory that is closed to writing."""
    path = tmp_path / "state" / "ecs-snap" / "sandbox.sqlite3"
    with SandboxServer(path):
        pass
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM disks WHERE id = 'd-sandbox-data'")
    path.parent.chmod(0o500)
    yield path
    path.parent.chmod(0o700)


def as_a_user(*argv: str) -> Ended:
    """The program in a process that mode bits bind; root keeps its files, but not its power."""
    powerless: list[str] = []
    if os.geteuid() == 0:
        powerless = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        works = shutil.which("setpriv") and not subprocess.run([*powerless, "true"]).returncode
        if not works:
            pytest.skip("root may write anywhere, and setpriv cannot take that away here")
    done = subprocess.run(
        [*powerless, *program(*argv)],
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_a_snapshot_is_taken_with_one_line_of_warning(run: Run, nowhere: str, output: str) -> None:
    ended = run(*DATA, "-o", output)
    assert ended.code == 0
    assert "s-sandbox-" in ended.out
    (line,) = ended.err.splitlines()
    assert line.startswith("Warning: What this run changes in the sandbox is not kept")
    assert nowhere in line
    assert "XDG_STATE_HOME" in line
    # It is not kept indeed: the disk is free again.
    assert run(*DATA, "-o", output).code == 0


def test_an_error_stays_the_only_document_on_stderr(run: Run, nowhere: str) -> None:
    argv = ("create", "--sandbox", "--disk-id", "d-sandbox-locked")
    assert json.loads(run(*argv, "-o", "json").err)["Error"]["ExitCode"] == 3
    assert ET.fromstring(run(*argv, "-o", "xml").err).findtext("ExitCode") == "3"  # noqa: S314
    told = run(*argv).err
    assert told.startswith("Warning: What this run changes")
    assert "instance-lock" in told


def test_a_report_is_made_with_the_warning_beside_it(run: Run, nowhere: str) -> None:
    ended = run("check", "--sandbox", "--disk-id", "d-sandbox-full", "-o", "json")
    assert ended.code == 3
    assert json.loads(ended.out)["Reports"][0]["Eligible"] is False
    assert ended.err.startswith("Warning: What this run changes")


def test_reset_cannot_do_what_it_was_asked(run: Run, nowhere: str) -> None:
    ended = run("sandbox", "reset")
    assert (ended.code, ended.out) == (1, "")
    assert nowhere in ended.err


def test_a_state_file_that_was_asked_for_is_not_replaced_by_a_copy(run: Run, nowhere: str) -> None:
    ended = run("sandbox", "serve", "--state", f"{nowhere}/s.sqlite3")
    assert (ended.code, ended.out) == (1, "")
    assert nowhere in ended.err


def test_the_default_state_is_served_from_a_copy(nowhere: str) -> None:
    process = subprocess.Popen(
        program("sandbox", "serve"),
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 143
    assert err.startswith("Warning: What this run changes in the sandbox is not kept")


def test_a_closed_directory_is_read_and_not_changed(read_only: Path) -> None:
    assert as_a_user(*DATA, "-o", "json").code == 4
    taken = as_a_user("create", "--sandbox", "--disk-id", "d-sandbox-system", "-q")
    assert taken.code == 0
    assert taken.out.startswith("s-sandbox-")
    assert taken.err.startswith("Warning: ")
    assert [file.name for file in read_only.parent.iterdir()] == [read_only.name]


def test_a_state_file_that_cannot_even_be_read_gives_way_to_the_first_state(
    read_only: Path,
) -> None:
    read_only.chmod(0o000)
    ended = as_a_user(*DATA, "-q")
    assert ended.code == 0
    assert ended.err.startswith("Warning: ")
