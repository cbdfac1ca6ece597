"""``--rate`` on the calls of a run, by a clock that only pauses move."""

from __future__ import annotations

import json
import threading

import pytest

from ecs_snap_cli.core.pacing import Pace
from ecs_snap_cli.gateway import api
from ecs_snap_cli.gateway.api import Timing
from tests.conftest import Run
from tests.contract.conftest import PlayedEcs


@pytest.mark.parametrize("concurrency", [1, 8])
def test_no_second_sees_more_calls_than_the_rate(
    run: Run, ecs: PlayedEcs, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    lock, now, sent = threading.Lock(), [100.0], list[float]()
    send = Pace.send

    def sleep(seconds: float) -> None:
        with lock:
            now[0] += seconds

    def note(pace: Pace, at: float) -> None:
        sent.append(at)
        send(pace, at)

    monkeypatch.setattr(Pace, "send", note)
    timing = Timing(lambda: now[0], sleep)
    monkeypatch.setattr(api, "Timing", lambda: timing)
    disks = [ecs.disk | {"DiskId": f"d-{number}"} for number in range(30)]
    ecs.answers("DescribeDisks", {"Disks": {"Disk": disks}})
    options = ("--rate", "5", "--max-concurrency", str(concurrency), "-o", "json")
    ended = run("batch", "--all-disks", *options)
    assert (ended.code, json.loads(ended.out)["Created"]) == (0, 30)
    assert len(sent) == len(ecs.calls)
    for at in sent:
        assert sum(at <= each < at + 1 - 1e-6 for each in sent) <= 5
    assert sent[-1] - sent[0] < len(sent) / 5
