"""The frame that the Describe calls share: DryRun, the region, the filter, the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic

from ..conditions import Condition, equal
from ..paging import DEFAULT_SIZE, take_page
from ..params import Params
from ..ranking import Key
from ..state import State
from ..tables import RANKINGS, Row
from .action import Context, answer_dry_run


def list_page(
    context: Context,
    params: Params,
    kind: type[Row],
    where: Iterable[Condition | None],
    *,
    action: str,
    max_results: int,
    wanted: Callable[[Row], bool] | None = None,
    min_results: int = 1,
    default_results: int = DEFAULT_SIZE,
    numbered: bool = True,
) -> tuple[list[Row], dict[str, object]]:
    """The rows of the page asked for, and the answer's paging fields (see `take_page`).

    They are this region's rows of a kind that meet the conditions and, for what the time decides
    and no column says, are `wanted`. A DryRun ends here, before anything is read. Call it once
    every value is checked.
    """
    answer_dry_run(params)
    conditions = [equal("region", context.region), *where]
    return take_page(
        action,
        params,
        _Stored(context.state, kind, conditions)
        if wanted is None
        else _Sifted(context.state, kind, conditions, wanted),
        RANKINGS[kind].key,
        max_results=max_results,
        min_results=min_results,
        default_results=default_results,
        numbered=numbered,
    )


@dataclass(frozen=True, slots=True)
class _Stored(Generic[Row]):
    """Rows that SQLite alone can tell."""

    state: State
    kind: type[Row]
    conditions: list[Condition | None]

    def beyond(self, key: Key | None) -> Iterable[Row]:
        return self.state.walk(self.kind, self.conditions, key)

    def part(self, start: int, size: int) -> tuple[list[Row], int]:
        rows = self.state.part(self.kind, self.conditions, start, size)
        return rows, self.state.count(self.kind, self.conditions)


@dataclass(frozen=True, slots=True)
class _Sifted(Generic[Row]):
    """Rows of which each has to be looked at."""

    state: State
    kind: type[Row]
    conditions: list[Condition | None]
    wanted: Callable[[Row], bool]

    def beyond(self, key: Key | None) -> Iterable[Row]:
        return filter(self.wanted, self.state.walk(self.kind, self.conditions, key))

    def part(self, start: int, size: int) -> tuple[list[Row], int]:
        rows = list(self.beyond(None))
        return rows[start : start + size], len(rows)
