"""ECS as ``responses`` plays it: answers by action, and a record of what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

HOST = "https://ecs-cn-hangzhou.aliyuncs.com/"
REQUEST_ID = "C8B26B44-0189-443E-9816-D951F59623A9"

Plain = tuple[int, dict[str, str], Any] | Exception
# What an action answers, or how it answers a call's parameters.
Answer = Plain | Callable[[dict[str, str]], "Plain | dict[str, Any]"]


class PlayedEcs:
    """Answers each action from its queue; the last answer stays."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.headers_of_all: dict[str, str] = {}
        self._queues: dict[str, list[Answer]] = {}
        disk = {
            "DiskId": "d-1",
            "Status": "In_use",
            "Category": "cloud_essd",
            "Type": "data",
            "InstanceId": "i-1",
            "AttachedTime": "2020-01-01T00:00:00Z",
            "CreationTime": "2020-01-01T00:00:00Z",
        }
        self.disk = disk
        self.instance = {
            "InstanceId": "i-1",
            "Status": "Running",
            "StartTime": "2020-01-01T00:00Z",
            "OperationLocks": {"LockReason": []},
        }
        self.answers("DescribeDisks", {"Disks": {"Disk": [disk]}})
        self.answers("DescribeInstances", {"Instances": {"Instance": [self.instance]}})
        self.answers("DescribeSnapshots", {"Snapshots": {"Snapshot": []}})
        self.answers("CreateSnapshot", {"SnapshotId": "s-923FE2BF0"})

    def answers(self, action: str, *bodies: dict[str, Any] | Answer) -> None:
        """What ``action`` answers from now on, one after the other."""
        self._queues[action] = [_as_answer(body) for body in bodies]

    def refuses(self, action: str, code: str, status: int, message: str = "Refused.") -> None:
        """``action`` answers with an ECS error."""
        self.answers(action, error(code, status, message))

    def sent(self, action: str) -> list[dict[str, str]]:
        """The parameters of every call of ``action``, in order."""
        return [parameters for name, parameters in self.calls if name == action]

    def actions(self) -> list[str]:
        """The actions called, in order."""
        return [name for name, _ in self.calls]

    def play(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str | bytes]:
        """One request's answer, for ``responses``."""
        action = str(request.headers["x-acs-action"])
        query = urlsplit(request.url or "").query
        parameters = dict(parse_qsl(str(query), keep_blank_values=True))
        self.calls.append((action, parameters))
        self.headers.append(dict(request.headers))
        queue = self._queues[action]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if callable(answer):
            answer = _as_answer(answer(parameters))
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        if not isinstance(body, str | bytes):
            body = json.dumps(body)
            headers = {"Content-Type": "application/json", **headers}
        return status, {**self.headers_of_all, **headers}, body


def _as_answer(body: Any) -> Any:
    return (200, {}, {"RequestId": REQUEST_ID, **body}) if isinstance(body, dict) else body


def error(
    code: str, status: int, message: str = "Refused.", headers: dict[str, str] | None = None
) -> Answer:
    """An error as ECS words it."""
    body = {"RequestId": REQUEST_ID, "HostId": "ecs", "Code": code, "Message": message}
    return status, headers or {}, body


@pytest.fixture
def ecs(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedEcs]:
    """A played ECS in cn-hangzhou, and no pause between attempts or looks."""
    from ecs_snap_cli.gateway import api
    from ecs_snap_cli.workflow import lost

    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
    pauseless = api.Timing(sleep=lambda seconds: None)
    monkeypatch.setattr(api, "Timing", lambda: pauseless)
    monkeypatch.setattr(lost, "PAUSES_SECONDS", ())
    played = PlayedEcs()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, HOST, callback=played.play)
        yield played
