"""What came of one disk of a run over many, and in which words."""

from __future__ import annotations

from dataclasses import replace

from ecs_snap_cli.core.outcome import REFUSALS
from ecs_snap_cli.core.preflight import exit_code
from ecs_snap_cli.errors import EcsSnapError, ExitCode
from ecs_snap_cli.model import Check, Created, Report
from ecs_snap_cli.redact import redact
from ecs_snap_cli.values import value
from ecs_snap_cli.workflow.create import Journal, refusal

# The hint of the rules in short: of a hundred disks it is to be read a hundred times.
_CURRENT = "(Not refused by --rules current.)"


@value(frozen=True, slots=True)
class Result:
    """What came of one disk.

    ``status`` is ``created``, ``planned`` (it would be), ``refused`` (by a check, or by ECS for
    what the disk is) or ``failed``; ``exit_code`` is what the disk counts as.
    """

    disk_id: str
    status: str
    exit_code: ExitCode = ExitCode.DONE
    snapshot_id: str | None = None
    request_id: str | None = None
    code: str | None = None
    message: str | None = None


def refused(report: Report) -> Result:
    """A disk that the pre-flight refuses."""
    problem = refusal(report)
    telling = report.failed or report.warned
    reasons = " ".join(check.message for check in telling)
    return Result(
        report.disk_id,
        "refused",
        exit_code(report),
        code=_first_code(telling) or problem.code,
        message=" ".join(filter(None, (reasons or problem.message, report.hint and _CURRENT))),
    )


def _first_code(checks: tuple[Check, ...]) -> str | None:
    return checks[0].code if checks else None


def created(disk_id: str, answer: Created) -> Result:
    """A disk of which ECS ordered a snapshot."""
    return Result(disk_id, "created", snapshot_id=answer.snapshot_id, request_id=answer.request_id)


def unfinished(disk_id: str, journal: Journal | None) -> Result:
    """A disk whose turn had not come, or was not over, when a signal ended the run."""
    if journal is not None and journal.created is not None:
        return created(disk_id, journal.created)
    exists = journal.what_exists() if journal is not None else None
    return Result(
        disk_id,
        "failed",
        ExitCode.INTERRUPTED,
        code="Interrupted",
        message=exists or "The run was interrupted before this disk's turn; nothing was created.",
    )


def failed(disk_id: str, error: EcsSnapError, journal: Journal | None) -> Result:
    """A disk whose turn ended in an error, with what the journal knows of its snapshot."""
    if journal is not None and journal.created is not None:
        return ended_badly(created(disk_id, journal.created), error)
    result = Result(
        disk_id, "failed", error.exit_code, request_id=error.request_id, code=error.code
    )
    if journal is not None and journal.in_flight:
        # Whatever ECS refused, a snapshot may be there.
        next_step = journal.next_step if journal.found else None
        return replace(result, message=_told(error, journal.what_exists(), next_step))
    status = "refused" if error.exit_code in REFUSALS else "failed"
    return replace(result, status=status, message=_told(error))


def ended_badly(result: Result, error: EcsSnapError) -> Result:
    """What went wrong after a snapshot was created: the disk stays that, whatever it is."""
    return replace(result, exit_code=error.exit_code, code=error.code, message=_told(error))


def _told(error: EcsSnapError, *known: str | None) -> str:
    """What went wrong, and what is known of the snapshot or, where that is nothing, what to do.

    ECS's own words lose what may be a secret; an ID must not be taken for a part of one.
    """
    told = EcsSnapError(redact(error.message))
    for each in known or (redact(error.hint or ""),):
        told.add(each)
    return told.message
