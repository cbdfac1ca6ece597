"""No signed request leaves this machine in clear text, however the endpoint is given."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("pauseless")


@pytest.mark.parametrize("given", ["option", "environment"])
@pytest.mark.parametrize(
    "endpoint",
    [
        "http://localhost.evil.example",
        "HTTP://127.0.0.1.nip.example",
        "http://0x7f.1",
        "http://2130706433",
        "http://127.1",
        "http://[::ffff:127.0.0.1]",
        "ht\ttp://ecs.example",
        "http://localhost\\@ecs.example",
        "http://\uff11\uff12\uff17.0.0.1",
        "http://user:TOPSECRET@localhost",
        "https://TOPSECRET@ecs.example",
    ],
)
def test_a_clear_text_endpoint_is_refused_before_any_name_is_looked_up(
    run: Run,
    resolve: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    endpoint: str,
) -> None:
    asked = resolve()
    argv: tuple[str, ...] = ("create", "--disk-id", "d-1", "-o", "json", "--debug")
    if given == "option":
        argv += ("--endpoint", endpoint)
    else:
        monkeypatch.setenv("ECS_SNAP_ENDPOINT", endpoint)
    ended = run(*argv)
    assert ended.code == 2
    assert json.loads(ended.err)["Error"]["Code"] == "UsageError"
    assert "TOPSECRET" not in ended.err
    assert asked == []
