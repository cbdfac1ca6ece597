"""``prune`` on the sandbox, which refuses by rules of its own: plan, deletion, and again."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.conftest import Ended, Run, bare_environment, program

DETACHED = ("--sandbox", "--disk-id", "d-sandbox-detached", "--all-manual", "--keep-last", "1")


def fates(ended: Ended) -> dict[str, str]:
    """Action and reason by the last part of each snapshot's ID."""
    return {
        each["SnapshotId"].rpartition("-")[2]: f"{each['Action']}: {each['Reason']}"
        for each in json.loads(ended.out)["Results"]
    }


def test_a_dry_run_predicts_a_run_which_leaves_nothing_to_a_second_one(run: Run) -> None:
    dry = run("prune", *DETACHED, "--dry-run", "-o", "json")
    assert (dry.code, dry.err) == (0, "")
    assert fates(dry) == {
        "8": "keep: last",
        "7": "delete: no rule keeps it",
        "6": "delete: no rule keeps it",
        "5": "delete: its creation failed",
        "4": "protected: automatic",
        "3": "protected: locked",
        "2": "protected: used by an image",
        "1": "protected: used by a disk",
    }
    real = run("prune", *DETACHED, "--yes", "-o", "json")
    assert (real.code, real.err) == (0, "")
    predicted = json.loads(dry.out.replace("planned", "deleted")) | {"Deleted": 3}
    assert json.loads(real.out) == predicted
    listed = run("list", "--sandbox", "--disk-id", "d-sandbox-detached", "-q").out
    assert [each[-1] for each in listed.split()] == ["8", "4", "3", "2", "1"]
    again = run("prune", *DETACHED, "--yes", "-o", "json")
    assert (json.loads(again.out)["Kept"], json.loads(again.out)["Deleted"]) == (1, 0)
    assert run("prune", *DETACHED, "--yes", "--force", "-q").out == "s-sandbox-detached-1\n"


def test_every_disk_of_the_region_at_once(run: Run) -> None:
    everything = ("prune", "--sandbox", "--all-disks", "--all-manual", "--keep-last", "2")
    ended = run(*everything, "--yes", "-o", "json")
    told = json.loads(ended.out)
    assert (ended.code, told["Failed"]) == (0, 0)
    by_disk: dict[str, int] = {}
    for each in told["Results"]:
        by_disk[each["DiskId"]] = by_disk.get(each["DiskId"], 0) + (each["Status"] == "deleted")
    assert by_disk["d-sandbox-full"] == 62
    assert json.loads(run(*everything, "--yes", "-o", "json").out)["Deleted"] == 0


def test_a_job_without_a_terminal_deletes_with_yes_only(run_process: Run) -> None:
    refused = run_process("prune", *DETACHED)
    assert (refused.code, refused.out) == (2, "")
    assert "--yes" in refused.err
    ended = run_process("prune", *DETACHED, "--yes", "-q")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(ended.out.split()) == [f"s-sandbox-detached-{number}" for number in (5, 6, 7)]


@pytest.mark.parametrize("reader_left", [False, True])
def test_a_result_that_cannot_be_written_is_told_in_short(reader_left: bool) -> None:
    stdout = subprocess.PIPE if reader_left else open("/dev/full", "w")  # noqa: SIM115
    process = subprocess.Popen(
        program("prune", *DETACHED, "--yes", "-o", "json"),
        env=bare_environment(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    (process.stdout or stdout).close()  # type: ignore[union-attr]
    assert process.stderr is not None
    told = json.loads(process.stderr.read())["Error"]["Message"]
    process.stderr.close()
    assert "Of the snapshots: 1 kept, 3 deleted, 4 protected." in told
    assert process.wait(timeout=60) == 1
