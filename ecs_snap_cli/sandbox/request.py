"""A request and an answer, free of any server's types."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

FORM = "application/x-www-form-urlencoded"

# A parameter's name and its value, as octets.
Pair = tuple[bytes, bytes]


@dataclass(frozen=True)
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

    @cached_property
    def query_pairs(self) -> list[Pair]:
        """The parameters in the query, in the order given."""
        return decode_pairs(self.query)

    @cached_property
    def pairs(self) -> list[Pair]:
        """The parameters in the query and, behind them, those of a form."""
        form = self.body.decode("latin-1") if self.is_form else ""
        return self.query_pairs + decode_pairs(form)

    @property
    def is_form(self) -> bool:
        """Whether the body holds parameters."""
        media_type = self.headers.get("content-type", "").partition(";")[0]
        return media_type.strip().lower() == FORM

    def said(self, name: str) -> str:
        """A parameter's first value before anything of it is verified, or an empty text."""
        wanted = name.encode()
        return next((v.decode("latin-1") for key, v in self.pairs if key == wanted), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: a status, the request's ID, and what it says under a root's name.

    `form` is JSON or XML; JSON does without the root.
    """

    status: int
    request_id: str
    body: Mapping[str, object]
    root: str
    form: str


def decode_pairs(encoded: str) -> list[Pair]:
    """Names and values of a query string or form, as octets and in the order given.

    `encoded` are octets read as Latin-1, not all of which need to be percent-encoded. `+` is a
    space: that is how the SDK's HTTP layer sends one.
    """
    pairs = []
    for part in encoded.encode("latin-1").split(b"&"):
        if part:
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs
