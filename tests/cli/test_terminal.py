"""What a person sees: the program on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from tests.conftest import bare_environment, program

DATA = ("create", "--sandbox", "--disk-id", "d-sandbox-data")
# An ESSD's snapshot is available after a second in the sandbox, accomplished after three.
WAITING = (*DATA, "--wait", "--wait-for", "available", "--poll-interval", "0.2")
LOCKED = ("create", "--sandbox", "--disk-id", "d-sandbox-locked")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(
    *argv: str, columns: int = 80, env: dict[str, str] | None = None
) -> tuple[int, str]:
    """Exit code and everything that came to the screen, escape sequences included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        program(*argv),
        env=bare_environment() | {"TERM": "xterm-256color"} | (env or {}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    os.close(ours)
    return process.wait(timeout=60), seen.decode()


def test_a_terminal_gets_colour() -> None:
    code, screen = on_terminal(*LOCKED)
    assert code == 3
    assert COLOUR.search(screen)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_a_dumb_terminal_get_none(env: dict[str, str]) -> None:
    code, screen = on_terminal(*LOCKED, env=env)
    assert code == 3
    assert "\x1b" not in screen


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_ids_are_whole_however_narrow_the_terminal(columns: int) -> None:
    code, screen = on_terminal(*DATA, columns=columns)
    plain = COLOUR.sub("", screen)
    assert code == 0
    assert "SnapshotId" in plain
    assert re.search(r"\bs-sandbox-[a-z0-9]{15}\b", plain)
    assert re.search(r"\bd-sandbox-data\b", plain)
    assert re.search(r"\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b", plain)


def test_a_finding_is_whole_on_the_narrowest_terminal() -> None:
    _, screen = on_terminal(*LOCKED, columns=10)
    words = COLOUR.sub("", screen).split()
    assert "i-sandbox-locked" in words
    assert "instance-lock" in words


def test_a_refusal_fits_80_columns() -> None:
    _, screen = on_terminal(*LOCKED)
    assert max(len(line) for line in COLOUR.sub("", screen).splitlines()) <= 80


def test_a_wait_shows_a_bar_that_is_gone_in_the_end() -> None:
    code, screen = on_terminal(*DATA, "--wait", "--poll-interval", "0.2")
    assert code == 0
    assert "%" in screen
    assert "\x1b[?25h" in screen, "the cursor is shown again"
    assert screen.rfind("\x1b[2K") < screen.find("SnapshotId")


@pytest.mark.parametrize("columns", [20, 32, 40, 60, 80])
def test_the_id_in_the_bar_is_whole(columns: int) -> None:
    code, screen = on_terminal(*WAITING, columns=columns)
    seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen).partition("SnapshotId")[0]
    assert code == 0
    assert re.search(r"\bs-sandbox-[a-z0-9]{15}\b", seen)
    assert "…" not in seen


def test_a_terminal_that_goes_away_during_the_wait_does_not_cost_the_id() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        program(*WAITING, "-q", "-v"),
        env=bare_environment() | {"TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    seen = b""
    while b"DescribeSnapshots: ok" not in seen.partition(b"is ordered")[2]:
        seen += os.read(ours, 65536)
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    assert out.startswith("s-")


def test_lines_beside_the_bar_are_lines_of_their_own() -> None:
    _, screen = on_terminal(*WAITING, "-v", columns=200)
    requests = [line for line in re.split(r"[\r\n]+", screen) if "DescribeSnapshots: ok" in line]
    assert requests
    assert not [line for line in requests if "━" in line]


def test_an_explanation_wraps_and_keeps_its_labels() -> None:
    _, screen = on_terminal("explain", "snapshot-limit")
    lines = COLOUR.sub("", screen).splitlines()
    assert [word for word in ("Code", "Kind", "Meaning", "Remedy") if word in screen] == [
        "Code",
        "Kind",
        "Meaning",
        "Remedy",
    ]
    assert max(map(len, lines)) <= 80
    assert len(lines) > 5


@pytest.mark.parametrize("output", ["json", "xml"])
def test_a_wait_for_a_document_shows_no_bar(output: str) -> None:
    code, screen = on_terminal(*WAITING, "-o", output)
    assert code == 0
    assert "\x1b" not in screen
    assert screen.count("\n") == 1
