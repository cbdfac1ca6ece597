"""``create-image`` over a wire that breaks: at most one image, and its ID or its token is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.conftest import FarEnd, HurriedClock, select

ORDER = ("create-image", "--snapshot-id", "s-sandbox-system-3", "--name", "golden", "-q")


def images(state: Path) -> list[str]:
    return select(state, "SELECT id FROM images WHERE name = 'golden'")


@pytest.mark.parametrize(
    "fault",
    [
        "CreateImage@1-2:reset-after",
        "CreateImage@1:html-after,status=502",
        "CreateImage@1-2:reset",
        "CreateImage@1:error-after,code=InternalError",
        "CreateImage@1:error,code=Throttling.User,status=400",
        "DescribeSnapshots@1-2:half",
    ],
)
def test_a_fault_that_passes_makes_one_image(far_end: FarEnd, fault: str) -> None:
    with far_end.open(fault) as (wire, state):
        ended = far_end.run(*ORDER, "--endpoint", wire.url)
        assert (ended.code, ended.err) == (0, "")
        assert images(state) == [ended.out.strip()]


def test_an_image_whose_answers_were_all_lost_is_found_by_its_token(far_end: FarEnd) -> None:
    with far_end.open("CreateImage@1-2:reset-after") as (wire, state):
        argv = (*ORDER, "--endpoint", wire.url, "--max-attempts", "2", "--client-token", "mine")
        lost = far_end.run(*argv)
        assert (lost.code, lost.out) == (6, "")
        assert "--client-token mine" in lost.err
        again = far_end.run(*argv)
        assert (again.code, [again.out.strip()]) == (0, images(state))


def test_an_order_that_never_arrived_leaves_no_doubt(far_end: FarEnd) -> None:
    with far_end.open("CreateImage:error,code=Throttling.User,status=400") as (wire, state):
        ended = far_end.run(*ORDER, "--endpoint", wire.url, "--max-attempts", "2")
        assert (ended.code, ended.out, images(state)) == (6, "", [])
    assert "may exist" not in ended.err


def test_an_image_of_a_snapshot_in_creation_waits_for_it(far_end: FarEnd) -> None:
    with far_end.open(clock=HurriedClock()) as (wire, state):
        where = ("-q", "--endpoint", wire.url)
        snapshot_id = far_end.run("create", "--disk-id", "d-sandbox-system", *where).out.strip()
        order = ("create-image", "--snapshot-id", snapshot_id, "--name", "golden", *where)
        assert (far_end.run(*order).code, images(state)) == (3, [])
        ended = far_end.run(*order, "--wait-snapshot", "--poll-interval", "0.01")
        assert (ended.code, [ended.out.strip()]) == (0, images(state))
