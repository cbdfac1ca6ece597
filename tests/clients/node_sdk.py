"""The official Node SDK, `@alicloud/ecs20140526`: V3 signatures, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Keys, Refused

FOLDER = Path(__file__).parent / "node"
# Where it is set, as .ci/run does, what is missing is a failure.
REQUIRED = "ECS_SNAP_TEST_NODE"


def require_node() -> str:
    """The path of node; without it or the SDK the test is skipped, or fails where they must be."""
    node = shutil.which("node")
    if node is None:
        problem = "node is not installed"
    elif not (FOLDER / "node_modules" / "@alicloud" / "ecs20140526").is_dir():
        problem = "the Node SDK is not installed; run: npm ci --prefix tests/clients/node"
    else:
        return node
    if os.environ.get(REQUIRED):
        pytest.fail(problem)
    pytest.skip(problem)


class NodeSdk:
    """Pages by NextToken."""

    def __init__(self, address: str, keys: Keys) -> None:
        node = require_node()
        self._process = subprocess.Popen(
            [node, str(FOLDER / "client.mjs"), address, json.dumps(keys._asdict())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._process.communicate(timeout=20)

    def disks(self) -> list[str]:
        return list(self._ask("disks"))

    def take(self, disk_id: str, name: str) -> str:
        return str(self._ask("take", disk=disk_id, name=name))

    def snapshots(self, disk_id: str) -> dict[str, str]:
        return dict(self._ask("snapshots", disk=disk_id))

    def delete(self, snapshot_id: str) -> None:
        self._ask("delete", snapshot=snapshot_id)

    def _ask(self, verb: str, **asked: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"verb": verb, **asked}) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        if "refused" in said:
            raise Refused(said["refused"]["status"], said["refused"]["code"])
        return said["answer"]
