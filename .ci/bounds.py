"""Constraints for the oldest or the newest packages that pyproject allows.

``python3 .ci/bounds.py oldest``: each dependency at its lower bound; ``newest``: the SDK's packages
as new as there are. All others as pinned in constraints.txt.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The SDK's own packages, those that only it asks for included.
SDK = re.compile(r"alibabacloud|darabonba")


def constraints(which: str) -> list[str]:
    """The lines of a constraints file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = dict(re.findall(r"([\w.-]+)>=([\d.]+)", "\n".join(project["dependencies"])))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    kept = [
        pin
        for pin in pins
        if not SDK.match(pin) and (which == "newest" or pin.partition("==")[0] not in bounds)
    ]
    oldest = [f"{name}=={version}" for name, version in bounds.items()]
    return kept + (oldest if which == "oldest" else [])


if __name__ == "__main__":
    print("\n".join(constraints(sys.argv[1])))
