"""An answer's body as JSON values that every later step can hold, compare and write again."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

# ECS's own answers go ten deep (the private addresses of an instance's network interfaces).
DEEPEST = 32
# The types that JSON's objects and arrays are read as.
_NESTED = frozenset((dict, list))


def parse(content: bytes) -> object:
    """The JSON value; ``None`` for what is none, or none that ECS could have sent.

    Refused besides what is no JSON in UTF-8: NaN and Infinity, which Python alone takes for
    JSON; numbers beyond a float; nesting deeper than ``DEEPEST``; one name with two values in an
    object, where nobody knows which one counts.
    """
    try:
        value: object = json.loads(
            # json's own guess takes UTF-16 too, and halves of surrogate pairs in UTF-8.
            content.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(value) else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs) and any(found[name] != value for name, value in pairs):
        raise ValueError("one name has two values")
    return found


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("the number is too large")
    return number


def _refuse(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not JSON")


def _is_too_deep(value: object) -> bool:
    level: list[Any] = [value] if type(value) in _NESTED else []
    for _ in range(DEEPEST):
        if not level:
            return False
        # A level at a time: no recursion, and one look at each value.
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in _NESTED
        ]
    return any(level)
