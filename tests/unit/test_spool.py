"""Snapshots on their way to a list: kept whole, and in memory only while they are few."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.errors import ApiError, EcsSnapError
from ecs_snap_cli.gateway import body
from ecs_snap_cli.render.literal import to_json
from ecs_snap_cli.workflow import spool
from ecs_snap_cli.workflow.spool import Spool


def snapshots(count: int) -> Iterator[dict[str, Any]]:
    return ({"SnapshotId": f"s-{number}"} for number in range(count))


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The temporary files that were made, on a disk that a handful of snapshots gets to."""
    made: list[Any] = []
    make = tempfile.TemporaryFile

    def note(**options: Any) -> Any:
        made.append(make(**options))
        return made[-1]

    monkeypatch.setattr(spool, "IN_MEMORY_BYTES", 100)
    monkeypatch.setattr(spool, "_PIECE", 4)
    monkeypatch.setattr(tempfile, "TemporaryFile", note)
    return made


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["SnapshotId", "Tags", "x"]), ANY_JSON)))
def test_what_comes_out_is_what_went_in(records: list[dict[str, Any]]) -> None:
    # As it comes over the wire, where two halves of a character are that character.
    read = body.parse(to_json(records).encode())
    assert isinstance(read, list)
    with Spool(iter(read)) as kept:
        assert list(kept) == read
        assert [to_json(each) for each in kept] == [to_json(each) for each in read]


def test_few_snapshots_touch_no_disk(files: list[Any]) -> None:
    with Spool(snapshots(3)) as kept:
        assert len(list(kept)) == len(kept) == 3
    assert files == []


def test_many_lie_in_a_file_of_no_name_that_is_nobody_elses(files: list[Any]) -> None:
    mask = os.umask(0)
    try:
        with Spool(snapshots(30)) as kept:
            (file,) = files
            found = os.fstat(file.fileno())
            assert (found.st_mode & 0o777, found.st_nlink) == (0o600, 0)
            assert found.st_size > 30 * len("s-0")
            assert len(list(kept)) == 30
    finally:
        os.umask(mask)
    assert file.closed


def test_passes_do_not_disturb_each_other(files: list[Any]) -> None:
    with Spool(snapshots(30)) as kept:
        pairs = list(zip(kept, kept, strict=True))
    assert [one for one, _ in pairs] == list(snapshots(30))
    assert all(one == two for one, two in pairs)
    assert files


def test_what_ends_the_reading_is_told_as_it_is_and_leaves_no_file(files: list[Any]) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield from snapshots(30)
        raise ApiError("Refused.", code="Forbidden.RAM")

    with pytest.raises(ApiError, match=r"^Refused\.$"):
        Spool(broken())
    (file,) = files
    assert file.closed


class Full(BytesIO):
    """A file whose disk is full; what is written may only fail once it is really written."""

    def __init__(self, fails: str) -> None:
        super().__init__()
        self.fails = fails

    def write(self, data: Any) -> int:
        return super().write(data) if self.fails != "write" else self._fail()

    def flush(self) -> None:
        if self.fails == "flush":
            self._fail()

    def read(self, size: Any = -1) -> bytes:
        return super().read(size) if self.fails != "read" else self._fail()

    def _fail(self) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("fails", ["write", "flush", "read"])
def test_a_disk_that_fails_is_told_with_a_way_out(
    files: list[Any], fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **options: Full(fails))
    with pytest.raises(EcsSnapError) as caught, Spool(snapshots(30)) as kept:
        list(kept)
    assert int(caught.value.exit_code) == 1
    assert "No space left on device" in caught.value.message
    assert "TMPDIR" in (caught.value.hint or "")
