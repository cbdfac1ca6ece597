"""``list`` in the sandbox, on terminals and in pipes, as people and scripts meet it."""

from __future__ import annotations

import json
import signal
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import default_state_path
from ecs_snap_cli.sandbox.conditions import equal
from ecs_snap_cli.sandbox.rows import Snapshot
from ecs_snap_cli.sandbox.state import State
from tests.cli.test_terminal import COLOUR, on_terminal
from tests.cli.wire import SANDBOX_ENVIRONMENT, wire
from tests.conftest import Run, bare_environment, program

LIST = ("list", "--sandbox")
DATA = ("s-sandbox-data-2", "s-sandbox-data-1")
SYSTEM = ("s-sandbox-system-3", "s-sandbox-system-2", "s-sandbox-system-1")
PENDING = ("s-sandbox-pending-1",)


def words(option: str, *values: str) -> tuple[str, ...]:
    return tuple(word for value in values for word in (option, value))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (words("--disk-id", "d-sandbox-data"), DATA),
        (words("--disk-id", "d-sandbox-system", "d-sandbox-data"), SYSTEM + DATA),
        (words("--disk-id", "d-sandbox-nowhere"), ()),
        (words("--instance-id", "i-sandbox-system"), SYSTEM),
        (words("--snapshot-id", "s-sandbox-data-1", "s-sandbox-pending-1"), (*PENDING, DATA[1])),
        (words("--status", "progressing"), PENDING),
        (words("--status", "failed"), ("s-sandbox-detached-5",)),
        (words("--type", "auto"), (*DATA[1:], "s-sandbox-detached-4")),
        (words("--name", "auto_sandbox_data"), DATA[1:]),
        (words("--tag", "env=sandbox", "team=storage"), DATA[:1]),
        (words("--tag", "env=elsewhere"), ()),
        ((*words("--disk-id", "d-sandbox-system"), "--limit", "2"), SYSTEM[:2]),
        ((*words("--disk-id", "d-sandbox-data"), "--type", "user"), DATA[:1]),
        (words("--disk-id", "d-sandbox-data") + words("--snapshot-id", *SYSTEM, *DATA), DATA),
    ],
    ids=lambda value: " ".join(value),
)
def test_the_sandbox_lists_what_is_asked_for(
    run: Run, options: tuple[str, ...], found: tuple[str, ...]
) -> None:
    ended = run(*LIST, *options, "-o", "json")
    answer = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert [each["SnapshotId"] for each in answer["Snapshots"]] == list(found)
    assert answer["TotalCount"] == len(found)
    root = ET.fromstring(run(*LIST, *options, "-o", "xml").out)  # noqa: S314
    assert [each.text for each in root.iter("SnapshotId")] == list(found)
    assert root.findtext("TotalCount") == str(len(found))
    assert run(*LIST, *options, "-q").out.splitlines() == list(found)


def test_the_tags_of_a_snapshot_are_ecs_own_in_xml(run: Run) -> None:
    root = ET.fromstring(run(*LIST, "--snapshot-id", DATA[0], "-o", "xml").out)  # noqa: S314
    tags = root.findall("Snapshots/Snapshot/Tags/Tag")
    pairs = [(tag.findtext("TagKey"), tag.findtext("TagValue")) for tag in tags]
    assert pairs == [("env", "sandbox"), ("team", "storage")]


def test_a_snapshot_that_does_not_exist_is_exit_4(run: Run) -> None:
    ended = run(*LIST, "--snapshot-id", DATA[0], "--snapshot-id", "s-gone")
    assert (ended.code, ended.out) == (4, "")
    assert "s-gone" in ended.err


def test_a_snapshot_just_created_is_listed(run: Run) -> None:
    new = run("create", "--sandbox", "--disk-id", "d-sandbox-data", "-q").out.strip()
    ended = run(*LIST, "--disk-id", "d-sandbox-data")
    assert ended.out.splitlines()[1].startswith(f"{new}  d-sandbox-data  progressing ")


def fill(count: int, path: Path | None = None) -> None:
    """So many more snapshots of d-sandbox-data, all of them on later pages."""
    state = State(path or default_state_path(), lambda: datetime.now(UTC))
    (sample, *_) = state.walk(Snapshot, [equal("disk_id", "d-sandbox-data")])
    with state.transaction():
        for number in range(count):
            state.add(replace(sample, id=f"s-more-{number}", created=sample.created - 1))
    state.close()


def test_more_than_a_page_is_listed_whole(run: Run) -> None:
    fill(230)
    ended = run(*LIST, "--disk-id", "d-sandbox-data", "-q")
    assert set(ended.out.split()) == {*DATA, *(f"s-more-{number}" for number in range(230))}


def test_all_pages_come_over_one_connection(run_process: Run, tmp_path: Path) -> None:
    state = tmp_path / "s.sqlite3"
    fill(230, state)
    with wire(state) as far_end:
        options = ("--endpoint", far_end.url, "--disk-id", "d-sandbox-data")
        ended = run_process("list", *options, env=SANDBOX_ENVIRONMENT)
        assert (ended.code, ended.out.count("s-more-")) == (0, 230)
        assert far_end.seen == ["DescribeSnapshots"] * 3
        assert far_end.connections == 1


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_a_reader_that_has_seen_enough_leaves_in_silence(output: str) -> None:
    # Far more than a pipe holds, so that the program is still writing when its reader goes.
    fill(800)
    process = subprocess.Popen(
        program(*LIST, "-o", output),
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.read(10)
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, b"")


def test_a_signal_ends_a_list_at_once(tmp_path: Path) -> None:
    with wire(tmp_path / "s.sqlite3", "DescribeSnapshots:hang") as far_end:
        process = subprocess.Popen(
            program("list", "--endpoint", far_end.url),
            env=bare_environment() | SANDBOX_ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert far_end.struck.wait(20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Error: Interrupted by SIGINT")


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 120, 200])
def test_a_terminal_of_any_width_gets_whole_ids_and_one_line_a_snapshot(columns: int) -> None:
    code, screen = on_terminal(*LIST, "--disk-id", "d-sandbox-full", columns=columns)
    lines = COLOUR.sub("", screen).splitlines()
    assert code == 0
    assert len(lines) == 65
    assert [line.split()[0] for line in lines[1:]] == [
        f"s-sandbox-full-{number}" for number in range(64, 0, -1)
    ]
    assert max(map(len, lines)) <= columns


def test_a_terminal_gets_colour_and_no_color_none() -> None:
    assert COLOUR.search(on_terminal(*LIST)[1])
    assert "\x1b" not in on_terminal(*LIST, env={"NO_COLOR": "1"})[1]
