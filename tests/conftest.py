"""What every test stands on: no network beyond loopback, no account, no HOME of anyone's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest_plugins = ["ecs_snap_cli.sandbox.pytest_plugin"]

# The SDK reads its environment when it is imported, so this comes before anything else.
for _name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ECS_SNAP_"))]:
    del os.environ[_name]
for _name in (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "DEBUG", "NO_COLOR"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
):
    os.environ.pop(_name, None)
    os.environ.pop(_name.lower(), None)
os.environ["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "true"
os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] = "test-key-id"
os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "test-key-secret-9f8e7d"
os.environ["ALIBABA_CLOUD_SECURITY_TOKEN"] = ""


# A shell's background job ignores the first two, `nohup` the last, and so would every process
# that a test starts.
for _signal, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, _handler)


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HOME and state directory for every test."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return home


@pytest.fixture
def caught_signals() -> Iterator[None]:
    """Signals raise in this process, as in the program's own; afterwards all is as it was."""
    from ecs_snap_cli import signals

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
    before = {number: signal.getsignal(number) for number in numbers}
    hook = sys.unraisablehook
    signals.catch()
    yield
    signals.ignore()
    signals._ignored.clear()
    for number, handler in before.items():
        signal.signal(number, handler)
    sys.unraisablehook = hook


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The program in this process: fast, with the SDK loaded once."""
    from ecs_snap_cli.cli.main import main

    def run_main(*argv: str) -> Ended:
        capsys.readouterr()
        code = main(argv)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run_main


@pytest.fixture
def run_process() -> Run:
    """The program as a process of its own; ``env`` is added to a bare environment."""

    def start(*argv: str, env: dict[str, str] | None = None, python: Sequence[str] = ()) -> Ended:
        done = subprocess.run(
            program(*argv, python=python),
            env=bare_environment() | (env or {}),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return start


def program(*argv: str, python: Sequence[str] = ()) -> list[str]:
    """The command line that starts the program."""
    return [sys.executable, *python, "-m", "ecs_snap_cli", *argv]


def with_a_full_disk(*argv: str, stream: str = "stdout") -> Ended:
    """A run of the program whose ``stream`` (stdout or stderr) leads to a disk that is full."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            program(*argv),
            env=bare_environment(),
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full},
            text=True,
            check=False,
        )
    return Ended(done.returncode, done.stdout or "", done.stderr or "")


def bare_environment() -> dict[str, str]:
    """What cron gives a job, and the test's own HOME and state directory."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": os.environ["HOME"],
        "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
    }
