"""A plan file: what goes wrong, what is denied and how much is too much, as TOML."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .denials import Denials
from .faultplan import fault_of_table
from .faults import Fault
from .planerror import PlanError
from .throttle import Limit, parse_limit


@dataclass(frozen=True, slots=True)
class Plan:
    """What a server is to do besides: `deny` are the patterns of Denials, PlanError for another."""

    faults: tuple[Fault, ...] = ()
    deny: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        Denials(self.deny)


def read_plan(path: str | Path) -> Plan:
    """The `[[fault]]`, `[[deny]]` and `[[limit]]` tables of a TOML file.

    Raises PlanError, also for a file that cannot be read.
    """
    import tomllib  # a server without a plan needs none

    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PlanError(f"{path} is not TOML: {error}") from error
    found: dict[str, list[Any]] = {}
    for name, read in _READERS.items():
        tables = document.pop(name, [])
        if not isinstance(tables, list):
            raise PlanError(f"{path}: {name} is to be [[{name}]] tables")
        for number, table in enumerate(tables, 1):
            where = f"{path}, {name} {number}"
            if not isinstance(table, dict):
                raise PlanError(f"{where} is not a table")
            found.setdefault(name, []).append(read(where, dict(table)))
    if document or not found:
        tables = ", ".join(f"[[{name}]]" for name in _READERS)
        raise PlanError(f"{path} is to hold tables of {tables}, and nothing else")
    return Plan(*(tuple(found.get(name, ())) for name in _READERS))


def _denial(where: str, values: dict[str, Any]) -> str:
    pattern = _text(where, values, "action")
    _nothing_else(where, values)
    try:
        Denials([pattern])
    except PlanError as error:
        raise PlanError(f"{where}: {error}") from None
    return pattern


def _limit(where: str, values: dict[str, Any]) -> Limit:
    action, per = _text(where, values, "action"), values.pop("per", "second")
    calls = values.pop("calls", None)
    _nothing_else(where, values)
    if per not in ("second", "minute"):
        raise PlanError(f"{where}: per is second or minute")
    try:
        return parse_limit(f"{action}={calls}/{per[0]}")
    except PlanError as error:
        raise PlanError(f"{where}: {error}") from None


def _text(where: str, values: dict[str, Any], key: str) -> str:
    value = values.pop(key, None)
    if not isinstance(value, str):
        raise PlanError(f"{where} names no {key}")
    return value


def _nothing_else(where: str, values: dict[str, Any]) -> None:
    if values:
        raise PlanError(f"{where}: there is no key {next(iter(values))!r}")


_READERS: dict[str, Callable[[str, dict[str, Any]], Any]] = {
    "fault": fault_of_table,
    "deny": _denial,
    "limit": _limit,
}
