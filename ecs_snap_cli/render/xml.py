"""XML in the shape of the API's own answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from ecs_snap_cli.render.document import is_list
from ecs_snap_cli.render.literal import to_xml_text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)


def pieces(root: str, data: Mapping[str, Any]) -> Iterator[str]:
    """What ``element`` makes of an object: a piece for each member, or each item of its list."""
    return _enclosed(root, (piece for name in data for piece in _member(name, data[name])))


def _member(name: str, value: Any) -> Iterator[str]:
    return _items(name, value) if is_list(value) else iter((element(name, value),))


def _items(name: str, items: Iterable[Any]) -> Iterator[str]:
    if not name.endswith("s"):
        return (element(name, each) for each in items)
    return _enclosed(name, (element(name.removesuffix("s"), each) for each in items))


def _enclosed(name: str, inner: Iterable[str]) -> Iterator[str]:
    tag = _tag(name)
    is_open = False
    for piece in filter(None, inner):
        yield piece if is_open else f"<{tag}>{piece}"
        is_open = True
    yield f"</{tag}>" if is_open else f"<{tag}/>"


def element(name: str, value: Any) -> str:
    """One element: an object's members are its children, ``Checks`` holds ``Check`` elements.

    A list whose name is no plural is that element once for each item, as where ECS answers with
    ``{"Tags": {"Tag": [...]}}``. ``None`` is an empty element, truth values are ``true`` and
    ``false``. What no element can be called is spelled out in its name, as in ``a_x0020_b``.
    """
    if isinstance(value, str):
        inner = to_xml_text(value)
    elif value is None:
        inner = ""
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    elif is_list(value):
        return "".join(_items(name, value))
    elif isinstance(value, Mapping):
        inner = "".join([element(key, each) for key, each in value.items()])
    else:
        inner = to_xml_text(str(value))
    tag = _tag(name)
    return f"<{tag}>{inner}</{tag}>" if inner else f"<{tag}/>"


@lru_cache(256)
def _tag(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    spelled = re.sub(r"[^A-Za-z0-9_.-]", _spelled, name)
    return re.sub(r"^[^A-Za-z_]", _spelled, spelled) or "_"


def _spelled(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04x}_"
