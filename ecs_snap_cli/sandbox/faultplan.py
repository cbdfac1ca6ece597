"""Faults as people write them: in a line of text, or as a table of a plan file."""

import re
from typing import Any

from .faults import KINDS, RETRY_HEADERS, Fault
from .planerror import PlanError, check_action

# The status that ECS gives these codes; the rest are refusals.
_STATUS_BY_CODE = (
    ("Throttling", 400),
    ("InternalError", 500),
    ("ServiceUnavailable", 503),
    ("OperationConflict", 409),
)
_SPEC = re.compile(
    r"(?P<action>\*|[A-Za-z]+)(@(?P<attempts>[^:]*))?:(?P<fault>[^,]*)(,(?P<more>.*))?"
)
_ATTEMPTS = re.compile(r"(?P<first>[1-9]\d{0,8})(?P<range>-(?P<last>[1-9]\d{0,8})?)?", re.ASCII)
_LONGEST_SECONDS = 86_400.0


def parse_fault(spec: str) -> Fault:
    """A fault from `ACTION[@ATTEMPTS]:FAULT[,KEY=VALUE...]`.

    ACTION is an ECS action's name or `*`; ATTEMPTS is `2`, `2-4` or `2-`, without it every
    request is meant. `CreateSnapshot@1:reset-after`. Raises PlanError.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise PlanError(
            f"{spec!r} is not of the form ACTION[@ATTEMPTS]:FAULT[,KEY=VALUE...], such as "
            "CreateSnapshot@1-2:reset-after"
        )
    values: dict[str, Any] = {}
    for part in (match["more"] or "").split(",") if match["more"] is not None else ():
        key, equals, value = part.partition("=")
        if not equals or key in values:
            raise PlanError(f"{spec!r}: {part!r} is not one KEY=VALUE")
        values[key] = value
    return _fault(spec, match["action"], match["attempts"], match["fault"], values)


def fault_of_table(where: str, values: dict[str, Any]) -> Fault:
    """A fault from a plan file's table of action, attempts, fault and its keys; else PlanError.

    `where` is what errors call it; `values` are used up.
    """
    action, kind = values.pop("action", None), values.pop("fault", None)
    if not isinstance(action, str):
        raise PlanError(f"{where} names no action")
    attempts = values.pop("attempts", None)
    return _fault(where, action, None if attempts is None else str(attempts), str(kind), values)


def _fault(
    where: str, action: str, attempts: str | None, kind: str, values: dict[str, Any]
) -> Fault:
    check_action(where, action)
    if kind not in KINDS:
        raise PlanError(f"{where}: there is no fault {kind!r}; those are {', '.join(KINDS)}")
    if KINDS[kind].action not in ("", action):
        raise PlanError(f"{where}: {kind} is a fault of {KINDS[kind].action} alone")
    allowed = KINDS[kind].keys
    for key in values:
        if key not in allowed:
            known = f"; it takes {', '.join(allowed)}" if allowed else ""
            raise PlanError(f"{where}: {kind} takes no {key!r}{known}")
    if values.get("code") == "":
        raise PlanError(f"{where}: code is an error code of ECS, such as InternalError")
    first, last = _attempts(where, attempts)
    code = str(values.get("code", "InternalError"))
    made_up = _status_of(code) if kind.startswith("error") else 200
    return Fault(
        action=action,
        kind=kind,
        first=first,
        last=last,
        seconds=_number(where, values, "seconds", KINDS[kind].seconds, _LONGEST_SECONDS),
        status=int(_number(where, values, "status", made_up, 599, least=200)),
        code=code if kind.startswith("error") else "",
        headers=tuple((k, _header(where, k, values[k])) for k in RETRY_HEADERS if k in values),
    )


def _header(where: str, name: str, value: object) -> str:
    text = str(value)
    if not text.isascii() or not text.isprintable():
        raise PlanError(f"{where}: {name} is printable ASCII")
    return text


def _attempts(where: str, text: str | None) -> tuple[int, int | None]:
    if text is None:
        return 1, None
    match = _ATTEMPTS.fullmatch(text)
    if match is None:
        raise PlanError(f"{where}: the attempts are 2, 2-4 or 2-, not {text!r}")
    first = int(match["first"])
    if match["range"] is None:
        return first, first
    last = int(match["last"]) if match["last"] else None
    if last is not None and last < first:
        raise PlanError(f"{where}: the attempts {text} end before they begin")
    return first, last


def _status_of(code: str) -> int:
    return next((s for prefix, s in _STATUS_BY_CODE if code.startswith(prefix)), 403)


def _number(
    where: str, values: dict[str, Any], key: str, default: float, most: float, least: float = 0
) -> float:
    try:
        number = float(values.get(key, default))
    except (TypeError, ValueError):
        number = -1.0
    if not least <= number <= most:
        raise PlanError(f"{where}: {key} is a number from {least:g} to {most:g}")
    return number
