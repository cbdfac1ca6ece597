"""Ask an advisory service about the pinned packages: ``python3 .ci/audit.py constraints.txt``.

Fails if a vulnerability is known. Where the service, or pip-audit itself, cannot be reached,
nothing is known: that is said, and is no failure. pip-audit brings thirty packages along, so it
lives in an environment of its own and not among the pins.
"""

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit>=2.9,<3"
SECONDS = 180


def main(pins: str) -> int:
    """Audit a file of pins; 1 if a vulnerability is known, else 0."""
    pinned = len(re.findall(r"(?m)^\w.*==", Path(pins).read_text()))
    try:
        text, code = verdict(report(pins), pinned)
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        text, code = f"Nothing was audited: {reason(problem)}.", 0
    print(text)
    return code


def report(pins: str) -> dict[str, Any]:
    """What pip-audit finds; its own exit code only tells whether there are vulnerabilities.

    Raises SubprocessError or ValueError where it cannot be installed, or finds no service.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        tools = Path(folder) / "bin"
        run = {"capture_output": True, "text": True, "timeout": SECONDS}
        subprocess.run([tools / "pip", "install", "-q", PIP_AUDIT], check=True, **run)
        options = ("--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off")
        done = subprocess.run([tools / "pip-audit", "-r", pins, *options], check=False, **run)
        if not done.stdout.strip():
            raise subprocess.CalledProcessError(done.returncode, "pip-audit", stderr=done.stderr)
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def verdict(found: dict[str, Any], pinned: int) -> tuple[str, int]:
    """What a report of pip-audit means, and the exit code; ``pinned`` is the number of pins."""
    packages = found["dependencies"]
    audited = [each for each in packages if "skip_reason" not in each]
    lines = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for each in audited
        for flaw in each["vulns"]
    ]
    failed = bool(lines)
    if audited:
        lines.append(f"{len(audited)} of {pinned} pinned packages were audited.")
    else:
        lines.append(f"Nothing was audited: no advisory service answered for any of {pinned} pins.")
    if audited and (skipped := [each["name"] for each in packages if each not in audited]):
        lines.append(f"Not audited: {', '.join(skipped)}.")
    return "\n".join(lines), int(failed)


def reason(problem: Exception) -> str:
    """The last words of whatever went wrong, which say the most."""
    said = (getattr(problem, "stderr", None) or str(problem)).strip().splitlines()
    return said[-1].rstrip(".") if said else type(problem).__name__


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
