"""Keeps secrets out of every text that leaves the program: those in use, and their like."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator

# An AccessKey secret has 30 characters and a token hundreds. What is shorter than this may be a
# word of its own ("sandbox" is one, and no secret), and blotting it out would blot out the words.
SHORTEST = 8

_HEADERS = re.compile(
    r"(?i)(authorization|x-acs-security-token|x-acs-bearer-token|x-acs-signature[\w-]{0,40})"
    r"(['\"]?\s*[:=]\s*['\"]?)[^'\"\n]+"
)
_NAMED = re.compile(
    r"(?i)(Credential|Signature|Security_?Token|AccessKeySecret|access_key_secret|sts_token)"
    r"((?:['\"]?\s*(?:=|%3D)|['\"]\s*:)\s*['\"]?)[^\s,&'\"%]+"
)
_USER_INFO = re.compile(r"(?<=://)[^\s/'\"@]+(?:@[^\s/'\"@]+)*(?=@)")

_SECRETS = ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN")
_PROXIES = re.compile(r"(?i)(https?|all)_proxy")

_lock = threading.Lock()
_known: set[str] = set()
_spellings: tuple[str, ...] = ()


def remember(*secrets: str | None) -> None:
    """From now on these are blotted out wherever they appear, however they are written there."""
    global _spellings
    parts = {part for secret in secrets if secret for part in secret.split()}
    with _lock:
        new = {part for part in parts if len(part) >= SHORTEST} - _known
        if new:
            _known.update(new)
            added = {spelling for secret in new for spelling in _spelled(secret)}
            # The longest first, so that no rest of one that holds another is left.
            _spellings = tuple(sorted({*_spellings, *added}, key=len, reverse=True))


def without_secrets(text: str) -> str:
    """``text`` without the secrets in use, and changed in nothing else: fit for a result."""
    return blotter()(text)


def blotter() -> Callable[[str], str]:
    """``without_secrets`` for thousands of texts: the environment is looked at once, now."""
    remember(*_of_the_environment())
    return _blotted


def _blotted(text: str) -> str:
    for spelling in _spellings:
        if spelling in text:
            text = text.replace(spelling, "***")
    return text


def redact(text: str) -> str:
    """``text`` without secrets, signatures and whatever bears a secret's name: for talk."""
    text = without_secrets(text)
    text = _HEADERS.sub(r"\1\2***", text)
    text = _NAMED.sub(r"\1\2***", text)
    return _USER_INFO.sub("***", text)


def _of_the_environment() -> Iterator[str]:
    for name, value in os.environ.items():
        if name in _SECRETS:
            yield value
        elif _PROXIES.fullmatch(name) and "@" in value:
            user_info = value.rpartition("@")[0].rpartition("//")[2]
            password = user_info.partition(":")[2]
            if password:
                from urllib.parse import unquote

                # A user name alone is no secret, and may be a word that results hold.
                yield from (user_info, unquote(user_info), password, unquote(password))


def _spelled(secret: str) -> Iterator[str]:
    """A secret as texts of all kinds write it: plain, escaped, in a URL, in base64."""
    import base64
    import html
    import json
    from urllib.parse import quote, quote_plus

    yield from (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], html.escape(secret))
    yield html.escape(secret, quote=False)
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        yield re.sub("%..", lambda match: match[0].lower(), quoted)
    octets = secret.encode("utf-8", "surrogateescape")
    # Base64 writes three octets as four characters, so it depends on how many come before; the
    # characters that hold bits of a neighbour are left out.
    for before, first in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(octets)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + octets).decode()[first:whole]
