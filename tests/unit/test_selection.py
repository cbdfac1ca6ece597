"""Which disks a run is about, and the question before a deletion."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

import pytest

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.cli.confirm import confirm, require_answer
from ecs_snap_cli.cli.selection import selection
from ecs_snap_cli.errors import EcsSnapError, ExitCode, UsageError
from ecs_snap_cli.model import DiskSelection


def options(**given: Any) -> dict[str, Any]:
    return {"disk_id": (), "instance_id": (), "disk_tag": (), "all_disks": False} | given


class Input(io.TextIOWrapper):
    """A stdin that may be a terminal."""

    def __init__(self, content: bytes, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_disks_and_instances_add_up_in_the_order_given() -> None:
    found = selection(
        options(
            disk_id=("d-2", "d-1", "d-2"),
            instance_id=("i-1",),
            exclude_disk_id=("d-9",),
        )
    )
    assert found == DiskSelection(("d-2", "d-1"), ("i-1",), excluded=frozenset({"d-9"}))


def test_tags_and_all_disks_stand_alone() -> None:
    assert selection(options(disk_tag=("a=1", "b="))).tags == (("a", "1"), ("b", ""))
    assert selection(options(all_disks=True)) == DiskSelection(every=True)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"exclude_disk_id": ("d-1",)},
        {"all_disks": True, "disk_id": ("d-1",)},
        {"all_disks": True, "disk_tag": ("a=1",)},
        {"disk_tag": ("a=1",), "instance_id": ("i-1",)},
        {"disk_id": ("d 1",)},
        {"instance_id": ("",)},
        {"disk_tag": ("a",)},
        {"all_disks": True, "exclude_disk_id": ("d/1",)},
    ],
    ids=repr,
)
def test_a_selection_that_is_none_or_of_two_meanings_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        selection(options(**given))
    assert caught.value.hint


def test_ids_from_stdin_take_the_place_of_the_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Input(b"d-3\n  d-4 d-1\r\n\n"))
    found = selection(options(disk_id=("d-1", "-", "d-2")), stdin_allowed=True)
    assert found.disk_ids == ("d-1", "d-3", "d-4", "d-2")


@pytest.mark.parametrize(
    ("stdin", "ids"),
    [
        (Input(b"d-1\n", terminal=True), ("-",)),
        (None, ("-",)),
        (Input(b"  \n"), ("-",)),
        (Input(b"d-1\nd;2\n"), ("-",)),
        (Input(b"\xff\xfe\n"), ("-",)),
        (Input(b"d-1\n"), ("-", "-")),
    ],
    ids=["terminal", "closed", "empty", "odd", "no text", "twice"],
)
def test_a_stdin_that_gives_no_ids_is_an_error(
    monkeypatch: pytest.MonkeyPatch, stdin: Input | None, ids: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(UsageError):
        selection(options(disk_id=ids), stdin_allowed=True)


def test_a_stdin_that_cannot_be_read_is_not_taken_for_a_stdout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stdin = Input(b"d-1\n")
    monkeypatch.setattr(stdin, "read", _unreadable)
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(UsageError, match=r"stdin, .*\(Bad file descriptor\)") as caught:
        selection(options(disk_id=("-",)), stdin_allowed=True)
    assert caught.value.hint


def _unreadable() -> str:
    raise OSError(errno.EBADF, os.strerror(errno.EBADF))


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "no\n", "yess\n", "ye"])
def test_anything_but_yes_is_no(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", Input(answer.encode(), terminal=True))
    with pytest.raises(EcsSnapError) as caught:
        confirm(App(), "Delete them?", yes=False)
    assert caught.value.exit_code is ExitCode.UNEXPECTED


@pytest.mark.parametrize("answer", ["y\n", "Y\n", " yes\n", "YES\n"])
def test_yes_is_yes_and_the_question_is_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(answer.encode(), terminal=True))
    confirm(App(), "Delete them?", yes=False)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Delete them? [y/N] ")


def test_with_yes_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    require_answer(yes=True)
    confirm(App(), "Delete them?", yes=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("stdin", [Input(b"y\n"), None], ids=["pipe", "closed"])
def test_where_there_is_nobody_to_ask_yes_has_to_be_given(
    monkeypatch: pytest.MonkeyPatch, stdin: Input | None
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(UsageError) as caught:
        require_answer(yes=False)
    assert "--yes" in (caught.value.hint or "")
