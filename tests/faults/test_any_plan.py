"""Whatever goes wrong: one snapshot at most, exit 0 if and only if its ID is on stdout."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecs_snap_cli.errors import ExitCode
from tests.faults.conftest import FarEnd, HurriedClock, Outcome

READS = ("DescribeDisks", "DescribeInstances", "DescribeSnapshots")
# Those that leave open whether the action was carried out.
OPEN_CODES = ("InternalError", "ServiceUnavailable", "IdempotentProcessing", "SignatureNonceUsed")
CODES = (
    *OPEN_CODES,
    "Throttling",
    "Throttling.User",
    "Throttling.Api",
    "OperationConflict",
    "IdempotentParameterMismatch",
    "IncorrectDiskStatus.CreatingSnapshot",
    "InvalidDiskId.NotFound",
    "InvalidTimeStamp.Expired",
    "Forbidden.RAM",
    "InvalidParameter",
    "NeverHeardOf",
)
statuses = st.sampled_from((200, 400, 403, 404, 429, 500, 503))
faults = st.one_of(
    st.sampled_from(
        ("reset", "reset-after", "half", "empty", "empty-after", "html", "html-after,status=502")
    ),
    # Each costs real time: the read time-out below.
    st.sampled_from(("hang", "hang-after", "down,seconds=0.02")),
    st.builds("error,code={},status={}".format, st.sampled_from(CODES), statuses),
    st.builds("error-after,code={},status={}".format, st.sampled_from(OPEN_CODES), statuses),
)
which = st.sampled_from(("", "@1", "@1", "@2", "@1-2", "@2-", "@3-5"))
plans = st.lists(
    st.one_of(
        st.builds(
            "{}{}:{}".format,
            st.sampled_from((*READS, *("CreateSnapshot",) * 3, "*")),
            which,
            faults,
        ),
        st.builds("CreateSnapshot{}:fail-later".format, which),
    ),
    max_size=4,
)


WAIT = ("--wait", "--poll-interval", "0.01", "--wait-timeout", "1.5")


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    plan=plans,
    attempts=st.integers(1, 4),
    output=st.sampled_from(("table", "json", "xml", "quiet")),
    argv=st.lists(
        st.sampled_from((("--no-preflight",), ("--client-token", "mine"), ("--name", "n1"), WAIT)),
        max_size=3,
        unique=True,
    ),
)
@example(plan=["CreateSnapshot:reset-after"], attempts=2, output="table", argv=[])
@example(plan=["CreateSnapshot@1:hang-after"], attempts=3, output="quiet", argv=[])
@example(plan=["*:reset"], attempts=1, output="json", argv=[])
@example(plan=[], attempts=1, output="json", argv=[WAIT])
@example(plan=["CreateSnapshot:fail-later"], attempts=1, output="json", argv=[WAIT])
@example(plan=["DescribeSnapshots@2-:reset"], attempts=2, output="xml", argv=[WAIT])
def test_three_promises_hold_under_any_plan(
    far_end: FarEnd, plan: list[str], attempts: int, output: str, argv: list[tuple[str, ...]]
) -> None:
    outcome = far_end.create(
        *plan,
        argv=(
            *(("-q",) if output == "quiet" else ("-o", output)),
            *("--max-attempts", str(attempts), "--read-timeout", "0.15"),
            *(word for option in argv for word in option),
        ),
        clock=HurriedClock(),
    )
    assert len(outcome.snapshots) <= 1
    assert len(outcome.tokens) <= 1
    on_stdout = [each for each in outcome.snapshots if each in outcome.ended.out]
    assert (outcome.code == 0) == bool(on_stdout)
    assert outcome.code in {int(code) for code in ExitCode}
    assert outcome.seen.count("CreateSnapshot") <= attempts
    if outcome.code != 0:
        assert outcome.ended.out == ""
        # The ID, or, where ECS could not be asked for it any more, the way to get it.
        assert outcome.told == outcome.snapshots or all(
            f"--client-token {token}" in outcome.ended.err for token in outcome.tokens
        )
        assert_is_an_error(outcome, output)


def assert_is_an_error(outcome: Outcome, output: str) -> None:
    """One error in the format asked for, and nothing else on stderr."""
    err = outcome.ended.err
    assert "Traceback" not in err
    if output == "json":
        assert json.loads(err)["Error"]["ExitCode"] == outcome.code
    elif output == "xml":
        assert ET.fromstring(err).findtext("ExitCode") == str(outcome.code)  # noqa: S314
    else:
        assert f"exit {outcome.code}" in err
