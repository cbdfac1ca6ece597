"""A record that a person wrote, by ECS's own field names, read value by value with clear errors."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from .errors import clip
from .rows import Tags
from .times import DAY, HOUR, MINUTE, SECOND, WEEK, milliseconds

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_AGE = re.compile(r"-(\d{1,6})([smhdw])", re.ASCII)
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_LARGEST = 1_000_000


class ScenarioError(Exception):
    """A scenario that cannot be understood; the text names the file, the entry and the key."""


class Entry:
    """One record as of `now` (milliseconds since 1970); `where` is what errors call it.

    A field that is absent or null has its default. `passed_over` are the fields that may be there
    and are not read. Every reader raises ScenarioError for a value that is no such thing.
    """

    def __init__(
        self, where: str, values: object, now: int, passed_over: Collection[str] = ()
    ) -> None:
        self._where = where
        if not isinstance(values, Mapping):
            raise self.error("it is not a table of fields")
        self.now = now
        self._values = values
        self._known = set(passed_over)

    def error(self, why: str) -> ScenarioError:
        """What is wrong with this record, as a clause."""
        return ScenarioError(f"{self._where}: {why}")

    def identifier(self, key: str) -> str:
        """The record's own ID; errors name it from now on."""
        value = self.reference(key)
        self._where += f" ({value})"
        return value

    def reference(self, key: str) -> str:
        """An ID, which has to be there."""
        value = self.text(key)
        if not value:
            raise self.error(f"{key} is missing")
        if not _ID.fullmatch(value):
            raise self.error(f"{key} is no ID: {clip(value)!r}")
        return value

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self._value(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.error(f"{key} is to be a text")
        try:
            value.encode()
        except UnicodeEncodeError:
            # An escape of JSON's can stand for it.
            raise self.error(f"{key} holds half a character") from None
        return value

    def choice(self, key: str, allowed: Collection[str], default: str = "") -> str:
        """One of the allowed texts, or the default, which need not be one; empty is absent."""
        value = self.text(key) or default
        if value != default and value not in allowed:
            raise self.error(f"{key} is to be one of {', '.join(allowed)}, not {clip(value)!r}")
        return value

    def integer(self, key: str, default: int | None = None, least: int = 0) -> int | None:
        """A whole number, which may be written as a text, as ECS writes some; empty is absent."""
        value = self._value(key)
        if value in (None, ""):
            return default
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 9:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _LARGEST:
            raise self.error(f"{key} is to be a whole number from {least} to {_LARGEST}")
        return value

    def number(self, key: str, default: int, least: int = 0) -> int:
        """As `integer`, where there is a default."""
        value = self.integer(key, default, least)
        return default if value is None else value

    def flag(self, key: str) -> bool:
        """True or false; false by default."""
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(f"{key} is to be true or false")
        return bool(value)

    def moment(self, key: str, default: int | None) -> int | None:
        """Milliseconds since 1970; None for an empty text, as ECS writes what never was."""
        value = self._value(key)
        if value is None:
            return default
        if value == "":
            return None
        if isinstance(value, str) and (age := _AGE.fullmatch(value)):
            # ECS's times have whole seconds.
            found = self.now - self.now % SECOND - int(age[1]) * _UNITS[age[2]]
        else:
            found = self._instant(key, value)
        if found < 0:
            raise self.error(f"{key} is before 1970")
        return found

    def since(self, key: str, default: int) -> int:
        """As `moment`, of what has been at some time."""
        found = self.moment(key, default)
        if found is None:
            raise self.error(f"{key} is empty")
        return found

    def records(self, key: str, inner: str, passed_over: Collection[str] = ()) -> "list[Entry]":
        """A list of records; ECS wraps most of its lists in a table, under the name `inner`."""
        value = self._value(key)
        if isinstance(value, Mapping) and value.keys() == {inner}:
            value = value[inner]
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise self.error(f"{key} is to be a list")
        return [
            Entry(f"{self._where}, {inner} {number}", each, self.now, passed_over)
            for number, each in enumerate(value, 1)
        ]

    def tags(self) -> Tags:
        """The Tags: ECS's records of TagKey and TagValue, or a plain table of them."""
        value = self._value("Tags")
        if isinstance(value, Mapping) and not isinstance(value.get("Tag"), list | tuple):
            value = [{"TagKey": key, "TagValue": text} for key, text in value.items()]
            return Entry(self._where, {"Tags": value}, self.now).tags()
        found: dict[str, str] = {}
        for record in self.records("Tags", "Tag"):
            key, text = record.text("TagKey"), record.text("TagValue")
            record.done()
            if not key or key in found:
                raise self.error("Tags has a tag without a key, or one key twice")
            found[key] = text
        return tuple(found.items())

    def done(self) -> None:
        """Refuse whatever was not read."""
        for key in self._values:
            if key not in self._known:
                raise self.error(f"there is no field {clip(str(key))!r}")

    def _value(self, key: str) -> Any:
        self._known.add(key)
        return self._values.get(key)

    def _instant(self, key: str, value: object) -> int:
        why = f"{key} is to be a time such as 2026-01-31T12:00:00Z, or an age such as -10m or -6w"
        try:
            # TOML has times of its own.
            found = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise self.error(why) from None
        if not isinstance(found, datetime) or found.tzinfo is None:
            raise self.error(why)
        return milliseconds(found)
