"""Verification of Alibaba Cloud's V3 request signature, ACS3-HMAC-SHA256.

The canonical request is, one item a line: method, path, query (sorted, percent-encoded),
the signed headers (sorted, one a line), an empty line, their names joined by `;`, and the
hexadecimal SHA-256 of the body. Its SHA-256 is what the access key's secret signs.
https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from .errors import ApiError, clip
from .nonces import NonceWindow
from .request import Request, decode_pairs

ALGORITHM = "ACS3-HMAC-SHA256"
ACCESS_KEY_ID = "sandbox"
ACCESS_KEY_SECRET = "sandbox"  # noqa: S105 - public on purpose, it opens nothing but the sandbox

# Half the span in which a request may arrive; the protocol allows 15 minutes either way.
CLOCK_SKEW = timedelta(minutes=15)

_ALWAYS_SIGNED = ("host", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce")
_FIELDS = {"Credential", "SignedHeaders", "Signature"}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)


def verify(request: Request, now: datetime, nonces: NonceWindow) -> None:
    """Accept `request` silently or raise the ApiError that ECS would answer.

    The nonce is spent only by a request whose signature is right, so nobody without the
    secret can use up another client's nonces.
    """
    fields = _authorization(request)
    if fields["Credential"] != ACCESS_KEY_ID:
        raise ApiError(
            404,
            "InvalidAccessKeyId.NotFound",
            f"There is no such access key; this sandbox knows only {ACCESS_KEY_ID!r}.",
        )
    signed = _signed_headers(request, fields["SignedHeaders"])
    _check_date(request.headers["x-acs-date"], now)
    _check_body(request)
    canonical = canonical_request(request, signed)
    string_to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical).hexdigest()}"
    expected = hmac.new(ACCESS_KEY_SECRET.encode(), string_to_sign.encode(), hashlib.sha256)
    if not hmac.compare_digest(expected.hexdigest(), fields["Signature"].lower()):
        raise ApiError(
            400,
            "SignatureDoesNotMatch",
            f"The signature is not the one of this request. Server's string to sign: "
            f"{string_to_sign!r}.",
        )
    if "x-acs-security-token" in request.headers:
        # ECS's code for a token that it did not issue; the sandbox issues none.
        raise ApiError(
            400,
            "InvalidSecurityToken.Malformed",
            "The security token is not one of this sandbox; its access key needs none.",
        )
    if not nonces.spend(request.headers["x-acs-signature-nonce"], now):
        raise ApiError(
            400, "SignatureNonceUsed", "The signature nonce was used before: send a fresh one."
        )


def canonical_request(request: Request, signed: list[str]) -> bytes:
    """The octets whose SHA-256 is signed; `signed` are lower-case header names, sorted."""
    query = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}"
        for name, value in sorted(decode_pairs(request.query))
    )
    # Blanks only: str.strip would also take octets of UTF-8 that Latin-1 reads as white space.
    headers = "".join(f"{name}:{request.headers[name].strip(' ')}\n" for name in signed)
    lines = (
        request.method,
        request.path or "/",
        query,
        headers,
        ";".join(signed),
        request.headers["x-acs-content-sha256"],
    )
    return "\n".join(lines).encode("latin-1")


def _authorization(request: Request) -> dict[str, str]:
    header = request.headers.get("authorization", "").strip()
    if not header:
        raise _incomplete(
            "the Authorization header is missing; it is to read "
            f"'{ALGORITHM} Credential=...,SignedHeaders=...,Signature=...' (the older signature "
            "in query parameters is not served by this sandbox)"
        )
    algorithm, _, rest = header.partition(" ")
    # Names are told, values never: one may be a signature, or a token that strayed in here.
    if algorithm != ALGORITHM:
        found = f"{clip(algorithm)!r}" if rest else "something else"
        raise _incomplete(
            f"the Authorization header begins with {found}, "
            f"and this sandbox verifies {ALGORITHM} only"
        )
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, _, value = part.strip().partition("=")
        if name not in _FIELDS or name in fields or not value:
            odd = f"{clip(name)}=..." if value else "(without a value)"
            raise _incomplete(f"the Authorization header has the odd part {odd}")
        fields[name] = value
    if absent := sorted(_FIELDS - fields.keys()):
        raise _incomplete(f"the Authorization header lacks {', '.join(absent)}")
    if not fields["Signature"].isascii():
        raise _incomplete("the signature is not hexadecimal")
    return fields


def _signed_headers(request: Request, listed: str) -> list[str]:
    signed = sorted(set(listed.lower().split(";")))
    acs = (name for name in request.headers if name.startswith("x-acs-"))
    for name in dict.fromkeys((*_ALWAYS_SIGNED, *acs)):
        if name not in request.headers:
            raise _incomplete(f"the header {name} is missing")
        if name not in signed:
            raise _incomplete(f"the header {clip(name)} is not among the SignedHeaders")
    for name in signed:
        if name not in request.headers:
            raise _incomplete(f"the signed header {clip(name)!r} is not in the request")
    return signed


def _check_date(text: str, now: datetime) -> None:
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError("not of the form")
        year, month, day, hour, minute, second = map(int, match.groups())
        date = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise ApiError(
            400,
            "IllegalTimestamp",
            "The header x-acs-date is not a time of the form yyyy-MM-ddTHH:mm:ssZ.",
        ) from None
    if abs(now - date) > CLOCK_SKEW:
        raise ApiError(
            400,
            "InvalidTimeStamp.Expired",
            "The header x-acs-date is more than 15 minutes away from the server's time.",
        )


def _check_body(request: Request) -> None:
    told = request.headers["x-acs-content-sha256"]
    actual = hashlib.sha256(request.body).hexdigest()
    if not hmac.compare_digest(told.encode("latin-1"), actual.encode()):
        raise ApiError(
            400,
            "SignatureDoesNotMatch",
            "The header x-acs-content-sha256 is not the SHA-256 of the body.",
        )


def _incomplete(what: str) -> ApiError:
    return ApiError(400, "IncompleteSignature", f"The request is not signed completely: {what}.")
