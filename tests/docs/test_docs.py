"""The documents say what the program does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ecs_snap_cli.cli.completion import SHELLS, script
from ecs_snap_cli.errors import ExitCode
from tests.conftest import Run
from tests.docs.parsing import parse

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
]


def commands_in(document: str) -> list[str]:
    """Every ``ecs-snap …`` command line in fenced shell blocks and in inline code."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if not line.startswith("#")]
    lines += re.findall(r"`(ecs-snap [a-z][^`]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    found = []
    for line in lines:
        for match in re.finditer(r"(?:^|[\s/(&])ecs-snap ((?:[a-z]|-).*)", line):
            found.append(re.split(r"\s(?:2?>>?|\|)|\)|\s2>", match[1])[0])
    return found


@pytest.mark.parametrize(
    "line", sorted({line for document in DOCUMENTS for line in commands_in(document)})
)
def test_every_documented_command_line_is_parsed_by_the_real_parser(line: str) -> None:
    parse(shlex.split(line))


def test_there_are_documented_command_lines() -> None:
    assert len(commands_in("README.md")) >= 10


def test_the_readmes_exit_codes_are_the_programs() -> None:
    table = README.partition("| exit code | meaning |")[2].partition("\n\n")[0]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert codes == {int(code) for code in ExitCode}


@pytest.mark.parametrize(
    ("script", "page"), [("make_reference.py", "reference.md"), ("make_sandbox.py", "sandbox.md")]
)
def test_what_is_generated_is_fresh(script: str, page: str) -> None:
    # A process of its own: Click keeps the help option of whichever test came first.
    made = subprocess.run(
        [sys.executable, f"docs/{script}", "--print"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    held = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert held == made, f"run `python docs/{script}`"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completions_are_fresh(shell: str, run: Run) -> None:
    held = (ROOT / "completions" / f"ecs-snap.{shell}").read_text(encoding="utf-8")
    assert held == script(shell), f"run `ecs-snap completion {shell}`"
    assert run("completion", shell).out == held


def normalized(text: str) -> str:
    """``text`` without what differs from run to run."""
    text = re.sub(r"s-sandbox-[a-z0-9]+", "s-sandbox-ID", text)
    text = re.sub(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "UUID", text)
    return re.sub(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z", "TIME", text)


@pytest.mark.parametrize(
    ("line", "block"),
    re.findall(r"\(`(ecs-snap [^`]*)`\):\n\n```text\n(.*?)```", README, re.DOTALL),
    ids=lambda value: value if value.startswith("ecs-snap") else "",
)
def test_the_readmes_output_is_real(run: Run, line: str, block: str) -> None:
    ended = run(*shlex.split(line)[1:])
    # A command that fails leaves stdout empty, unless its report is the result.
    assert normalized(ended.out or ended.err) == normalized(block)


def test_the_readme_shows_a_success_a_refusal_an_examination_a_fleet_a_list_and_a_plan() -> None:
    shown = re.findall(r"\(`ecs-snap ([a-z]+) [^`]*`\):\n\n```text\n", README)
    assert sorted(shown) == ["batch", "check", "create", "create", "list", "prune"]


def test_the_ci_runs_the_readmes_two_commands() -> None:
    commands = re.findall(r"^python3 -m venv \.venv .*", README, re.MULTILINE)
    assert len(commands) == 2
    assert "ecs-snap create --sandbox" in commands[0]
    assert commands[1].endswith(".venv/bin/python -m pytest -q -n 2")


def test_the_table_of_faults_is_the_sandboxs() -> None:
    from ecs_snap_cli.sandbox.faults import KINDS

    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (yes|no) \| ?(.*) \|$", text, re.MULTILINE)
    assert [(name, acts == "yes") for name, acts, _ in rows] == [
        (name, kind.carried_out) for name, kind in KINDS.items()
    ]
    for name, _, keys in rows:
        told = set(re.findall(r"`([a-z-]+)`(?: \(|,|$)", keys))
        assert keys == "the same" or told == set(KINDS[name].keys)


def test_the_actions_that_the_sandbox_serves_are_in_the_table() -> None:
    from ecs_snap_cli.sandbox.actions import ACTIONS

    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([A-Z]\w+) \|", text, re.MULTILINE) == sorted(ACTIONS)


@pytest.mark.parametrize(
    "named",
    sorted(set(re.findall(r"`(tests/[^`]*)`", (ROOT / "docs/reliability.md").read_text("utf-8")))),
)
def test_every_test_that_the_page_on_reliability_names_is_there(named: str) -> None:
    path, _, function = named.partition("::")
    assert re.search(rf"^def {function}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)
