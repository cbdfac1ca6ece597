"""Texts from ECS, made harmless: nothing in them takes effect or breaks a document."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import json

# Expressions are texts here, which ``re`` compiles when the first text needs them and keeps: most
# runs show nothing beyond ASCII.

# What a terminal obeys, what cannot be seen, and what no encoding holds: controls (Cc), format
# characters (Cf: marks and overrides of text direction, tags), line and paragraph separators
# (Zl, Zp), surrogates (Cs), everything else that is ignorable by default (fillers, joiners,
# variation selectors), and the code points that are no characters.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(end)}-{chr(end + 1)}" for end in range(0xFFFE, 0x110000, 0x10000))
    + "]"
)
# Most texts hold nothing else than what this leaves out, and are done with in no time.
_BEYOND_ASCII = r"[^ -~]+"
# No script stacks as many accents and vowel signs on one letter; more of them run over the lines
# above and below.
_MOST_MARKS = 8
_MAY_BE_STACKED = rf"[^\x00-\x7f]{{{_MOST_MARKS + 1}}}"
# XML 1.0 holds no other characters, not even as references.
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def visible(text: str) -> str:
    """``text`` with every character that could take effect shown as ``\\x1b`` or ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    text = _harmless(text, _escaped)
    return _unstacked(text) if re.search(_MAY_BE_STACKED, text) else text


def to_json(value: Any, *, ascii_only: bool = False) -> str:
    """``value`` as one line of JSON: lossless, readable, with nothing a terminal would obey."""
    return _harmless(_encoder(ascii_only).encode(value), _escaped_in_json)


def to_xml_text(text: str) -> str:
    """``text`` as XML character data; what XML cannot hold is shown as ``\\x1b``."""
    if not (is_plain := text.isascii() and text.isprintable()):
        text = re.sub(_NOT_XML, lambda match: _escaped(match[0]), text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text if is_plain else _harmless(text, lambda char: f"&#{ord(char)};")


def _harmless(text: str, spelled: Callable[[str], str]) -> str:
    if text.isascii() and text.isprintable():
        return text

    def spell(run: re.Match[str]) -> str:
        return re.sub(_UNSAFE, lambda match: spelled(match[0]), run[0])

    return re.sub(_BEYOND_ASCII, spell, text)


@cache
def _encoder(ascii_only: bool) -> json.JSONEncoder:
    import json

    return json.JSONEncoder(ensure_ascii=ascii_only)


def _unstacked(text: str) -> str:
    import unicodedata

    shown: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        shown.append(char if marks <= _MOST_MARKS else _escaped(char))
    return "".join(shown)


def _escaped(char: str) -> str:
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escaped_in_json(char: str) -> str:
    # JSON has no escape for a character beyond U+FFFF but that of its two surrogates.
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else _encoder(True).encode(char).strip('"')
