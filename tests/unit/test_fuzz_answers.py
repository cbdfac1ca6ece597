"""Anything at all as ECS's answers: nothing raises, and no verdict is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_snap_cli.core.choices import CHECK_IDS
from ecs_snap_cli.core.preflight import Policy, evaluate
from ecs_snap_cli.core.rules import RULE_SETS
from ecs_snap_cli.errors import ApiError, Unavailable
from ecs_snap_cli.gateway.answers import read
from ecs_snap_cli.gateway.ecs import Ecs
from ecs_snap_cli.gateway.failure import Failure
from ecs_snap_cli.gateway.transport import Exchange
from ecs_snap_cli.workflow.gather import gather
from tests.unit.oracle import SNAPSHOT_LIMITS, Bodies, may_fail, may_pass
from tests.unit.spoiled import ANYTHING, NAMES, TEXTS, healthy, spoiled, spoiled_once

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOTH = ["documented", "current"]

BODIES = (
    st.binary(max_size=60)
    | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.dictionaries(NAMES, ANYTHING, max_size=3).map(lambda body: json.dumps(body).encode())
)
HEADERS = st.sampled_from(["content-type", "retry-after", "x-acs-retry-after", "date"])


@settings(deadline=None, max_examples=300)
@given(BODIES, st.integers(0, 999), st.dictionaries(HEADERS, TEXTS))
def test_whatever_comes_over_the_wire_is_an_answer_or_a_failure(
    content: bytes, status: int, headers: dict[str, str]
) -> None:
    found = read("CreateSnapshot", Exchange(status, headers, content))
    if isinstance(found, Failure):
        assert found.what
        return
    assert found == json.loads(content)
    assert 200 <= status < 300


class PlayedApi:
    """Answers each action with one body, read as the real one would be."""

    region_id = "cn-hangzhou"

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies

    def call(self, action: str, request: object, extra: Any = None) -> dict[str, Any]:
        found = read(action, Exchange(200, {}, json.dumps(self._bodies[action]).encode()))
        if isinstance(found, Failure):
            raise found.api_error or Unavailable(found.what)
        if extra and extra(found):
            raise Unavailable("It is none of the API's.")
        return found


def reports(bodies: Bodies) -> dict[str, dict[str, set[str]]]:
    """The checks by how they end, under both rules; nothing where there is no report at all."""
    ecs = Ecs.__new__(Ecs)
    ecs._api = PlayedApi(bodies)  # type: ignore[assignment]
    try:
        facts = gather(ecs, "d-1")
    except (Unavailable, ApiError):
        return {}
    found: dict[str, dict[str, set[str]]] = {}
    for rules in BOTH:
        found[rules] = {status: set() for status in ("pass", "warn", "fail", "skip")}
        for check in evaluate(facts, Policy(RULE_SETS[rules], SNAPSHOT_LIMITS[rules]), NOW).checks:
            found[rules][check.status].add(check.id)
    return found


def wrong_verdicts(bodies: Bodies) -> list[tuple[str, str, str]]:
    """The checks that say what the answers do not: (rules, check, how it ended)."""
    return [
        (rules, check, status)
        for rules, report in reports(bodies).items()
        for status, may in (("pass", may_pass), ("fail", may_fail))
        for check in report[status]
        if not may(check, bodies, rules)
    ]


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("rules", BOTH)
def test_healthy_answers_pass_every_check(rules: str, fresh: bool) -> None:
    bodies = healthy(fresh=fresh)
    assert reports(bodies)[rules]["pass"] == set(CHECK_IDS)
    assert [each for each in CHECK_IDS if not may_pass(each, bodies, rules)] == []
    assert [each for each in CHECK_IDS if may_fail(each, bodies, rules)] == []


@pytest.mark.parametrize(
    ("in_use", "fresh", "pending"),
    [(True, False, False), (False, False, True), (True, True, False)],
    ids=["in use", "detached and pending", "fresh"],
)
def test_no_single_value_makes_a_wrong_verdict(in_use: bool, fresh: bool, pending: bool) -> None:
    seen = 0
    for bodies in spoiled_once(in_use=in_use, fresh=fresh, pending=pending):
        assert wrong_verdicts(bodies) == [], bodies
        seen += 1
    assert seen > 500


@settings(deadline=None, max_examples=1_500)
@given(spoiled())
def test_no_combination_of_odd_values_makes_a_wrong_verdict(bodies: Bodies) -> None:
    assert wrong_verdicts(bodies) == []
