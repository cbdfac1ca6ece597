"""``delete`` on the sandbox, which refuses by rules of its own, and as a process."""

from __future__ import annotations

import json
import subprocess

from tests.conftest import Run, bare_environment, program, with_a_full_disk


def options(*names: str) -> list[str]:
    return [word for each in names for word in ("--snapshot-id", f"s-sandbox-{each}")]


EVERY_END = options(*(f"detached-{number}" for number in (1, 2, 3, 5, 9)), "pending-1", "data-1")


def codes(text: str) -> list[str | None]:
    return [each["Code"] for each in json.loads(text)["Results"]]


def test_each_snapshot_of_the_sandbox_ends_as_it_is_made_to(run: Run) -> None:
    ended = run("delete", "--sandbox", *EVERY_END, "--yes", "-o", "json")
    assert (ended.code, ended.err) == (9, "")
    assert codes(ended.out) == [
        "SnapshotCreatedDisk",
        "SnapshotCreatedImage",
        "InvalidOperation.SnapshotIsLocked",
        None,
        "InvalidSnapshotId.NotFound",
        "PreflightFailed",
        None,
    ]
    forced = run("delete", "--sandbox", *EVERY_END, "--yes", "--force", "-o", "json")
    assert codes(forced.out) == [
        None,
        "SnapshotCreatedImage",
        "InvalidOperation.SnapshotIsLocked",
        "InvalidSnapshotId.NotFound",
        "InvalidSnapshotId.NotFound",
        None,
        "InvalidSnapshotId.NotFound",
    ]


def test_a_result_that_cannot_be_written_is_told_in_short() -> None:
    done = with_a_full_disk("delete", "--sandbox", *options("data-1", "data-2", "none"), "--yes")
    assert done.code == 1
    assert "Of the snapshots: 2 deleted, 1 refused." in done.err


def test_a_reader_that_went_away_is_no_reason_to_be_silent() -> None:
    process = subprocess.Popen(
        program("delete", "--sandbox", *options("data-1"), "--yes"),
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert "Of the snapshots: 1 deleted." in process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 1


def test_a_job_without_a_terminal_deletes_with_yes_only(run_process: Run) -> None:
    refused = run_process("delete", "--sandbox", *options("data-1"))
    assert (refused.code, refused.out) == (2, "")
    ended = run_process("delete", "--sandbox", *options("data-1"), "--yes", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "s-sandbox-data-1\n", "")
