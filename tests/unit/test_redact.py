"""No secret survives in a text, however it is written there, and innocent words do."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_snap_cli import redact as module
from ecs_snap_cli.redact import redact, remember, without_secrets
from ecs_snap_cli.render.literal import to_xml_text

# A key may hold any printable ASCII but the space.
keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of another test."""
    monkeypatch.setattr(module, "_known", set())
    monkeypatch.setattr(module, "_spellings", ())
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "text",
    [
        "InvalidHeader: Authorization: ACS3-HMAC-SHA256 Credential=id,Signature=TOPSECRET",
        "{'Authorization': 'TOPSECRET'}",
        "Proxy-Authorization: Basic TOPSECRET",
        "x-acs-security-token: TOPSECRET",
        "https://host/?SecurityToken=TOPSECRET&Action=X",
        "https://host/?Signature=TOPSECRET",
        "https%3A%2F%2Fhost%2F%3FSignature%3DTOPSECRET%26Action%3DX",
        '{"AccessKeySecret": "TOPSECRET"}',
        '{"access_key_secret":"TOPSECRET","sts_token" : "TOPSECRET"}',
        "AccessKeySecret=TOPSECRET",
        "the secret is env-TOPSECRET",
        "http://user:TOPSECRET@proxy:3128",
        "http://TOPSECRET@proxy:3128",
        "http://user:p@TOPSECRET@proxy:3128/",
    ],
)
def test_a_secret_is_taken_out_and_the_rest_stays(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-TOPSECRET")
    cleaned = redact(f"before\n{text}\nafter")
    assert "TOPSECRET" not in cleaned
    assert cleaned.startswith("before\n")
    assert cleaned.endswith("\nafter")


@given(keys)
def test_a_secret_in_use_is_known_in_every_spelling(secret: str) -> None:
    remember(secret)
    for spelled in (
        secret,
        repr(secret)[1:-1],
        json.dumps(secret),
        quote(secret, safe=""),
        quote_plus(f"a b {secret}"),
        re.sub("%..", lambda escape: escape[0].lower(), quote(secret, safe="")),
        to_xml_text(secret),
    ):
        assert "***" in redact(f"it is [{spelled}]")
        assert spelled.strip('"') not in without_secrets(f"it is [{spelled}]")


@given(keys, st.text(max_size=5), st.text(max_size=5))
def test_a_secret_in_use_is_known_in_base64_wherever_it_begins(
    secret: str, before: str, after: str
) -> None:
    remember(secret)
    octets = f"{before}{secret}{after}".encode("utf-8", "surrogatepass")
    for encoded in (base64.b64encode(octets), base64.urlsafe_b64encode(octets)):
        cleaned = without_secrets(encoded.decode())
        assert "***" in cleaned
        for part in cleaned.split("***"):
            try:
                decoded = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_")
            except binascii.Error:
                continue
            assert secret.encode() not in decoded


def test_of_a_secret_within_a_secret_nothing_is_left() -> None:
    remember("inner-secret")
    remember("outer-inner-secret-rest")
    assert without_secrets("(outer-inner-secret-rest)") == "(***)"


def test_a_secret_with_a_line_break_is_known_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "a-token-of-sts\n")
    assert "a-token-of-sts" not in redact("it is a-token-of-sts")


@pytest.mark.parametrize("short", ["a", "sandbox", "secret"])
def test_a_secret_that_may_be_a_word_leaves_the_words_readable(
    monkeypatch: pytest.MonkeyPatch, short: str
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", short)
    remember(short, "", None)
    text = "The sandbox cannot start: ask for a secret."
    assert redact(text) == text
    assert redact(f"AccessKeySecret={short}") == "AccessKeySecret=***"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_the_password_of_a_proxy_is_a_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://user:pass%2Fw%40rd@proxy.example:3128")
    basic = base64.b64encode(b"user:pass/w@rd").decode()
    for text in ("pass/w@rd", "pass%2Fw%40rd", f"Basic {basic}"):
        cleaned = without_secrets(f"[{text}]")
        assert text not in cleaned
        assert "***" in cleaned
    assert without_secrets("proxy.example:3128") == "proxy.example:3128"


def test_a_result_loses_nothing_that_only_looks_like_a_secret() -> None:
    text = "Signature=x Authorization: y http://me:pw@host"
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "x-acs-signature",
        "authorization",
        "Authorization: ",
        "Signature=",
        "SecurityToken",
        "://a",
        "@",
        "x-acs-signature-" + "a" * 40,
        "authorization" + " " * 50,
        "://" + "a@" * 20,
    ],
)
def test_no_text_keeps_the_patterns_busy(piece: str) -> None:
    began = time.process_time()
    redact(piece * (300_000 // len(piece)))
    # Some milliseconds; a pattern that looks at everything anew for each place takes minutes.
    assert time.process_time() - began < 5


def test_the_name_of_a_proxys_user_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://sandbox-data@proxy.example:3128")
    assert without_secrets("s-sandbox-data-1") == "s-sandbox-data-1"
