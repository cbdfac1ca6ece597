"""Texts from ECS, made harmless: nothing in them takes effect or breaks a document."""

from __future__ import annotations

import json
import re
from typing import Any

# C0 and C1 controls and DEL (a terminal obeys them), line and paragraph separators, marks and
# overrides of text direction, invisible characters, lone surrogates (no encoding holds them).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# XML 1.0 holds no other characters, not even as references.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def visible(text: str) -> str:
    """``text`` with every character that could take effect shown as ``\\x1b`` or ``\\u202e``."""
    return _UNSAFE.sub(lambda match: _escaped(match[0]), text)


def to_json(value: Any, *, ascii_only: bool = False) -> str:
    """``value`` as one line of JSON: lossless, readable, with nothing a terminal would obey."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def to_xml_text(text: str) -> str:
    """``text`` as XML character data; what XML cannot hold is shown as ``\\x1b``."""
    text = _NOT_XML.sub(lambda match: _escaped(match[0]), text)
    for raw, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(raw, entity)
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};", text)


def _escaped(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
