"""The benchmark on real processes; what it measures is not looked at, only that it measures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench_lib.bench import PEERS, Bench
from bench_lib.machine import differing
from bench_lib.main import environment
from bench_lib.measure import GNU_TIME, BadRun, Meter, Run, interleaved
from bench_lib.scripts import OFFICIAL, SDK_SCRIPT, Script, snapshot_scripts
from bench_lib.served import serving

BENCH = Path(__file__).parents[2] / "bench" / "run"
PROGRAM = (sys.executable, "-m", "ecs_snap_cli")

with_programs = pytest.mark.skipif(
    shutil.which("hyperfine") is None or not os.access(GNU_TIME, os.X_OK),
    reason="hyperfine or GNU time is not installed",
)


def bench(*argv: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCH), *argv],
        env={"PATH": path if path is not None else os.environ["PATH"], "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    return Meter(tmp_path, environment(tmp_path))


@with_programs
@pytest.mark.skipif(
    not Path(sys.executable).with_name("ecs-snap").exists(), reason="ecs-snap is not installed"
)
def test_one_command_writes_the_whole_report(tmp_path: Path) -> None:
    written = tmp_path / "RESULTS.md"
    done = bench("start", "--quick", "--rounds", "1", "--out", str(written))
    assert done.returncode == 0, done.stderr
    assert written.read_text() == done.stdout
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows] == [
        "| `ecs-snap --version`",
        "| `ecs-snap completion bash`",
        "| `ecs-snap create (a usage error)`",
    ]
    for row in rows:
        assert re.fullmatch(r"\d+\.\d\d x", row[3])
        assert re.fullmatch(r"(better|met|missed) \|", row[6])
    for told in ("- CPU: ", "- Python: CPython", "- click: ", "- Rounds: 1: too few, no result"):
        assert told in done.stdout


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--rounds", "6"], "at least 7 rounds"),
        (["--quick", "--rounds", "0"], "at least 7 rounds"),
        (["nothing"], "there is no nothing; there are start, help"),
        (["start", "--out", "none/there"], "there is no folder none"),
    ],
)
def test_what_makes_no_result_is_refused_first(argv: list[str], told: str) -> None:
    done = bench(*argv)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_a_program_that_is_missing_is_told_with_its_package(tmp_path: Path) -> None:
    done = bench("start", "--quick", path=str(tmp_path))
    assert done.returncode == 1
    assert "apt install hyperfine" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_what_is_installed_has_to_be_what_is_checked_out(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder / "cli").mkdir(parents=True)
        (tmp_path / folder / "cli" / "same.py").write_text("1")
        (tmp_path / folder / "data.toml").write_text(folder)
    (tmp_path / "other" / "new.py").write_text("")
    found = differing(tmp_path / "one", tmp_path / "other")
    assert found == ["data.toml", "new.py"]
    assert differing(tmp_path / "one", tmp_path / "one") == []


@with_programs
def test_a_run_is_measured_and_what_it_wrote_is_kept(meter: Meter) -> None:
    words = "a b'c"
    argv = (sys.executable, "-c", f"print({words!r}); raise SystemExit(3)")
    timed, weighed = meter.time(*argv, code=3), meter.weigh(*argv, code=3)
    assert timed.out == weighed.out == f"{words}\n"
    assert timed.wall > 0
    assert weighed.kibibytes > 1_000


@with_programs
@pytest.mark.parametrize("how", ["time", "weigh"])
def test_a_run_that_ends_otherwise_is_no_measurement(meter: Meter, how: str) -> None:
    with pytest.raises(BadRun, match="gone wrong"):
        getattr(meter, how)(sys.executable, "-c", "raise SystemExit('gone wrong')")


def test_commands_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def run(name: str) -> Run:
        order.append(name)
        return Run(out=str(len(order)))

    runs = interleaved(2, {"a": lambda: run("a"), "b": lambda: run("b")}, lambda text: None)
    assert order == ["a", "b"] * 3
    assert {name: [each.out for each in done] for name, done in runs.items()} == {
        "a": ["3", "5"],
        "b": ["4", "6"],
    }


@with_programs
def test_pages_are_fetched_counted_and_read_by_the_peers(meter: Meter, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    with serving(PROGRAM, tmp_path, meter.environment, snapshots=230) as server:
        fetch = (sys.executable, str(PEERS / "fetch_pages.py"), server.address, str(folder))
        fetched = server.measured(meter.time, *fetch)
    assert fetched.out.split()[0] == "3"
    assert fetched.calls == Counter(DescribeSnapshots=3)
    read = meter.time(sys.executable, str(PEERS / "parse_pages.py"), str(folder))
    assert read.out.split()[0] == "230"
    assert not list(tmp_path.glob("state.sqlite3*"))


@with_programs
def test_the_script_of_the_sdk_takes_a_snapshot_by_four_calls(meter: Meter, tmp_path: Path) -> None:
    with serving(PROGRAM, tmp_path, meter.environment, disks=1) as server:
        script = (sys.executable, str(PEERS / "plain_sdk.py"), server.address)
        done = server.measured(meter.weigh, *script, "d-sandbox-fleet-0001")
        assert done.out.startswith("s-sandbox-")
        assert set(done.calls.values()) == {1}
        assert len(done.calls) == 4
        with pytest.raises(BadRun, match="d-sandbox-starting"):
            meter.weigh(*script, "d-sandbox-starting")


# Stands for the official CLI, and answers as ECS does.
STAND_IN = """#!/bin/sh
echo "$2" >> "$HOME/asked"
case "$2" in
DescribeDisks) echo '{"Disks":{"Disk":[{"Status":"In_use","InstanceId":"i-1"}]}}' ;;
DescribeInstances) echo '{"Instances":{"Instance":[{"Status":"Running"}]}}' ;;
DescribeSnapshots) echo '{"Snapshots":{"Snapshot":[{"Status":"STATUS"}]}}' ;;
CreateSnapshot) echo '{"SnapshotId":"s-1"}' ;;
esac
"""


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize(("status", "out"), [("accomplished", "s-1\n"), ("progressing", "")])
def test_the_script_of_the_official_cli_checks_first(tmp_path: Path, status: str, out: str) -> None:
    cli = tmp_path / "aliyun"
    cli.write_text(STAND_IN.replace("STATUS", status))
    cli.chmod(0o755)
    done = subprocess.run(
        [PEERS / "aliyun.sh", cli, "127.0.0.1:1", "d-1"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == out
    assert bool(done.returncode) is not bool(out)
    asked = (tmp_path / "home" / "asked").read_text().split()
    assert asked == [
        *("DescribeDisks", "DescribeInstances", "DescribeSnapshots"),
        *(["CreateSnapshot"] if out else []),
    ]


@with_programs
@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_official_cli_is_a_peer_only_where_it_works(
    meter: Meter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = tmp_path / "aliyun"
    cli.write_text(STAND_IN)
    cli.chmod(0o755)
    said: list[str] = []
    about = Bench(1, tmp_path, meter, said.append)
    tried: list[Script] = []

    def fails(script: Script) -> None:
        raise BadRun("SignatureDoesNotMatch")

    monkeypatch.delenv("ALIYUN_CLI", raising=False)
    found, notes = snapshot_scripts(about, tried.append)
    assert (list(found), tried) == ([SDK_SCRIPT], [])
    assert "ALIYUN_CLI" in notes[0]

    monkeypatch.setenv("ALIYUN_CLI", str(cli))
    found, notes = snapshot_scripts(about, fails)
    assert list(found) == [SDK_SCRIPT]
    assert "left out" in notes[0]
    assert "SignatureDoesNotMatch" in said[0]

    found, notes = snapshot_scripts(about, tried.append)
    assert (list(found), notes) == ([SDK_SCRIPT, OFFICIAL], [])
    assert tried == [found[OFFICIAL]]


@pytest.mark.parametrize("kind", ["describe", "mixed"])
def test_a_load_is_answered_to_the_last_call_and_leaves_nothing_pending(
    tmp_path: Path, kind: str
) -> None:
    env = environment(tmp_path)
    with serving(PROGRAM, tmp_path, env, disks=20) as server:
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, str(PEERS / "load.py"), server.address, "90", kind, "10"],
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            told = json.loads(done.stdout)
            assert told["count"] == 90
            assert 0 < told["p50"] <= told["p99"]
