"""The owner of stdout and stderr, without a process around it."""

from __future__ import annotations

import threading

import pytest

from ecs_snap_cli.cli.terminal import Terminal
from ecs_snap_cli.events import RequestEnded

ENDED = RequestEnded("CreateSnapshot", 1, 0.1, "ok", None)


def test_after_the_end_a_call_that_was_left_behind_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal = Terminal(verbose=True)
    terminal.observe(ENDED)
    terminal.close()
    terminal.observe(ENDED)
    assert capsys.readouterr().err.count("CreateSnapshot: ok") == 1


def test_the_end_waits_for_no_thread_that_is_stuck_in_a_write() -> None:
    terminal = Terminal(verbose=True)
    held, let_go = threading.Event(), threading.Event()

    def write() -> None:
        with terminal._lock:
            held.set()
            let_go.wait(20)

    stuck = threading.Thread(target=write)
    stuck.start()
    held.wait(20)
    terminal.close()
    assert stuck.is_alive()
    let_go.set()
    stuck.join()
