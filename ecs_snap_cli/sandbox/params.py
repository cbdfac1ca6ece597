"""Typed reading of an action's parameters. An empty value counts as absent, as it does in ECS."""

import json
import re
from collections.abc import Iterable, Mapping

from .errors import ApiError, invalid_parameter, missing_parameter
from .times import parse_minute_form

MAX_IDS = 100
MAX_TAGS = 20

_INDEX = re.compile(r"\.[1-9]\d*(?=\.|$)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
# ECS still takes the lower-case spelling of old.
_PAIR = re.compile(r"(Tag|Filter)\.([1-9]\d{0,5})\.([Kk]ey|[Vv]alue)", re.ASCII)


def declared_form(name: str) -> str:
    """`name` with the indexes of a repeated list as N: `Tag.2.Key` is declared `Tag.N.Key`."""
    return _INDEX.sub(".N", name)


class Params:
    """The parameters of one request, common ones (Action, Version, Format) already taken out."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def names(self) -> Iterable[str]:
        """Every parameter's name as it came, indexes included."""
        return self._values.keys()

    def without(self, *names: str) -> dict[str, str]:
        """The parameters that hold something, less those named."""
        return {name: value for name, value in self._values.items() if value and name not in names}

    def text(self, name: str) -> str:
        """The value, or an empty string."""
        return self._values.get(name, "")

    def required(self, name: str) -> str:
        """The value; MissingParameter without one."""
        return self.text(name) or _raise(missing_parameter(name))

    def integer(self, name: str) -> int | None:
        """A decimal number; InvalidParameter for anything else."""
        value = self.text(name)
        if not value:
            return None
        if not _INTEGER.fullmatch(value):
            raise invalid_parameter(name, "it is to be an integer")
        return int(value)

    def boolean(self, name: str) -> bool:
        """`true` or `false` in any case (the SDK writes `True`); absent is false."""
        value = self.text(name).lower()
        if value not in ("", "true", "false"):
            raise invalid_parameter(name, "it is to be true or false")
        return value == "true"

    def flag(self, name: str) -> bool | None:
        """As `boolean`, but absent is None: a filter that nobody asked for."""
        return self.boolean(name) if self.text(name) else None

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """One of `allowed`, or an empty string when absent."""
        value = self.text(name)
        if value and value not in allowed:
            raise invalid_parameter(name, f"it is to be one of {', '.join(allowed)}")
        return value

    def ids(self, name: str) -> frozenset[str] | None:
        """A JSON array of up to 100 IDs; None when absent; `[]` is an empty set.

        Anything else is `Invalid<name>.Malformed`.
        """
        value = self.text(name)
        if not value:
            return None
        try:
            ids = json.loads(value)
            # An escape can stand for half a character, of which no text is made.
            json.dumps(ids, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            ids = None
        if (
            not isinstance(ids, list)
            or len(ids) > MAX_IDS
            or not all(isinstance(item, str) for item in ids)
        ):
            raise ApiError(
                400,
                f"Invalid{name}.Malformed",
                f"The parameter {name} is to be a JSON array of up to {MAX_IDS} IDs.",
            )
        return frozenset(ids)

    def repeated(
        self, name: str, most: int = MAX_IDS, too_many: str = "InvalidParameter"
    ) -> frozenset[str]:
        """The values of `name.1`, `name.2` and so on, `too_many` if more than `most`.

        Empty ones are none.
        """
        form = f"{name}.N"
        values = {v for each, v in self._values.items() if v and declared_form(each) == form}
        if len(values) > most:
            raise ApiError(400, too_many, f"The parameter {name} takes up to {most} values.")
        return frozenset(values)

    def tags(
        self,
        too_many: tuple[int, str] = (403, "QuotaExceed.Tags"),
        no_key: str = "InvalidTagKey.Malformed",
    ) -> list[tuple[str, str | None]]:
        """`Tag.N.Key` and `Tag.N.Value` as pairs in the order of N; no value is None.

        A value without a key is `no_key`, and more than 20 tags are `too_many`, an HTTP status
        and a code.
        """
        found = self._pairs("Tag")
        if len(found) > MAX_TAGS:
            raise ApiError(*too_many, f"At most {MAX_TAGS} tags can be given.")
        tags = []
        for index, parts in sorted(found.items()):
            if not parts.get("key"):
                raise ApiError(400, no_key, f"Tag.{index} has no key.")
            tags.append((parts["key"], parts.get("value")))
        return tags

    def created_from_to(self) -> tuple[int | None, int | None]:
        """The `Filter.N.Key` and `Filter.N.Value` that say when what is sought was made.

        Those are CreationStartTime and CreationEndTime, of the form yyyy-MM-ddTHH:mmZ; they come
        back as milliseconds since 1970, None where there is none.
        """
        bounds: dict[str, int | None] = {"CreationStartTime": None, "CreationEndTime": None}
        for index, parts in sorted(self._pairs("Filter").items()):
            key, value = parts.get("key", ""), parts.get("value", "")
            if key not in bounds:
                known = " or ".join(bounds)
                raise invalid_parameter(f"Filter.{index}.Key", f"it is to be {known}")
            try:
                bounds[key] = parse_minute_form(value)
            except ValueError:
                form = "it is to be a time of the form yyyy-MM-ddTHH:mmZ"
                raise invalid_parameter(f"Filter.{index}.Value", form) from None
        return bounds["CreationStartTime"], bounds["CreationEndTime"]

    def _pairs(self, family: str) -> dict[int, dict[str, str]]:
        """`Tag.N.Key` and `Tag.N.Value`, or of another family, as `key` and `value` by N."""
        found: dict[int, dict[str, str]] = {}
        for name, value in self._values.items():
            if (match := _PAIR.fullmatch(name)) and match[1] == family:
                found.setdefault(int(match[2]), {})[match[3].lower()] = value
        return found


def _raise(error: ApiError) -> str:
    raise error
