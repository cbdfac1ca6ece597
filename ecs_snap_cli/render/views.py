"""Each result as a document: which fields, which columns, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecs_snap_cli.catalog import Entry
from ecs_snap_cli.model import (
    Check,
    CreatedImage,
    ImageOrder,
    Report,
    Snapshot,
    SnapshotOrder,
    Status,
)
from ecs_snap_cli.render.document import Block, Cell, Document, Grid, Paragraph

_STATUS_STYLES = {Status.PASS: "good", Status.WARN: "warn", Status.FAIL: "bad", Status.SKIP: "dim"}
BLANK = Paragraph("")


def created(
    order: SnapshotOrder,
    snapshot_id: str,
    request_id: str | None,
    snapshot: Snapshot | None,
    report: Report | None,
) -> Document:
    """A new snapshot; JSON and XML are the API's own answer."""
    rows = [
        ("SnapshotId", Cell(snapshot_id, "strong", whole=True)),
        ("DiskId", Cell(order.disk_id, whole=True)),
        ("Status", _state(snapshot)),
        ("Checks", Cell(_tally(report) if report else "not made (--no-preflight)")),
        ("ClientToken", Cell(order.client_token, whole=True)),
        ("RequestId", Cell(request_id or "-", whole=True)),
    ]
    return Document(
        root="CreateSnapshotResponse",
        data={"RequestId": request_id, "SnapshotId": snapshot_id},
        blocks=(_fields(rows),),
        ids=(snapshot_id,),
    )


def image(order: ImageOrder, created: CreatedImage) -> Document:
    """A new image; JSON and XML are the API's own answer."""
    rows = [
        ("ImageId", Cell(created.image_id, "strong", whole=True)),
        ("Name", Cell(order.name)),
        ("SnapshotId", Cell(order.snapshot_id, whole=True)),
        ("ClientToken", Cell(order.client_token, whole=True)),
        ("RequestId", Cell(created.request_id or "-", whole=True)),
    ]
    return Document(
        root="CreateImageResponse",
        data={"RequestId": created.request_id, "ImageId": created.image_id},
        blocks=(_fields(rows),),
        ids=(created.image_id,),
    )


def reports(found: Sequence[Report], closing: str = "") -> Document:
    """The pre-flight of one or more disks; people read ``closing`` below it."""
    blocks: list[Block] = []
    for report in found:
        blocks += [BLANK] if blocks else []
        rules = f"rules: {report.rule_set}{', --strict' if report.strict else ''}"
        style = ("warn" if report.warned else "good") if report.eligible else "bad"
        blocks += [
            Paragraph(
                f"Disk {report.disk_id} {_verdict(report)} ({rules}; {_tally(report)}).", style
            ),
            findings(report.checks),
        ]
        if report.hint:
            blocks.append(Paragraph(f"Hint: {report.hint}"))
    blocks += [Paragraph(closing)] if closing else []
    return Document(
        root="CheckResponse",
        data={"Reports": [_report_data(report) for report in found]},
        blocks=blocks,
        ids=tuple(report.disk_id for report in found if report.eligible),
    )


def explanation(entry: Entry) -> Document:
    """What a code means and what to do about it."""
    rows = [
        ("Code", Cell(entry.code, "strong", whole=True)),
        ("Kind", Cell(entry.kind)),
        ("Meaning", Cell(entry.meaning)),
        ("Remedy", Cell(entry.remedy)),
    ]
    return Document(
        root="ExplainResponse",
        data={
            "Code": entry.code,
            "Kind": entry.kind,
            "Meaning": entry.meaning,
            "Remedy": entry.remedy,
        },
        blocks=(_fields(rows),),
        ids=(entry.code,),
    )


def fields(root: str, data: dict[str, Any], ids: Sequence[str] = ()) -> Document:
    """A small result whose text is its fields, one a line."""
    rows = [(name, Cell(str(value), whole=True)) for name, value in data.items()]
    return Document(root=root, data=data, blocks=(_fields(rows),), ids=ids)


def serving(url: str) -> Document:
    """Where the sandbox listens; the text is the URL alone, for a script to read."""
    return Document(
        root="SandboxServeResponse", data={"Url": url}, blocks=(Paragraph(url),), ids=(url,)
    )


def check_data(check: Check) -> dict[str, Any]:
    """One check as the contract's object."""
    return {
        "Id": check.id,
        "Status": str(check.status),
        "Code": check.code,
        "Message": check.message,
    }


def _report_data(report: Report) -> dict[str, Any]:
    return {
        "DiskId": report.disk_id,
        "Eligible": report.eligible,
        "RuleSet": report.rule_set,
        "Hint": report.hint,
        "Checks": [check_data(check) for check in report.checks],
    }


def _verdict(report: Report) -> str:
    if not report.examined:
        return "could not be examined"
    if not report.eligible:
        return "cannot be snapshotted as it is"
    return "has no failed check, but mind the warnings" if report.warned else "can be snapshotted"


def findings(checks: Sequence[Check]) -> Grid:
    """What checks found, as rows for people."""
    rows = []
    for check in checks:
        style = _STATUS_STYLES[check.status]
        rows.append((Cell(str(check.status), style), Cell(check.id), Cell(check.evidence)))
        if check.advice:
            rows.append((Cell(""), Cell(""), Cell(f"-> {check.advice}", "strong")))
    return Grid(rows, indent=2)


def _tally(report: Report) -> str:
    words = {Status.PASS: "passed", Status.WARN: "warned", Status.FAIL: "failed"}
    words[Status.SKIP] = "skipped"
    counts = [
        f"{count} {word}"
        for status, word in words.items()
        if (count := sum(check.status is status for check in report.checks))
    ]
    return ", ".join(counts)


def _state(snapshot: Snapshot | None) -> Cell:
    if snapshot is None:
        return Cell("ordered; ECS is creating it")
    progress = f" ({snapshot.progress}%)" if snapshot.progress is not None else ""
    available = ", available" if snapshot.available else ""
    return Cell(f"{snapshot.status}{progress}{available}", "good")


def _fields(rows: Sequence[tuple[str, Cell]]) -> Grid:
    return Grid([(Cell(label, "dim"), value) for label, value in rows])
