"""An error as a document. Apart from the results: most errors know nothing of ECS's resources."""

from __future__ import annotations

from typing import Any

from ecs_snap_cli.errors import EcsSnapError, ExitCode
from ecs_snap_cli.render.document import Block, Document, Paragraph


def failure(error: EcsSnapError) -> Document:
    """An error: what, why, and the next step."""
    title = f"Error: {error.message}"
    blocks: list[Block] = [Paragraph(title, "bad")]
    if error.checks:
        blocks += _of_checks(error)
    if error.hint:
        blocks.append(Paragraph(f"Hint: {error.hint}"))
    reference = [f"code {error.code}", f"exit {int(error.exit_code)}"]
    if error.request_id:
        reference.append(f"RequestId {error.request_id}")
    blocks.append(Paragraph(f"({', '.join(reference)})", "dim"))
    return Document(
        root="Error",
        data={
            "Code": error.code,
            "Message": error.message,
            "ExitCode": int(error.exit_code),
            "RequestId": error.request_id,
            "Hint": error.hint,
            "Checks": _checks_data(error),
        },
        blocks=blocks,
        json_key="Error",
    )


def _of_checks(error: EcsSnapError) -> list[Block]:
    """What the checks found, where they are why ECS was not asked."""
    from ecs_snap_cli.model import Status
    from ecs_snap_cli.render.views import BLANK, findings

    telling = [check for check in error.checks if check.status in (Status.FAIL, Status.WARN)]
    if not telling or error.exit_code is not ExitCode.REFUSED:
        return []
    return [BLANK, findings(telling), BLANK]


def _checks_data(error: EcsSnapError) -> list[dict[str, Any]]:
    if not error.checks:
        return []
    from ecs_snap_cli.render.views import check_data

    return [check_data(check) for check in error.checks]
