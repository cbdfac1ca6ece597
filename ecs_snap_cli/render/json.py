"""JSON in pieces, for a result that is too long to be one text in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecs_snap_cli.render.document import is_list
from ecs_snap_cli.render.literal import to_json


def pieces(data: Mapping[str, Any], *, ascii_only: bool = False) -> Iterator[str]:
    """What ``to_json`` makes of an object: a piece for each member, or each item of its list."""
    before = "{"
    for name, value in data.items():
        yield f"{before}{to_json(name, ascii_only=ascii_only)}: "
        yield from _value(value, ascii_only)
        before = ", "
    yield "}" if data else "{}"


def _value(value: Any, ascii_only: bool) -> Iterator[str]:
    if not is_list(value):
        yield to_json(value, ascii_only=ascii_only)
        return
    before = "["
    for each in value:
        yield before + to_json(each, ascii_only=ascii_only)
        before = ", "
    yield "[]" if before == "[" else "]"
