"""A request and an answer, free of any server's types."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came over the wire.

    `path` and `query` are still percent-encoded; header names are lower-case and header
    values are the raw octets read as Latin-1.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: a status, the request's ID and a JSON object."""

    status: int
    request_id: str
    body: Mapping[str, object]


def decode_pairs(encoded: str) -> list[tuple[bytes, bytes]]:
    """Names and values of a query string or form, as octets and in the order given.

    `+` is a space: that is how the SDK's HTTP layer sends one.
    """
    pairs = []
    for part in encoded.split("&"):
        if part:
            name, _, value = part.replace("+", " ").partition("=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs
