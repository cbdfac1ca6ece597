"""The frame that the Describe calls share: DryRun, the region, the filter, the page."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from ..paging import take_page
from ..params import Params
from ..ranking import Key
from .action import Context, answer_dry_run

Row = TypeVar("Row")


def list_page(
    context: Context,
    params: Params,
    *,
    action: str,
    rows: Callable[[Key | None], Iterable[Row]],
    wanted: Callable[[Row], bool],
    key: Callable[[Row], Key],
    max_results: int,
    min_results: int = 1,
    numbered: bool = True,
) -> tuple[list[Row], dict[str, object]]:
    """The rows of the page asked for, and the answer's paging fields (see `take_page`).

    `rows` gives those of this region, ascending by `key`: what comes after the row of a key, or
    all. It is called, and read, no further than needed. A DryRun ends here, before anything is
    read. Call it once every value is checked.
    """
    answer_dry_run(params)

    def found(after: Key | None) -> Iterable[Row]:
        return () if context.elsewhere else filter(wanted, rows(after))

    return take_page(
        action,
        params,
        found,
        key,
        max_results=max_results,
        min_results=min_results,
        numbered=numbered,
    )
