"""In which order rows are listed, and how a list is taken up again where it was left."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Where a row stands in the order of its list: it never changes, and no two rows share one.
Key = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """`order` and `beyond` are SQL, the latter for the rows after the one whose key is given.

    `bound` makes of a key the values of `beyond`.
    """

    key: Callable[[Any], Key]
    order: str
    beyond: str
    bound: Callable[[Key], tuple[object, ...]]


BY_ID = Ranking(
    key=lambda row: (row.id,),
    order="ORDER BY id",
    beyond="id > ?",
    bound=lambda key: key,
)
NEWEST_FIRST = Ranking(
    key=lambda row: (-row.created, row.id),
    order="ORDER BY created DESC, id",
    # In this form an index serves it; as an OR of two cases it would not.
    beyond="created <= -? AND (created < -? OR id > ?)",
    bound=lambda key: (key[0], key[0], key[1]),
)
