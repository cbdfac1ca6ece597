"""What the audit of the pinned packages says: a vulnerability fails, and silence is no verdict."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "audit.py"))
CLEAN = {"name": "click", "version": "8.2.0", "vulns": []}
FLAWED = {
    "name": "requests",
    "version": "2.19.0",
    "vulns": [{"id": "PYSEC-2018-28", "fix_versions": ["2.20.0"]}],
}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([CLEAN], 0, ["1 of 3 pinned packages were audited."]),
        ([CLEAN, SKIPPED], 0, ["1 of 3 pinned", "Not audited: rich."]),
        ([FLAWED, CLEAN, SKIPPED], 1, ["requests 2.19.0: PYSEC-2018-28, mended in 2.20.0"]),
        ([SKIPPED], 0, ["Nothing was audited"]),
        ([], 0, ["Nothing was audited"]),
    ],
)
def test_a_report_is_read_as_it_stands(
    packages: list[dict[str, Any]], code: int, words: list[str]
) -> None:
    text, found = AUDIT["verdict"]({"dependencies": packages}, 3)
    assert found == code
    for each in words:
        assert each in text
    assert ("Nothing" in text) is (CLEAN not in packages)


def test_a_service_that_is_out_of_reach_is_told_and_fails_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text("# ours\nclick==8.2.0\n")

    def unreachable(pins: str) -> dict[str, Any]:
        raise subprocess.CalledProcessError(1, "pip", stderr="...\nNo way to the index.\n")

    monkeypatch.setitem(AUDIT["main"].__globals__, "report", unreachable)
    assert AUDIT["main"](str(pins)) == 0
    assert capsys.readouterr().out == "Nothing was audited: No way to the index.\n"
