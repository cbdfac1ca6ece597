"""On what and of what the figures are."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES = ("click", "alibabacloud-ecs20140526", "alibabacloud-tea-openapi", "requests", "rich")


def facts(root: Path, hyperfine: str) -> list[tuple[str, str]]:
    """Names and values, of this machine and of the checkout at ``root``."""
    return [
        ("CPU", _cpu()),
        ("Cores", str(len(os.sched_getaffinity(0)))),
        ("Memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("ecs-snap", f"{metadata.version('ecs-snap')}, commit {commit(root)}, {installed()}"),
        *((name, metadata.version(name)) for name in PACKAGES),
        ("hyperfine", hyperfine),
    ]


def load() -> str:
    """How busy the machine was during the last minute; figures of a busy one say little."""
    return f"{os.getloadavg()[0]:.2f}"


def commit(root: Path) -> str:
    """The commit that is checked out, and whether the files are those of it."""
    try:
        name = _git(root, "rev-parse", "--short=12", "HEAD")
        # But for the report, which the last run wrote.
        changed = _git(root, "status", "--porcelain", "--", ".", ":!bench/RESULTS.md")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name} with changes" if changed else name


def installed() -> str:
    """How: an editable install makes every start of this Python some milliseconds longer."""
    told = metadata.distribution("ecs-snap").read_text("direct_url.json")
    editable = bool(told) and json.loads(told or "{}").get("dir_info", {}).get("editable")
    return "installed editable (every Python starts slower)" if editable else "installed"


def differing(installed: Path, checked_out: Path) -> list[str]:
    """The modules and data of two folders that are not the same, by their paths within them."""
    names = {
        str(file.relative_to(folder))
        for folder in (installed, checked_out)
        for kind in ("*.py", "*.toml")
        for file in folder.rglob(kind)
    }
    return sorted(name for name in names if _bytes(installed / name) != _bytes(checked_out / name))


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _cpu() -> str:
    """The model, as Linux names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or "unknown"
