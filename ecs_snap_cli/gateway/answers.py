"""What an exchange means: the API's answer, or a failure with its kind.

Works on what really came over the wire, not on the SDK's exceptions: those hide the status of
a page that is no JSON, and throttling without the SDK's own header.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ecs_snap_cli import catalog
from ecs_snap_cli.core.times import duration
from ecs_snap_cli.errors import ApiError, ExitCode
from ecs_snap_cli.gateway import network
from ecs_snap_cli.gateway.body import parse
from ecs_snap_cli.gateway.failure import Failure
from ecs_snap_cli.gateway.transport import MOST_BYTES, Exchange
from ecs_snap_cli.model import JsonObject

# Not refusals, whatever status they come with. SignatureNonceUsed: something on the way sent the
# request twice, and the first copy arrived.
_ACTED_PERHAPS = (
    "InternalError",
    "ServiceUnavailable",
    "IdempotentProcessing",
    "SignatureNonceUsed",
)
# Of a message; what is longer would keep the terminal busy.
_LONGEST_TEXT = 20_000
_ABOUT_THE_CLOCK = ("InvalidTimeStamp.Expired", "IllegalTimestamp")


def read(action: str, exchange: Exchange) -> JsonObject | Failure:
    """The answer's body where the call succeeded, else the failure."""
    if exchange.error is not None:
        return network.failure_of(exchange.error)
    status = exchange.status or 0
    if 300 <= status < 400:
        return Failure(
            f"it answered with a redirect (HTTP {status}), which is never followed",
            retryable=False,
            may_have_acted=False,
            hint="Check --endpoint and the proxy: ECS itself does not redirect.",
        )
    body = parse(exchange.body)
    if status >= 400 or (isinstance(body, dict) and isinstance(body.get("Code"), str)):
        return _refusal(action, status, body, exchange)
    if not isinstance(body, dict) or not body or not 200 <= status < 300:
        return _not_the_api(status, exchange)
    return body


def _refusal(action: str, status: int, body: object, exchange: Exchange) -> Failure:
    code = body.get("Code") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(code, str) or not code:
        return _not_the_api(status, exchange)
    error = ApiError(
        _text(body.get("Message")) or "(no message)",
        code=code,
        http_status=status,
        request_id=_text(body.get("RequestId")),
    )
    if error.permission_denied:
        error.hint = f"Allow ecs:{action} in the RAM policy of this identity."
    elif error.exit_code is ExitCode.UNAVAILABLE and action.startswith("Describe"):
        error.hint = "Nothing was changed. Try again later."
    elif (entry := catalog.find(code)) and entry.kind == "error-code":
        error.hint = entry.remedy
        if code in _ABOUT_THE_CLOCK:
            error.hint = f"{_clock_difference(exchange)}{entry.remedy}"
    else:
        error.hint = "Look the code up in ECS's API reference; support asks for the RequestId."
    passing = error.exit_code is ExitCode.UNAVAILABLE
    if not passing:
        error.message = f"ECS refused {action}: {error.message}"
    return Failure(
        f"{code} (HTTP {status})",
        retryable=passing,
        may_have_acted=_may_have_acted(code, status),
        api_error=error,
        asked_pause=_asked_pause(exchange.headers),
    )


def _may_have_acted(code: str, status: int) -> bool:
    """Throttling stops a call before it acts, and so does a refusal; the rest is open."""
    if code.startswith("Throttling"):
        return False
    return not 400 <= status < 500 or code.startswith(_ACTED_PERHAPS)


def _clock_difference(exchange: Exchange) -> str:
    """A sentence on how wrong this machine's clock is, or nothing where it is not."""
    ahead = clock_ahead(exchange)
    if ahead is None or abs(ahead) < timedelta(minutes=1):
        return ""
    slow = ahead > timedelta()
    return (
        f"This machine's clock is {duration(round(abs(ahead).total_seconds()))} "
        f"{'behind' if slow else 'ahead of'} ECS's. "
    )


def _not_the_api(status: int, exchange: Exchange) -> Failure:
    kind = exchange.headers.get("content-type", "").partition(";")[0] or "no content type"
    what = f"a body that is not the API's ({kind})" if exchange.body.strip() else "an empty body"
    if exchange.oversized:
        what = f"more than {MOST_BYTES // 2**20} MiB, which is not the API's"
    return Failure(
        f"it answered HTTP {status} with {what}",
        retryable=True,
        may_have_acted=True,
        asked_pause=_asked_pause(exchange.headers),
        hint="Something between here and ECS may be answering: check --endpoint and the proxy.",
    )


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    cut = len(text) - _LONGEST_TEXT
    return text if cut <= 0 else f"{text[:_LONGEST_TEXT]}... ({cut:,} characters more)"


def clock_ahead(exchange: Exchange) -> timedelta | None:
    """How far the server's clock is ahead of this machine's, by the answer's Date."""
    date = _http_date(exchange.headers.get("date", ""))
    return None if date is None else date - datetime.now(UTC)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    # "-0000" says nothing of a zone; HTTP's dates are UTC.
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _asked_pause(headers: dict[str, str]) -> float | None:
    """Seconds that the answer asks for: ECS's header is in milliseconds, HTTP's in seconds."""
    milliseconds = headers.get("x-acs-retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", milliseconds, re.ASCII):
        return int(milliseconds) / 1000
    after = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", after, re.ASCII):
        return float(after)
    wanted = _http_date(after)
    return None if wanted is None else max(0.0, (wanted - datetime.now(UTC)).total_seconds())
