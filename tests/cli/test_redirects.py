"""No redirect is followed, whatever it is and wherever it leads."""

from __future__ import annotations

import json

import pytest

from tests.cli.servers import Server
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("pauseless")
COMMANDS = {
    "read": ("check", "--disk-id", "d-1"),
    "create": ("create", "--disk-id", "d-1", "--no-preflight"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308, 399])
@pytest.mark.parametrize("place", ["the same host", "another", "nowhere"])
def test_a_redirect_is_an_end_and_is_not_quoted(
    run: Run, plain: Server, command: str, status: int, place: str
) -> None:
    here = f"http://127.0.0.1:{plain.port}"
    plain.status = status
    plain.location = {
        "the same host": f"{here}/TOPSECRET",
        "another": f"http://localhost:{plain.port}/TOPSECRET\x1b[31m",
        "nowhere": None,
    }[place]
    ended = run(*COMMANDS[command], "--endpoint", here, "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, problem["Code"]) == (6, "Unavailable")
    assert f"redirect (HTTP {status})" in problem["Message"]
    assert "1 attempt" in problem["Message"]
    assert "TOPSECRET" not in ended.out + ended.err
    # The pre-flight asks for the disk and its snapshots at once.
    assert 1 <= len(plain.seen) <= (1 if command == "create" else 2)
    assert not [path for path in plain.seen if "TOPSECRET" in path]


def test_a_redirect_of_the_credentials_server_is_not_followed_either(
    run_process: Run, plain: Server
) -> None:
    plain.status = 302
    plain.location = f"http://127.0.0.1:{plain.port}/elsewhere"
    ended = run_process(
        "create",
        *("--disk-id", "d-1", "--region", "cn-hangzhou"),
        *("--endpoint", f"http://127.0.0.1:{plain.port}"),
        env={"ALIBABA_CLOUD_CREDENTIALS_URI": f"http://127.0.0.1:{plain.port}/keys"},
    )
    assert ended.code == 5
    assert plain.seen == ["/keys"]
