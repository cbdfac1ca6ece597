"""Verification of Alibaba Cloud's V3 request signature, ACS3-HMAC-SHA256.

The canonical request is, one item a line: method, path, query (sorted, percent-encoded),
the signed headers (sorted, one a line), an empty line, their names joined by `;`, and the
hexadecimal SHA-256 of the body. Its SHA-256 is what the access key's secret signs.
https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

from .errors import ApiError, clip, incomplete_signature
from .nonces import NonceWindow
from .request import Request
from .signature import access_key, check_date, check_signature, check_token, spend

ALGORITHM = "ACS3-HMAC-SHA256"

_ALWAYS_SIGNED = ("host", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce")
_FIELDS = {"Credential", "SignedHeaders", "Signature"}


def verify(request: Request, now: datetime, nonces: NonceWindow) -> None:
    """Accept `request` silently or raise the ApiError that ECS would answer."""
    fields = _authorization(request)
    key = access_key(fields["Credential"])
    signed = _signed_headers(request, fields["SignedHeaders"])
    check_date("header x-acs-date", request.headers["x-acs-date"], now)
    _check_body(request)
    canonical = canonical_request(request, signed)
    string_to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical).hexdigest()}"
    expected = hmac.new(key.secret.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()
    check_signature(expected, fields["Signature"].lower(), string_to_sign)
    check_token(key, request.headers.get("x-acs-security-token", ""))
    spend(nonces, request.headers["x-acs-signature-nonce"], now)


def canonical_request(request: Request, signed: list[str]) -> bytes:
    """The octets whose SHA-256 is signed; `signed` are lower-case header names, sorted."""
    query = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}"
        for name, value in sorted(request.query_pairs)
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
    algorithm, _, rest = header.partition(" ")
    # Names are told, values never: one may be a signature, or a token that strayed in here.
    if algorithm != ALGORITHM:
        found = f"{clip(algorithm)!r}" if rest else "something else"
        raise incomplete_signature(
            f"the Authorization header begins with {found}, "
            f"and this sandbox verifies {ALGORITHM} only"
        )
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, _, value = part.strip().partition("=")
        if name not in _FIELDS or name in fields or not value:
            odd = f"{clip(name)}=..." if value else "(without a value)"
            raise incomplete_signature(f"the Authorization header has the odd part {odd}")
        fields[name] = value
    if absent := sorted(_FIELDS - fields.keys()):
        raise incomplete_signature(f"the Authorization header lacks {', '.join(absent)}")
    if not fields["Signature"].isascii():
        raise incomplete_signature("the signature is not hexadecimal")
    return fields


def _signed_headers(request: Request, listed: str) -> list[str]:
    signed = sorted(set(listed.lower().split(";")))
    acs = (name for name in request.headers if name.startswith("x-acs-"))
    for name in dict.fromkeys((*_ALWAYS_SIGNED, *acs)):
        if name not in request.headers:
            raise incomplete_signature(f"the header {name} is missing")
        if name not in signed:
            raise incomplete_signature(f"the header {clip(name)} is not among the SignedHeaders")
    for name in signed:
        if name not in request.headers:
            raise incomplete_signature(f"the signed header {clip(name)!r} is not in the request")
    return signed


def _check_body(request: Request) -> None:
    told = request.headers["x-acs-content-sha256"]
    actual = hashlib.sha256(request.body).hexdigest()
    if not hmac.compare_digest(told.encode("latin-1"), actual.encode()):
        raise ApiError(
            400,
            "SignatureDoesNotMatch",
            "The header x-acs-content-sha256 is not the SHA-256 of the body.",
        )
