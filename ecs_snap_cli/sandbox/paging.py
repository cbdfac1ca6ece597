"""Both of ECS's ways to page: MaxResults with NextToken, and PageNumber with PageSize."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from .errors import ApiError, invalid_parameter
from .params import Params
from .ranking import Key

TOKEN_PARAMETERS = frozenset({"MaxResults", "NextToken"})
NUMBER_PARAMETERS = frozenset({"PageNumber", "PageSize"})
PAGING_PARAMETERS = TOKEN_PARAMETERS | NUMBER_PARAMETERS

# The default of either mode, and the highest PageSize of every action.
DEFAULT_SIZE = 10
MAX_PAGE_SIZE = 100

Row = TypeVar("Row")
Listed = TypeVar("Listed", covariant=True)


class Listing(Protocol[Listed]):
    """A filtered list in its order, of which no more is read than is needed."""

    def beyond(self, key: Key | None) -> Iterable[Listed]:
        """What comes after the row of a key, or the whole."""

    def part(self, start: int, size: int) -> tuple[Sequence[Listed], int]:
        """`size` rows after the first `start`, and how many there are in all."""


def take_page(
    action: str,
    params: Params,
    listing: Listing[Row],
    key: Callable[[Row], Key],
    *,
    max_results: int,
    min_results: int = 1,
    default_results: int = DEFAULT_SIZE,
    numbered: bool = True,
) -> tuple[list[Row], dict[str, object]]:
    """The rows of the page asked for, and the answer's paging fields.

    `key` is where a row stands in the list. A NextToken names the last row given, not a count, so
    rows that are added meanwhile neither repeat nor hide any. Sizes out of range are clamped. In
    token mode TotalCount is 0: ECS says that it means nothing there, and a client that leans on it
    is to notice. With `numbered` off the token mode is the action's only one.
    """
    by_token = not numbered or params.text("MaxResults") or params.text("NextToken")
    by_number = params.text("PageNumber") or params.text("PageSize")
    if by_token and by_number:
        raise ApiError(
            400,
            "UnsupportedParameter",
            "This sandbox does not take PageNumber or PageSize together with MaxResults or "
            "NextToken: ECS would leave the former unused.",
        )
    query = _query_digest(action, params)
    if not by_token:
        page, total, paging = _numbered_page(params, listing)
        # Who says nothing of paging can go on either way: the `aliyun` CLI goes by the token.
        if page and len(page) < total and not by_number:
            paging["NextToken"] = _write_token(key(page[-1]), query)
        return page, paging

    asked = params.integer("MaxResults")
    size = default_results if asked is None or asked < min_results else min(asked, max_results)
    token = params.text("NextToken")
    beyond = listing.beyond(_read_token(token, query) if token else None)
    found = list(islice(beyond, size + 1))
    page, more = found[:size], len(found) > size
    return page, {
        "TotalCount": 0,
        "PageNumber": 0,
        "PageSize": size,
        "NextToken": _write_token(key(page[-1]), query) if more else "",
    }


def _numbered_page(
    params: Params, listing: Listing[Row]
) -> tuple[list[Row], int, dict[str, object]]:
    number = max(params.integer("PageNumber") or 1, 1)
    asked = params.integer("PageSize")
    size = DEFAULT_SIZE if asked is None or asked < 1 else min(asked, MAX_PAGE_SIZE)
    rows, total = listing.part((number - 1) * size, size)
    return (
        list(rows),
        total,
        {
            "TotalCount": total,
            "PageNumber": number,
            "PageSize": size,
            "NextToken": "",
        },
    )


def _query_digest(action: str, params: Params) -> str:
    filters = sorted(params.without(*PAGING_PARAMETERS).items())
    return _digest(json.dumps([action, filters]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_token(key: Key, query: str) -> str:
    place = json.dumps(key)
    seal = _digest(query + place)
    return base64.urlsafe_b64encode(f"{seal}{place}".encode()).decode()


def _read_token(token: str, query: str) -> Key:
    try:
        text = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        text = ""
    seal, place = text[:16], text[16:]
    if seal != _digest(query + place):
        # ECS's pages name no code of their own for a bad token: the general one it is.
        raise invalid_parameter("NextToken", "it does not come from an earlier page of this query")
    return tuple(json.loads(place))
