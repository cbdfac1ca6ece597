"""Ages as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ecs_snap_cli.core.ages import age
from ecs_snap_cli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1h", timedelta(hours=1)),
        ("36h", timedelta(hours=36)),
        ("14d", timedelta(days=14)),
        ("8w", timedelta(days=56)),
        ("007d", timedelta(days=7)),
        ("999999w", timedelta(weeks=999_999)),
    ],
)
def test_an_age_is_read_and_keeps_its_own_words(text: str, length: timedelta) -> None:
    found = age(text)
    assert (found.text, found.length) == (text, length)


@pytest.mark.parametrize(
    "text",
    [
        "", "0h", "0d", "00w", "14", "d", "-1d", "+1d", "1.5d", "14 d", " 14d", "14d\n", "14D",
        "3m", "1y", "2d12h", "1000000h", "9" * 5_000 + "d", "١٤d", "\x1b[1m1d",
    ],
    ids=lambda text: ascii(text[:10]),
)  # fmt: skip
def test_anything_else_is_a_usage_error_that_shows_it_and_says_how(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        age(text)
    assert raised.value.message.isprintable()
    assert "36h, 14d or 8w" in (raised.value.hint or "")
