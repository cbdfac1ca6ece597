"""XML in the shape of the API's own answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_snap_cli.render.literal import to_xml_text


def element(name: str, value: Any) -> str:
    """One element: an object's members are its children, ``Checks`` holds ``Check`` elements.

    ``None`` is an empty element, truth values are ``true`` and ``false``.
    """
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, Mapping):
        inner = "".join(element(key, each) for key, each in value.items())
    elif isinstance(value, list | tuple):
        inner = "".join(element(name.removesuffix("s"), each) for each in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = to_xml_text(str(value))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"
