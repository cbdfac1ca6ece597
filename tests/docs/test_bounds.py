"""The oldest and the newest packages that the checks install."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from tests.docs.test_docs import ROOT


def lines(which: str) -> list[str]:
    """The constraints, as ``.ci/run`` gets them."""
    argv = [sys.executable, str(ROOT / ".ci" / "bounds.py"), which]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def dependencies() -> dict[str, str]:
    """Each dependency with its lower bound by pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = {}
    for each in project["dependencies"]:
        match = re.match(r"([\w.-]+)>=([\d.]+),<", each)
        assert match, f"{each} has no lower and upper bound"
        found[match[1]] = match[2]
    return found


def test_the_oldest_are_the_lower_bounds() -> None:
    bounds = {f"{name}=={version}" for name, version in dependencies().items()}
    oldest = lines("oldest")
    assert bounds <= set(oldest)
    names = [line.partition("==")[0] for line in oldest]
    assert len(names) == len(set(names))


def test_the_newest_leave_the_sdk_free_and_nothing_else() -> None:
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    free = {line.partition("==")[0] for line in set(pinned) - set(lines("newest"))}
    sdk = {name for name in dependencies() if name.startswith("alibabacloud")}
    assert len(sdk) == 3
    assert sdk <= free
    assert all(name.startswith(("alibabacloud", "darabonba")) for name in free)
