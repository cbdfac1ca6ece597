"""The program as cron and shells meet it: streams, signals, lost answers, odd surroundings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import SandboxServer, reset
from tests.cli.wire import SANDBOX_ENVIRONMENT, wire
from tests.conftest import Run, bare_environment, program, with_a_full_disk
from tests.faults.conftest import new_snapshots

DATA = ("create", "--sandbox", "--disk-id", "d-sandbox-data")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (DATA, 0),
        (("check", "--sandbox", "--disk-id", "d-sandbox-data"), 0),
        (("check", "--sandbox", "--disk-id", "d-sandbox-full"), 3),
        (("create", "--sandbox", "--disk-id", "d-sandbox-full"), 3),
        (("create", "--sandbox", "--disk-id", "d-nowhere"), 4),
        (("create", "--disk-id", "d-1"), 2),
        (("create", "--disk-id", "d-1", "--region", "cn-hangzhou"), 5),
        (("explain", "3"), 0),
        (("explain", "nonsense-of-no-kind"), 4),
    ],
)
@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_stdout_is_the_result_and_stderr_the_rest(
    run_process: Run, argv: tuple[str, ...], code: int, output: str
) -> None:
    ended = run_process(*argv, "-o", output)
    report = argv[0] == "check"
    assert ended.code == code
    assert bool(ended.out) is (code == 0 or report)
    assert bool(ended.err) is (code != 0 and not report)
    assert "\x1b" not in ended.out + ended.err
    assert "Traceback" not in ended.err


def test_an_answer_lost_on_the_wire_never_makes_a_second_snapshot(
    run_process: Run, tmp_path: Path
) -> None:
    with wire(tmp_path / "s.sqlite3", "CreateSnapshot@1-2:reset-after") as far_end:
        argv = ("--disk-id", "d-sandbox-data", "--endpoint", far_end.url, "-o", "json")
        ended = run_process("create", *argv, env=SANDBOX_ENVIRONMENT)
        assert far_end.seen.count("CreateSnapshot") == 3
        assert ended.code == 0
    assert new_snapshots(tmp_path / "s.sqlite3") == [json.loads(ended.out)["SnapshotId"]]


def test_a_checked_snapshot_takes_four_requests_over_two_connections(
    run_process: Run, tmp_path: Path
) -> None:
    with wire(tmp_path / "s.sqlite3") as far_end:
        argv = ("--disk-id", "d-sandbox-data", "--endpoint", far_end.url)
        assert run_process("create", *argv, env=SANDBOX_ENVIRONMENT).code == 0
        assert sorted(far_end.seen) == [
            "CreateSnapshot",
            "DescribeDisks",
            "DescribeInstances",
            "DescribeSnapshots",
        ]
        assert far_end.seen.index("DescribeInstances") > far_end.seen.index("DescribeDisks")
        assert far_end.seen[-1] == "CreateSnapshot"
        assert far_end.connections <= 2


@pytest.mark.parametrize("output", ["table", "json", "xml"])
def test_a_full_disk_puts_the_id_on_stderr_and_exits_1(output: str) -> None:
    done = with_a_full_disk(*DATA, "-o", output)
    assert done.code == 1
    assert "s-" in done.err
    assert "exists all the same" in done.err
    assert "Exception ignored" not in done.err
    if output == "json":
        assert json.loads(done.err)["Error"]["ExitCode"] == 1


def test_a_success_whose_talk_cannot_be_written_stays_a_success() -> None:
    done = with_a_full_disk(
        *DATA, "--wait", "--wait-for", "available", "--poll-interval", "0.2", stream="stderr"
    )
    assert done.code == 0
    assert "s-" in done.out


def test_an_id_that_stderr_does_not_take_goes_to_stdout() -> None:
    done = with_a_full_disk(
        *DATA, "--wait", "--wait-timeout", "0.2", "--poll-interval", "0.1", stream="stderr"
    )
    assert done.code == 7
    assert done.out.startswith("s-")


def test_a_closed_stdout_puts_the_id_on_stderr_and_exits_1() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *program(*DATA)],
        env=bare_environment(),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "exists all the same" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_went_away_gets_the_id_on_stderr() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        program(*DATA), env=bare_environment(), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.returncode == 1
    assert b"exists all the same" in done.stderr


@pytest.mark.parametrize(
    "argv",
    [
        ("explain", "3"),
        ("completion", "bash"),
        ("--help",),
        ("--version",),
        ("check", "--sandbox", "--disk-id", "d-sandbox-data"),
    ],
    ids=" ".join,
)
def test_a_reader_that_has_seen_enough_is_no_error_to_talk_of(argv: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        program(*argv), env=bare_environment(), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("argv", [("explain", "3"), ("completion", "bash"), ("--help",)])
def test_a_full_disk_is_an_error_of_any_command(argv: tuple[str, ...]) -> None:
    done = with_a_full_disk(*argv)
    assert done.code == 1
    assert done.err.startswith("Error: The result could not be written")
    assert "Exception ignored" not in done.err


@pytest.mark.parametrize("output", ["table", "json", "xml"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_stream_of_another_encoding_gets_a_readable_document(
    run_process: Run, encoding: str, output: str
) -> None:
    ended = subprocess.run(
        program("explain", "é每😀", "-o", output),
        env=bare_environment() | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    text = ended.stderr.decode(encoding)
    assert ended.returncode == 4
    if output == "json":
        assert "é每😀" in json.loads(text)["Error"]["Message"]
    elif output == "xml":
        message = ET.fromstring(text).findtext("Message")  # noqa: S314
        assert "é每😀" in (message or "")


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({"LANG": "C", "LC_ALL": "C"}, id="C"),
        pytest.param({"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}, id="ascii"),
        pytest.param({"TERM": "dumb"}, id="dumb"),
        pytest.param({"HOME": ""}, id="empty-home"),
        pytest.param({"DEBUG": "sdk"}, id="sdk-debug"),
        pytest.param({"PYTHONDEVMODE": "1"}, id="dev-mode"),
        pytest.param({"FORCE_COLOR": "1"}, id="force-color"),
    ],
)
def test_odd_environments_change_nothing(run_process: Run, env: dict[str, str]) -> None:
    ended = run_process(*DATA, "--name", "每晚备份", "-o", "json", env=env)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["SnapshotId"]


def test_a_state_directory_that_is_a_file_is_a_clear_error(
    run_process: Run, tmp_path: Path
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    ended = run_process(*DATA, env={"XDG_STATE_HOME": str(blocker)})
    assert (ended.code, ended.out) == (1, "")
    assert "XDG_STATE_HOME" in ended.err


def test_nothing_listening_is_unavailable_with_endpoint_and_attempts(run_process: Run) -> None:
    ended = run_process(
        "create", "--disk-id", "d-1", "--endpoint", "http://127.0.0.1:9", "--max-attempts", "2",
        env=SANDBOX_ENVIRONMENT,
    )  # fmt: skip
    assert (ended.code, ended.out) == (6, "")
    assert "http://127.0.0.1:9" in ended.err
    assert "2 attempts" in ended.err
    assert "refused" in ended.err


def test_sandbox_serve_prints_its_url_first_and_ends_on_a_signal(run_process: Run) -> None:
    process = subprocess.Popen(
        program("sandbox", "serve"),
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        argv = ("create", "--disk-id", "d-sandbox-data", "--endpoint", url, "-q")
        assert run_process(*argv, env=SANDBOX_ENVIRONMENT).out.startswith("s-")
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 143
    assert err.startswith("Serving the ECS API")
    assert "Error" not in err


def test_sandbox_reset_restores_the_first_state(run_process: Run) -> None:
    assert run_process(*DATA).code == 0
    assert run_process(*DATA).code == 3
    assert run_process("sandbox", "reset").code == 0
    assert run_process(*DATA).code == 0


def test_a_port_in_use_is_a_clear_error(run_process: Run, tmp_path: Path) -> None:
    state = tmp_path / "s.sqlite3"
    reset(state)
    with SandboxServer(state) as sandbox:
        port = sandbox.url.rpartition(":")[2]
        ended = run_process("sandbox", "serve", "--port", port)
    assert (ended.code, ended.out) == (1, "")
    assert "--port" in ended.err
