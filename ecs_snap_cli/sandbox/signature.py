"""Who may call: the access keys, and what both versions of the signature have in common."""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .errors import ApiError
from .nonces import NonceWindow

# Public on purpose: they open nothing but the sandbox.
ACCESS_KEY_ID = "sandbox"
ACCESS_KEY_SECRET = "sandbox"  # noqa: S105
STS_ACCESS_KEY_ID = "STS.sandbox"
SECURITY_TOKEN = "sandbox"  # noqa: S105
EXPIRED_TOKEN = "sandbox-expired"  # noqa: S105

# Half the span in which a request may arrive; the protocol allows 15 minutes either way.
CLOCK_SKEW = timedelta(minutes=15)

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key's secret, and whether it is a temporary one, which a security token goes with."""

    secret: str
    temporary: bool = False


_KEYS = {
    ACCESS_KEY_ID: AccessKey(ACCESS_KEY_SECRET),
    STS_ACCESS_KEY_ID: AccessKey(ACCESS_KEY_SECRET, temporary=True),
}


def access_key(key_id: str) -> AccessKey:
    """The key of this ID; InvalidAccessKeyId.NotFound for any that the sandbox does not know."""
    if key_id not in _KEYS:
        known = " and ".join(map(repr, _KEYS))
        raise ApiError(
            404,
            "InvalidAccessKeyId.NotFound",
            f"There is no such access key; this sandbox knows only {known}.",
        )
    return _KEYS[key_id]


def check_date(name: str, text: str, now: datetime) -> None:
    """Refuse a date of another form, or of another quarter of an hour; `name` is its field's."""
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError("not of the form")
        year, month, day, hour, minute, second = map(int, match.groups())
        date = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise ApiError(
            400, "IllegalTimestamp", f"The {name} is not a time of the form yyyy-MM-ddTHH:mm:ssZ."
        ) from None
    if abs(now - date) > CLOCK_SKEW:
        raise ApiError(
            400,
            "InvalidTimeStamp.Expired",
            f"The {name} is more than 15 minutes away from the server's time.",
        )


def check_signature(expected: str, given: str, string_to_sign: str) -> None:
    """Refuse a signature that is not the one of what the server would sign."""
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
        raise ApiError(
            400,
            "SignatureDoesNotMatch",
            f"The signature is not the one of this request. Server's string to sign: "
            f"{string_to_sign!r}.",
        )


def check_token(key: AccessKey, token: str) -> None:
    """Refuse a temporary key without its security token, and any other token."""
    if key.temporary and not token:
        raise ApiError(
            400, "MissingSecurityToken", "This access key goes with a security token; send it too."
        )
    if token == EXPIRED_TOKEN:
        raise ApiError(400, "InvalidSecurityToken.Expired", "The security token has expired.")
    if token not in ("", SECURITY_TOKEN):
        raise ApiError(
            400,
            "InvalidSecurityToken.Malformed",
            f"The security token is not one of this sandbox, which knows only {SECURITY_TOKEN!r}.",
        )


def spend(nonces: NonceWindow, nonce: str, now: datetime) -> None:
    """Refuse a nonce that was spent before.

    Only a request whose signature is right gets here, so nobody without the secret can use up
    another client's nonces.
    """
    if not nonces.spend(nonce, now):
        raise ApiError(
            400, "SignatureNonceUsed", "The signature nonce was used before: send a fresh one."
        )
