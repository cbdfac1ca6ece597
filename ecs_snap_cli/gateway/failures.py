"""What an exchange means: the API's answer, or a failure with its kind.

Works on what really came over the wire, not on the SDK's exceptions: those hide the status of
a page that is no JSON, and throttling without the SDK's own header.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import NewConnectionError

from ecs_snap_cli import catalog
from ecs_snap_cli.errors import ApiError, ExitCode
from ecs_snap_cli.gateway.transport import Exchange
from ecs_snap_cli.model import JsonObject


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that did not succeed.

    ``what`` in a few words; ``api_error`` where ECS itself answered; ``may_have_acted``:
    whether ECS may have carried the call out all the same; ``asked_pause`` in seconds.
    """

    what: str
    retryable: bool
    may_have_acted: bool
    api_error: ApiError | None = None
    asked_pause: float | None = None
    hint: str | None = None

    @property
    def throttled(self) -> bool:
        """Whether ECS asks for fewer calls; the HTTP status of that answer varies."""
        return self.api_error is not None and self.api_error.code.startswith("Throttling")


def read(action: str, exchange: Exchange) -> JsonObject | Failure:
    """The answer's body where the call succeeded, else the failure."""
    if exchange.error is not None:
        return _network_failure(exchange.error)
    status = exchange.status or 0
    if 300 <= status < 400:
        return Failure(
            f"it answered with a redirect (HTTP {status}), which is never followed",
            retryable=False,
            may_have_acted=False,
            hint="Check --endpoint and the proxy: ECS itself does not redirect.",
        )
    body = _json(exchange.body)
    if status >= 400:
        return _refusal(action, status, body, exchange)
    if not isinstance(body, dict) or not body:
        return _not_the_api(status, exchange)
    return body


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _refusal(action: str, status: int, body: object, exchange: Exchange) -> Failure:
    code = _text(body.get("Code")) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not code:
        return _not_the_api(status, exchange)
    error = ApiError(
        _text(body.get("Message")) or "(no message)",
        code=code,
        http_status=status,
        request_id=_text(body.get("RequestId")),
    )
    if error.permission_denied:
        error.hint = f"Allow ecs:{action} in the RAM policy of this identity."
    elif entry := catalog.find(code):
        error.hint = entry.remedy
    return Failure(
        f"{code} (HTTP {status})",
        retryable=error.exit_code is ExitCode.UNAVAILABLE,
        may_have_acted=not code.startswith("Throttling")
        and (status >= 500 or code == "IdempotentProcessing"),
        api_error=error,
        asked_pause=_asked_pause(exchange.headers),
    )


def _not_the_api(status: int, exchange: Exchange) -> Failure:
    kind = exchange.headers.get("content-type", "").partition(";")[0] or "no content type"
    what = f"a body that is not the API's ({kind})" if exchange.body.strip() else "an empty body"
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
    return value if isinstance(value, str) else json.dumps(value)


def _asked_pause(headers: dict[str, str]) -> float | None:
    """Seconds that the answer asks for: ECS's header is in milliseconds, HTTP's in seconds."""
    milliseconds = headers.get("x-acs-retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", milliseconds, re.ASCII):
        return int(milliseconds) / 1000
    after = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", after, re.ASCII):
        return float(after)
    try:
        wanted = parsedate_to_datetime(after)
        return max(0.0, (wanted - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _network_failure(error: Exception) -> Failure:
    """Our own words for what requests raised; its text repeats the URL with all parameters."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure(
                f"its TLS certificate does not verify ({cause.verify_message})",
                retryable=False,
                may_have_acted=False,
                hint="Name a private CA with REQUESTS_CA_BUNDLE; there is no way around TLS.",
            )
    if isinstance(error, requests.exceptions.ProxyError):
        return Failure(
            f"the proxy refused ({_innermost(causes)})",
            retryable=True,
            may_have_acted=False,
            hint="Check HTTPS_PROXY and NO_PROXY.",
        )
    if isinstance(error, requests.exceptions.SSLError):
        return Failure(
            f"TLS failed ({_innermost(causes)})",
            retryable=True,
            may_have_acted=True,
            hint="Check that the endpoint speaks HTTPS.",
        )
    hint = "Check the network, --region and --endpoint."
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("connecting timed out", retryable=True, may_have_acted=False, hint=hint)
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Failure(
            "no answer within the read time-out",
            retryable=True,
            may_have_acted=True,
            hint="Try again later, or give a longer --read-timeout.",
        )
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return Failure(
                f"its name cannot be resolved ({cause.strerror})",
                retryable=True,
                may_have_acted=False,
                hint=hint,
            )
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return Failure(
            f"no connection ({_innermost(causes)})", retryable=True, may_have_acted=False, hint=hint
        )
    return Failure(
        f"the connection broke ({_innermost(causes)})",
        retryable=True,
        may_have_acted=True,
        hint=hint,
    )


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that it wraps, outermost first; urllib3 keeps causes in ``reason``."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        each = todo.pop(0)
        if not isinstance(each, BaseException) or each in found:
            continue
        found.append(each)
        todo += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
    return found


_IN_WORDS = {
    "RemoteDisconnected": "closed without an answer",
    "IncompleteRead": "closed in the middle of the answer",
}


def _innermost(causes: list[BaseException]) -> str:
    """The operating system's own word for it, else the kind of error; never a URL."""
    for cause in reversed(causes):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    kind = type(causes[-1]).__name__
    return next((_IN_WORDS[name] for c in causes if (name := type(c).__name__) in _IN_WORDS), kind)
