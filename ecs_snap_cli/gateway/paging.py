"""Every page of a Describe call, whichever way the endpoint pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ecs_snap_cli.errors import Unavailable
from ecs_snap_cli.gateway import decode
from ecs_snap_cli.model import JsonObject, Unknown

PAGE_SIZE = 100
# A million records: a region holds far fewer.
MOST_PAGES = 10_000
# An endpoint that promises a next page this often in a row, and brings nothing new, goes round
# in circles. (A filter may leave single pages empty.)
MOST_IDLE_PAGES = 10

# Many servers and proxies take no longer URL than four times this.
_TOKEN = re.compile(r"[\x21-\x7e]{1,2048}")

FetchPage = Callable[..., JsonObject]
# A record's ID; one that has none gets a number of its own.
Key = str | int


class NotUnderstood(Unavailable):
    """An answer whose records cannot be told, for it has not the API's form."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, hint="The endpoint does not answer as ECS does: check --endpoint.")


def all_records(
    fetch: FetchPage, outer: str, inner: str | None, id_field: str, action: str
) -> list[JsonObject] | Unknown:
    """The records of every page, or ``Unknown`` where one page is not understood.

    Of a record that comes twice, what the two say differently is ``None``.
    """
    found: dict[Key, JsonObject] = {}
    try:
        for key, record in every_copy(fetch, outer, inner, id_field, action):
            found[key] = decode.agreed(found[key], record) if key in found else record
    except NotUnderstood as error:
        return Unknown(error.message)
    return list(found.values())


def each_record(
    fetch: FetchPage, outer: str, inner: str | None, id_field: str, action: str
) -> Iterator[JsonObject]:
    """The records of every page, the first of each ID; see ``every_copy``."""
    given: set[Key] = set()
    for key, record in every_copy(fetch, outer, inner, id_field, action):
        if key not in given:
            given.add(key)
            yield record


def every_copy(
    fetch: FetchPage,
    outer: str,
    inner: str | None,
    id_field: str,
    action: str,
    *,
    size: int = PAGE_SIZE,
) -> Iterator[tuple[Key, JsonObject]]:
    """Every record that any page holds, with its key; a page is asked for when it is needed.

    ``inner`` is ``None`` where the list is not wrapped; ``size`` is how many records a page is to
    hold. ``fetch`` takes ``max_results``/``next_token`` or ``page_number``/``page_size``. NextToken
    leads; where there is none but TotalCount promises more than came, the older page numbers
    are used. Raises ``NotUnderstood``, and ``Unavailable`` for tokens that never end.
    """
    pages = _Pages(outer, inner, id_field)
    seen_tokens: set[str] = set()
    idle_pages = 0
    body = fetch(max_results=size)
    while True:
        before = pages.count
        page = pages.keyed(body)
        yield from page
        idle_pages = idle_pages + 1 if pages.count == before else 0
        token = _next_token(body, action)
        if token is None:
            break
        endless = len(seen_tokens) >= MOST_PAGES or idle_pages >= MOST_IDLE_PAGES
        if endless or token in seen_tokens:
            raise Unavailable(
                f"{action} answers with pages that never end.",
                hint="The endpoint does not page as ECS does: check --endpoint.",
            )
        seen_tokens.add(token)
        body = fetch(max_results=size, next_token=token)
    # Beside tokens TotalCount means nothing.
    if not seen_tokens and _total(body) > len(page):
        yield from _by_page_numbers(fetch, pages, action, size)


def _by_page_numbers(
    fetch: FetchPage, pages: _Pages, action: str, size: int
) -> Iterator[tuple[Key, JsonObject]]:
    """Ends at a page that is not full or brings nothing new, whatever TotalCount promises.

    Where it still promises more then, what came is not known to be all.
    """
    # The first page of this size was given already if so many came; else the endpoint minds
    # MaxResults as little as NextToken, and the pages begin anew.
    first = 2 if pages.count == size == PAGE_SIZE else 1
    if first == 1:
        pages.begin_anew()
    total = 0
    for number in range(first, MOST_PAGES + 1):
        body = fetch(page_number=number, page_size=PAGE_SIZE)
        before, total = pages.count, _total(body)
        page = pages.keyed(body)
        yield from page
        if len(page) < PAGE_SIZE or pages.count in (before, total):
            break
    if total > pages.count:
        raise NotUnderstood(f"{action} counts {total:,}, but lists {pages.count:,}.")


def _next_token(body: JsonObject, action: str) -> str | None:
    value = body.get("NextToken")
    if value is None or value == "":
        return None
    token = decode.text(value)
    if token is None or not _TOKEN.fullmatch(token):
        raise NotUnderstood(f"{action}'s NextToken is not understood: there may be more.")
    return token


def _total(body: JsonObject) -> int:
    return decode.whole(body.get("TotalCount")) or 0


class _Pages:
    """Where an answer holds its records, and which of them there were so far."""

    def __init__(self, outer: str, inner: str | None, id_field: str) -> None:
        self._outer = outer
        self._inner = inner
        self._id_field = id_field
        self._known: set[Key] = set()

    @property
    def count(self) -> int:
        """How many records there were so far, each ID once."""
        return len(self._known)

    def begin_anew(self) -> None:
        """Count from the start: a record without an ID must not count twice."""
        self._known.clear()

    def keyed(self, body: JsonObject) -> list[tuple[Key, JsonObject]]:
        """All records of a page with their keys, which are known from now on."""
        page = decode.listing(body, self._outer, self._inner)
        if isinstance(page, Unknown):
            raise NotUnderstood(page.reason)
        found: list[tuple[Key, JsonObject]] = []
        for record in page:
            key = decode.text(record.get(self._id_field)) or self.count
            self._known.add(key)
            found.append((key, record))
        return found
