"""From the common options to a gateway: region, endpoint, credentials, and the sandbox if asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ecs_snap_cli.cli.options import Common
from ecs_snap_cli.core import validate
from ecs_snap_cli.errors import EcsSnapError, Interrupted, UsageError

if TYPE_CHECKING:
    from ecs_snap_cli.core.endpoint import Endpoint
    from ecs_snap_cli.core.pacing import Pace
    from ecs_snap_cli.events import Observer
    from ecs_snap_cli.gateway.ecs import Ecs
    from ecs_snap_cli.sandbox import SandboxServer


@contextmanager
def open_ecs(
    common: Common,
    observer: Observer,
    rules: str = "documented",
    pace: Pace | None = None,
) -> Iterator[Ecs]:
    """ECS as the options say, for the length of a command.

    Everything that can be wrong with the options is found before the SDK is loaded. ``rules``
    is the rule set that an embedded sandbox answers by; ``pace`` sets the rate of a run's calls.
    """
    if uses_sandbox(common):
        region = _sandbox_region(common)
        from ecs_snap_cli.sandbox import ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION_ID

        region = region or REGION_ID
        key = (ACCESS_KEY_ID, ACCESS_KEY_SECRET)
        with _sandbox(observer, rules, region) as endpoint:
            yield _connect(common, observer, region, endpoint, pace, static_key=key)
    else:
        endpoint_option = _endpoint(common.endpoint) if common.endpoint is not None else None
        yield _connect(common, observer, _region(common), endpoint_option, pace)


def uses_sandbox(common: Common) -> bool:
    """Whether the sandbox is meant; an option on the command line beats an environment variable."""
    if not common.sandbox:
        return False
    if common.endpoint is None:
        return True
    sandbox_given, endpoint_given = _is_given("sandbox"), _is_given("endpoint")
    if sandbox_given == endpoint_given:
        raise UsageError(
            "--sandbox and --endpoint (or ECS_SNAP_SANDBOX and ECS_SNAP_ENDPOINT) name two "
            "different servers.",
            hint="Leave one of them out.",
        )
    return sandbox_given


def _connect(
    common: Common,
    observer: Observer,
    region: str,
    endpoint: Endpoint | None,
    pace: Pace | None,
    static_key: tuple[str, str] | None = None,
) -> Ecs:
    from ecs_snap_cli.gateway import loading
    from ecs_snap_cli.gateway.settings import Settings
    from ecs_snap_cli.workflow.background import Task

    settings = Settings(
        region_id=region,
        endpoint=endpoint,
        profile=common.profile,
        static_key=static_key,
        connect_timeout=common.connect_timeout,
        read_timeout=common.read_timeout,
        max_attempts=common.max_attempts,
    )

    def connect() -> Ecs:
        # First: the gateway's modules import requests, which has parts to be spared too.
        loading.load()
        from ecs_snap_cli.gateway.ecs import Ecs

        return Ecs(settings, observer, pace=pace)

    # Credentials may come over the network, and a look-up of a name cannot be interrupted.
    return Task(connect).result()


def sandbox_server(tell: Observer, /, **options: Any) -> SandboxServer:
    """The sandbox on its default state; with a warning on a copy, where that cannot be written.

    ``options`` and errors are those of ``SandboxServer``.
    """
    from ecs_snap_cli.events import Cautioned
    from ecs_snap_cli.sandbox import SandboxServer, StateReadOnly, default_state_path

    path = default_state_path()
    try:
        return SandboxServer(path, **options)
    except StateReadOnly as problem:
        server = SandboxServer(path, keep=False, **options)
        tell(
            Cautioned(
                f"What this run changes in the sandbox is not kept, since {problem.why}. Set "
                "XDG_STATE_HOME to a directory that can be written."
            )
        )
        return server


@contextmanager
def _sandbox(observer: Observer, rules: str, region: str) -> Iterator[Endpoint]:
    from ecs_snap_cli.sandbox import StateError
    from ecs_snap_cli.workflow.background import Task

    try:
        # It waits for the state file while another process holds it.
        server = Task(lambda: sandbox_server(observer, rules=rules, region=region)).result()
    except (StateError, OSError) as error:
        raise EcsSnapError(f"The sandbox cannot start. {error}") from error
    server.start()
    try:
        yield _endpoint(server.url)
    except Interrupted:
        # Closing lets requests in hand finish; a signal does not wait for them.
        raise
    except BaseException:
        server.close()
        raise
    server.close()


def _endpoint(text: str) -> Endpoint:
    from ecs_snap_cli.core.endpoint import parse_endpoint

    return parse_endpoint(text)


def _sandbox_region(common: Common) -> str | None:
    """A region of the command line; one that the environment sets for real work is not meant."""
    if common.profile is not None:
        raise UsageError(
            "--sandbox has its own access key; --profile names another.",
            hint="Leave one of them out.",
        )
    if common.region is not None and _is_given("region"):
        return validate.region_id(common.region)
    return None


def _region(common: Common) -> str:
    from ecs_snap_cli.gateway.profiles import region_of, require_profile

    if common.profile is not None:
        require_profile(common.profile)
    region = common.region if common.region is not None else region_of(common.profile)
    if region is None:
        raise UsageError(
            "No region: neither --region nor ALIBABA_CLOUD_REGION_ID is set, and there is no "
            "profile of the aliyun CLI with a region.",
            hint="Give --region (such as cn-hangzhou), set ALIBABA_CLOUD_REGION_ID, or run "
            "`aliyun configure`.",
        )
    return validate.region_id(region)


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE
