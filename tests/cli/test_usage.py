"""What is wrong on the command line is said before anything is sent."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import click
import pytest

from tests.conftest import Run

CREATE = ("create", "--disk-id", "d-1", "--region", "cn-hangzhou")
LIST = ("list", "--region", "cn-hangzhou")

BAD = [
    pytest.param((), id="no-command"),
    pytest.param(("nonsense",), id="unknown-command"),
    pytest.param(("create",), id="no-disk"),
    pytest.param(("create", "--disk-id", "", "--region", "cn-hangzhou"), id="empty-disk"),
    pytest.param(("create", "--disk-id", "d 1", "--region", "cn-hangzhou"), id="disk-space"),
    pytest.param(("create", "--disk-id", "d-ü", "--region", "cn-hangzhou"), id="disk-umlaut"),
    pytest.param((*CREATE, "--name", "a"), id="name-short"),
    pytest.param((*CREATE, "--name", "1ab"), id="name-digit-first"),
    pytest.param((*CREATE, "--name", "auto-x"), id="name-auto"),
    pytest.param((*CREATE, "--name", "a" * 129), id="name-long"),
    pytest.param((*CREATE, "--name", "a b"), id="name-space"),
    pytest.param((*CREATE, "--description", "x"), id="description-short"),
    pytest.param((*CREATE, "--description", "http://x"), id="description-web"),
    pytest.param((*CREATE, "--description", "x" * 257), id="description-long"),
    pytest.param((*CREATE, "--retention-days", "0"), id="retention-0"),
    pytest.param((*CREATE, "--retention-days", "65537"), id="retention-65537"),
    pytest.param((*CREATE, "--retention-days", "ten"), id="retention-word"),
    pytest.param((*CREATE, "--tag", "novalue"), id="tag-no-equals"),
    pytest.param((*CREATE, "--tag", "=x"), id="tag-no-key"),
    pytest.param((*CREATE, "--tag", "aliyun=x"), id="tag-aliyun"),
    pytest.param((*CREATE, "--tag", "acs:x=1"), id="tag-acs"),
    pytest.param((*CREATE, "--tag", "a=1", "--tag", "a=2"), id="tag-twice"),
    pytest.param((*CREATE, "--tag", "a=http://x"), id="tag-web"),
    pytest.param((*CREATE, *(w for n in range(21) for w in ("--tag", f"k{n}=v"))), id="tags-21"),
    pytest.param((*CREATE, "--client-token", ""), id="token-empty"),
    pytest.param((*CREATE, "--client-token", "x" * 65), id="token-65"),
    pytest.param((*CREATE, "--client-token", "tökén"), id="token-not-ascii"),
    pytest.param((*CREATE, "--rules", "old"), id="rules"),
    pytest.param((*CREATE, "--skip-check", "nope"), id="skip-check"),
    pytest.param((*CREATE, "--snapshot-limit", "0"), id="snapshot-limit"),
    pytest.param((*CREATE, "--wait-for", "done"), id="wait-for"),
    pytest.param((*CREATE, "--wait-timeout", "-1"), id="wait-timeout"),
    pytest.param((*CREATE, "--wait-timeout", "nan"), id="wait-timeout-nan"),
    pytest.param((*CREATE, "--poll-interval", "0"), id="poll-interval"),
    pytest.param((*CREATE, "--connect-timeout", "0"), id="connect-timeout"),
    pytest.param((*CREATE, "--read-timeout", "inf"), id="read-timeout"),
    pytest.param((*CREATE, "--max-attempts", "0"), id="max-attempts"),
    pytest.param((*CREATE, "--dry-run", "--no-preflight"), id="dry-run-unchecked"),
    pytest.param((*CREATE, "--strict", "--no-preflight"), id="strict-unchecked"),
    pytest.param(
        (*CREATE, "--skip-check", "disk-exists", "--no-preflight"), id="skip-check-unchecked"
    ),
    pytest.param((*CREATE, "--disk-id", "d-2"), id="two-disks"),
    pytest.param((*CREATE, "--endpoint", ""), id="endpoint-empty"),
    pytest.param(("create", "--disk-id", "d-1", "--region", ""), id="region-empty"),
    pytest.param((*CREATE, "--wait-timeout", "1e300"), id="wait-timeout-huge"),
    pytest.param((*CREATE, "--poll-interval", "1e300"), id="poll-interval-huge"),
    pytest.param((*CREATE, "--connect-timeout", "1e10"), id="connect-timeout-huge"),
    pytest.param((*CREATE, "--read-timeout", "1e300"), id="read-timeout-huge"),
    pytest.param(("create", "--disk-id", "d-1"), id="no-region"),
    pytest.param(("create", "--disk-id", "d-1", "--region", "evil.com/"), id="region-host"),
    pytest.param((*CREATE, "--endpoint", "http://ecs.aliyuncs.com"), id="clear-text"),
    pytest.param((*CREATE, "--endpoint", "http://127.0.0.1.evil.com"), id="clear-text-disguised"),
    pytest.param((*CREATE, "--endpoint", "ftp://127.0.0.1"), id="scheme"),
    pytest.param((*CREATE, "--endpoint", "https://u:secret@host"), id="endpoint-password"),
    pytest.param((*CREATE, "--endpoint", "https://host/path"), id="endpoint-path"),
    pytest.param((*CREATE, "--endpoint", "host:99999"), id="endpoint-port"),
    pytest.param((*CREATE, "--sandbox", "--endpoint", "127.0.0.1:1"), id="two-servers"),
    pytest.param((*CREATE, "--sandbox", "--profile", "p"), id="sandbox-profile"),
    pytest.param((*CREATE, "surplus"), id="surplus-argument"),
    pytest.param(("check", "--region", "cn-hangzhou"), id="check-no-disk"),
    pytest.param((*LIST, "--disk-id", ""), id="list-disk-empty"),
    pytest.param((*LIST, "--disk-id", "d-1", "--disk-id", "d 2"), id="list-disk-space"),
    pytest.param((*LIST, "--instance-id", "i/1"), id="list-instance"),
    pytest.param((*LIST, "--instance-id", ""), id="list-instance-empty"),
    pytest.param((*LIST, "--snapshot-id", 's-1","s-2'), id="list-snapshot"),
    pytest.param((*LIST, "--snapshot-id", ""), id="list-snapshot-empty"),
    pytest.param((*LIST, "--status", "done"), id="list-status"),
    pytest.param((*LIST, "--type", "manual"), id="list-type"),
    pytest.param((*LIST, "--name", ""), id="list-name-empty"),
    pytest.param((*LIST, "--name", "no name"), id="list-name-blank"),
    pytest.param((*LIST, "--tag", "novalue"), id="list-tag-no-equals"),
    pytest.param((*LIST, "--tag", "=v"), id="list-tag-no-key"),
    pytest.param((*LIST, "--tag", "a=1", "--tag", "a=2"), id="list-tag-twice"),
    pytest.param((*LIST, "--limit", "0"), id="list-limit-0"),
    pytest.param((*LIST, "--limit", "-1"), id="list-limit-negative"),
    pytest.param((*LIST, "--limit", "many"), id="list-limit-word"),
    pytest.param((*LIST, "d-1"), id="list-surplus-argument"),
    pytest.param(("list",), id="list-no-region"),
    pytest.param(("sandbox", "serve", "--host", "0.0.0.0"), id="serve-everywhere"),  # noqa: S104
    pytest.param(("sandbox", "serve", "--host", "::"), id="serve-everywhere-ipv6"),
    pytest.param(("sandbox", "serve", "--host", "0"), id="serve-everywhere-short"),
    pytest.param(("sandbox", "serve", "--host", "ecs.example.com"), id="serve-name"),
    pytest.param(("sandbox", "serve", "--port", "65536"), id="serve-port"),
    pytest.param(("sandbox", "serve", "--clock", "noon"), id="serve-clock"),
    pytest.param(("sandbox", "serve", "--clock", "1999-01-01T00:00Z"), id="serve-clock-far"),
    pytest.param(("sandbox", "clock", "--set", "2026-03-01"), id="clock-set"),
    pytest.param(("sandbox", "clock", "--set", "9999-01-01T00:00Z"), id="clock-set-far"),
    pytest.param(("sandbox", "clock", "--advance", "5m"), id="clock-advance"),
    pytest.param(("sandbox", "clock", "--advance", "999999w"), id="clock-advance-far"),
    pytest.param(("sandbox", "clock", "--advance", "1h", "--real"), id="clock-two"),
    pytest.param(("sandbox", "clock", "--state", ":memory:"), id="clock-memory"),
    pytest.param(("completion", "tcsh"), id="completion-shell"),
]


@pytest.mark.parametrize("argv", BAD)
def test_bad_usage_exits_2_with_a_reason_and_a_next_step(run: Run, argv: tuple[str, ...]) -> None:
    ended = run(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Error: ")
    assert "\nHint: " in ended.err
    assert "secret" not in ended.err
    assert "\\x" not in ended.err


@pytest.mark.parametrize("argv", [each for each in BAD if each.values[0]])  # type: ignore[index]
def test_bad_usage_is_one_document_under_json_and_xml(run: Run, argv: tuple[str, ...]) -> None:
    ended = run(*argv, "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, ended.out) == (2, "")
    assert (problem["Code"], problem["ExitCode"], problem["Checks"]) == ("UsageError", 2, [])
    assert list(problem) == ["Code", "Message", "ExitCode", "RequestId", "Hint", "Checks"]
    root = ET.fromstring(run(*argv, "-oxml").err)  # noqa: S314
    assert [child.tag for child in root] == list(problem)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("creat",), "Did you mean 'create'?"),
        (("create", "--dry-rnu"), "--dry-run"),
        (("-o", "json", "create"), "ecs-snap COMMAND [OPTIONS]"),
        ((*CREATE, "--disk-id", "d-2"), "2 disks"),
    ],
)
def test_a_slip_is_met_with_what_was_meant(
    run: Run, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], words: str
) -> None:
    monkeypatch.setenv("ECS_SNAP_OUTPUT", "")
    assert words in run(*argv).err


def test_no_region_names_all_three_ways(run: Run) -> None:
    err = run("create", "--disk-id", "d-1").err
    assert "--region" in err
    assert "ALIBABA_CLOUD_REGION_ID" in err
    assert "profile" in err


@pytest.mark.parametrize(
    ("argv", "environment"),
    [
        (("-o", "json", "create"), ""),
        (("create", "--bogus", "--output", "json"), ""),
        (("create", "--output=json", "--bogus"), ""),
        (("create", "-qo", "json", "--bogus"), ""),
        (("create", "-vojson", "--bogus"), ""),
        (("create", "--bogus"), "json"),
    ],
)
def test_the_format_is_known_even_where_parsing_stops_early(
    run: Run, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], environment: str
) -> None:
    monkeypatch.setenv("ECS_SNAP_OUTPUT", environment)
    assert json.loads(run(*argv).err)["Error"]["ExitCode"] == 2


def test_explain_knows_codes_checks_and_exit_codes(run: Run) -> None:
    for code in ("IncorrectDiskStatus.NeverAttached", "disk-attached", "3", "130"):
        answer = json.loads(run("explain", code, "-o", "json").out)
        assert list(answer) == ["Code", "Kind", "Meaning", "Remedy"]
        assert answer["Code"] == code
    root = ET.fromstring(run("explain", "3", "-o", "xml").out)  # noqa: S314
    assert root.tag == "ExplainResponse"


def test_explain_names_the_nearest_of_an_unknown_code(run: Run) -> None:
    ended = run("explain", "IncorectDiskStatus.NevrAttached")
    assert (ended.code, ended.out) == (4, "")
    assert "IncorrectDiskStatus.NeverAttached" in ended.err


def all_commands() -> list[tuple[str, click.Command]]:
    """Every command with its words, groups opened."""
    from ecs_snap_cli.cli.root import cli

    found: list[tuple[str, click.Command]] = []
    todo: list[tuple[str, click.Command]] = [("", cli)]
    while todo:
        words, command = todo.pop()
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                todo.append((f"{words} {name}".strip(), inner))
        else:
            found.append((words, command))
    return found


COMMON = {
    "--region", "--profile", "--endpoint", "--sandbox", "--output", "-o", "--quiet", "-q",
    "--verbose", "-v", "--debug", "--connect-timeout", "--read-timeout", "--max-attempts",
}  # fmt: skip


@pytest.mark.parametrize(("words", "command"), all_commands())
def test_every_command_takes_the_common_options(words: str, command: click.Command) -> None:
    options = {name for parameter in command.params for name in parameter.opts}
    assert options >= COMMON


@pytest.mark.parametrize(("words", "command"), all_commands())
def test_every_command_has_help_with_an_example_that_parses(
    words: str, command: click.Command
) -> None:
    from ecs_snap_cli.cli.root import cli

    examples = [line for line in (command.epilog or "").splitlines() if "ecs-snap " in line]
    assert examples
    for example in examples:
        argv = example.partition(">")[0].split()[1:]
        context = cli.make_context("ecs-snap", list(argv))
        name, inner, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
        assert inner is not None
        assert name is not None
        with inner.make_context(name, list(rest), parent=context):
            pass


def test_the_roots_table_says_what_the_commands_say() -> None:
    from ecs_snap_cli.cli.root import COMMANDS, cli

    context = click.Context(cli)
    for name, entry in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.short_help == entry.summary
