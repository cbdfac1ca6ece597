"""Which credentials are used, by the requests that a sandbox accepts or refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecs_snap_cli.sandbox import SandboxServer
from tests.conftest import Ended, Run

GOOD = {"access_key_id": "sandbox", "access_key_secret": "sandbox"}
BAD = {"access_key_id": "wrong-id", "access_key_secret": "wrong-secret"}
GOOD_KEYS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox",
}
BAD_KEYS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "wrong-id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong-secret-value",
}


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """A sandbox that knows the key sandbox / sandbox only."""
    with SandboxServer(tmp_path / "s.sqlite3") as sandbox:
        yield sandbox.url


def write_profiles(home: Path, **profiles: dict[str, str]) -> None:
    """An aliyun CLI configuration whose current profile is the first."""
    folder = home / ".aliyun"
    folder.mkdir()
    entries = [{"name": name, "mode": "AK", **keys} for name, keys in profiles.items()]
    config = {"current": next(iter(profiles)), "profiles": entries}
    (folder / "config.json").write_text(json.dumps(config))


def check(run_process: Run, endpoint: str, *argv: str, env: dict[str, str]) -> Ended:
    """A read that is signed."""
    return run_process(
        "check", "--disk-id", "d-sandbox-data", "--endpoint", endpoint, "-q", *argv, env=env
    )


def test_keys_of_the_environment(run_process: Run, endpoint: str) -> None:
    ended = check(run_process, endpoint, "--region", "cn-hangzhou", env=GOOD_KEYS)
    assert (ended.code, ended.out) == (0, "d-sandbox-data\n")


def test_the_current_profile_gives_keys_and_region(
    run_process: Run, endpoint: str, own_home: Path
) -> None:
    write_profiles(own_home, default={**GOOD, "region_id": "cn-hangzhou"})
    assert check(run_process, endpoint, env={}).code == 0


def test_an_explicit_profile_wins_over_keys_in_the_environment(
    run_process: Run, endpoint: str, own_home: Path
) -> None:
    write_profiles(own_home, first=BAD, good={**GOOD, "region_id": "cn-hangzhou"})
    assert check(run_process, endpoint, "--profile", "good", env=BAD_KEYS).code == 0


def test_an_explicit_profile_is_used_though_profiles_are_disabled_in_the_chain(
    run_process: Run, endpoint: str, own_home: Path
) -> None:
    write_profiles(own_home, good={**GOOD, "region_id": "cn-hangzhou"})
    env = {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}
    assert check(run_process, endpoint, "--profile", "good", env=env).code == 0
    assert check(run_process, endpoint, env=env).code == 5


def test_the_profile_variable_keeps_its_place_behind_the_keys(
    run_process: Run, endpoint: str, own_home: Path
) -> None:
    write_profiles(own_home, first=BAD, good={**GOOD, "region_id": "cn-hangzhou"})
    env = {"ALIBABA_CLOUD_PROFILE": "good"}
    assert check(run_process, endpoint, env=env).code == 0
    ended = check(run_process, endpoint, "-o", "json", env=env | BAD_KEYS)
    assert ended.code == 5
    assert json.loads(ended.err)["Error"]["Code"] == "InvalidAccessKeyId.NotFound"


def test_the_region_is_that_of_the_named_profile(
    run_process: Run, endpoint: str, own_home: Path
) -> None:
    there, here = {**GOOD, "region_id": "cn-beijing"}, {**GOOD, "region_id": "cn-hangzhou"}
    write_profiles(own_home, first=there, second=here)
    assert check(run_process, endpoint, env={}).code == 4
    assert check(run_process, endpoint, "--profile", "second", env={}).code == 0
    assert check(run_process, endpoint, env={"ALIBABA_CLOUD_PROFILE": "second"}).code == 0


def test_no_such_profile_names_those_there_are(run_process: Run, own_home: Path) -> None:
    write_profiles(own_home, first=GOOD)
    for region in ((), ("--region", "cn-hangzhou")):
        ended = run_process("check", "--disk-id", "d-1", "--profile", "x", "-o", "json", *region)
        problem = json.loads(ended.err)["Error"]
        assert (ended.code, problem["Code"]) == (5, "CredentialsMissing")
        assert "first" in problem["Message"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"profiles": 3}', '{"profiles": [3]}'])
def test_a_broken_configuration_is_no_crash(run_process: Run, own_home: Path, content: str) -> None:
    (own_home / ".aliyun").mkdir()
    (own_home / ".aliyun" / "config.json").write_text(content)
    argv = ("check", "--disk-id", "d-1", "--region", "cn-hangzhou")
    assert run_process(*argv, "--profile", "x").code == 5
    ended = run_process(*argv)
    assert (ended.code, "Traceback" in ended.err) == (5, False)


def test_no_credentials_says_where_they_may_come_from(run_process: Run) -> None:
    ended = run_process("create", "--disk-id", "d-1", "--region", "cn-hangzhou", "-o", "json")
    problem = json.loads(ended.err)["Error"]
    assert (ended.code, problem["Code"]) == (5, "CredentialsMissing")
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in problem["Hint"]


def test_a_source_of_credentials_that_fails_leaves_stderr_to_the_document(
    run_process: Run,
) -> None:
    env = {"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:9/none"}
    argv = ("create", "--disk-id", "d-1", "--region", "cn-hangzhou")
    ended = run_process(*argv, "-o", "json", env=env)
    assert ended.code == 5
    assert json.loads(ended.err)["Error"]["Code"] == "CredentialsMissing"
    assert "Traceback" not in run_process(*argv, env=env).err


def test_half_of_a_key_is_noticed(run_process: Run) -> None:
    env = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "some-id", "ALIBABA_CLOUD_PROFILE": "nope"}
    ended = run_process("create", "--disk-id", "d-1", "--region", "cn-hangzhou", env=env)
    assert ended.code == 5
    assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not" in ended.err
    assert "'nope'" in ended.err


def test_a_wrong_secret_is_an_access_problem_and_is_not_shown(
    run_process: Run, endpoint: str
) -> None:
    env = GOOD_KEYS | {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "not-the-right-secret"}
    ended = check(run_process, endpoint, "--region", "cn-hangzhou", "--debug", env=env)
    assert ended.code == 5
    assert "SignatureDoesNotMatch" in ended.err
    assert "not-the-right-secret" not in ended.err


@pytest.mark.parametrize(
    "name",
    [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
    ],
)
def test_a_key_with_a_line_break_is_refused_and_not_shown(
    run_process: Run, endpoint: str, name: str
) -> None:
    env = GOOD_KEYS | {name: "abcdefgh12345678\n"}
    ended = check(run_process, endpoint, "--region", "cn-hangzhou", "--debug", env=env)
    assert ended.code == 5
    assert "abcdefgh12345678" not in ended.err
    assert "ACS3-HMAC-SHA256" not in ended.err
