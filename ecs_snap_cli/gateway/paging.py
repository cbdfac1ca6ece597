"""Every page of a Describe call, whichever way the endpoint pages."""

from __future__ import annotations

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

FetchPage = Callable[..., JsonObject]


class NotUnderstood(Unavailable):
    """An answer whose records cannot be told, for it has not the API's form."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, hint="The endpoint does not answer as ECS does: check --endpoint.")


def all_records(
    fetch: FetchPage, outer: str, inner: str, id_field: str, action: str
) -> list[JsonObject] | Unknown:
    """The records of every page, or ``Unknown`` where one page is not understood."""
    try:
        return list(each_record(fetch, outer, inner, id_field, action))
    except NotUnderstood as error:
        return Unknown(error.message)


def each_record(
    fetch: FetchPage, outer: str, inner: str, id_field: str, action: str
) -> Iterator[JsonObject]:
    """The records of every page, each ID once; a page is asked for when it is needed.

    ``fetch`` takes ``max_results``/``next_token`` or ``page_number``/``page_size``. NextToken
    leads; where there is none but TotalCount promises more than came, the older page numbers
    are used. Raises ``NotUnderstood``, and ``Unavailable`` for tokens that never end.
    """
    pages = _Pages(outer, inner, id_field)
    seen_tokens: set[str] = set()
    idle_pages = 0
    body = fetch(max_results=PAGE_SIZE)
    while True:
        new = pages.new_records(body)
        yield from new
        idle_pages = 0 if new else idle_pages + 1
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
    if seen_tokens:
        return
    total = decode.whole(body.get("TotalCount")) or 0
    if total > 0 and not pages.are_listed(body):
        raise NotUnderstood(f"{action} counts {total:,} {outer}, but its answer lists none.")
    if total > pages.count:
        yield from _by_page_numbers(fetch, pages, total)


def _by_page_numbers(fetch: FetchPage, pages: _Pages, total: int) -> Iterator[JsonObject]:
    """Ends at a page that is not full or brings nothing new, whatever TotalCount promises."""
    # Pages of this size were given already if the first one is full; else the endpoint minds
    # MaxResults as little as NextToken, and the pages begin anew.
    first = 2 if pages.count == PAGE_SIZE else 1
    for number in range(first, MOST_PAGES + 1):
        body = fetch(page_number=number, page_size=PAGE_SIZE)
        new = pages.new_records(body)
        yield from new
        if len(pages.records(body)) < PAGE_SIZE or not new or pages.count == total:
            return


class _Pages:
    """Where an answer holds its records, and the IDs that earlier pages gave."""

    def __init__(self, outer: str, inner: str, id_field: str) -> None:
        self._outer = outer
        self._inner = inner
        self._id_field = id_field
        self._known: set[str] = set()

    @property
    def count(self) -> int:
        """How many records there were so far, each ID once."""
        return len(self._known)

    def records(self, body: JsonObject) -> list[JsonObject]:
        """All records of a page."""
        page = decode.records(body, self._outer, self._inner)
        if isinstance(page, Unknown):
            raise NotUnderstood(page.reason)
        return page

    def new_records(self, body: JsonObject) -> list[JsonObject]:
        """Those of a page that no page gave before; they are known from now on."""
        new = []
        for record in self.records(body):
            key = decode.text(record.get(self._id_field)) or f"(no {self._id_field}: {self.count})"
            if key not in self._known:
                self._known.add(key)
                new.append(record)
        return new

    def are_listed(self, body: JsonObject) -> bool:
        """Whether the answer has a list at all."""
        wrapper = body.get(self._outer)
        return isinstance(wrapper, dict) and wrapper.get(self._inner) is not None
