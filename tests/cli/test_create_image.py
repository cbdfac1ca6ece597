"""``create-image`` as a process: an image's ID is never lost."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_signals import BOTH, assert_clean, ended_by, start
from tests.cli.wire import wire
from tests.conftest import bare_environment, program

ORDER = ("create-image", "--snapshot-id", "s-sandbox-system-3", "--name", "golden")


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_a_full_disk_puts_the_id_on_stderr_and_exits_1(output: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            program(*ORDER, "--sandbox", "-o", output),
            env=bare_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "Image m-sandbox-" in done.stderr
    assert "exists all the same" in done.stderr


@BOTH
def test_a_signal_during_the_order_says_that_an_image_may_exist_and_how_to_find_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    with wire(tmp_path / "s.sqlite3", "CreateImage@1:hang-after") as far_end:
        process = start(*ORDER, "--endpoint", far_end.url, "--client-token", "mine")
        assert far_end.struck.wait(20)
        ended, _ = ended_by(process, number)
    assert_clean(ended, number)
    assert "an image of snapshot s-sandbox-system-3 may exist" in ended.err
    assert "--client-token mine" in ended.err
