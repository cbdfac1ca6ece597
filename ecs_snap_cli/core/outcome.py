"""How a run over several resources ended, as one exit code or one error; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecs_snap_cli.errors import EcsSnapError, ExitCode

# How a resource ends that is refused for what it is; what ends otherwise has failed.
REFUSALS = (ExitCode.REFUSED, ExitCode.NOT_FOUND)
_MOST_TOLD = 10


def combined(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that all share, ``MIXED`` where they differ, ``DONE`` where there is none."""
    found = set(codes)
    if len(found) > 1:
        return ExitCode.MIXED
    return found.pop() if found else ExitCode.DONE


def in_one(errors: Sequence[EcsSnapError]) -> EcsSnapError:
    """The error of a run over several that all ended alike, with what is wrong of each.

    Code, hint and RequestId are those of the first.
    """
    first = errors[0]
    messages = list(dict.fromkeys(error.message for error in errors))
    more = len(messages) - _MOST_TOLD
    return EcsSnapError(
        " ".join(messages[:_MOST_TOLD])
        + (f" And {more} more in the same way." if more > 0 else ""),
        code=first.code,
        exit_code=first.exit_code,
        hint=first.hint,
        request_id=first.request_id,
    )
