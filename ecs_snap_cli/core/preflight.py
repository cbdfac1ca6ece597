"""The pre-flight: every check over the facts, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import replace
from datetime import datetime

from ecs_snap_cli.core import disk_checks, instance_checks, snapshot_checks
from ecs_snap_cli.core.choices import CHECK_IDS
from ecs_snap_cli.core.rules import CURRENT, DOCUMENTED, Rules
from ecs_snap_cli.errors import ExitCode
from ecs_snap_cli.model import Check, Facts, Report, Status, Unknown
from ecs_snap_cli.values import value

CheckFunction = Callable[[Facts, Rules, datetime], Check]

_FUNCTIONS: tuple[CheckFunction, ...] = (
    disk_checks.disk_exists,
    disk_checks.disk_attached,
    disk_checks.disk_category,
    instance_checks.instance_status,
    instance_checks.instance_started,
    instance_checks.instance_lock,
    snapshot_checks.snapshot_limit,
    snapshot_checks.snapshot_pending,
    disk_checks.data_loading,
)
CHECKS = tuple(zip(CHECK_IDS, _FUNCTIONS, strict=True))

# With the caller's own ClientToken the pending snapshot, or the one that fills the quota, may
# be this very order's: ECS tells the two apart, a client cannot.
_DECIDED_BY_TOKEN = frozenset({"snapshot-limit", "snapshot-pending"})


@value(frozen=True, slots=True)
class Policy:
    """How the caller wants to be checked.

    ``snapshot_limit`` is the caller's own quota, ``skip`` the check ids not to make, ``strict``
    makes warnings refuse, ``token_given`` says that the caller chose the ClientToken.
    """

    rules: Rules = DOCUMENTED
    snapshot_limit: int | None = None
    skip: Set[str] = frozenset()
    strict: bool = False
    token_given: bool = False


def evaluate(facts: Facts, policy: Policy, now: datetime) -> Report:
    """Every check in the contract's order, with the verdict.

    ``now`` is an aware UTC time. Pure: the same facts give the same report.
    """
    checks = _findings(facts, policy, policy.rules, now)
    found = facts.disk is not None
    eligible = found and _goes_ahead(checks, policy)
    hint = None
    if found and not eligible and _goes_ahead(_findings(facts, policy, CURRENT, now), policy):
        hint = (
            f"The {policy.rules.name} rules refuse this disk; ECS as it is documented today "
            "would not. Add --rules current to go by today's documentation."
        )
    return Report(facts.disk_id, eligible, policy.rules.name, checks, hint, found, policy.strict)


def unread(disk_id: str, reason: Unknown, policy: Policy, hint: str | None) -> Report:
    """The report on a disk whose facts could not be read: not eligible, whatever the policy."""
    first = next((each for each in CHECK_IDS if each not in policy.skip), None)

    def finding(check_id: str) -> Check:
        if check_id in policy.skip:
            return _not_wanted(check_id)
        if check_id == first:
            return Check(check_id, Status.WARN, reason.reason, code=reason.code)
        return Check(check_id, Status.SKIP, "Not checked: the disk could not be examined.")

    checks = tuple(map(finding, CHECK_IDS))
    return Report(
        disk_id, False, policy.rules.name, checks, hint, strict=policy.strict, examined=False
    )


def exit_code(report: Report) -> ExitCode:
    """The exit code that one report stands for."""
    if report.eligible:
        return ExitCode.DONE
    return ExitCode.REFUSED if report.disk_found else ExitCode.NOT_FOUND


def _findings(facts: Facts, policy: Policy, rules: Rules, now: datetime) -> tuple[Check, ...]:
    limited = rules.with_snapshot_limit(policy.snapshot_limit)
    return tuple(
        _not_wanted(check_id)
        if check_id in policy.skip
        else _leave_to_token(function(facts, limited, now), facts, policy)
        for check_id, function in CHECKS
    )


def _not_wanted(check_id: str) -> Check:
    return Check(check_id, Status.SKIP, "Skipped, as asked for with --skip-check.")


def _leave_to_token(check: Check, facts: Facts, policy: Policy) -> Check:
    """What the caller's own token decides warns, and refuses nothing, not even under strict.

    The command run a second time must not stumble over the snapshot that it made itself.
    """
    if not policy.token_given or check.id not in _DECIDED_BY_TOKEN:
        return check
    if check.status in (Status.PASS, Status.SKIP) or isinstance(facts.snapshots, Unknown):
        return check
    return replace(
        check,
        status=Status.WARN if check.status is Status.FAIL else check.status,
        advice="This order's own may be among them: ECS decides by the --client-token.",
        left_to_ecs=True,
    )


def _goes_ahead(checks: tuple[Check, ...], policy: Policy) -> bool:
    if any(check.status is Status.FAIL for check in checks):
        return False
    if not policy.strict:
        return True
    return not any(check.status is Status.WARN and not check.left_to_ecs for check in checks)
