"""Pure: what samples mean, and the table of them. Times are in seconds, memory in KiB."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# What a result that counts is the median of, at least.
LEAST_ROUNDS = 7

Unit = Callable[[float], str]


@dataclass(frozen=True)
class Samples:
    """One figure of each round, in the order of the rounds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def times(self, factor: float) -> Samples:
        """Each of them times ``factor``."""
        return Samples(tuple(value * factor for value in self.values))

    def less(self, other: Samples) -> Samples:
        """Round by round, what is left without the other's. Raises ValueError for other rounds."""
        pairs = zip(self.values, other.values, strict=True)
        return Samples(tuple(ours - theirs for ours, theirs in pairs))

    def text(self, unit: Unit) -> str:
        """The median, and from the least to the most."""
        return f"{unit(self.median)} ({unit(min(self.values))}–{unit(max(self.values))})"


@dataclass(frozen=True)
class Row:
    """A line of the table. ``value`` is held against the bars, if there are any."""

    what: str
    ours: str
    peer: str
    value: float
    bar: float | None = None
    better: float | None = None
    unit: str = "x"

    @property
    def verdict(self) -> str:
        """``better``, ``met`` or ``missed``; nothing where there is no bar."""
        return verdict(self.value, self.bar, self.better)


def verdict(value: float, bar: float | None, better: float | None) -> str:
    """How a figure stands to what it may be at most, as measured and not as rounded."""
    if bar is None:
        return ""
    if better is not None and value <= better:
        return "better"
    return "met" if value <= bar else "missed"


def against(
    what: str,
    ours: Samples,
    peer: Samples,
    unit: Unit,
    bar: float | None = None,
    better: float | None = None,
) -> Row:
    """A row whose value is the ratio of the two medians."""
    ratio = ours.median / peer.median
    return Row(what, ours.text(unit), peer.text(unit), ratio, bar, better)


def cpu_per_disk(many: Samples, few: Samples, more: int) -> Samples:
    """Seconds of CPU that each of ``more`` further disks costs, round by round."""
    return many.less(few).times(1 / more)


def duration(seconds: float) -> str:
    """As people read it: milliseconds below a second, to three digits or so."""
    if abs(seconds) >= 1:
        return f"{seconds:.2f} s"
    decimals = 0 if abs(seconds) >= 0.1 else 1 if abs(seconds) >= 0.01 else 2
    return f"{seconds * 1000:.{decimals}f} ms"


def memory(kibibytes: float) -> str:
    """In MiB."""
    return f"{kibibytes / 1024:.1f} MiB"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    head = ("what", "ecs-snap: median (range)", "peer", "ratio", "bar", "better", "verdict")
    lines = [head, ("---",) * len(head)]
    for row in rows:
        bars = ("" if bar is None else f"{bar:g} {row.unit}" for bar in (row.bar, row.better))
        lines.append(
            (row.what, row.ours, row.peer, f"{row.value:.2f} {row.unit}", *bars, row.verdict)
        )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
