"""DescribeDisks for a run over many, and a region's snapshots by page numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecs_snap_cli.errors import ApiError, Unavailable
from ecs_snap_cli.gateway.ecs import Ecs
from ecs_snap_cli.gateway.paging import NotUnderstood
from ecs_snap_cli.gateway.settings import Settings
from ecs_snap_cli.model import Disk, Snapshot, Unknown
from tests.contract.conftest import PlayedEcs, error

PLAYED_DRY_RUN = error("DryRunOperation", 400)


@pytest.fixture
def gateway(ecs: PlayedEcs) -> Ecs:
    return Ecs(Settings(region_id="cn-hangzhou", static_key=("key", "secret"), max_attempts=1))


def ids(count: int, first: int = 0) -> tuple[str, ...]:
    return tuple(f"d-{number}" for number in range(first, first + count))


def page(*disk_ids: str, **more: Any) -> dict[str, Any]:
    return {"Disks": {"Disk": [{"DiskId": each} for each in disk_ids]}, **more}


def by_id(parameters: dict[str, str]) -> dict[str, Any]:
    """Every disk that is asked for, the last one first."""
    return page(*reversed(json.loads(parameters["DiskIds"])))


# Some disks by ID


@pytest.mark.parametrize(("count", "size"), [(1, None), (10, None), (11, "11"), (100, "100")])
def test_one_call_answers_for_up_to_a_hundred_disks(
    ecs: PlayedEcs, gateway: Ecs, count: int, size: str | None
) -> None:
    ecs.answers("DescribeDisks", by_id)
    found = gateway.disks_by_id(ids(count))
    assert list(found) == list(ids(count))
    assert all(isinstance(each, Disk) and each.disk_id == key for key, each in found.items())
    (sent,) = ecs.sent("DescribeDisks")
    assert json.loads(sent["DiskIds"]) == list(ids(count))
    assert sent.get("MaxResults") == size


def test_for_all_disks_that_are_left_out_there_is_one_dry_run(ecs: PlayedEcs, gateway: Ecs) -> None:
    ecs.answers("DescribeDisks", page("d-1", "d-3"), PLAYED_DRY_RUN)
    found = gateway.disks_by_id(ids(12))
    assert {key for key, each in found.items() if each is not None} == {"d-1", "d-3"}
    first, second = ecs.sent("DescribeDisks")
    assert second == first | {"DryRun": "True"}


def test_disks_that_are_left_out_of_a_caller_who_may_see_none_are_not_known(
    ecs: PlayedEcs, gateway: Ecs
) -> None:
    ecs.answers("DescribeDisks", page(), error("Forbidden.RAM", 403))
    for each in gateway.disks_by_id(ids(3)).values():
        assert isinstance(each, Unknown)
        assert each.permission == "ecs:DescribeDisks"
    ecs.answers("DescribeDisks", error("Forbidden.RAM", 403))
    assert {type(each) for each in gateway.disks_by_id(ids(3)).values()} == {Unknown}
    assert len(ecs.sent("DescribeDisks")) == 3


@pytest.mark.parametrize(
    ("code", "status"), [("ServiceUnavailable", 503), ("InvalidAccessKeyId.NotFound", 404)]
)
def test_where_the_dry_run_cannot_tell_nothing_is_said_to_be_absent(
    ecs: PlayedEcs, gateway: Ecs, code: str, status: int
) -> None:
    ecs.answers("DescribeDisks", page(), error(code, status))
    with pytest.raises(ApiError, match=r".") as raised:
        gateway.disks_by_id(ids(3))
    assert raised.value.code == code


@pytest.mark.parametrize(
    "answer",
    [page("d-1", "d-99"), page("d-1", NextToken="more"), page("d-1", TotalCount=2)],
    ids=["stranger", "more pages", "counts more"],
)
def test_a_disk_that_an_odd_answer_lacks_is_not_known_to_be_absent(
    ecs: PlayedEcs, gateway: Ecs, answer: dict[str, Any]
) -> None:
    ecs.answers("DescribeDisks", answer)
    found = gateway.disks_by_id(("d-1", "d-2"))
    assert isinstance(found["d-1"], Disk)
    assert isinstance(found["d-2"], Unknown)
    assert len(ecs.calls) == 1


def test_of_copies_that_differ_none_is_believed(ecs: PlayedEcs, gateway: Ecs) -> None:
    copies = [{"DiskId": "d-1"}, {"DiskId": "d-2"}, {"DiskId": "d-1", "Status": "In_use"}]
    ecs.answers("DescribeDisks", {"Disks": {"Disk": [*copies, copies[0], copies[1]]}})
    found = gateway.disks_by_id(("d-1", "d-2"))
    assert isinstance(found["d-1"], Unknown)
    assert isinstance(found["d-2"], Disk)


def test_a_list_in_another_form_says_nothing_of_any_disk(ecs: PlayedEcs, gateway: Ecs) -> None:
    for body in ({"Disks": {"Disk": "none"}}, page(TotalCount=2) | {"Disks": {}}):
        ecs.answers("DescribeDisks", body)
        assert {type(each) for each in gateway.disks_by_id(ids(2)).values()} == {Unknown}


# All disks of an instance or of the region


def test_pages_of_five_hundred_follow_each_other_by_token(ecs: PlayedEcs, gateway: Ecs) -> None:
    ecs.answers("DescribeDisks", page(*ids(500), NextToken="more"), page(*ids(3, first=500)))
    assert list(gateway.disks()) == list(ids(503))
    assert [(each["MaxResults"], each.get("NextToken")) for each in ecs.sent("DescribeDisks")] == [
        ("500", None),
        ("500", "more"),
    ]


def test_an_endpoint_without_tokens_is_read_by_page_numbers(ecs: PlayedEcs, gateway: Ecs) -> None:
    ecs.answers(
        "DescribeDisks",
        page(*ids(10), TotalCount=203),
        page(*ids(100), TotalCount=203),
        page(*ids(100, first=100), TotalCount=203),
        page(*ids(3, first=200), TotalCount=203),
    )
    assert list(gateway.disks()) == list(ids(203))
    sent = ecs.sent("DescribeDisks")[1:]
    numbered = [(each["PageNumber"], each["PageSize"], "MaxResults" in each) for each in sent]
    assert numbered == [("1", "100", False), ("2", "100", False), ("3", "100", False)]


@pytest.mark.parametrize(
    "answers",
    [
        [page(*ids(10), TotalCount=30), page(*ids(20), TotalCount=30)],
        [{"Disks": {"Disk": [{"DiskId": "d-1"}, {"Status": "In_use"}]}}],
        [page("d-1", NextToken="x"), {"Disks": "odd"}],
        [page("d-1", NextToken=["odd"])],
        [page("d-1", NextToken="x"), page("d-2", NextToken="x")],
    ],
    ids=["counts more", "no ID", "odd page", "odd token", "circle"],
)
def test_a_selection_that_cannot_be_read_is_no_smaller_one(
    ecs: PlayedEcs, gateway: Ecs, answers: list[dict[str, Any]]
) -> None:
    ecs.answers("DescribeDisks", *answers)
    with pytest.raises(Unavailable):
        gateway.disks()


def test_no_disks_are_only_believed_of_a_caller_who_may_see_them(
    ecs: PlayedEcs, gateway: Ecs
) -> None:
    ecs.answers("DescribeDisks", page(), error("Forbidden.RAM", 403))
    with pytest.raises(ApiError) as raised:
        gateway.disks(instance_id="i-1")
    assert raised.value.permission_denied
    assert [(each["InstanceId"], each.get("DryRun")) for each in ecs.sent("DescribeDisks")] == [
        ("i-1", None),
        ("i-1", "True"),
    ]
    ecs.answers("DescribeDisks", page(), PLAYED_DRY_RUN)
    assert gateway.disks(instance_id="i-1") == {}
    ecs.answers("DescribeDisks", error("Forbidden.RAM", 403))
    with pytest.raises(ApiError):
        gateway.disks()


def test_disks_of_other_instances_than_asked_for_are_none_of_the_selection(
    ecs: PlayedEcs, gateway: Ecs
) -> None:
    attachments = {"Attachment": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]}
    own = [
        {"DiskId": "d-1", "InstanceId": "i-1"},
        {"DiskId": "d-2", "InstanceId": "", "Attachments": attachments},
        {"DiskId": "d-3"},
    ]
    ecs.answers("DescribeDisks", {"Disks": {"Disk": own}})
    assert list(gateway.disks(instance_id="i-1")) == ["d-1", "d-2", "d-3"]
    other = {"DiskId": "d-4", "InstanceId": "i-2"}
    ecs.answers("DescribeDisks", {"Disks": {"Disk": [*own, other]}})
    with pytest.raises(NotUnderstood, match="other instances"):
        gateway.disks(instance_id="i-1")
    assert len(gateway.disks()) == 4


# A region's snapshots by page numbers


def test_a_page_of_snapshots_comes_with_their_count(ecs: PlayedEcs, gateway: Ecs) -> None:
    record = {"SnapshotId": "s-1", "SourceDiskId": "d-1", "Status": "accomplished"}
    ecs.answers("DescribeSnapshots", {"Snapshots": {"Snapshot": [record]}, "TotalCount": 301})
    found, total = gateway.snapshot_page(4)
    assert (found, total) == ((Snapshot("s-1", "accomplished", disk_id="d-1"),), 301)
    assert ecs.sent("DescribeSnapshots") == [
        {"RegionId": "cn-hangzhou", "PageNumber": "4", "PageSize": "100"}
    ]
    ecs.answers("DescribeSnapshots", {"Snapshots": {"Snapshot": []}, "TotalCount": "odd"})
    assert gateway.snapshot_page(1) == ((), None)


def test_a_page_of_snapshots_that_cannot_be_read_is_an_error(ecs: PlayedEcs, gateway: Ecs) -> None:
    ecs.answers("DescribeSnapshots", {"Snapshots": {"Snapshot": {}}})
    with pytest.raises(NotUnderstood):
        gateway.snapshot_page(1)
    ecs.refuses("DescribeSnapshots", "Forbidden.RAM", 403)
    with pytest.raises(ApiError):
        gateway.snapshot_page(1)
