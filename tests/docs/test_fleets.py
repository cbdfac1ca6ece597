"""docs/fleets.md: its figures, its table of exit codes and its one-liners are true."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.cli.wire import Wire, wire
from tests.conftest import Run
from tests.faults.conftest import HurriedClock

PAGE = (Path(__file__).parents[2] / "docs" / "fleets.md").read_text("utf-8")
JQ = shutil.which("jq")
# As if DescribeDisks were not permitted, or nothing answered.
FORBIDDEN, BUSY = "error,code=Forbidden.RAM", "error,code=Throttling.User"
# Options, faults, exit code, and each result's status and code.
ENDS = {
    "created": (["data", "system"], (), 0, [("created", None)] * 2),
    "planned": (["data", "--dry-run"], (), 0, [("planned", None)]),
    "refused": (["locked"], (), 3, [("refused", "InstanceLockedForSecurity")]),
    "no such disk": (["none"], (), 4, [("refused", "InvalidDiskId.NotFound")]),
    "no match": (["--disk-tag=a=b"], (), 4, None),
    "no right to look": (["--all-disks"], (f"DescribeDisks:{FORBIDDEN}",), 5, None),
    "no right to create": (
        ["data", "system"],
        (f"CreateSnapshot:{FORBIDDEN}",),
        5,
        [("failed", "Forbidden.RAM")] * 2,
    ),
    "no answer": (["data"], (f"CreateSnapshot:{BUSY}",), 6, [("failed", "Throttling.User")]),
    "no disks": (["data"], (f"DescribeDisks:{BUSY}",), 6, None),
    "too late": (
        ["data", "--wait", "--wait-timeout=0.01"],
        (),
        7,
        [("created", "WaitTimeout")],
    ),
    "ended as failed": (
        ["data", "--wait", "--poll-interval=0.01"],
        ("CreateSnapshot:fail-later",),
        8,
        [("created", "SnapshotFailed")],
    ),
    "mixed": (
        ["data", "locked"],
        (),
        9,
        [("created", None), ("refused", "InstanceLockedForSecurity")],
    ),
}


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of the sandbox that tries once."""
    from alibabacloud_credentials.utils import auth_util

    # The library reads its environment when it is imported, which was for an earlier test.
    monkeypatch.setattr(auth_util, "environment_access_key_id", "sandbox")
    monkeypatch.setattr(auth_util, "environment_access_key_secret", "sandbox")
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
    monkeypatch.setenv("ECS_SNAP_MAX_ATTEMPTS", "1")


def batch(sandbox: Wire, *words: str) -> list[str]:
    """A command line; words that are no options are disks of the sandbox."""
    options = [each if each.startswith("-") else f"--disk-id=d-sandbox-{each}" for each in words]
    return ["batch", "--endpoint", sandbox.url, *options, "-o", "json"]


@pytest.mark.parametrize("end", ENDS)
def test_runs_end_as_the_table_says(run: Run, end: str) -> None:
    words, faults, code, told = ENDS[end]
    with wire(":memory:", *faults, clock=HurriedClock()) as sandbox:
        ended = run(*batch(sandbox, *words))
    assert ended.code == code
    results = json.loads(ended.out)["Results"] if ended.out else None
    assert (results and [(each["Status"], each["Code"]) for each in results]) == told


def test_the_table_has_the_codes_and_the_words_of_those_ends() -> None:
    rows = re.findall(r"^\| .* \| (.*) \| ([\d, ]+) \|$", PAGE, re.MULTILINE)
    told: dict[int, str] = defaultdict(str)
    for words, codes in rows:
        for code in codes.split(", "):
            told[int(code)] += words
    assert set(told) == {code for _, _, code, _ in ENDS.values()} | {130, 143}
    for _, _, code, results in ENDS.values():
        expected = ["no result"] if results is None else [f"`{results[0][0]}`"]
        expected += [f"`{results[0][1]}`"] if results and code in (7, 8) else []
        assert code == 9 or all(each in told[code] for each in expected)


def test_the_figures_of_the_example_are_counted(run: Run) -> None:
    (sentence,) = re.findall(r"For the \d+ disks of [^.]*", PAGE)
    disks, made, instances, snapshots = map(int, re.findall(r"\s(\d+)", sentence)[:4])
    calls = {action: int(count) for count, action in re.findall(r"(\d+)\s([A-Z]\w+)", sentence)}
    with wire(":memory:", disks=disks) as sandbox:
        listed = run("list", "--endpoint", sandbox.url, "-q").out.split()
        sandbox.seen.clear()
        ended = run(*batch(sandbox, "--disk-tag=fleet=sandbox"))
    assert (ended.code, len(listed)) == (0, snapshots)
    assert Counter(sandbox.seen) == calls
    assert (made, instances) == (disks, disks // 4)


@pytest.mark.skipif(JQ is None, reason="jq is not here")
def test_the_one_liners_find_what_they_are_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def jq(program: str, text: str) -> str:
        argv = [str(JQ), "-r", program]
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=True).stdout

    reasons, failed, late = re.findall(r"jq -r '(.*?)' result\.json", PAGE)
    with wire(":memory:", f"CreateSnapshot@1:{BUSY}") as sandbox:
        words = ("system", "data", "locked", "--max-concurrency=1", "--wait", "--wait-timeout=0.01")
        first = run(*batch(sandbox, *words)).out
        again = jq(failed, first)
        monkeypatch.setattr(sys, "stdin", io.StringIO(again))
        second = json.loads(run(*batch(sandbox, "--disk-id=-")).out)
    assert jq(reasons, first) == (
        "d-sandbox-system\tThrottling.User\nd-sandbox-locked\tInstanceLockedForSecurity\n"
    )
    assert again == "d-sandbox-system\n"
    assert jq(late, first) == f"--snapshot-id={json.loads(first)['Results'][1]['SnapshotId']}\n"
    assert [(each["DiskId"], each["Status"]) for each in second["Results"]] == [
        ("d-sandbox-system", "created")
    ]
