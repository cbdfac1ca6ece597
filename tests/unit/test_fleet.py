"""From a selection to its disks, and their facts in few calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

import pytest

from ecs_snap_cli.errors import ApiError, EcsSnapError, ExitCode
from ecs_snap_cli.model import (
    Disk,
    DiskSelection,
    Facts,
    Instance,
    Snapshot,
    SnapshotQuery,
    Tally,
    Unknown,
)
from ecs_snap_cli.workflow.fleet import Fleet, Region
from ecs_snap_cli.workflow.selecting import Selected, select

FORBIDDEN = ApiError("No.", code="Forbidden.RAM", http_status=403)
BUSY = ApiError("Later.", code="ServiceUnavailable", http_status=503)
USAGE = ApiError("No such parameter.", code="InvalidParameter", http_status=400)


@dataclass
class Reader:
    """ECS as a few values; ``calls`` keeps what was asked of it, whoever asked first."""

    region: tuple[Disk, ...] = ()
    on_instances: Callable[[tuple[str, ...]], Mapping[str, Instance] | Unknown] = (
        lambda instance_ids: {each: Instance(each, "Running") for each in instance_ids}
    )
    snapshots_there: tuple[Snapshot, ...] = ()
    on_page: Callable[[int], tuple[tuple[Snapshot, ...], int | None]] | None = None
    on_disk: Callable[[str], tuple[Snapshot, ...] | Unknown] = lambda disk_id: ()
    clock_ahead: timedelta = timedelta()
    calls: list[tuple[str, object]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def called(self, name: str) -> list[object]:
        return [what for each, what in self.calls if each == name]

    def note(self, name: str, what: object) -> None:
        with self.lock:
            self.calls.append((name, what))

    def disks_by_id(self, disk_ids: tuple[str, ...]) -> dict[str, Disk | Unknown | None]:
        self.note("disks_by_id", disk_ids)
        known = {each.disk_id: each for each in self.region}
        return {each: known.get(each) for each in disk_ids}

    def disks(
        self, *, instance_id: str | None = None, tags: tuple[tuple[str, str], ...] = ()
    ) -> dict[str, Disk | Unknown]:
        self.note("disks", instance_id or tags)
        return {
            each.disk_id: each
            for each in self.region
            if instance_id is None or instance_id in each.instance_ids
        }

    def instances(self, instance_ids: tuple[str, ...]) -> Mapping[str, Instance] | Unknown:
        self.note("instances", instance_ids)
        return self.on_instances(instance_ids)

    def snapshots_of_disk(self, disk_id: str) -> tuple[Snapshot, ...] | Unknown:
        self.note("snapshots_of_disk", disk_id)
        return self.on_disk(disk_id)

    def snapshots(self, query: SnapshotQuery) -> Iterator[Snapshot]:
        self.note("walk", query)
        return iter(self.snapshots_there)

    def snapshot_page(self, number: int) -> tuple[tuple[Snapshot, ...], int | None]:
        self.note("page", number)
        if self.on_page is not None:
            return self.on_page(number)
        there = self.snapshots_there
        return there[(number - 1) * 100 : number * 100], len(there)


def raises(error: Exception) -> Callable[..., NoReturn]:
    def fail(*args: object, **options: object) -> NoReturn:
        raise error

    return fail


def disk(number: int, *instance_ids: str) -> Disk:
    return Disk(f"d-{number}", "In_use", "cloud_essd", instance_ids=instance_ids)


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"d-{number}" for number in numbers)


def selected(reader: Reader, concurrency: int = 4, **selection: object) -> Selected:
    return select(reader, DiskSelection(**selection), concurrency)


# Selection


@pytest.mark.parametrize("concurrency", [1, 4])
def test_named_disks_are_looked_up_a_hundred_a_call_in_their_order(concurrency: int) -> None:
    reader = Reader((disk(7), disk(205)))
    named = ids(*range(250, 0, -1))
    found = selected(reader, concurrency, disk_ids=named)
    assert tuple(found.disks) == named
    assert found.disks["d-7"] == disk(7)
    assert found.disks["d-8"] is None
    assert set(reader.called("disks_by_id")) == {named[:100], named[100:200], named[200:]}
    assert len(reader.calls) == 3


def test_disks_and_instances_add_up_and_each_disk_comes_once() -> None:
    shared = disk(3, "i-1", "i-2")
    reader = Reader((disk(1, "i-1"), disk(2, "i-2"), shared))
    found = selected(reader, disk_ids=ids(2), instance_ids=("i-2", "i-1", "i-9"))
    assert list(found.disks) == ["d-2", "d-3", "d-1"]
    assert found.bare_instances == ("i-9",)
    assert sorted(map(str, reader.called("disks"))) == ["i-1", "i-2", "i-9"]


def test_what_the_look_up_of_a_disk_says_goes_before_its_instances_list() -> None:
    reader = Reader((disk(1, "i-1"),))
    doubt = Unknown("Two different disks of this ID.")
    reader.disks_by_id = lambda disk_ids: dict.fromkeys(disk_ids, doubt)  # type: ignore[method-assign]
    assert selected(reader, disk_ids=ids(1), instance_ids=("i-1",)).disks == {"d-1": doubt}


def test_an_instance_whose_disks_were_all_named_or_excluded_is_not_bare() -> None:
    reader = Reader((disk(1, "i-1"), disk(2, "i-2")))
    found = selected(
        reader, disk_ids=ids(1), instance_ids=("i-1", "i-2"), excluded=frozenset({"d-2"})
    )
    assert (list(found.disks), found.bare_instances) == (["d-1"], ())


@pytest.mark.parametrize(
    ("selection", "asked"),
    [({"tags": (("a", "1"),)}, (("a", "1"),)), ({"every": True}, ())],
)
def test_tags_and_all_disks_are_one_read_of_the_region(
    selection: dict[str, object], asked: object
) -> None:
    reader = Reader((disk(2), disk(1), disk(3)))
    found = selected(reader, **selection, excluded=frozenset({"d-1", "d-9"}))
    assert list(found.disks) == ["d-2", "d-3"]
    assert reader.calls == [("disks", asked)]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        ({"every": True}, "matches no disk in"),
        ({"instance_ids": ("i-9",)}, "matches no disk in"),
        ({"disk_ids": ("d-1",), "excluded": frozenset({"d-1"})}, "that is not excluded"),
    ],
)
def test_where_nothing_is_left_that_is_exit_4(selection: dict[str, object], said: str) -> None:
    with pytest.raises(EcsSnapError, match=said) as raised:
        selected(Reader(), **selection)
    assert (raised.value.exit_code, raised.value.code) == (
        ExitCode.NOT_FOUND,
        "InvalidDiskId.NotFound",
    )
    assert raised.value.hint


def test_a_read_that_fails_leaves_no_smaller_selection() -> None:
    reader = Reader((disk(1),))
    reader.disks = raises(BUSY)
    with pytest.raises(ApiError) as raised:
        selected(reader, disk_ids=ids(1), instance_ids=("i-1",))
    assert raised.value is BUSY


def test_named_disks_may_be_taken_as_they_are() -> None:
    reader = Reader()
    found = select(reader, DiskSelection(disk_ids=ids(2, 1)), 4, look_up=False)
    assert (list(found.disks.items()), reader.calls) == ([("d-2", None), ("d-1", None)], [])


# Instances


def facts_of_all(reader: Reader, region: Region | None = None) -> dict[str, Facts | EcsSnapError]:
    fleet = Fleet(reader, {each.disk_id: each for each in reader.region})
    fleet.read(4, region)
    found: dict[str, Facts | EcsSnapError] = {}
    for each in reader.region:
        try:
            found[each.disk_id] = fleet.facts(each.disk_id)
        except EcsSnapError as error:
            found[each.disk_id] = error
    return found


def on_own_instances(count: int) -> tuple[Disk, ...]:
    return tuple(disk(number, f"i-{number}") for number in range(count))


def test_instances_are_read_a_hundred_a_call_and_each_once() -> None:
    reader = Reader((*on_own_instances(150), disk(500, "i-3", "i-149")))
    facts = facts_of_all(reader)
    asked = sorted(reader.called("instances"), key=len)
    assert [len(each) for each in asked] == [50, 100]
    assert len({*asked[0], *asked[1]}) == 150
    assert set(facts["d-500"].instances) == {"i-3", "i-149"}
    assert facts["d-7"].instances == {"i-7": Instance("i-7", "Running")}


def test_instances_that_cannot_be_read_hurt_only_the_disks_that_are_on_them() -> None:
    def on_instances(instance_ids: tuple[str, ...]) -> Mapping[str, Instance]:
        if "i-0" in instance_ids:
            raise BUSY
        return {each: Instance(each, "Running") for each in instance_ids}

    facts = facts_of_all(Reader((*on_own_instances(150), disk(900)), on_instances=on_instances))
    assert {each for each, found in facts.items() if found is BUSY} == set(ids(*range(100)))
    assert facts["d-900"].instances == {}


def test_instances_that_may_not_be_read_are_not_known() -> None:
    forbidden = Unknown("Not permitted.", "Forbidden.RAM")
    reader = Reader((disk(1, "i-1"), disk(2)), on_instances=lambda instance_ids: forbidden)
    facts = facts_of_all(reader)
    assert facts["d-1"].instances == forbidden
    assert facts["d-2"].instances == {}


def test_an_instance_is_known_by_the_call_that_asked_for_it() -> None:
    """An endpoint that adds strangers must not overrule the answer to another call."""
    stranger = Instance("i-1", "Stopped")

    def on_instances(instance_ids: tuple[str, ...]) -> Mapping[str, Instance]:
        own = {each: Instance(each, "Running") for each in instance_ids}
        return {"i-1": stranger} | own

    # One call at a time, the one with the stranger last.
    reader = Reader(tuple(disk(n, f"i-{n}") for n in range(150)), on_instances=on_instances)
    fleet = Fleet(reader, {each.disk_id: each for each in reader.region})
    fleet.read(1)
    assert fleet.facts("d-1").instances == {"i-1": Instance("i-1", "Running")}


def test_an_instance_that_is_left_out_is_missing() -> None:
    reader = Reader((disk(1, "i-1"),), on_instances=lambda instance_ids: {})
    assert facts_of_all(reader)["d-1"].instances == {}


# Snapshots


def snapshots(count: int, disks: int) -> tuple[Snapshot, ...]:
    return tuple(
        Snapshot(f"s-{n}", "accomplished", snapshot_type="user", disk_id=f"d-{n % disks}")
        for n in range(count)
    )


def a_region(count: int = 240, disks: int = 5) -> Reader:
    """240 snapshots, on three pages, of five disks."""
    there = (*snapshots(count, disks), Snapshot("s-x", "accomplished", disk_id="d-stranger"))
    return Reader(tuple(map(disk, range(disks))), snapshots_there=there)


def totals(facts: Mapping[str, Facts | EcsSnapError]) -> set[object]:
    return {
        each.snapshots.total if isinstance(each.snapshots, Tally) else each.snapshots
        for each in facts.values()
    }


@pytest.mark.parametrize("early", [True, False])
def test_where_pages_are_fewer_than_disks_the_region_is_read_by_numbers(early: bool) -> None:
    reader = a_region()
    facts = facts_of_all(reader, Region(reader) if early else None)
    assert totals(facts) == {48}
    assert {each.snapshot_ids for each in facts.values()} == {None}
    assert sorted(reader.called("page")) == [1, 2, 3]
    assert len(reader.calls) == 3


def test_a_region_without_snapshots_is_one_page() -> None:
    reader = a_region()
    reader.snapshots_there = ()
    assert totals(facts_of_all(reader)) == {0}
    assert reader.calls == [("page", 1)]


@pytest.mark.parametrize("count", [400, 10_000])
def test_where_pages_are_as_many_as_disks_each_is_asked_for(count: int) -> None:
    reader = a_region(count)
    reader.on_disk = lambda disk_id: (Snapshot("s-1", "accomplished", disk_id=disk_id),)
    facts = facts_of_all(reader)
    assert totals(facts) == {1}
    assert facts["d-1"].snapshot_ids == {"s-1"}
    assert reader.called("page") == [1]
    assert reader.called("walk") == []
    assert len(reader.called("snapshots_of_disk")) == 5


def test_a_single_disk_is_asked_for_even_where_the_first_page_was() -> None:
    reader = a_region(disks=1)
    facts_of_all(reader, Region(reader))
    assert reader.called("snapshots_of_disk") == ["d-0"]
    assert reader.called("walk") == []
    reader.calls.clear()
    facts_of_all(reader)
    assert reader.calls == [("snapshots_of_disk", "d-0")]


def _page_with(number: int, change: Callable[[tuple[Snapshot, ...], int], object]) -> Reader:
    reader = a_region()

    def on_page(asked: int) -> tuple[tuple[Snapshot, ...], int | None]:
        there = reader.snapshots_there
        page = there[(asked - 1) * 100 : asked * 100]
        return change(page, len(there)) if asked == number else (page, len(there))

    reader.on_page = on_page
    return reader


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (3, lambda page, total: (page[1:], total)),
        (2, lambda page, total: (page[1:], total - 1)),
        (2, lambda page, total: (page, total + 1)),
        (2, lambda page, total: (page, None)),
        (1, lambda page, total: (page[:10], 0)),
        (3, raises(USAGE)),
    ],
    ids=["short", "deleted", "created", "no total", "odd total", "refused"],
)
def test_pages_that_do_not_make_up_what_they_count_are_walked(
    number: int, change: Callable[..., object]
) -> None:
    reader = _page_with(number, change)
    assert totals(facts_of_all(reader)) == {48}
    assert reader.called("walk") == [SnapshotQuery()]
    assert reader.called("snapshots_of_disk") == []


def test_an_endpoint_that_counts_nothing_is_walked_until_that_is_dear() -> None:
    for count, per_disk in ((240, 0), (1000, 5)):
        reader = a_region(count)
        reader.on_page = lambda number, reader=reader: (reader.snapshots_there[:100], None)
        walk = iter(reader.snapshots_there)
        reader.snapshots = lambda query, reader=reader, walk=walk: (
            reader.note("walk", query) or walk
        )
        facts_of_all(reader)
        assert bool(list(walk)) is (per_disk > 0)
        assert reader.called("page") == [1]
        assert len(reader.called("walk")) == 1
        assert len(reader.called("snapshots_of_disk")) == per_disk


def test_snapshots_that_may_not_be_read_are_not_known_and_no_disk_is_asked_for() -> None:
    for page in (1, 2):
        reader = _page_with(page, raises(FORBIDDEN))
        (known,) = totals(facts_of_all(reader))
        assert isinstance(known, Unknown)
        assert (known.code, known.permission) == ("Forbidden.RAM", "ecs:DescribeSnapshots")
        assert reader.called("snapshots_of_disk") == []
        assert reader.called("walk") == []


@pytest.mark.parametrize("page", [1, 2])
def test_other_trouble_is_met_or_not_by_each_disk(page: int) -> None:
    reader = _page_with(page, raises(BUSY))
    odd = Unknown("Odd.")

    def on_disk(disk_id: str) -> tuple[Snapshot, ...] | Unknown:
        if disk_id == "d-1":
            raise BUSY
        return odd if disk_id == "d-2" else ()

    reader.on_disk = on_disk
    facts = facts_of_all(reader)
    assert facts["d-1"] is BUSY
    assert facts["d-2"].snapshots == odd
    assert facts["d-3"].snapshots == Tally()
    assert reader.called("walk") == []


def test_a_walk_that_fails_leaves_it_to_each_disk() -> None:
    reader = _page_with(3, lambda page, total: (page[1:], total))
    reader.snapshots = raises(BUSY)
    assert totals(facts_of_all(reader)) == {0}
    assert len(reader.called("snapshots_of_disk")) == 5
