"""A run whose own files go away while it waits, as in an upgrade, still tells what it did."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ecs_snap_cli.cli.main import main
from tests.conftest import Ended, bare_environment

# From the moment at which ECS has answered the order, no module can be loaded any more.
_GONE_AFTER = """
import sys
from ecs_snap_cli.gateway import loading, ecs
class Gone:
    def find_spec(self, name, *rest):
        raise ModuleNotFoundError(f"No module named {name!r}")
def then_gone(act):
    def acted(*given, **options):
        try:
            return act(*given, **options)
        finally:
            print("GONE", file=sys.stderr)
            sys.meta_path.insert(0, Gone())
            sys.path_importer_cache.clear()
    return acted
for name in ("create_snapshot", "create_image", "delete_snapshot"):
    setattr(ecs.Ecs, name, then_gone(getattr(ecs.Ecs, name)))
from ecs_snap_cli.__main__ import entry_point
entry_point()
"""
DATA = ("--disk-id", "d-sandbox-data")


def run(*argv: str) -> Ended:
    """The program with ``argv``, in the embedded sandbox."""
    done = subprocess.run(
        [sys.executable, "-c", _GONE_AFTER, *argv, "--sandbox"],
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "GONE\n" in done.stderr
    return Ended(done.returncode, done.stdout, done.stderr.replace("GONE\n", ""))


@pytest.mark.parametrize("output", ["table", "json", "xml"])
@pytest.mark.parametrize(
    "argv",
    [
        ("create", *DATA),
        ("create-image", "--snapshot-id", "s-sandbox-system-1", "--name", "golden"),
        ("delete", "--yes", "--snapshot-id", "s-sandbox-data-1"),
        ("prune", "--yes", "--all-manual", "--keep-last", "60", "--disk-id", "d-sandbox-full"),
    ],
    ids=lambda argv: argv[0],
)
def test_the_result_is_told(argv: tuple[str, ...], output: str) -> None:
    ended = run(*argv, "-o", output)
    assert ended.code == 0, ended.err
    assert "s-sandbox-" in ended.out or "m-sandbox-" in ended.out
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("command", "output"), [("create", "table"), ("batch", "json")])
def test_the_result_is_told_after_a_wait(command: str, output: str) -> None:
    test_the_result_is_told((command, *DATA, "--wait", "--poll-interval", "1"), output)


def test_an_error_after_the_order_tells_the_id() -> None:
    ended = run("create", *DATA, "--wait", "--wait-timeout", "0.5", "-o", "json")
    assert ended.code == 7
    assert "s-sandbox-" in json.loads(ended.err)["Error"]["Message"]


def test_a_refusal_by_ecs_is_told() -> None:
    ended = run("create", "--disk-id", "d-sandbox-full", "--no-preflight", "-o", "json")
    assert (ended.code, ended.out) == (3, "")
    assert "Traceback" not in ended.err
    assert json.loads(ended.err)["Error"]["Code"] == "QuotaExceed.Snapshot"


@pytest.mark.parametrize("output", ["table", "json"])
def test_an_error_that_no_document_can_be_made_of_is_told_in_words(
    output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ecs_snap_cli.render.failure", None)
    assert main(["create", "--disk-id", "bad id", "-o", output]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("Error: ")
    assert "bad id" in told.err
