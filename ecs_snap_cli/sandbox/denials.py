"""Actions that the caller has no right to, as a RAM policy would have it.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances
"""

import re
from collections.abc import Iterable
from fnmatch import filter as matching

from .errors import ApiError
from .known_actions import KNOWN_ACTIONS
from .params import Params
from .planerror import PlanError

_PATTERN = re.compile(r"\*|ecs:(?P<name>[A-Za-z*]+)")
# It answers a caller without the right as if there was nothing.
_SILENT = "DescribeInstances"


class Denials:
    """Denies the actions of `patterns`: `ecs:CreateSnapshot`, `ecs:Describe*`, or `*` for all.

    Raises PlanError for a pattern that is none, or that means no action of ECS's.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._denied = {name for pattern in patterns for name in _meant(pattern)}

    def permits(self, action: str, params: Params) -> bool:
        """Whether the caller may: Forbidden.RAM where not, but False where ECS is silent about it.

        With DryRun it never is.
        """
        if action == _SILENT and action in self._denied and not params.boolean("DryRun"):
            return False
        for right in _rights(action, params):
            if right in self._denied:
                raise _forbidden(right)
        return True


def _meant(pattern: str) -> list[str]:
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        raise PlanError(f"{pattern!r} is not of the form ecs:ACTION, such as ecs:Describe*, or *")
    names = matching(KNOWN_ACTIONS, match["name"] or "*")
    if not names:
        raise PlanError(f"{pattern}: ECS has no such action")
    return names


def _rights(action: str, params: Params) -> Iterable[str]:
    yield action
    if action.startswith(("Create", "Copy")) and any(
        name.startswith("Tag.") for name in params.names()
    ):
        yield "TagResources"


def _forbidden(action: str) -> ApiError:
    return ApiError(
        403,
        "Forbidden.RAM",
        f"The caller has no right to ecs:{action}.",
        denied={
            "AuthAction": f"ecs:{action}",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": "1000000000000000",
            "AuthPrincipalDisplayName": "200000000000000000",
            "NoPermissionType": "ExplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
        },
    )
