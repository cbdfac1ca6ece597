"""Keeps secrets out of tracebacks."""

from __future__ import annotations

import os
import re

_HEADERS = re.compile(
    r"(?i)(authorization|x-acs-security-token|x-acs-bearer-token|x-acs-signature\S*)"
    r"(['\"]?\s*[:=]\s*['\"]?)[^'\"\n]+"
)
_SIGNATURES = re.compile(r"(?i)(Credential|Signature|SecurityToken|AccessKeySecret)=[^\s,&'\"]+")
_VARIABLES = ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN")


def redact(text: str) -> str:
    """``text`` without signatures, tokens and the secrets of the environment."""
    text = _HEADERS.sub(r"\1\2***", text)
    text = _SIGNATURES.sub(r"\1=***", text)
    for name in _VARIABLES:
        if secret := os.environ.get(name):
            text = text.replace(secret, "***")
    return text
