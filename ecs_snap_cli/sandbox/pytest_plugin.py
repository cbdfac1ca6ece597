"""The fixture `ecs_sandbox` for pytest: a sandbox of its own for each test, in memory.

It is there after `pytest_plugins = ["ecs_snap_cli.sandbox.pytest_plugin"]` in the topmost
conftest.py; without the marker an import of the fixture will do too.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from .faultplan import parse_fault
from .faults import Fault
from .regions import REGION_ID
from .scenario import parse_scenario, read_scenario
from .server import SandboxServer
from .signature import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from .throttle import parse_limit

_MARKER = "ecs_sandbox"


def _text_or(made: Callable[[Any], Any], kind: type) -> Callable[[Any], Any]:
    return lambda value: made(value) if isinstance(value, kind) else value


def _each(made: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda values: [made(value) for value in values]


# What the marker takes, and how the server's own option is made of it.
_OPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "calls_per_second": int,
    "deny": list,
    "disks": int,
    "faults": _each(_text_or(parse_fault, str)),
    "limits": _each(_text_or(parse_limit, str)),
    "rules": str,
    "scenario": lambda told: (
        parse_scenario(told) if isinstance(told, Mapping) else read_scenario(told)
    ),
    "start_at": lambda told: told,
    "state": lambda told: told,
}


class EcsSandbox:
    """A sandbox that a test has for itself; `requests` are the actions that it was asked for.

    Clients reach it at `url` (`endpoint` is the host and port of that, for SDKs, over HTTP).
    """

    region_id = REGION_ID
    access_key_id = ACCESS_KEY_ID
    access_key_secret = ACCESS_KEY_SECRET

    def __init__(self, **options: Any) -> None:
        self.requests: list[str] = []
        state = options.pop("state", ":memory:")
        self.server = SandboxServer(state, observer=self._observe, **options)
        self.url = self.server.url
        self.endpoint = urlsplit(self.url).netloc

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to reach it: the SDKs' variables, and ecs-snap's own."""
        return {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": self.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": self.access_key_secret,
            "ALIBABA_CLOUD_REGION_ID": self.region_id,
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
            "ECS_SNAP_ENDPOINT": self.url,
        }

    def advance(self, **by: float) -> None:
        """Turn the sandbox's time on, by `seconds`, `hours`, `days` and so on of a timedelta."""
        self.server.advance(timedelta(**by))

    def set_clock(self, time: datetime) -> None:
        """Have the sandbox's time be `time` (aware), and go on from there."""
        self.server.set_clock(time)

    def _observe(self, action: str, attempt: int, fault: Fault | None) -> None:
        self.requests.append(action)


@pytest.fixture
def ecs_sandbox(request: pytest.FixtureRequest) -> Iterator[EcsSandbox]:
    """A sandbox in its first state, or as `@pytest.mark.ecs_sandbox(...)` says."""
    # What is nearest to the test comes first, so it is the last that counts.
    markers = reversed(list(request.node.iter_markers(_MARKER)))
    asked = {name: value for marker in markers for name, value in marker.kwargs.items()}
    try:
        for name in asked:
            if name not in _OPTIONS:
                raise ValueError(f"there is no {name!r}; it takes {', '.join(_OPTIONS)}")
        sandbox = EcsSandbox(**{name: _OPTIONS[name](value) for name, value in asked.items()})
    except Exception as error:
        pytest.fail(f"The marker {_MARKER} cannot be understood: {error}", pytrace=False)
    with sandbox.server:
        yield sandbox


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", f"{_MARKER}({', '.join(_OPTIONS)}): what the sandbox of this test is like"
    )
