"""Healthy answers of ECS, spoiled at random, for the tests that read them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

OLD_TIMES = ["2020-01-01T00:00:00Z", "2026-03-01T11:00Z"]
YOUNG_TIMES = ["2026-03-01T11:00:01Z", "2026-03-01T12:10:00Z"]
NO_TIMES = ["2999-01-01T00:00:00Z", "0001-01-01T00:00Z", "2026-02-30T00:00Z", "1772366400", " "]
MOVING = ["Attaching", "Detaching", "Creating", "ReIniting", "Transferring"]
# With a long s, a Cyrillic letter or a blank: no words of ECS.
ALMOST = ["In_u\u017fe", " In_use", "Stopped\n", "\u017ftopped", "accomplished ", "\u0455ystem"]

STATUSES = ["In_use", "IN_USE", "Available", *MOVING, "Running", "Stopped", "Starting"]
STATUSES += ["progressing", "accomplished", "failed", *ALMOST]
TIMES = ["", *OLD_TIMES, *YOUNG_TIMES, *NO_TIMES]
REASONS = ["security", "Security", "\u017fecurity", "financial", ""]
LOCKS: list[Any] = [[], [{}], "security", *([{"LockReason": each}] for each in REASONS)]
# What is likely to change the verdict, by field.
LIKELY: dict[str, list[Any]] = {
    "Status": STATUSES,
    "Category": ["cloud", "cloud_ssd", "Cloud_ESSD", "ephemeral", "local_ssd_pro", "cloud_new"],
    "Type": ["system", "data", "Data", "\u0455ystem", ""],
    "SnapshotType": ["user", "auto", "timer", "u\u017fer", ""],
    "DiskId": ["d-1", "d-2", "D-1", ["d-1"], ""],
    "SourceDiskId": ["d-1", "d-2", "", None],
    "InstanceId": ["i-1", "i-2", "i-1\n", ["i-1"], True, ""],
    "SnapshotId": ["s-1", "s-2", "s-3", 3, ""],
    "SourceSnapshotId": ["s-1", ["s-1"], False, ""],
    **dict.fromkeys(["CreationTime", "AttachedTime", "DetachedTime", "StartTime"], TIMES),
    "LockReason": LOCKS + REASONS,
    "OperationLock": LOCKS,
    "Attachment": [[], None, [{"InstanceId": "i-2"}], [{}], "i-1"],
    "NextToken": ["", "two", ["two"], True, "two\udc80", None],
    "TotalCount": [0, 1, "2", 3, 10**17, -1, 10**400, ["3"]],
    "RemainTime": [-1, "90", 10**400],
}
WORDS = sorted({each for values in LIKELY.values() for each in values if isinstance(each, str)})

TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
HUGE = st.sampled_from([10**400, -(10**400), 10**18, 1e300])
LEAVES = st.none() | st.booleans() | NUMBERS | HUGE | TEXTS | st.sampled_from(WORDS)
NAMES = TEXTS | st.sampled_from(["LockReason", "OperationLock", "Attachment", "InstanceId", "Code"])
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
_ODD: list[Any] = [None, True, False, 0, -7, 1.5, 10**400, "", "\x1b[31m", [], {}, [[]], [{}]]
_ADDED = st.sampled_from(["NextToken", "TotalCount", "Code", "SourceDiskId"]) | NAMES


def healthy(*, in_use: bool = True, fresh: bool = False, pending: bool = False) -> dict[str, Any]:
    """The answers for a disk ``d-1`` that no check refuses, unless a snapshot is ``pending``.

    ``fresh``: a data disk made empty a moment ago, else an old system disk.
    """
    disk = {"DiskId": "d-1", "Category": "cloud_ssd", "SourceSnapshotId": "", "DetachedTime": ""}
    disk |= {"Type": "data" if fresh else "system", "AttachedTime": OLD_TIMES[0]}
    disk |= {"CreationTime": YOUNG_TIMES[0] if fresh else OLD_TIMES[0]}
    disk |= {"Status": "In_use" if in_use else "Available", "InstanceId": "i-1" if in_use else ""}
    attachments = [{"InstanceId": "i-1"}] if in_use else []
    disk |= {"Attachments": {"Attachment": attachments}, "OperationLocks": {"OperationLock": []}}
    instance = {"InstanceId": "i-1", "Status": "Stopped", "StartTime": OLD_TIMES[1]}
    instance |= {"OperationLocks": {"LockReason": []}}
    snapshots = [
        {"SnapshotId": "s-1", "Status": "accomplished", "SnapshotType": "user"},
        {"SnapshotId": "s-2", "Status": "failed", "SnapshotType": "user", "SourceDiskId": "d-1"},
        {"SnapshotId": "s-3", "Status": "accomplished", "SnapshotType": "auto", "RemainTime": 0},
    ]
    if pending:
        snapshots[-1]["Status"] = "progressing"
    listed = {"Snapshot": snapshots}
    return {
        "DescribeDisks": {"RequestId": "R", "TotalCount": 1, "Disks": {"Disk": [disk]}},
        "DescribeInstances": {"RequestId": "R", "Instances": {"Instance": [instance]}},
        "DescribeSnapshots": {"TotalCount": 3, "NextToken": "", "Snapshots": listed},
    }


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """Healthy answers with up to four values spoiled, dropped, added, or given once more."""
    some = st.booleans()
    bodies = healthy(in_use=draw(some), fresh=draw(some), pending=draw(some))
    for _ in range(draw(st.integers(1, 4))):
        body = {action: bodies[action] for action in [draw(st.sampled_from(sorted(bodies)))]}
        container, key = draw(st.sampled_from(list(_places(body))))
        what = draw(st.sampled_from(["spoil", "spoil", "drop", "repeat", "add"]))
        if isinstance(container, list) and what == "repeat":
            again = copy.deepcopy(container[key])
            if isinstance(again, dict) and again:
                changed = draw(st.sampled_from(sorted(again)))
                again[changed] = draw(_instead_of(again[changed], changed))
            container.insert(key + draw(st.integers(0, 1)), again)
        elif container is body or what == "spoil":
            container[key] = draw(_instead_of(container[key], key))
        elif isinstance(container, dict) and what == "add":
            added = draw(_ADDED)
            container[added] = draw(_instead_of(None, added))
        else:
            del container[key]
        bodies |= body
    # As it would be read: JSON knows no two halves of a surrogate pair side by side.
    read: dict[str, Any] = json.loads(json.dumps(bodies))
    return read


def _instead_of(value: Any, key: object) -> st.SearchStrategy[Any]:
    """Anything; what is likely for the field; or much the same, in another form."""
    # Copies, for they may be spoiled in their turn.
    likely = st.sampled_from([None, *_likely_for(value, key)]).map(copy.deepcopy)
    return st.booleans().flatmap(lambda odd: LEAVES | ANYTHING if odd else likely)


def _likely_for(value: Any, key: object) -> list[Any]:
    found = list(LIKELY.get(key, [])) if isinstance(key, str) else []
    if isinstance(value, str):
        found += [value.upper(), f"{value} ", f"{value}\x00", value.replace("s", "\u017f")]
    return [*found, [value], {"x": value}]


def spoiled_once(*, in_use: bool, fresh: bool, pending: bool) -> Iterator[dict[str, Any]]:
    """Healthy answers with one value that is replaced or dropped, or in a second record beside
    the first: every value, in many ways.
    """
    bodies = healthy(in_use=in_use, fresh=fresh, pending=pending)
    places = list(_places(bodies))
    for container, key in places:
        value = container[key]
        for other in [*_ODD, *_likely_for(value, key)]:
            container[key] = other
            yield bodies
        if isinstance(container, dict) and container is not bodies:
            del container[key]
            yield bodies
        container[key] = value
    for records, index in [place for place in places if isinstance(place[0], list)]:
        record = records[index]
        for field, value in record.items():
            for other in _likely_for(value, field):
                for both in ([record, record | {field: other}], [record | {field: other}, record]):
                    records[index : index + 1] = both
                    yield bodies
                    records[index : index + 2] = [record]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a JSON value with each of its keys."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    for key in keys:
        yield value, key
        yield from _places(value[key])
