"""What came of each disk of a run as a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from ecs_snap_cli.core.missing import named
from ecs_snap_cli.render.document import Block, Cell, Column, Document, Grid, Paragraph, Table

_STYLES = {"created": "good", "planned": "good", "refused": "bad", "failed": "bad"}
_COLUMNS = (
    Column("DiskId", 0, 6),
    Column("Status", 1, 7),
    Column("SnapshotId", 0, 10),
    Column("Code", 2, 12),
)


class Result(Protocol):
    """What is shown of a disk; see ``workflow/disk_result.py``."""

    @property
    def disk_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def snapshot_id(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...
    @property
    def message(self) -> str | None: ...


def results(found: Sequence[Result]) -> Document:
    """One row a disk, then why, where it did not go well."""
    counts = Counter(each.status for each in found)
    return Document(
        root="BatchResponse",
        data={
            "Results": [_data(each) for each in found],
            "Created": counts["created"],
            "Refused": counts["refused"],
            "Failed": counts["failed"],
        },
        blocks=_blocks(found, counts),
        ids=tuple(each.snapshot_id for each in found if each.snapshot_id is not None),
    )


def _data(result: Result) -> dict[str, Any]:
    return {
        "DiskId": result.disk_id,
        "Status": result.status,
        "SnapshotId": result.snapshot_id,
        "RequestId": result.request_id,
        "Code": result.code,
        "Message": result.message,
    }


def _blocks(found: Sequence[Result], counts: Counter[str]) -> list[Block]:
    rows = [
        (
            Cell(each.disk_id, whole=True),
            Cell(each.status, _STYLES.get(each.status, "")),
            Cell(each.snapshot_id or "-", whole=True),
            Cell(each.code or "-"),
        )
        for each in found
    ]
    blocks: list[Block] = [Table(_COLUMNS, rows)] if rows else []
    if reasons := _reasons(found):
        blocks += [Paragraph(""), Grid(reasons)]
    disks = "1 disk" if len(found) == 1 else f"{len(found):,} disks"
    return [*blocks, Paragraph(""), Paragraph(f"{disks}: {_totals(found, counts)}.")]


def _reasons(found: Sequence[Result]) -> list[tuple[Cell, Cell]]:
    """Why disks did not end well, each reason once; the table may have had no room for the code."""
    disks: dict[str, list[str]] = {}
    for each in found:
        if each.message:
            code = f"{each.code}: " if each.code else ""
            disks.setdefault(code + each.message, []).append(each.disk_id)
    return [(Cell(named(ids, 1), whole=True), Cell(why)) for why, ids in disks.items()]


def _totals(found: Sequence[Result], counts: Counter[str]) -> str:
    """How many ended in which way, and what became of the wait for some that were created."""
    waits = Counter(each.code for each in found if each.status == "created" and each.code)
    told = [f"{count:,} {status}" for status, count in counts.items()]
    told += [f"{count:,} of those created with {code}" for code, count in waits.items()]
    return ", ".join(told)
