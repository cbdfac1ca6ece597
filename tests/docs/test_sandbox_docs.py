"""The examples of the page on the sandbox work as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import read_plan
from tests.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def block(language: str, beginning: str) -> str:
    """The one code block that begins so."""
    (found,) = re.findall(rf"```{language}\n({re.escape(beginning)}.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.mark.parametrize(
    ("disk", "code"), [("data", 0), ("system", 3), ("archive", 3), ("web", 3), ("gone", 4)]
)
def test_the_scenario(run: Run, tmp_path: Path, disk: str, code: int) -> None:
    path = tmp_path / "disks.toml"
    path.write_text(block("toml", "# disks.toml"))
    assert run("sandbox", "reset", "--scenario", str(path)).code == 0
    name = f"d-db-{disk}" if disk in ("data", "system") else f"d-{disk}"
    assert run("create", "--sandbox", "--disk-id", name).code == code
    listed = run("list", "--sandbox", "--tag", "job=nightly", "-q", "--region", "cn-hangzhou")
    assert listed.out.split() == ["s-db-data-1"]


def test_the_plan_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(block("toml", "[[fault]]"))
    plan = read_plan(path)
    assert [len(part) for part in (plan.faults, plan.limits, plan.deny)] == [2, 1, 1]


def test_the_server_in_python() -> None:
    exec(block("python", "from ecs_snap_cli.sandbox import SandboxServer"), {})  # noqa: S102
