"""The pytest fixture, as other projects use it."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ecs_snap_cli import sandbox
from tests.conftest import bare_environment

ROOT = Path(sandbox.__file__).parents[2]
DOCS = ROOT / "docs" / "sandbox.md"


@pytest.fixture
def run_tests(tmp_path, own_home):
    """Runs test code in a project of its own; the outcome of each test by its name."""
    folder = tmp_path / "project"
    folder.mkdir()
    bin_folder = Path(sys.executable).parent

    def run(code, conftest='pytest_plugins = ["ecs_snap_cli.sandbox.pytest_plugin"]', *options):
        (folder / "conftest.py").write_text(conftest)
        (folder / "test_it.py").write_text(textwrap.dedent(code))
        argv = ("-q", "-rA", "--strict-markers", "-p", "no:cacheprovider", *options)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *argv, str(folder)],
            cwd=folder,
            env=bare_environment()
            | {"PYTHONPATH": str(ROOT), "PATH": f"{bin_folder}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
        words = ("PASSED", "FAILED", "ERROR")
        outcomes = {
            line[1].partition("::")[2].split(" - ")[0]: line[0]
            for line in said
            if len(line) == 2 and line[0] in words and "::" in line[1]
        }
        return outcomes, done.stdout + done.stderr

    return run


CLIENT = """
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

def client(sandbox):
    return Client(Config(
        access_key_id=sandbox.access_key_id, access_key_secret=sandbox.access_key_secret,
        endpoint=sandbox.endpoint, protocol="HTTP", region_id=sandbox.region_id))

def disks(sandbox):
    asked = models.DescribeDisksRequest(region_id=sandbox.region_id)
    return client(sandbox).describe_disks(asked).body.total_count
"""


def test_each_test_has_a_sandbox_of_its_own_as_its_marker_says(run_tests):
    outcomes, said = run_tests(
        CLIENT
        + """
import os, subprocess, sys
import pytest
from alibabacloud_tea_openapi.exceptions import ClientException

pytestmark = pytest.mark.ecs_sandbox(disks=3, rules="current")

def take(sandbox):
    asked = models.CreateSnapshotRequest(disk_id="d-sandbox-full")
    return client(sandbox).create_snapshot(asked).body.snapshot_id

def test_first(ecs_sandbox):
    assert disks(ecs_sandbox) == 11 + 3
    taken = take(ecs_sandbox)
    assert ecs_sandbox.requests == ["DescribeDisks", "CreateSnapshot"]
    ecs_sandbox.advance(seconds=5)
    asked = models.DescribeSnapshotsRequest(
        region_id="cn-hangzhou", snapshot_ids='["%s"]' % taken, status="accomplished")
    assert client(ecs_sandbox).describe_snapshots(asked).body.total_count == 1

def test_second_begins_anew(ecs_sandbox):
    asked = models.DescribeSnapshotsRequest(
        region_id="cn-hangzhou", disk_id="d-sandbox-full", page_size=1)
    assert client(ecs_sandbox).describe_snapshots(asked).body.total_count == 64

@pytest.mark.ecs_sandbox(disks=0, rules="documented")
def test_the_nearest_marker_counts(ecs_sandbox):
    assert disks(ecs_sandbox) == 11
    with pytest.raises(ClientException) as met:
        take(ecs_sandbox)
    assert met.value.data["Code"] == "QuotaExceed.Snapshot"

@pytest.mark.ecs_sandbox(
    faults=["DescribeDisks@1:error,code=InternalError"], limits=["DescribeDisks=1"],
    deny=["ecs:DescribeZones"])
def test_plans(ecs_sandbox):
    with pytest.raises(Exception):
        disks(ecs_sandbox)

@pytest.mark.ecs_sandbox(scenario={"Disks": [{"DiskId": "d-1", "InstanceId": "i-1"}]}, disks=0)
def test_scenario(ecs_sandbox):
    assert disks(ecs_sandbox) == 1

def test_a_process_reaches_it(ecs_sandbox):
    argv = [sys.executable, "-m", "ecs_snap_cli", "create", "-q", "--disk-id", "d-sandbox-data"]
    done = subprocess.run(
        argv, env=os.environ | ecs_sandbox.environ, capture_output=True, text=True)
    assert done.stdout.startswith("s-"), done.stderr
"""
    )
    assert set(outcomes.values()) == {"PASSED"}, said
    assert len(outcomes) == 6


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("sise=3", "there is no 'sise'"),
        ("faults=['CreateSnapshot:boom']", "there is no fault 'boom'"),
        ("scenario='none.toml'", "none.toml"),
        ("rules='tomorrow'", "tomorrow"),
    ],
)
def test_a_marker_that_cannot_be_understood_is_an_error_without_a_traceback(
    run_tests, options, words
):
    outcomes, said = run_tests(
        f"""
        import pytest
        @pytest.mark.ecs_sandbox({options})
        def test_it(ecs_sandbox):
            pass
        """
    )
    assert outcomes == {"test_it": "ERROR"}
    assert words in said
    assert "Traceback" not in said


def test_an_imported_fixture_will_do(run_tests):
    outcomes, said = run_tests(
        CLIENT
        + """
from ecs_snap_cli.sandbox.pytest_plugin import ecs_sandbox

def test_it(ecs_sandbox):
    assert disks(ecs_sandbox) == 11
""",
        "",
    )
    assert outcomes == {"test_it": "PASSED"}, said


def test_the_documents_example_passes(run_tests):
    text = DOCS.read_text()
    section = text[text.index("## In tests with pytest") :]
    blocks = [block.partition("```")[0] for block in section.split("```python\n")[1:]]
    conftest, code = blocks[:2]
    outcomes, said = run_tests(code, conftest)
    assert set(outcomes.values()) == {"PASSED"}, said
