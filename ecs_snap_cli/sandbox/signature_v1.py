"""Verification of Alibaba Cloud's V1 request signature: HMAC-SHA1 over all parameters.

They come in the query, in a form, or some in either; all but Signature itself are signed, sorted
and percent-encoded, those without a value too.
https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from .errors import invalid_parameter, missing_parameter
from .nonces import NonceWindow
from .request import Pair, Request
from .signature import access_key, check_date, check_signature, check_token, spend

METHOD = "HMAC-SHA1"
VERSION = "1.0"

# What a V1 request says of itself besides what it asks for.
PARAMETERS = frozenset(
    {"AccessKeyId", "SecurityToken", "Signature", "SignatureMethod", "SignatureNonce"}
    | {"SignatureType", "SignatureVersion", "Timestamp"}
)
_MANDATORY = (
    *("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion"),
    *("SignatureNonce", "Timestamp"),
)


def verify(request: Request, now: datetime, nonces: NonceWindow) -> None:
    """Accept `request` silently or raise the ApiError that ECS would answer."""
    pairs = request.pairs
    # Of a parameter that is given twice the values are refused later, whoever signed them.
    said = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
    for name in _MANDATORY:
        if not said.get(name):
            raise missing_parameter(name)
    _check_kind(said)
    key = access_key(said["AccessKeyId"])
    check_date("parameter Timestamp", said["Timestamp"], now)
    to_sign = string_to_sign(request.method, pairs)
    digest = hmac.new(f"{key.secret}&".encode(), to_sign.encode(), hashlib.sha1).digest()
    check_signature(base64.b64encode(digest).decode(), said["Signature"], to_sign)
    check_token(key, said.get("SecurityToken", ""))
    spend(nonces, said["SignatureNonce"], now)


def _check_kind(said: dict[str, str]) -> None:
    taken = (
        ("SignatureMethod", (METHOD,)),
        ("SignatureVersion", (VERSION,)),
        # The `aliyun` CLI sends an empty one, and signs it like the rest.
        ("SignatureType", ("", METHOD)),
    )
    for name, values in taken:
        if said.get(name, "") not in values:
            raise invalid_parameter(name, f"this sandbox knows only {values[-1]}")


def string_to_sign(method: str, pairs: Iterable[Pair]) -> str:
    """The text whose HMAC by the secret, with `&` behind it, is the signature in base64."""
    listed = (
        f"{_encode(name)}={_encode(value)}" for name, value in sorted(pairs) if name != b"Signature"
    )
    return f"{method}&%2F&{_encode('&'.join(listed))}"


def _encode(text: str | bytes) -> str:
    return quote(text, safe="~")
