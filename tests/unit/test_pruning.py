"""What prune does to each snapshot: by the rules, and never to what is protected."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.core.ages import age
from ecs_snap_cli.core.pruning import Action, Decision, Judge, Scope
from ecs_snap_cli.core.retention import Policy
from ecs_snap_cli.core.times import parse_time
from ecs_snap_cli.model import Snapshot, Unknown
from tests.unit.histories import DISK, NOW, TAGS, histories, id_sets, policies, scopes

ALL = Scope(every=True)
LAST = Judge(ALL, Policy({"last": 1}), NOW)
PLAIN = Snapshot(
    "s-old",
    status="accomplished",
    snapshot_type="user",
    disk_id=DISK,
    name="nightly-1",
    creation_time="2026-12-01T00:00:00Z",
    usage="none",
    tags=TAGS,
)
NEWER = replace(PLAIN, snapshot_id="s-new", creation_time="2027-01-01T00:00:00Z")


def told(decisions: tuple[Decision, ...]) -> list[tuple[str, str, str]]:
    return [(each.snapshot.snapshot_id, each.action.value, each.reason) for each in decisions]


def fate(odd: Snapshot, judge: Judge = LAST) -> tuple[str, str]:
    """Action and reason for a snapshot that is older than one which is plainly kept."""
    decisions = judge.decide(DISK, [odd, NEWER])
    (found,) = [each for each in decisions if each.snapshot is odd]
    (newer,) = [each for each in decisions if each.snapshot is NEWER]
    assert (newer.action, newer.reason) == (Action.KEEP, "last")
    return found.action.value, found.reason


def test_what_no_rule_keeps_is_deleted() -> None:
    assert told(LAST.decide(DISK, [PLAIN, NEWER])) == [
        ("s-new", "keep", "last"),
        ("s-old", "delete", "no rule keeps it"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"snapshot_type": "auto"}, "automatic"),
        ({"snapshot_type": "timer"}, "SnapshotType is not understood"),
        ({"snapshot_type": None}, "SnapshotType is missing"),
        ({"snapshot_type": "u\u017fer"}, "SnapshotType is not understood"),
        ({"status": "progressing"}, "progressing"),
        ({"status": "rolling"}, "Status is not understood"),
        ({"status": ""}, "Status is missing"),
        ({"status": "failed", "snapshot_type": "auto"}, "automatic"),
        ({"usage": "image"}, "used by an image"),
        ({"usage": "disk"}, "used by a disk"),
        ({"usage": "Image_Disk"}, "used by an image, used by a disk"),
        ({"usage": "lease"}, "Usage is not understood"),
        ({"usage": "disk", "status": "failed"}, "used by a disk"),
        ({"snapshot_id": ""}, "has no ID"),
        ({"snapshot_id": "s-locked"}, "locked"),
        ({"snapshot_id": "s-locked", "status": "failed"}, "locked"),
        ({"creation_time": None}, "CreationTime is missing"),
        ({"creation_time": "yesterday"}, "CreationTime is not understood"),
        ({"creation_time": "1970-01-01T00:00:00Z"}, "CreationTime is not understood"),
        ({"creation_time": "2027-01-04T12:15:01Z"}, "CreationTime is not understood"),
        ({"creation_time": "soon", "status": "failed"}, "CreationTime is not understood"),
        ({"disk_id": "d-2"}, "SourceDiskId is not this disk"),
        ({"disk_id": None}, "SourceDiskId is missing"),
        (
            {"snapshot_id": "s-locked", "snapshot_type": "auto", "status": "progressing"},
            "automatic, progressing, locked",
        ),
    ],
)
def test_what_is_never_deleted_says_why(changes: dict[str, str | None], reason: str) -> None:
    judge = replace(LAST, locked={"s-locked"})
    assert fate(replace(PLAIN, **changes), judge) == ("protected", reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "failed"}, "its creation failed"),
        ({"status": "Accomplished", "snapshot_type": "User"}, "no rule keeps it"),
        ({"usage": None}, "no rule keeps it"),
        ({"usage": ""}, "no rule keeps it"),
    ],
)
def test_what_is_deleted_says_why(changes: dict[str, str | None], reason: str) -> None:
    assert fate(replace(PLAIN, **changes)) == ("delete", reason)


def test_a_newer_failed_snapshot_takes_no_place_and_goes() -> None:
    failed = replace(
        PLAIN, snapshot_id="s-failed", status="failed", creation_time="2027-01-02T00:00Z"
    )
    assert told(LAST.decide(DISK, [PLAIN, failed])) == [
        ("s-failed", "delete", "its creation failed"),
        ("s-old", "keep", "last"),
    ]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ("disk", ("delete", "no rule keeps it")),
        ("image", ("protected", "used by an image")),
        ("image_disk", ("protected", "used by an image, used by a disk")),
        ("lease", ("protected", "Usage is not understood")),
    ],
)
def test_force_reaches_what_only_a_disk_uses(usage: str, expected: tuple[str, str]) -> None:
    assert fate(replace(PLAIN, usage=usage), replace(LAST, force=True)) == expected


def test_the_rules_see_locked_and_used_snapshots() -> None:
    judge = replace(LAST, policy=Policy({"last": 2}), locked={"s-new"})
    used = replace(PLAIN, snapshot_id="s-used", usage="image", creation_time="2026-12-31T00:00Z")
    assert told(judge.decide(DISK, [PLAIN, used, NEWER])) == [
        ("s-new", "keep", "last"),
        ("s-used", "keep", "last"),
        ("s-old", "delete", "no rule keeps it"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"snapshot_type": "auto"},
        {"status": "progressing"},
        {"snapshot_id": ""},
        {"disk_id": "d-2"},
        {"creation_time": "2027-01-04T12:15:01Z"},
        {"tags": Unknown("Odd.")},
    ],
)
def test_what_is_odd_takes_no_place_of_another(changes: dict[str, str]) -> None:
    odd = replace(PLAIN, **{"snapshot_id": "s-odd", "creation_time": "2027-01-03T00:00Z"} | changes)
    judge = replace(LAST, scope=Scope(tags=TAGS))
    assert ("s-new", "keep", "last") in told(judge.decide(DISK, [PLAIN, NEWER, odd]))


def test_a_newest_that_clocks_may_disagree_about_is_still_the_newest() -> None:
    ahead = replace(PLAIN, snapshot_id="s-ahead", creation_time="2027-01-04T12:15:00Z")
    assert told(LAST.decide(DISK, [NEWER, ahead]))[0] == ("s-ahead", "keep", "last")


def test_two_records_of_one_id_are_one_where_they_agree_and_protected_where_they_do_not() -> None:
    assert told(LAST.decide(DISK, [PLAIN, NEWER, PLAIN])) == told(LAST.decide(DISK, [PLAIN, NEWER]))
    contrary = replace(PLAIN, creation_time="2026-12-02T00:00Z", tags=())
    why = "listed twice with differences"
    for judge in (LAST, replace(LAST, scope=Scope(tags=TAGS))):
        decisions = told(judge.decide(DISK, [PLAIN, NEWER, contrary]))
        assert set(decisions) == {("s-new", "keep", "last"), ("s-old", "protected", why)}


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (ALL, True),
        (Scope(), False),
        (Scope(tags=TAGS[:1]), True),
        (Scope(tags=TAGS[::-1]), True),
        (Scope(tags=(*TAGS, ("more", ""))), False),
        (Scope(tags=(("job", "Nightly"),)), False),
        (Scope(tags=(("job", ""),)), False),
        (Scope(name_prefix="nightly-"), True),
        (Scope(name_prefix="nightly-12"), False),
        (Scope(name_prefix="Night"), False),
        (Scope(name_prefix="ightly"), False),
        (Scope(tags=TAGS, name_prefix="weekly"), False),
        (Scope(tags=(("job", "weekly"),), name_prefix="nightly"), False),
    ],
)
def test_the_scope_holds_what_has_all_that_is_asked_for(scope: Scope, held: bool) -> None:
    assert bool(replace(LAST, scope=scope).decide(DISK, [PLAIN])) is held


def test_a_snapshot_that_may_be_in_scope_is_protected() -> None:
    odd = replace(PLAIN, tags=Unknown("Odd."))
    tagged = replace(LAST, scope=Scope(tags=TAGS))
    assert fate(odd, tagged) == ("protected", "its tags are not understood")
    assert fate(odd) == ("delete", "no rule keeps it")
    assert replace(tagged, scope=Scope(TAGS, "weekly")).decide(DISK, [odd]) == ()


def test_of_two_snapshots_of_one_moment_the_same_one_stays_whatever_the_order() -> None:
    twin = replace(NEWER, snapshot_id="s-nex")
    assert told(LAST.decide(DISK, [NEWER, twin])) == told(LAST.decide(DISK, [twin, NEWER]))
    assert [each.action for each in LAST.decide(DISK, [NEWER, twin])] == ["keep", "delete"]


judges = st.builds(Judge, scopes, policies(), now=st.just(NOW), locked=id_sets, force=st.booleans())


@settings(max_examples=1_200, deadline=None)
@given(histories, judges, st.randoms(use_true_random=False))
def test_any_history(history: list[Snapshot], judge: Judge, random: Random) -> None:
    decisions = judge.decide(DISK, history)
    each_in_scope_is_decided_once(decisions, history, judge)
    for each in decisions:
        if each.action is Action.DELETE:
            may_be_deleted(each.snapshot, history, judge)
    the_newest_survive(decisions, history)
    pruning_again_deletes_nothing(decisions, history, judge)
    more_protection_deletes_no_more(decisions, history, judge)
    random.shuffle(history)
    assert judge.decide(DISK, history) == decisions


def each_in_scope_is_decided_once(
    decisions: tuple[Decision, ...], history: list[Snapshot], judge: Judge
) -> None:
    expected = {each for each in history if judge.scope.holds(each)}
    assert Counter(each.snapshot for each in decisions) == Counter(expected)
    assert all(each.reason.strip() for each in decisions)
    told = [parse_time(each.snapshot.creation_time) for each in decisions]
    known = [when for when in told if when is not None and when <= NOW]
    assert known == sorted(known, reverse=True)


def may_be_deleted(found: Snapshot, history: list[Snapshot], judge: Judge) -> None:
    when = parse_time(found.creation_time)
    assert when is not None
    assert when <= NOW
    assert found.snapshot_id.startswith("s-")
    assert found.snapshot_id not in judge.locked
    assert found.disk_id == DISK
    assert str(found.snapshot_type).lower() == "user"
    assert str(found.status).lower() in ("accomplished", "failed")
    assert str(found.usage or "none").lower() in ("none", *["disk"] * judge.force)
    assert {each for each in history if each.snapshot_id == found.snapshot_id} == {found}
    if not judge.scope.every:
        assert judge.scope.tags or judge.scope.name_prefix
        assert set(judge.scope.tags) <= set(known_tags(found))
        assert (found.name or "").startswith(judge.scope.name_prefix)


def known_tags(found: Snapshot) -> tuple[tuple[str, str], ...]:
    return found.tags if isinstance(found.tags, tuple) else ()


def the_newest_survive(decisions: tuple[Decision, ...], history: list[Snapshot]) -> None:
    """The newest accomplished snapshot of all, and the newest that was taken by hand."""
    accomplished = [
        (when, each)
        for each in history
        if str(each.status).lower() == "accomplished"
        and (when := parse_time(each.creation_time)) is not None
        and when <= NOW
    ]
    by_hand = [
        (when, each) for when, each in accomplished if each.snapshot_type in ("user", "User")
    ]
    for found in filter(None, (accomplished, by_hand)):
        newest = max(when for when, _ in found)
        assert {each for when, each in found if when == newest} - deleted(decisions)


def pruning_again_deletes_nothing(
    decisions: tuple[Decision, ...], history: list[Snapshot], judge: Judge
) -> None:
    left = [each for each in history if each not in deleted(decisions)]
    assert judge.decide(DISK, left) == tuple(
        each for each in decisions if each.action is not Action.DELETE
    )


def more_protection_deletes_no_more(
    decisions: tuple[Decision, ...], history: list[Snapshot], judge: Judge
) -> None:
    for more in (
        replace(judge, policy=replace(judge.policy, within=age("999999w"))),
        replace(judge, policy=replace(judge.policy, counts=judge.policy.counts | {"daily": 9})),
        replace(judge, force=False),
        replace(judge, locked={*judge.locked, "s-1", "s-2"}),
    ):
        assert deleted(more.decide(DISK, history)) <= deleted(decisions)


def deleted(decisions: tuple[Decision, ...]) -> set[Snapshot]:
    return {each.snapshot for each in decisions if each.action is Action.DELETE}
