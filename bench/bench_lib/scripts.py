"""The peers that take a snapshot of a disk, as ``create`` does."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable

from bench_lib.bench import PEERS, Bench
from bench_lib.measure import BadRun, expect

SDK_SCRIPT, OFFICIAL = "a plain SDK script", "four `aliyun` and jq"
# The command line of one, but for the server's address and the disk's ID.
Script = tuple[str, ...]

# What one checked snapshot asks of ECS, whoever takes it.
ONE_SNAPSHOT = Counter(
    dict.fromkeys(("DescribeDisks", "DescribeInstances", "DescribeSnapshots", "CreateSnapshot"), 1)
)

_CREATED = re.compile(r"\bs-sandbox-[0-9a-z]{15}\b")


def snapshot_scripts(
    bench: Bench, attempt: Callable[[Script], object]
) -> tuple[dict[str, Script], list[str]]:
    """The peers that take a snapshot of a disk, and what is to be said of the official CLI.

    It is one of them where it is there and ``attempt``, a run of its script, succeeds.
    """
    found = {SDK_SCRIPT: bench.peer("plain_sdk.py")}
    cli = os.environ.get("ALIYUN_CLI", "")
    if not cli:
        return found, [f"{OFFICIAL}: left out, for ALIYUN_CLI does not name it."]
    if not os.access(cli, os.X_OK) or shutil.which("jq") is None:
        return found, [f"{OFFICIAL}: left out, for ALIYUN_CLI cannot be run, or there is no jq."]
    script = (str(PEERS / "aliyun.sh"), os.path.abspath(cli))
    try:
        attempt(script)
    except BadRun as problem:
        bench.tell(f"{OFFICIAL}: {problem}")
        return found, [f"{OFFICIAL}: left out, for it takes no snapshot of the sandbox."]
    return found | {OFFICIAL: script}, []


def expect_snapshots(out: str, count: int) -> None:
    """So many snapshots were made, each of them once."""
    expect("IDs of snapshots that came out", len(set(_CREATED.findall(out))), count)
