"""Disks by their tags, where ECS shows no more than a thousand of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecs_snap_cli.gateway.ecs import Ecs
from ecs_snap_cli.gateway.paging import NotUnderstood
from ecs_snap_cli.gateway.settings import Settings
from tests.contract.conftest import PlayedEcs

TAGS = (("backup", "nightly"),)
BORNE = {"Tag": [{"TagKey": "backup", "TagValue": "nightly"}, {"TagKey": "a", "TagValue": "b"}]}


@pytest.fixture
def gateway(ecs: PlayedEcs) -> Ecs:
    return Ecs(Settings(region_id="cn-hangzhou", static_key=("key", "secret")))


def page(*disks: dict[str, Any], token: str = "") -> dict[str, Any]:
    return {"Disks": {"Disk": list(disks)}, "NextToken": token}


def numbered(first: int, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"DiskId": f"d-{number}", **fields} for number in range(first, first + count)]


def test_the_filter_is_ecss_own_and_the_pages_are_large(ecs: PlayedEcs, gateway: Ecs) -> None:
    ecs.answers("DescribeDisks", page({"DiskId": "d-1", "Tags": BORNE}))
    assert list(gateway.disks(tags=TAGS)) == ["d-1"]
    (sent,) = ecs.sent("DescribeDisks")
    assert (sent["Tag.1.Key"], sent["Tag.1.Value"]) == ("backup", "nightly")
    assert sent["MaxResults"] == "500"


def test_where_there_may_be_more_than_ecs_shows_all_disks_are_read(
    ecs: PlayedEcs, gateway: Ecs
) -> None:
    shown = numbered(0, 500, Tags=BORNE)
    rest = numbered(500, 500, Tags=BORNE)
    more = [*numbered(1000, 200, Tags=BORNE), *numbered(1200, 100), *numbered(1300, 1, Tags={})]
    ecs.answers(
        "DescribeDisks",
        page(*shown, token="more"),
        page(*rest),
        page(*shown, token="one"),
        page(*rest, token="two"),
        page(*more),
    )
    assert list(gateway.disks(tags=TAGS)) == [f"d-{number}" for number in range(1200)]
    filtered = ["Tag.1.Key" in sent for sent in ecs.sent("DescribeDisks")]
    assert filtered == [True, True, False, False, False]


def test_a_disk_without_the_tag_is_not_meant_though_the_endpoint_lists_it(
    ecs: PlayedEcs, gateway: Ecs
) -> None:
    other = {"Tag": [{"TagKey": "backup", "TagValue": "weekly"}]}
    ecs.answers(
        "DescribeDisks",
        page({"DiskId": "d-1", "Tags": other}, {"DiskId": "d-2"}, {"DiskId": "d-3", "Tags": BORNE}),
    )
    assert list(gateway.disks(tags=TAGS)) == ["d-2", "d-3"]


def test_tags_that_are_not_understood_make_no_smaller_selection(
    ecs: PlayedEcs, gateway: Ecs
) -> None:
    ecs.answers("DescribeDisks", page({"DiskId": "d-1", "Tags": json.loads('{"Tag": "odd"}')}))
    with pytest.raises(NotUnderstood):
        gateway.disks(tags=TAGS)
