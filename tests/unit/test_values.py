"""The rules for an order's values, on both sides of every limit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import ExitCode, UsageError

LONE = "\udc80"


def words_of(refused: pytest.ExceptionInfo[UsageError]) -> str:
    """Message and hint; every refusal is a usage error."""
    assert refused.value.exit_code is ExitCode.USAGE
    assert refused.value.code == "UsageError"
    return f"{refused.value.message} {refused.value.hint or ''}"


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (validate.disk_id, "d"),
        (validate.disk_id, "d-bp1234567890abcdefgh"),
        (validate.disk_id, "1033-60053321"),
        (validate.disk_id, "_"),
        (validate.disk_id, "-"),
        (validate.region_id, "cn-hangzhou"),
        (validate.region_id, "1"),
        (validate.snapshot_name, "ab"),
        (validate.snapshot_name, "a" * 128),
        (validate.snapshot_name, "数据"),
        (validate.snapshot_name, "数" * 128),
        (validate.snapshot_name, "数据_2026:03.01-a"),
        (validate.snapshot_name, "x9:_.-"),
        (validate.snapshot_name, "aut"),
        (validate.snapshot_name, "my-auto"),
        (validate.snapshot_name, "https"),
        (validate.description, "ab"),
        (validate.description, "a" * 256),
        (validate.description, "每" * 256),
        (validate.description, "see http://example.com"),
        (validate.description, "auto, 50 % & more"),
        (validate.client_token, "a"),
        (validate.client_token, "a" * 64),
        (validate.client_token, "A b~!"),
        (validate.resource_group_id, "rg-aek2xxx"),
        (validate.instance_id, "i-bp67acfmxazb4ph3w0hn"),
        (validate.snapshot_id, "s-923FE2BF0"),
        (validate.name_sought, "auto_2.0_20260101"),
        (validate.name_sought, "数" * 128),
        (validate.name_prefix, "a"),
        (validate.name_prefix, "auto_"),
        (validate.name_prefix, "数" * 128),
    ],
)
def test_a_value_within_the_rules_comes_back_unchanged(
    check: Callable[[str], str], value: str
) -> None:
    assert check(value) == value


@pytest.mark.parametrize(
    ("check", "value", "rule"),
    [
        (validate.disk_id, "", "ASCII letters, digits"),
        (validate.disk_id, "d 1", "ASCII letters, digits"),
        (validate.disk_id, "d-1\n", "ASCII letters, digits"),
        (validate.disk_id, "d/1", "ASCII letters, digits"),
        (validate.disk_id, "d-\u0661", "ASCII letters, digits"),
        (validate.disk_id, "d-é", "ASCII letters, digits"),
        (validate.disk_id, "磁盘", "ASCII letters, digits"),
        (validate.disk_id, f"d-{LONE}", "ASCII letters, digits"),
        (validate.region_id, "", "letters, digits and '-'"),
        (validate.region_id, "evil.example/", "letters, digits and '-'"),
        (validate.region_id, "cn_hangzhou", "letters, digits and '-'"),
        (validate.region_id, "cn-hangzhou\n", "letters, digits and '-'"),
        (validate.region_id, "cn-hángzhou", "letters, digits and '-'"),
        (validate.snapshot_name, "", "2 to 128 characters"),
        (validate.snapshot_name, "a", "2 to 128 characters"),
        (validate.snapshot_name, "数", "2 to 128 characters"),
        (validate.snapshot_name, "a" * 129, "2 to 128 characters"),
        (validate.snapshot_name, "数" * 129, "2 to 128 characters"),
        (validate.snapshot_name, "1a", "starts with a letter"),
        (validate.snapshot_name, "_a", "starts with a letter"),
        (validate.snapshot_name, "-a", "starts with a letter"),
        (validate.snapshot_name, "½a", "starts with a letter"),
        (validate.snapshot_name, "a b", "letters, digits"),
        (validate.snapshot_name, "a/b", "letters, digits"),
        (validate.snapshot_name, "ab\n", "letters, digits"),
        (validate.snapshot_name, "a²", "letters, digits"),
        (validate.snapshot_name, "a😀", "letters, digits"),
        (validate.snapshot_name, "a\x1b", "letters, digits"),
        (validate.snapshot_name, f"a{LONE}", "letters, digits"),
        (validate.snapshot_name, f"{LONE}a", "starts with a letter"),
        (validate.snapshot_name, "auto", "'auto'"),
        (validate.snapshot_name, "auto-daily", "'auto'"),
        (validate.snapshot_name, "automatic", "'auto'"),
        (validate.snapshot_name, "http://x", "'http://'"),
        (validate.snapshot_name, "https://x", "'https://'"),
        (validate.description, "", "2 to 256 characters"),
        (validate.description, "a", "2 to 256 characters"),
        (validate.description, "a" * 257, "2 to 256 characters"),
        (validate.description, "每" * 257, "2 to 256 characters"),
        (validate.description, "http://x", "'http://'"),
        (validate.description, "https://x", "'https://'"),
        (validate.description, f"ab{LONE}", "UTF-8"),
        (validate.client_token, "", "1 to 64"),
        (validate.client_token, "a" * 65, "1 to 64"),
        (validate.client_token, "tökén", "ASCII"),
        (validate.client_token, f"a{LONE}", "ASCII"),
        (validate.client_token, "a\n", "ASCII"),
        (validate.resource_group_id, "", "ASCII letters, digits"),
        (validate.resource_group_id, "rg 1", "ASCII letters, digits"),
        (validate.instance_id, "", "An instance ID is made of ASCII letters, digits"),
        (validate.instance_id, "i-1,i-2", "ASCII letters, digits"),
        (validate.snapshot_id, "", "A snapshot ID is made of ASCII letters, digits"),
        (validate.snapshot_id, 's-1"]', "ASCII letters, digits"),
        (validate.name_sought, "", "2 to 128 characters"),
        (validate.name_sought, "a" * 129, "2 to 128 characters"),
        (validate.name_sought, "1a", "starts with a letter"),
        (validate.name_sought, "a*", "letters, digits"),
        (validate.name_sought, "http://x", "letters, digits"),
        (validate.name_prefix, "", "'' is not how one begins"),
        (validate.name_prefix, "a" * 129, "is not how one begins"),
        (validate.name_prefix, "-a", "is not how one begins"),
        (validate.name_prefix, "a*", "is not how one begins"),
    ],
)
def test_a_value_outside_the_rules_is_refused_and_the_rule_is_named(
    check: Callable[[str], str], value: str, rule: str
) -> None:
    with pytest.raises(UsageError) as refused:
        check(value)
    assert rule in words_of(refused)


@pytest.mark.parametrize(
    ("given", "pairs"),
    [
        ([], ()),
        (["k=v"], (("k", "v"),)),
        (["k="], (("k", ""),)),
        (["k=a=b"], (("k", "a=b"),)),
        (["环境=生产"], (("环境", "生产"),)),
        (["b=1", "a=2"], (("b", "1"), ("a", "2"))),
        (["k=1", "K=2"], (("k", "1"), ("K", "2"))),
        (["k" * 128 + "=" + "v" * 128], (("k" * 128, "v" * 128),)),
        (["my-aliyun=x"], (("my-aliyun", "x"),)),
        (["acs=x"], (("acs", "x"),)),
        (["k=aliyun"], (("k", "aliyun"),)),
        (["k=acs:x"], (("k", "acs:x"),)),
        (["k=http:/x"], (("k", "http:/x"),)),
        ([f"k{n}=v" for n in range(20)], tuple((f"k{n}", "v") for n in range(20))),
    ],
    ids=lambda value: str(value)[:20],
)
def test_tags_within_the_rules_come_back_as_pairs_in_order(
    given: list[str], pairs: tuple[tuple[str, str], ...]
) -> None:
    assert validate.tags(given) == pairs


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (["k"], "KEY=VALUE"),
        ([""], "KEY=VALUE"),
        (["=v"], "1 to 128 characters"),
        (["k" * 129 + "=v"], "1 to 128 characters"),
        (["k=" + "v" * 129], "at most 128 characters"),
        (["aliyun=v"], "'aliyun'"),
        (["aliyun-x=v"], "'aliyun'"),
        (["acs:x=v"], "'acs:'"),
        (["a http://x=v"], "'http://'"),
        (["https://x=v"], "'https://'"),
        (["k=see http://x"], "'http://'"),
        (["k=https://x"], "'https://'"),
        (["k=1", "k=2"], "unique"),
        (["k=1", "j=1", "k=1"], "unique"),
        ([f"k{LONE}=v"], "UTF-8"),
        ([f"k=v{LONE}"], "UTF-8"),
        ([f"k{n}=v" for n in range(21)], "at most 20"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_tags_outside_the_rules_are_refused_and_the_rule_is_named(
    given: list[str], rule: str
) -> None:
    with pytest.raises(UsageError) as refused:
        validate.tags(given)
    assert rule in words_of(refused)


def test_the_retention_is_from_one_day_to_the_limit_of_the_api() -> None:
    assert validate.RETENTION_DAYS == (1, 65536)


@pytest.mark.parametrize(
    "value", ["a\x1b[31m", "a\r\n", "a\u202eb", f"a{LONE}", "a\x9b31m", "x" * 10_000]
)
def test_a_refused_value_is_shown_without_taking_effect(value: str) -> None:
    with pytest.raises(UsageError) as refused:
        validate.snapshot_name(value)
    message = words_of(refused)
    assert message.isprintable()
    assert len(message) < 500
    assert re.search(r"'[ax]", message)
