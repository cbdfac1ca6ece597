"""The API's rules for the values of an order, checked before anything is sent.

Each function returns the value, or raises ``UsageError`` with the rule that it breaks. The
rules are those of the CreateSnapshot page, as the command-line contract words them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecs_snap_cli.errors import UsageError

MAX_TAGS = 20
RETENTION_DAYS = (1, 65536)
_WEB_PREFIXES = ("http://", "https://")
_RESOURCE_ID = re.compile(r"[A-Za-z0-9_-]+")
_REGION_ID = re.compile(r"[A-Za-z0-9-]+")
_CLIENT_TOKEN = re.compile(r"[\x20-\x7e]{1,64}")
_NAME_RULE = (
    "A snapshot name has 2 to 128 characters, starts with a letter, goes on with letters, digits, "
    "':', '_', '.' or '-'"
)


def disk_id(value: str) -> str:
    """Any non-empty run of ASCII letters, digits, ``-`` and ``_``."""
    return _resource_id(value, "disk", "d-bp1abc")


def instance_id(value: str) -> str:
    """The same characters as a disk's."""
    return _resource_id(value, "instance", "i-bp1abc")


def snapshot_id(value: str) -> str:
    """The same characters as a disk's."""
    return _resource_id(value, "snapshot", "s-bp1abc")


def resource_group_id(value: str) -> str:
    """A resource group's ID goes unquoted into messages: the same characters as a disk's."""
    return _resource_id(value, "resource group", "rg-abc")


def region_id(value: str) -> str:
    """Letters, digits and ``-`` only: the region becomes part of a host name."""
    return _matching(
        _REGION_ID,
        value,
        "region ID",
        "letters, digits and '-'",
        "Give an ID such as cn-hangzhou.",
    )


def client_token(value: str) -> str:
    """1 to 64 printable ASCII characters."""
    if not _CLIENT_TOKEN.fullmatch(value):
        raise UsageError(
            f"A client token has 1 to 64 printable ASCII characters; {quoted(value)} "
            f"({_length(value)}) does not fit.",
            hint="A UUID is a good token; leave --client-token out to get a fresh one.",
        )
    return value


def snapshot_name(value: str) -> str:
    """2-128 characters; a letter, then letters, digits, ``:`` ``_`` ``.`` ``-``; not ``auto…``."""
    if not _has_name_form(value) or value.startswith("auto"):
        raise UsageError(
            f"{_NAME_RULE}, and begins with neither 'auto' nor 'http://' or 'https://'; "
            f"{quoted(value)} does not.",
            hint="Choose another --name.",
        )
    return value


def image_name(value: str) -> str:
    """The form of a snapshot's name; not ``aliyun…`` or ``acs:…``.

    The pages on CreateImage disagree about full stops, which are let pass, and about those two
    beginnings, which are not: what one page forbids may be refused.
    """
    if not _has_name_form(value) or value.startswith(("aliyun", "acs:")):
        raise UsageError(
            "An image name has 2 to 128 characters, starts with a letter, goes on with letters, "
            "digits, ':', '_', '.' or '-', and begins with neither 'aliyun' nor 'acs:' nor "
            f"'http://' or 'https://'; {quoted(value)} does not.",
            hint="Choose another --name.",
        )
    return value


def name_sought(value: str) -> str:
    """The name of a snapshot that exists: those that ECS itself gives begin with ``auto``."""
    if not _has_name_form(value):
        raise UsageError(
            f"{_NAME_RULE}; there is none of the name {quoted(value)}.",
            hint="Give --name the whole name of a snapshot.",
        )
    return value


def name_prefix(value: str) -> str:
    """How the names of snapshots that exist begin: a name's first characters, 1 to 128."""
    if not 1 <= len(value) <= 128 or not _has_name_characters(value):
        raise UsageError(
            f"{_NAME_RULE}; {quoted(value)} is not how one begins.",
            hint="Give --name-prefix the first characters of a snapshot's name.",
        )
    return value


def _has_name_form(value: str) -> bool:
    return (
        2 <= len(value) <= 128
        and _has_name_characters(value)
        and not value.startswith(_WEB_PREFIXES)
    )


def _has_name_characters(value: str) -> bool:
    return value[0].isalpha() and all(c.isalpha() or c in "0123456789:_.-" for c in value[1:])


def description(value: str) -> str:
    """2-256 characters, not beginning with ``http://`` or ``https://``."""
    _encodable(value, "description")
    if not 2 <= len(value) <= 256 or value.startswith(_WEB_PREFIXES):
        raise UsageError(
            "A description has 2 to 256 characters and begins with neither 'http://' nor "
            f"'https://'; {quoted(value)} ({_length(value)}) does not fit.",
            hint="Change --description.",
        )
    return value


def tags(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """``KEY=VALUE`` texts as pairs: at most 20, keys unique, each within the API's rules."""
    if len(values) > MAX_TAGS:
        raise UsageError(
            f"A snapshot takes at most {MAX_TAGS} tags; {len(values)} were given.",
            hint="Leave some --tag out.",
        )
    pairs = tuple(_tag(value) for value in values)
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(
                f"The tag key {quoted(key)} is given twice; keys are unique.",
                hint="Leave one --tag out.",
            )
    return pairs


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(
            f"A tag is KEY=VALUE; {quoted(text)} has no '='.",
            hint="Write --tag KEY= for a tag with an empty value.",
        )
    _encodable(text, "tag")
    if not 1 <= len(key) <= 128 or key.startswith(("aliyun", "acs:")) or _holds_web(key):
        raise UsageError(
            "A tag key has 1 to 128 characters, begins with neither 'aliyun' nor 'acs:' and "
            f"holds no 'http://' or 'https://'; {quoted(key)} does not fit.",
            hint="Change the key in --tag.",
        )
    if len(value) > 128 or _holds_web(value):
        raise UsageError(
            "A tag value has at most 128 characters and holds no 'http://' or 'https://'; "
            f"{quoted(value)} does not fit.",
            hint="Change the value in --tag.",
        )
    return key, value


def quoted(value: str) -> str:
    """A user's value for a message: at most 60 characters of it, control characters visible."""
    short = value if len(value) <= 60 else value[:57] + "..."
    return f"'{short}'" if short.isprintable() else ascii(short)


def _holds_web(value: str) -> bool:
    return any(prefix in value for prefix in _WEB_PREFIXES)


def _resource_id(value: str, kind: str, example: str) -> str:
    return _matching(
        _RESOURCE_ID,
        value,
        f"{kind} ID",
        "ASCII letters, digits, '-' and '_'",
        f"Copy the ID from the console; it looks like {example}.",
    )


def _matching(pattern: re.Pattern[str], value: str, what: str, rule: str, hint: str) -> str:
    if not pattern.fullmatch(value):
        article = "An" if what[0] in "aeiou" else "A"
        raise UsageError(f"{article} {what} is made of {rule}; {quoted(value)} is not.", hint=hint)
    return value


def _length(value: str) -> str:
    return "1 character" if len(value) == 1 else f"{len(value)} characters"


def _encodable(value: str, what: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"The {what} holds bytes that are not valid UTF-8.",
            hint="Check the encoding of your script and the LANG it runs with.",
        ) from None
