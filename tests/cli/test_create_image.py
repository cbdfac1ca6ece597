"""``create-image`` as a process: an image's ID is never lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.cli.test_signals import BOTH, assert_clean, ended_by, start
from tests.cli.wire import wire
from tests.conftest import with_a_full_disk

ORDER = ("create-image", "--snapshot-id", "s-sandbox-system-3", "--name", "golden")


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_a_full_disk_puts_the_id_on_stderr_and_exits_1(output: str) -> None:
    done = with_a_full_disk(*ORDER, "--sandbox", "-o", output)
    assert done.code == 1
    assert "Image m-sandbox-" in done.err
    assert "exists all the same" in done.err


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
