"""Findings that several checks come to: what is missing, unreadable or in unknown words."""

from __future__ import annotations

from ecs_snap_cli.model import Check, Status, Unknown, same_word

NO_SUCH_DISK = "Not checked: there is no such disk."


def is_known(word: str | None, known: frozenset[str]) -> bool:
    """Whether ECS's ``word`` is one of those documented, in any case."""
    return any(same_word(word, each) for each in known)


def shown(word: str | None) -> str:
    """A status as evidence: quoted, or that it is missing."""
    return "no status at all" if not word else f'the status "{word}"'


def unreadable(check_id: str, unknown: Unknown) -> Check:
    """The warning for a fact that ECS did not tell."""
    advice = "The check could not be made: look at this fact in the console."
    if unknown.permission:
        advice = f"Allow {unknown.permission} in the RAM policy so that it can be checked."
    return Check(check_id, Status.WARN, unknown.reason, advice, unknown.code)


def no_disk(check_id: str, disk: Unknown | None) -> Check:
    """The finding of a check that needs the disk's record where there is none."""
    if disk is None:
        return Check(check_id, Status.SKIP, NO_SUCH_DISK)
    return unreadable(check_id, disk)
