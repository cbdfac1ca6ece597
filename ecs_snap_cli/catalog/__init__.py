"""What ECS's error codes, the pre-flight checks and the exit codes mean; all offline.

The texts are data (``entries.toml``), read when the first one is asked for.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Entry(NamedTuple):
    """What one name means and what an operator can do about it.

    ``kind`` is ``error-code`` (ECS's or the program's own), ``check`` or ``exit-code``; ``remedy``
    reads on its own, so it also serves as the hint after an error message.
    """

    code: str
    kind: str
    meaning: str
    remedy: str


def find(code: str) -> Entry | None:
    """The entry for an error code, a check id or an exit code's digits, or ``None``.

    A code that is not listed is answered by the most specific family it begins with
    (``Throttling.Foo`` by ``Throttling``); the entry's ``code`` is then the family's.
    """
    entries = _entries()
    if exact := entries.get(code):
        return exact
    folded = code.casefold()
    if name := _folded_names().get(folded):
        return entries[name]
    family = next((each for each in _families() if folded.startswith(each.casefold())), None)
    return entries[family] if family else None


def nearest(code: str, limit: int = 3) -> list[str]:
    """The ``limit`` names that resemble ``code`` most, in any case, best first."""
    # Only a name that is not known needs it.
    import difflib

    if limit < 1:
        return []
    names_by_folded = _folded_names()
    matches = difflib.get_close_matches(code.casefold(), names_by_folded, n=limit, cutoff=0.0)
    return [names_by_folded[match] for match in matches]


def names() -> list[str]:
    """Every name that has an entry: error codes, then check ids, then exit codes."""
    return list(_entries())


@cache
def _tables() -> dict[str, dict[str, dict[str, str | bool]]]:
    # A run that ends well explains nothing and need not pay for the parser.
    import tomllib
    from pathlib import Path

    return tomllib.loads(Path(__file__).with_name("entries.toml").read_text(encoding="utf-8"))


@cache
def _entries() -> dict[str, Entry]:
    return {
        code: Entry(code, kind, str(table["meaning"]), str(table["remedy"]))
        for kind, tables in _tables().items()
        for code, table in tables.items()
    }


@cache
def _folded_names() -> dict[str, str]:
    return {name.casefold(): name for name in _entries()}


@cache
def _families() -> tuple[str, ...]:
    """The names that answer for unlisted codes too, the most specific first."""
    families = (
        code
        for tables in _tables().values()
        for code, table in tables.items()
        if table.get("family", False)
    )
    return tuple(sorted(families, key=len, reverse=True))
