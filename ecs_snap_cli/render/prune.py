"""What was decided on snapshots and what became of it, as a document grouped by disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ecs_snap_cli.core.pruning import Action, Decision, Plan, Status
from ecs_snap_cli.render.document import Block, Cell, Column, Document, Paragraph, Table

_COLUMNS = (
    Column("SnapshotId", 0, 10),
    Column("Created", 3, 20),
    Column("Action", 1, 9),
    Column("Name", 4, 12),
    Column("Reason", 2, 20),
)
_BLANK = Paragraph("")
_STYLES = {"delete": "warn", "deleted": "strong", "failed": "bad", "protected": "dim"}
_COUNTED = ("Kept", "Deleted", "Protected", "Failed")


def pruned(plan: Plan) -> Document:
    """A plan, or what became of one; what is only planned counts as nothing."""
    counts = Counter(map(_counted_as, plan.decisions))
    return Document(
        root="PruneResponse",
        data={
            "Results": [_data(each) for each in plan.decisions],
            **{name: counts[name] for name in _COUNTED},
        },
        blocks=blocks(plan),
        ids=tuple(
            each.snapshot_id
            for each in plan.decisions
            if _counted_as(each) in ("Planned", "Deleted")
        ),
    )


def blocks(plan: Plan) -> Sequence[Block]:
    """For people: a table for each disk, and the totals."""
    found: list[Block] = []
    bare: list[str] = []
    for disk_id, decisions in plan.by_disk().items():
        if not decisions:
            bare.append(disk_id)
        elif decisions[0].snapshot is None:
            found += [Paragraph(f"Disk {disk_id}: {decisions[0].reason}", "bad"), _BLANK]
        else:
            rows = [_row(each) for each in decisions]
            found += [Paragraph(f"Disk {disk_id}"), Table(_COLUMNS, rows)]
            found += [Paragraph(each, "bad") for each in _failures(decisions)]
            found.append(_BLANK)
    if bare:
        which = f"Disk {bare[0]} has" if len(bare) == 1 else f"{len(bare):,} disks have"
        found += [Paragraph(f"{which} no snapshots in scope."), _BLANK]
    return [*found, Paragraph(f"{totals(plan)}.")]


def _counted_as(decision: Decision) -> str:
    if decision.status is Status.NONE:
        return "Kept" if decision.action is Action.KEEP else "Protected"
    return decision.status.value.capitalize()


def _data(decision: Decision) -> dict[str, Any]:
    return {
        "SnapshotId": decision.snapshot_id or None,
        "DiskId": decision.disk_id,
        "CreationTime": decision.snapshot.creation_time if decision.snapshot else None,
        "Action": decision.action.value,
        "Reason": decision.reason,
        "Status": decision.status.value,
        "Code": decision.code,
    }


def _row(decision: Decision) -> list[Cell]:
    snapshot = decision.snapshot
    done = decision.status in (Status.DELETED, Status.FAILED)
    action = decision.status.value if done else decision.action.value
    return [
        Cell(decision.snapshot_id or "-", whole=True),
        Cell((snapshot.creation_time if snapshot else None) or "-"),
        Cell(action, _STYLES.get(action, "")),
        Cell((snapshot.name if snapshot else None) or "-"),
        Cell(str(decision.code) if decision.status is Status.FAILED else decision.reason),
    ]


def _failures(decisions: Sequence[Decision]) -> list[str]:
    """What went wrong, in full and each once: a row has no room for it."""
    failed = [each for each in decisions if each.status is Status.FAILED]
    return list(dict.fromkeys(f"{each.code}: {each.reason}" for each in failed))


def totals(plan: Plan) -> str:
    """How many snapshots there are of each fate, in words."""
    counts = Counter(map(_counted_as, plan.decisions))
    planned = counts["Planned"]
    deleted = f"{planned:,} to delete" if planned else f"{counts['Deleted']:,} deleted"
    parts = [f"{counts['Kept']:,} kept", deleted]
    parts.append(f"{counts['Protected']:,} protected")
    parts += [f"{counts['Failed']:,} failed"] if counts["Failed"] else []
    return ", ".join(parts)
