"""``delete`` against a played ECS: what is asked and sent, and what is told of each snapshot."""

from __future__ import annotations

import io
import json
import signal
import sys
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from ecs_snap_cli.errors import Interrupted
from ecs_snap_cli.workflow.several import Several
from tests.conftest import Run
from tests.contract.conftest import REQUEST_ID, PlayedEcs

RESET = (200, {}, b"")


class Keyboard:
    """A terminal at which somebody answers."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        if not self._answer:
            raise Interrupted(signal.SIGINT)
        return self._answer


def page(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Snapshots": {"Snapshot": list(records)}}


def made(snapshot_id: str, status: str = "accomplished", **more: Any) -> dict[str, Any]:
    return {"SnapshotId": snapshot_id, "Status": status, "Usage": "none", **more}


def ids(*names: str) -> list[str]:
    return [word for name in names for word in ("--snapshot-id", name)]


@pytest.fixture
def played(ecs: PlayedEcs) -> PlayedEcs:
    """A region with a snapshot for each end that can be foreseen."""
    ecs.answers(
        "DescribeSnapshots",
        page(
            made("s-1"),
            made("s-2"),
            made("s-image", Usage="image_disk"),
            made("s-disk", Usage="disk"),
            made("s-pending", "progressing", Progress="37%"),
            made("s-failed", "failed"),
        ),
    )
    ecs.answers("DeleteSnapshot", {})
    return ecs


def results(text: str) -> dict[str, tuple[str, str | None]]:
    return {
        each["SnapshotId"]: (each["Status"], each["Code"]) for each in json.loads(text)["Results"]
    }


def test_one_that_is_deleted(run: Run, played: PlayedEcs) -> None:
    ended = run("delete", *ids("s-1", "s-1"), "--yes", "-o", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {
        "Results": [
            {
                "SnapshotId": "s-1",
                "Status": "deleted",
                "RequestId": REQUEST_ID,
                "Code": None,
                "Message": None,
            }
        ],
        "Deleted": 1,
        "Refused": 0,
        "Failed": 0,
    }
    assert played.sent("DescribeSnapshots")[0]["SnapshotIds"] == '["s-1"]'
    assert played.sent("DeleteSnapshot") == [{"SnapshotId": "s-1"}]


def test_what_is_refused_is_not_sent_and_each_has_a_result(run: Run, played: PlayedEcs) -> None:
    names = ("s-pending", "s-1", "s-image", "s-disk", "s-failed", "s-none", "s-2")
    ended = run("delete", *ids(*names), "--yes", "-o", "json")
    assert (ended.code, ended.err) == (9, "")
    assert results(ended.out) == {
        "s-pending": ("refused", "PreflightFailed"),
        "s-1": ("deleted", None),
        "s-image": ("refused", "SnapshotCreatedImage"),
        "s-disk": ("refused", "SnapshotCreatedDisk"),
        "s-failed": ("deleted", None),
        "s-none": ("refused", "InvalidSnapshotId.NotFound"),
        "s-2": ("deleted", None),
    }
    assert list(results(ended.out)) == list(names)
    sent = [each["SnapshotId"] for each in played.sent("DeleteSnapshot")]
    assert sorted(sent) == ["s-1", "s-2", "s-failed"]


def test_force_reaches_all_but_what_an_image_uses(run: Run, played: PlayedEcs) -> None:
    ended = run("delete", *ids("s-pending", "s-disk", "s-image"), "--yes", "--force", "-o", "json")
    assert results(ended.out) == {
        "s-pending": ("deleted", None),
        "s-disk": ("deleted", None),
        "s-image": ("refused", "SnapshotCreatedImage"),
    }
    sent = played.sent("DeleteSnapshot")
    assert sorted(each["SnapshotId"] for each in sent) == ["s-disk", "s-pending"]
    assert [each["Force"].lower() for each in sent] == ["true", "true"]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("s-1", "s-2"), 0),
        (("s-image", "s-pending"), 3),
        (("s-none", "s-nix"), 4),
        (("s-1", "s-none"), 9),
        (("s-image", "s-none"), 9),
    ],
)
def test_the_exit_code_is_what_all_share(
    run: Run, played: PlayedEcs, names: tuple[str, ...], code: int
) -> None:
    assert run("delete", *ids(*names), "--yes").code == code


@pytest.mark.parametrize(
    ("refusal", "status", "fate", "code"),
    [
        ("InvalidOperation.SnapshotIsLocked", 403, "refused", 3),
        ("InvalidSnapshotId.NotFound", 404, "refused", 4),
        ("Forbidden.RAM", 403, "failed", 5),
        ("InternalError", 500, "failed", 6),
    ],
)
def test_what_ecs_itself_refuses_is_told(
    run: Run, played: PlayedEcs, refusal: str, status: int, fate: str, code: int
) -> None:
    played.refuses("DeleteSnapshot", refusal, status)
    ended = run("delete", *ids("s-1"), "--yes", "-o", "json", "--max-attempts", "1")
    assert (ended.code, results(ended.out)) == (code, {"s-1": (fate, refusal)})
    (result,) = json.loads(ended.out)["Results"]
    assert result["RequestId"] == REQUEST_ID
    assert result["Message"].startswith(
        "ECS refused DeleteSnapshot: Refused. " if code < 6 else "https://"
    )


def test_a_lost_answer_and_then_nothing_is_a_deletion(run: Run, played: PlayedEcs) -> None:
    played.answers("DeleteSnapshot", RESET)
    played.answers("DescribeSnapshots", page(made("s-1")), page())
    ended = run("delete", *ids("s-1"), "--yes", "-q", "--max-attempts", "2")
    assert (ended.code, ended.out, ended.err) == (0, "s-1\n", "")
    assert played.actions() == [
        *("DescribeSnapshots", "DeleteSnapshot", "DeleteSnapshot", "DescribeSnapshots")
    ]


def test_quiet_is_the_ids_of_the_deleted(run: Run, played: PlayedEcs) -> None:
    ended = run("delete", *ids("s-2", "s-none", "s-1"), "--yes", "-q")
    assert (ended.code, ended.out, ended.err) == (9, "s-2\ns-1\n", "")


def test_xml_is_in_the_contracts_shape(run: Run, played: PlayedEcs) -> None:
    root = ET.fromstring(run("delete", *ids("s-1"), "--yes", "-o", "xml").out)  # noqa: S314
    assert root.tag == "DeleteResponse"
    assert [each.tag for each in root] == ["Results", "Deleted", "Refused", "Failed"]
    assert root.findtext("Results/Result/Status") == "deleted"


def test_a_caller_who_may_not_read_deletes_nothing_unseen_without_force(
    run: Run, played: PlayedEcs
) -> None:
    """A progressing snapshot would be cancelled, and nobody can see which one is."""
    played.refuses("DescribeSnapshots", "Forbidden.RAM", 403)
    ended = run("delete", *ids("s-1", "s-pending"), "--yes", "-o", "json")
    told = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out, told["Code"]) == (5, "", "Forbidden.RAM")
    assert "ecs:DescribeSnapshots" in told["Hint"]
    assert "--force" in told["Hint"]
    assert played.sent("DeleteSnapshot") == []
    forced = run("delete", *ids("s-1", "s-pending"), "--yes", "-q", "--force")
    assert (forced.code, forced.out) == (0, "s-1\ns-pending\n")
    assert "ecs:DescribeSnapshots" in forced.err
    assert forced.err.count("\n") == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [((200, {}, {"Snapshots": "none", "RequestId": "R"}), 6), ((503, {}, b"down"), 6)],
)
def test_what_cannot_be_read_otherwise_is_not_deleted(
    run: Run, played: PlayedEcs, answer: Any, code: int
) -> None:
    played.answers("DescribeSnapshots", answer)
    ended = run("delete", *ids("s-1"), "--yes", "--max-attempts", "1")
    assert (ended.code, ended.out) == (code, "")
    assert played.sent("DeleteSnapshot") == []


def test_more_than_a_hundred_are_read_in_hundreds(run: Run, ecs: PlayedEcs) -> None:
    names = [f"s-{n}" for n in range(101)]
    ecs.answers("DescribeSnapshots", page(*map(made, names[:100])), page(made(names[100])))
    ecs.answers("DeleteSnapshot", {})
    ended = run("delete", *ids(*names), "--yes", "-q")
    assert (ended.code, ended.out.split()) == (0, names)
    asked = [json.loads(each["SnapshotIds"]) for each in ecs.sent("DescribeSnapshots")]
    assert asked == [names[:100], names[100:]]


# The question


@pytest.mark.parametrize("argv", [(), ("--snapshot-id", "bad id", "--yes")])
def test_bad_input_sends_nothing(run: Run, played: PlayedEcs, argv: tuple[str, ...]) -> None:
    ended = run("delete", *argv)
    assert (ended.code, ended.out, played.calls) == (2, "", [])


def test_where_nobody_can_be_asked_nothing_is_sent(run: Run, played: PlayedEcs) -> None:
    ended = run("delete", *ids("s-1"), "-o", "json")
    assert (ended.code, ended.out, played.calls) == (2, "", [])
    assert "--yes" in json.loads(ended.err)["Error"]["Hint"]


@pytest.mark.parametrize(("keyboard", "screen"), [(True, False), (False, True)])
def test_a_terminal_is_one_to_read_the_question_on_and_to_answer_it(
    run: Run, played: PlayedEcs, monkeypatch: pytest.MonkeyPatch, keyboard: bool, screen: bool
) -> None:
    """`yes | ecs-snap delete` is nobody's answer."""
    answers = Keyboard("y\n") if keyboard else io.StringIO("y\n")
    monkeypatch.setattr(sys, "stdin", answers)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: screen, raising=False)
    ended = run("delete", *ids("s-1"))
    assert (ended.code, ended.out, played.calls) == (2, "", [])


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 9), ("n\n", 1), ("", 130)])
def test_what_will_be_deleted_is_shown_before_the_question(
    run: Run, played: PlayedEcs, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    at_a_terminal(monkeypatch, answer)
    ended = run("delete", *ids("s-1", "s-image", "s-2"), "-q")
    shown, question, _ = ended.err.partition("Delete these 2 snapshots? [y/N] ")
    assert question
    assert [line.split()[0] for line in shown.splitlines()[:3]] == ["SnapshotId", "s-1", "s-2"]
    assert "Not deleted: s-image. " in shown
    assert (ended.code, ended.out) == (code, "s-1\ns-2\n" if code == 9 else "")
    assert bool(played.sent("DeleteSnapshot")) == (code == 9)


def test_where_nothing_can_be_deleted_nobody_is_asked(
    run: Run, played: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(monkeypatch, "y\n")
    ended = run("delete", *ids("s-image"))
    assert (ended.code, ended.err) == (3, "")
    assert "1 snapshot: 1 refused." in ended.out


# Cut short


def test_a_signal_leaves_a_result_for_each(
    run: Run, played: PlayedEcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(several: Several[Any, Any], concurrency: int) -> None:
        several._results[0] = several._act(several._items[0])
        raise Interrupted(signal.SIGINT)

    monkeypatch.setattr(Several, "run", interrupted)
    ended = run("delete", *ids("s-1", "s-image", "s-2"), "--yes", "-o", "json")
    assert ended.code == 130
    assert results(ended.out) == {
        "s-1": ("deleted", None),
        "s-image": ("refused", "SnapshotCreatedImage"),
        "s-2": ("failed", "Interrupted"),
    }
    error = json.loads(ended.err)["Error"]
    assert (error["Code"], error["ExitCode"]) == ("Interrupted", 130)
