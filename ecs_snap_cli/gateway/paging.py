"""Every page of a Describe call, whichever way the endpoint pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecs_snap_cli.errors import Unavailable
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.model import JsonObject, Unknown

PAGE_SIZE = 100
# A hundred thousand records: more than any disk may have.
MOST_PAGES = 1_000
# An endpoint that promises a next page this often in a row, and brings nothing new, goes round
# in circles. (A filter may leave single pages empty.)
MOST_IDLE_PAGES = 10

FetchPage = Callable[..., JsonObject]


def all_records(
    fetch: FetchPage, outer: str, inner: str, id_field: str, action: str
) -> list[JsonObject] | Unknown:
    """The records of every page, each ID once.

    ``fetch`` takes ``max_results``/``next_token`` or ``page_number``/``page_size``. NextToken
    leads; where there is none but TotalCount promises more than came, the older page numbers
    are used. Raises ``Unavailable`` for tokens that never end.
    """
    found: dict[str, JsonObject] = {}
    body = fetch(max_results=PAGE_SIZE)
    seen_tokens: set[str] = set()
    idle_pages = 0
    while True:
        page = decode.records(body, outer, inner)
        if isinstance(page, Unknown):
            return page
        before = len(found)
        _collect(page, id_field, found)
        idle_pages = idle_pages + 1 if len(found) == before else 0
        token = decode.text(body.get("NextToken"))
        if not token:
            break
        endless = len(seen_tokens) >= MOST_PAGES or idle_pages >= MOST_IDLE_PAGES
        if endless or token in seen_tokens:
            raise Unavailable(
                f"{action} answers with pages that never end.",
                hint="The endpoint does not page as ECS does: check --endpoint.",
            )
        seen_tokens.add(token)
        body = fetch(max_results=PAGE_SIZE, next_token=token)
    total = decode.whole(body.get("TotalCount")) or 0
    if not seen_tokens and total > 0 and not _is_listed(body, outer, inner):
        return Unknown(f"{action} counts {total:,} {outer}, but its answer lists none.")
    if not seen_tokens and total > len(found):
        # Pages of this size were given already if the first one is full; else the endpoint
        # minds MaxResults as little as NextToken, and the pages begin anew.
        first = 2 if len(found) == PAGE_SIZE else 1
        return _by_page_numbers(fetch, outer, inner, id_field, found, first, total)
    return list(found.values())


def _by_page_numbers(
    fetch: FetchPage,
    outer: str,
    inner: str,
    id_field: str,
    found: dict[str, JsonObject],
    first: int,
    total: int,
) -> list[JsonObject] | Unknown:
    """Ends at a page that is not full or brings nothing new, whatever TotalCount promises."""
    for number in range(first, MOST_PAGES + 1):
        body = fetch(page_number=number, page_size=PAGE_SIZE)
        page = decode.records(body, outer, inner)
        if isinstance(page, Unknown):
            return page
        before = len(found)
        _collect(page, id_field, found)
        if len(page) < PAGE_SIZE or len(found) in (before, total):
            break
    return list(found.values())


def _is_listed(body: JsonObject, outer: str, inner: str) -> bool:
    wrapper = body.get(outer)
    return isinstance(wrapper, dict) and wrapper.get(inner) is not None


def _collect(page: list[JsonObject], id_field: str, found: dict[str, JsonObject]) -> None:
    for record in page:
        key: Any = decode.text(record.get(id_field)) or f"(no {id_field}: {len(found)})"
        found[key] = record
