"""Exit codes and the error family; the one place that turns an ECS code into an exit code."""

from __future__ import annotations

import re
import signal
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecs_snap_cli.model import Check


class ExitCode(IntEnum):
    """What the process tells its caller; scripts rely on these numbers."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    ACCESS = 5
    UNAVAILABLE = 6
    WAIT_TIMEOUT = 7
    SNAPSHOT_FAILED = 8
    MIXED = 9
    STALE = 10
    INTERRUPTED = 130
    TERMINATED = 143


# First match wins. The order matters: an access key that is "NotFound" is an access problem,
# not a missing disk, and a malformed security token is not a usage error.
_EXIT_BY_CODE: tuple[tuple[str, ExitCode], ...] = (
    (r"Throttling|ServiceUnavailable|InternalError|OperationConflict$", ExitCode.UNAVAILABLE),
    (r"IdempotentProcessing$", ExitCode.UNAVAILABLE),
    (r"InvalidAccessKeyId|Signature|IncompleteSignature", ExitCode.ACCESS),
    (r"(Missing|Invalid)SecurityToken|IllegalTimestamp|InvalidTimeStamp", ExitCode.ACCESS),
    (r"Forbidden|NoPermission|InvalidAction\.Unauthorized", ExitCode.ACCESS),
    (r"InvalidAction\.|InvalidVersion$|DryRunOperation$", ExitCode.UNEXPECTED),
    (r"InvalidParameter|MissingParameter|UnsupportedParameter", ExitCode.USAGE),
    (r"Missing[A-Z]|Duplicate\.|.*\.Malformed$", ExitCode.USAGE),
    (r".*\.NotFound$", ExitCode.NOT_FOUND),
)


def exit_code_for(code: str, http_status: int | None = None) -> ExitCode:
    """The exit code for an error that ECS answered with.

    ``code`` is ECS's own (``IncorrectDiskStatus.NeverAttached``); ``http_status`` decides only
    for codes of no known family: 429 and 5xx mean "later", 401 is an access problem, the rest a
    refusal.
    """
    for pattern, exit_code in _EXIT_BY_CODE:
        if re.match(pattern, code):
            return exit_code
    if http_status is not None and (http_status >= 500 or http_status == 429):
        return ExitCode.UNAVAILABLE
    if http_status == 401:
        return ExitCode.ACCESS
    return ExitCode.REFUSED


class EcsSnapError(Exception):
    """Whatever ends a command early, with all that an operator needs to act on it.

    ``code`` is ECS's error code or one of the program's own; ``hint`` is the next step;
    ``request_id`` is ECS's, for a support ticket; ``checks`` are the pre-flight's findings
    where there were any; ``may_have_acted`` says that ECS may have carried the call out although
    no answer told so.
    """

    may_have_acted = False
    code = "Unexpected"
    exit_code = ExitCode.UNEXPECTED

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        exit_code: ExitCode | None = None,
        hint: str | None = None,
        request_id: str | None = None,
        checks: tuple[Check, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.exit_code = self.exit_code if exit_code is None else exit_code
        self.hint = hint
        self.request_id = request_id
        self.checks = checks

    def add(self, sentence: str | None) -> None:
        """Let the message end with one more sentence."""
        if sentence:
            end = "" if self.message.endswith((".", "!", "?")) else "."
            self.message = f"{self.message}{end} {sentence}"


def as_told(error: Exception) -> EcsSnapError:
    """An error as it is told of one of several resources; a bug has no words of its own."""
    if isinstance(error, EcsSnapError):
        return error
    return EcsSnapError(
        f"Something unexpected happened ({type(error).__name__}).",
        hint="This is a bug: please report it.",
    )


class UsageError(EcsSnapError):
    """A bad option or value, found before anything was sent."""

    code = "UsageError"
    exit_code = ExitCode.USAGE


class CredentialsMissing(EcsSnapError):
    """No credentials, no such profile, or credentials that cannot be used."""

    code = "CredentialsMissing"
    exit_code = ExitCode.ACCESS


class ApiError(EcsSnapError):
    """ECS understood the call and answered with an error."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        http_status: int | None = None,
        hint: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            message,
            code=code,
            exit_code=exit_code_for(code, http_status),
            hint=hint,
            request_id=request_id,
        )
        self.http_status = http_status

    @property
    def permission_denied(self) -> bool:
        """Whether the caller is known and well but this one action is not allowed to it.

        A disabled key and risk control are not of this kind: they stop every action.
        """
        if self.code in ("Forbidden.AccessKeyDisabled", "Forbidden.RiskControl"):
            return False
        return bool(re.match(r"Forbidden|NoPermission|InvalidAction\.Unauthorized", self.code))


class Unavailable(EcsSnapError):
    """No answer that is the API's, after the retries."""

    code = "Unavailable"
    exit_code = ExitCode.UNAVAILABLE


class PreflightFailed(EcsSnapError):
    """A check refuses the snapshot; nothing was created."""

    code = "PreflightFailed"
    exit_code = ExitCode.REFUSED


class WaitTimeout(EcsSnapError):
    """The time to wait is over; the snapshot is still being created."""

    code = "WaitTimeout"
    exit_code = ExitCode.WAIT_TIMEOUT


class SnapshotFailed(EcsSnapError):
    """ECS ended the snapshot as ``failed``."""

    code = "SnapshotFailed"
    exit_code = ExitCode.SNAPSHOT_FAILED


class Interrupted(BaseException):
    """A signal arrived: SIGINT or SIGTERM, or one that ends the program like them.

    Not an ``Exception``: the SDK swallows those that a signal handler raises during a call.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signal = signal.Signals(signum)
        by_keyboard = self.signal in (signal.SIGINT, signal.SIGQUIT)
        self.exit_code = ExitCode.INTERRUPTED if by_keyboard else ExitCode.TERMINATED
