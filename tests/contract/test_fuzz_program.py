"""The whole program against hostile answers: it ends as the contract says, whatever ECS sends."""

from __future__ import annotations

import json
import unicodedata
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Ended, Run
from tests.contract.conftest import PlayedEcs
from tests.unit.spoiled import ANYTHING, LEAVES, TEXTS, spoiled

IDS = st.sampled_from(["s-9", 7, "s-\x1b[31m", "x" * 10_000])
NAMED = st.fixed_dictionaries({"SnapshotId": IDS})
CREATED = NAMED | st.fixed_dictionaries(
    {}, optional={"SnapshotId": LEAVES, "RequestId": LEAVES, "Code": LEAVES, "Message": LEAVES}
)
HOSTILE: list[Any] = ["\x1b[31m\r\nEVIL\u202e", "x" * 10_000, "\udc80\x00", "[bold]:smile:"]
HOSTILE += ["]]><!--", "progressing", 10**400]
HOSTILE_VALUES = st.sampled_from(HOSTILE) | TEXTS
STATUS = st.sampled_from([200, 200, 200, 400, 403, 404, 429, 500, 503])
# As deep as JSON can still be read, but not walked through.
DEEP = '{"Snapshots": {"Snapshot": [{"SnapshotId": "s-1", "Tags": ' + "[" * 450 + "]" * 450 + "}]}}"
ODD_BODIES = ANYTHING | st.sampled_from(["", "<html>", '{"a": NaN}', b"\xff", DEEP, DEEP])
COMMANDS = {
    "check": ("check",),
    "create": ("create",),
    "create and wait": ("create", "--wait", "--wait-timeout", "0.005", "--poll-interval", "0.001"),
    "list": ("list",),
}
few = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, tuple[int, dict[str, str], Any]]:
    """What each action answers: what looks like ECS, but for at most one that is anything."""
    bodies = with_hostile_fields(draw, draw(spoiled())) | {"CreateSnapshot": draw(CREATED)}
    found: dict[str, tuple[int, dict[str, str], Any]] = {
        action: (200, {}, body) for action, body in bodies.items()
    }
    odd = draw(st.sampled_from([*bodies, None, None, None, None]))
    if odd is not None:
        found[odd] = (draw(STATUS), {}, draw(ODD_BODIES | CREATED))
    return found


def with_hostile_fields(draw: st.DrawFn, bodies: dict[str, Any]) -> dict[str, Any]:
    """The answers with up to two fields hostile wherever they are."""
    names = ["Category", "StartTime", "SnapshotId", "LockReason", "Status", "NextToken"]
    names.append("RemainTime")
    fields = draw(st.dictionaries(st.sampled_from(names), HOSTILE_VALUES, max_size=2))

    def spoil(record: dict[str, Any]) -> dict[str, Any]:
        return record | {name: value for name, value in fields.items() if name in record}

    spoiled_bodies: dict[str, Any] = json.loads(json.dumps(bodies), object_hook=spoil)
    return spoiled_bodies


def takes_effect(text: str) -> list[str]:
    """The characters that a terminal would obey or not show."""
    odd = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return [ascii(char) for char in set(text) - {"\n"} if unicodedata.category(char) in odd]


def assert_readable(text: str, output: str) -> None:
    """One document in the format asked for; a table is any lines."""
    if output == "json":
        assert json.loads(text)
    elif output == "xml":
        assert ET.fromstring(text).tag  # noqa: S314
    assert text.endswith("\n")


def assert_as_the_contract_says(command: str, output: str, ended: Ended) -> None:
    """What holds of every run: the streams, and an exit code that ECS can bring about."""
    assert ended.code in {0, 2, 3, 4, 5, 6, 7, 8}, ended.err
    assert takes_effect(ended.out + ended.err) == []
    is_report = command == "check" and ended.code in (3, 4) and ended.out != ""
    if ended.code == 0 and command == "list" and output == "table" and not ended.out:
        assert "No snapshots" in ended.err
    elif ended.code == 0 or is_report:
        assert_readable(ended.out, output)
    else:
        assert ended.out == ""
        assert_readable(ended.err, output)


@pytest.mark.parametrize("output", ["table", "json", "xml"])
@pytest.mark.parametrize("command", COMMANDS)
@few
@given(found=answers())
def test_whatever_ecs_sends_the_program_ends_as_the_contract_says(
    run: Run,
    ecs: PlayedEcs,
    command: str,
    output: str,
    found: dict[str, tuple[int, dict[str, str], Any]],
) -> None:
    for action, answer in found.items():
        ecs.answers(action, answer)
    before = len(ecs.sent("CreateSnapshot"))
    argv = (*COMMANDS[command], "--disk-id", "d-1", "-o", output, "--max-attempts", "1")
    ended = run(*argv)
    assert_as_the_contract_says(command, output, ended)
    ordered = len(ecs.sent("CreateSnapshot")) - before
    if not command.startswith("create"):
        assert ordered == 0
    elif ended.code == 0:
        assert ordered == 1
        assert found["CreateSnapshot"][0] == 200
        if output == "json":
            assert str(json.loads(ended.out)["SnapshotId"]).strip()
    elif output == "json" and "fail" in {
        each["Status"] for each in json.loads(ended.err)["Error"]["Checks"]
    }:
        assert ordered == 0
