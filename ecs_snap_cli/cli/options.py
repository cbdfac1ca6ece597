"""Options that several commands share, each defined once."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import click

from ecs_snap_cli.cli.app import App
from ecs_snap_cli.core.choices import CHECK_IDS, RULE_SET_NAMES, WAIT_GOALS

_DAY = 86_400
OUTPUT_FORMATS = ("table", "json", "xml")


class Common(NamedTuple):
    """The values of the options that every command takes (contract, section 1)."""

    region: str | None
    profile: str | None
    endpoint: str | None
    sandbox: bool
    output: str
    quiet: bool
    verbose: bool
    debug: bool
    connect_timeout: float
    read_timeout: float
    max_attempts: int


def positive_seconds(text: str) -> float:
    """A number of seconds above 0 and up to a day: sockets take no longer time-outs."""
    number = _number(text)
    if not 0 < number <= _DAY:
        raise click.BadParameter(f"{text!r} is not a number of seconds above 0, up to {_DAY}.")
    return number


def seconds_or_zero(text: str) -> float:
    """A number of seconds, 0 included, up to a year."""
    number = _number(text)
    if not 0 <= number <= 365 * _DAY:
        raise click.BadParameter(f"{text!r} is not a number of seconds from 0 to {365 * _DAY}.")
    return number


def calls_a_second(text: str) -> float:
    """A number of calls above 0: one in 0.01 means one every 100 seconds."""
    number = _number(text)
    if not 0.01 <= number <= 10_000:
        raise click.BadParameter(f"{text!r} is not a number of calls a second from 0.01 to 10000.")
    return number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def if_given(rule: Callable[[str], str], value: str | None) -> str | None:
    """The value by a rule of ``core/validate.py``, for an option that may be left out."""
    return None if value is None else rule(value)


_COMMON_OPTIONS = (
    click.option(
        "--region",
        metavar="ID",
        envvar="ALIBABA_CLOUD_REGION_ID",
        show_envvar=True,
        help="Region; else the profile's.",
    ),
    click.option(
        "--profile",
        metavar="NAME",
        help="Profile of the aliyun CLI (~/.aliyun/config.json); wins over keys in the "
        "environment.  [env var: ALIBABA_CLOUD_PROFILE, in the default chain's order]",
    ),
    click.option(
        "--endpoint",
        metavar="E",
        envvar="ECS_SNAP_ENDPOINT",
        show_envvar=True,
        help="host[:port] or URL; http:// for loopback only.",
    ),
    click.option(
        "--sandbox",
        is_flag=True,
        envvar="ECS_SNAP_SANDBOX",
        show_envvar=True,
        help="Run against the embedded sandbox: no account, no network.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Choice(OUTPUT_FORMATS),
        default="table",
        show_default=True,
        envvar="ECS_SNAP_OUTPUT",
        show_envvar=True,
        help="Format of the result.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Only IDs on stdout, one a line."),
    click.option("-v", "--verbose", is_flag=True, help="Progress and request lines on stderr."),
    click.option("--debug", is_flag=True, help="As -v, and a traceback for what was unexpected."),
    click.option(
        "--connect-timeout",
        metavar="S",
        type=positive_seconds,
        default=5,
        show_default=True,
        envvar="ECS_SNAP_CONNECT_TIMEOUT",
        show_envvar=True,
        help="Longest wait for a connection, per request.",
    ),
    click.option(
        "--read-timeout",
        metavar="S",
        type=positive_seconds,
        default=10,
        show_default=True,
        envvar="ECS_SNAP_READ_TIMEOUT",
        show_envvar=True,
        help="Longest silence of the server, per request.",
    ),
    click.option(
        "--max-attempts",
        metavar="N",
        type=click.IntRange(min=1),
        default=5,
        show_default=True,
        envvar="ECS_SNAP_MAX_ATTEMPTS",
        show_envvar=True,
        help="Tries of one request, the first included.",
    ),
)


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options; its function gets the run and them as one ``Common``."""

    @functools.wraps(function)
    def with_common(**values: Any) -> Any:
        common = Common(**{name: values.pop(name) for name in Common._fields})
        app = click.get_current_context().ensure_object(App)
        app.debug = common.debug
        app.terminal.output = common.output
        app.terminal.quiet = common.quiet
        app.terminal.verbose = common.verbose or common.debug
        return function(app, common, **values)

    for option in reversed(_COMMON_OPTIONS):
        with_common = option(with_common)
    return with_common


def stack(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One decorator out of several options, shown in the order given."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def dry_run_option(meaning: str) -> Callable[[Any], Any]:
    """``--dry-run``, with what it means to the command."""
    return click.option("--dry-run", is_flag=True, help=meaning)


state_option = click.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="State file; else the one that --sandbox uses, under XDG_STATE_HOME.",
)


def rules_option(meaning: str) -> Callable[[Any], Any]:
    """``--rules``, with what it means to the command."""
    return click.option(
        "--rules",
        type=click.Choice(RULE_SET_NAMES),
        default="documented",
        show_default=True,
        envvar="ECS_SNAP_RULES",
        show_envvar=True,
        help=meaning,
    )


preflight_options = stack(
    rules_option(
        "documented: the page the program was built from; current: ECS as documented today."
    ),
    click.option(
        "--skip-check",
        metavar="ID",
        multiple=True,
        type=click.Choice(CHECK_IDS),
        help="Leave a check out (repeatable): " + ", ".join(CHECK_IDS) + ".",
    ),
    click.option("--strict", is_flag=True, help="Warnings refuse too."),
    click.option(
        "--snapshot-limit",
        metavar="N",
        type=click.IntRange(min=1),
        envvar="ECS_SNAP_SNAPSHOT_LIMIT",
        show_envvar=True,
        help="Your own quota of snapshots a disk, in place of the rule set's.",
    ),
)

order_options = stack(
    click.option("--name", help="Name of the snapshot: 2-128 characters."),
    click.option("--description", help="Description: 2-256 characters."),
    click.option(
        "--retention-days",
        metavar="N",
        type=click.IntRange(1, 65536),
        help="Days after which ECS deletes the snapshot; without it: never.",
    ),
    click.option(
        "--tag", metavar="KEY=VALUE", multiple=True, help="Tag of the snapshot (repeatable)."
    ),
    click.option("--resource-group-id", metavar="ID", help="Resource group of the snapshot."),
)

wait_time_options = stack(
    click.option(
        "--wait-timeout",
        metavar="S",
        type=seconds_or_zero,
        default=3600,
        show_default=True,
        help="Longest wait; 0: no limit.",
    ),
    click.option(
        "--poll-interval",
        metavar="S",
        type=positive_seconds,
        show_default="2 at first, a tenth of the time waited later, 30 at most",
        help="Pause between two looks, the same all the time.",
    ),
)

wait_options = stack(
    click.option(
        "--wait-for",
        type=click.Choice(WAIT_GOALS),
        default="accomplished",
        show_default=True,
        help="available: fit to use, for an ESSD long before accomplished.",
    ),
    wait_time_options,
)
