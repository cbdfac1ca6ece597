"""No secret survives in a traceback."""

from __future__ import annotations

import pytest

from ecs_snap_cli.cli.redact import redact


@pytest.mark.parametrize(
    "text",
    [
        "InvalidHeader: Authorization: ACS3-HMAC-SHA256 Credential=id,Signature=TOPSECRET",
        "{'Authorization': 'TOPSECRET'}",
        "x-acs-security-token: TOPSECRET",
        "https://host/?SecurityToken=TOPSECRET&Action=X",
        "https://host/?Signature=TOPSECRET",
        "AccessKeySecret=TOPSECRET",
        "the secret is env-TOPSECRET",
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
