"""An answer in the form that its client asked for: ECS's JSON or XML."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape

from .errors import invalid_parameter
from .request import Answer, Request

JSON, XML = "JSON", "XML"
CR = "\r"

_MEDIA_TYPES = {
    "application/json": JSON,
    "text/json": JSON,
    "application/xml": XML,
    "text/xml": XML,
}
# XML 1.0 has no way at all to write these.
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def asked_form(request: Request) -> str:
    """The form that a client asks for: by Format, else by Accept, else by how it signs.

    RPC's default of old is XML, that of V3 is JSON.
    """
    by_format = request.said("Format").upper()
    if by_format in (JSON, XML):
        return by_format
    return _accepted(request.headers.get("accept", "")) or (
        JSON if by_format or "authorization" in request.headers else XML
    )


def check_form(value: str) -> None:
    """Refuse a Format that is neither JSON nor XML."""
    if value.upper() not in ("", JSON, XML):
        raise invalid_parameter("Format", "it is to be JSON or XML")


def _accepted(header: str) -> str:
    """The form that an Accept header ranks first, or an empty text where it names neither."""
    ranked = []
    for place, part in enumerate(header.split(",")):
        media_type, *more = (each.strip().lower() for each in part.split(";"))
        weight = next((each[2:] for each in more if each.startswith("q=")), "1")
        if (form := _MEDIA_TYPES.get(media_type)) and (quality := _number(weight)) > 0:
            ranked.append((-quality, place, form))
    return min(ranked)[2] if ranked else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def render(answer: Answer) -> tuple[str, bytes]:
    """The content type and the body."""
    if answer.form == XML:
        text = "".join(_element(answer.root, answer.body))
        return "text/xml;charset=utf-8", f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
    body = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return "application/json;charset=utf-8", body.encode()


def _element(name: str, value: object) -> Iterator[str]:
    """The element, or for a list as many; nothing for None."""
    if isinstance(value, list):
        for item in value:
            yield from _element(name, item)
    elif isinstance(value, Mapping):
        yield f"<{name}>"
        for key, item in value.items():
            yield from _element(key, item)
        yield f"</{name}>"
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        text = escape(_NOT_IN_XML.sub("?", text), quote=False)
        # A reader takes a bare one for the end of a line.
        yield f"<{name}>{text.replace(CR, '&#13;')}</{name}>"
