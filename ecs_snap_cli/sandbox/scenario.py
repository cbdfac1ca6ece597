"""A scenario: one's own disks, instances and snapshots, as a file in ECS's field names tells them.

What the Describe calls answer can be put into one as it is.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from .described import disk, image, instance, lock, named_instances, snapshot
from .entries import Entry, ScenarioError
from .passed_over import PASSED_OVER
from .rows import Disk, Image, Instance, Snapshot, SnapshotLock
from .times import milliseconds

Rows = tuple[list[Instance], list[Disk], list[Snapshot], list[SnapshotLock], list[Image]]
Made = TypeVar("Made", Instance, Disk, Snapshot, SnapshotLock, Image)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a state is to hold; `where` is what errors call it. Made by the two functions below."""

    where: str
    document: Mapping[str, object]

    def rows(self, now: int) -> Rows:
        """The rows as of `now` (milliseconds since 1970), from which ages count back.

        Raises ScenarioError.
        """
        whole = Entry(self.where, self.document, now, PASSED_OVER["answer"])
        disks = _made(_section(whole, "Disks", "Disk"), disk)
        instances = _made(_section(whole, "Instances", "Instance"), instance)
        snapshots = _made(
            _section(whole, "Snapshots", "Snapshot"), lambda entry: snapshot(entry, disks)
        )
        locks = _made(
            _section(whole, "LockedSnapshotsInfo", "LockedSnapshotInfo"),
            lambda entry: lock(entry, snapshots),
        )
        images = _made(_section(whole, "Images", "Image"), image)
        whole.done()
        return (
            [*instances.values(), *named_instances(instances, disks.values(), now)],
            [*disks.values()],
            [*snapshots.values()],
            [*locks.values()],
            [*images.values()],
        )


def read_scenario(path: str | Path) -> Scenario:
    """The scenario in a JSON or TOML file. Raises ScenarioError, also where it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ScenarioError(f"{path} is not UTF-8: {error}") from error
    is_json = Path(path).suffix.lower() == ".json" or text.lstrip().startswith("{")
    try:
        document = json.loads(text) if is_json else _read_toml(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{path} is not {'JSON' if is_json else 'TOML'}: {error}") from error
    return parse_scenario(document, str(path))


def parse_scenario(document: Any, where: str = "the scenario") -> Scenario:
    """The scenario that a value of plain dictionaries and lists tells. Raises ScenarioError."""
    scenario = Scenario(where, document)
    scenario.rows(milliseconds(datetime.now(UTC)))
    return scenario


def _read_toml(text: str) -> Any:
    import tomllib  # a JSON file needs none

    return tomllib.loads(text)


def _section(whole: Entry, plural: str, singular: str) -> list[Entry]:
    passed_over = PASSED_OVER[singular]
    # `[[Disk]]` is how TOML has it, `"Disks": {"Disk": [...]}` how ECS answers.
    return [
        *whole.records(plural, singular, passed_over),
        *whole.records(singular, singular, passed_over),
    ]


def _made(entries: Sequence[Entry], make: Callable[[Entry], Made]) -> dict[str, Made]:
    rows: dict[str, Made] = {}
    for entry in entries:
        row = make(entry)
        entry.done()
        if row.id in rows:
            raise entry.error("this ID was there before")
        rows[row.id] = row
    return rows
