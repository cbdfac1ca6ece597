"""XML in the shape of the API's own answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ecs_snap_cli.render.literal import to_xml_text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)


def element(name: str, value: Any) -> str:
    """One element: an object's members are its children, ``Checks`` holds ``Check`` elements.

    A list whose name is no plural is that element once for each item, as where ECS answers with
    ``{"Tags": {"Tag": [...]}}``. ``None`` is an empty element, truth values are ``true`` and
    ``false``. What no element can be called is spelled out in its name, as in ``a_x0020_b``.
    """
    if isinstance(value, list | tuple) and not name.endswith("s"):
        return "".join(element(name, each) for each in value)
    if isinstance(value, Mapping):
        inner = "".join(element(key, each) for key, each in value.items())
    elif isinstance(value, list | tuple):
        inner = "".join(element(name.removesuffix("s"), each) for each in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = "" if value is None else to_xml_text(str(value))
    tag = _tag(name)
    return f"<{tag}>{inner}</{tag}>" if inner else f"<{tag}/>"


def _tag(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    spelled = re.sub(r"[^A-Za-z0-9_.-]", _spelled, name)
    return re.sub(r"^[^A-Za-z_]", _spelled, spelled) or "_"


def _spelled(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04x}_"
