"""What a plan of faults, limits and denials may name, and the error for one that is wrong."""

from .known_actions import KNOWN_ACTIONS


class PlanError(Exception):
    """A part of a plan that cannot be understood; the text says which and why."""


def check_action(where: str, action: str) -> None:
    """Refuse what is neither an action of ECS's nor `*`, for all of them."""
    if action != "*" and action not in KNOWN_ACTIONS:
        raise PlanError(f"{where}: ECS has no action {action!r}")
