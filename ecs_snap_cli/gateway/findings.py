"""What an answer is worth: not the API's, or a fact that the caller may not know."""

from __future__ import annotations

from collections.abc import Callable

from ecs_snap_cli.errors import ApiError
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.model import JsonObject, Unknown


def lacks(outer: str) -> Callable[[JsonObject], str | None]:
    """An object that is none of the API's must not be read as "nothing there"."""

    def wrong(body: JsonObject) -> str | None:
        if outer in body or "RequestId" in body:
            return None
        return f"it answered HTTP 200 with neither {outer} nor a RequestId"

    return wrong


def lacks_id(name: str) -> Callable[[JsonObject], str | None]:
    """An answer to a creation that does not name what was created."""

    def wrong(body: JsonObject) -> str | None:
        if (decode.text(body.get(name)) or "").strip():
            return None
        return f"it answered HTTP 200 without {'an' if name[0] in 'AEIOU' else 'a'} {name}"

    return wrong


def not_permitted(error: ApiError, action: str) -> Unknown:
    """The caller's lack of a permission as a fact; any other error goes on."""
    if not error.permission_denied:
        raise error
    return Unknown(
        f"{action} is not permitted to this caller ({error.code}).",
        code=error.code,
        permission=f"ecs:{action}",
    )
