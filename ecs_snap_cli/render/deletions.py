"""What became of snapshots that were to be deleted."""

from __future__ import annotations

from collections.abc import Sequence

from ecs_snap_cli.core.deletion import Deletion, Fate
from ecs_snap_cli.render.document import Block, Cell, Column, Document, Grid, Paragraph, Table

_STYLES = {Fate.DELETED: "good", Fate.REFUSED: "bad", Fate.FAILED: "bad"}
_COLUMNS = (Column("SnapshotId", 0, 10), Column("Status", 1, 7), Column("Code", 2, 12))
_BLANK = Paragraph("")


def deletions(results: Sequence[Deletion]) -> Document:
    """One result for each snapshot; the IDs are those of the deleted ones."""
    return Document(
        root="DeleteResponse",
        data={
            "Results": [_data(each) for each in results],
            **{str(fate).capitalize(): _count(results, fate) for fate in Fate},
        },
        blocks=_blocks(results),
        ids=tuple(each.snapshot_id for each in results if each.fate is Fate.DELETED),
    )


def tally(results: Sequence[Deletion]) -> str:
    """How many there are of each fate, in words."""
    counts = {fate: _count(results, fate) for fate in Fate}
    return ", ".join(f"{count:,} {fate}" for fate, count in counts.items() if count)


def _count(results: Sequence[Deletion], fate: Fate) -> int:
    return sum(each.fate is fate for each in results)


def _data(deletion: Deletion) -> dict[str, str | None]:
    return {
        "SnapshotId": deletion.snapshot_id,
        "Status": str(deletion.fate),
        "RequestId": deletion.request_id,
        "Code": deletion.code,
        "Message": deletion.message,
    }


def _blocks(results: Sequence[Deletion]) -> list[Block]:
    rows = [
        (
            Cell(each.snapshot_id, whole=True),
            Cell(str(each.fate), _STYLES[each.fate]),
            Cell(each.code or "-"),
        )
        for each in results
    ]
    reasons = [
        (Cell(each.snapshot_id, whole=True), Cell(each.message)) for each in results if each.message
    ]
    blocks: list[Block] = [Table(_COLUMNS, rows), _BLANK]
    if reasons:
        blocks += [Grid(reasons), _BLANK]
    what = "1 snapshot" if len(results) == 1 else f"{len(results):,} snapshots"
    return [*blocks, Paragraph(f"{what}: {tally(results)}.")]
