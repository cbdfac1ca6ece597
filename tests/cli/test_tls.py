"""TLS is verified, by a private CA if one is named, and nothing switches that off."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest
import requests

from ecs_snap_cli.sandbox import SandboxServer
from tests.cli.servers import Ecs, Server, Tls, certificate, serving
from tests.cli.wire import SANDBOX_ENVIRONMENT
from tests.conftest import Ended, Run

pytestmark = pytest.mark.usefixtures("pauseless")
ARGV = ("create", "--disk-id", "d-1", "--no-preflight", "-o", "json", "--max-attempts", "3")


def call(run: Run, server: Server, *argv: str, host: str = "127.0.0.1") -> Ended:
    """One CreateSnapshot to a server on loopback."""
    return run(*ARGV, "--endpoint", f"{host}:{server.port}", *argv)


def assert_not_verified(ended: Ended, server: Server) -> None:
    """It ended at once, for the certificate, and nothing was sent."""
    message = json.loads(ended.err)["Error"]["Message"]
    assert ended.code == 6
    assert "certificate does not verify" in message
    assert "1 attempt:" in message
    assert "may exist" not in message
    assert server.seen == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_private_ca_is_honoured(
    run: Run, https: Server, tls: Tls, monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    monkeypatch.setenv(variable, str(tls.ca))
    ended = call(run, https, host=host)
    assert (ended.code, ended.err) == (0, "")
    assert len(https.seen) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_tried_again(run: Run, https: Server) -> None:
    assert_not_verified(call(run, https), https)


@pytest.mark.parametrize("flaw", ["expired", "not yet", "another host"])
def test_a_flawed_certificate_of_a_trusted_ca_is_not_tried_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaw: str
) -> None:
    flawed = {
        "expired": {"first_day": -9, "last_day": -1},
        "not yet": {"first_day": 1, "last_day": 9},
        "another host": {"names": ("elsewhere.example", "127.0.0.2")},
    }[flaw]
    tls = certificate(tmp_path, **flawed)  # type: ignore[arg-type]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    with serving(Ecs, tls) as server:
        assert_not_verified(call(run, server), server)


def test_no_variable_and_no_profile_switches_verification_off(
    run_process: Run, https: Server, own_home: Path
) -> None:
    off = {"ignore_ssl": True, "ignoreSSL": True, "verify": False, "skip_secure_verify": True}
    keys = {"access_key_id": "sandbox", "access_key_secret": "sandbox"}
    profile = {"name": "odd", "mode": "AK", "region_id": "cn-hangzhou", **keys, **off}
    (own_home / ".aliyun").mkdir()
    config = {"current": "odd", "profiles": [profile], **off}
    (own_home / ".aliyun" / "config.json").write_text(json.dumps(config))
    env = {
        "PYTHONHTTPSVERIFY": "0",
        "CURL_CA_BUNDLE": "",
        "REQUESTS_CA_BUNDLE": "",
        "SSL_CERT_FILE": "",
        "SSL_CERT_DIR": "/nowhere",
        "ALIBABA_CLOUD_IGNORE_SSL": "true",
        "ALIBABA_CLOUD_VERIFY_SSL": "false",
    }
    assert_not_verified(call(run_process_with(run_process, env), https), https)


def run_process_with(run_process: Run, env: dict[str, str]) -> Run:
    """The program as a process in an environment."""
    return lambda *argv: run_process(*argv, env=env)


def test_a_session_verifies_even_if_the_sdk_asks_it_not_to(https: Server) -> None:
    from ecs_snap_cli.gateway.transport import GuardedSession, WatchedSession

    request = requests.Request("POST", f"https://127.0.0.1:{https.port}/").prepare()
    for session in (GuardedSession(), WatchedSession()):
        with session, pytest.raises(requests.exceptions.SSLError):
            session.send(request, verify=False)
    assert https.seen == []


def test_the_public_cas_are_read_once_and_verified_by(
    https: Server, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    import darabonba.core as sdk

    from ecs_snap_cli.gateway import transport

    transport.install()
    monkeypatch.setattr(sdk.DaraCore, "_sessions", {})
    read: list[object] = []
    real = ssl.SSLContext.load_verify_locations

    def noted(context: ssl.SSLContext, cafile: object = None, *rest: object) -> None:
        read.append(cafile)
        real(context, cafile, *rest)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noted)
    url = f"https://127.0.0.1:{https.port}/"
    request = requests.Request("POST", url).prepare()
    with sdk.DaraCore._get_session(url, "HTTPS", pool_size=5) as session:
        with pytest.raises(requests.exceptions.SSLError):
            session.send(request)
        assert read == [requests.certs.where()]
        # As if the server's were among them.
        session.get_adapter(url).ssl_context.load_verify_locations(tls.ca)
        for _ in range(2):
            session.send(request)
            session.get_adapter(url).poolmanager.clear()
        assert read == [requests.certs.where(), tls.ca]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_ca_bundle_without_certificates_ends_the_run_at_once(
    run: Run, https: Server, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/dev/null")
    ended = call(run, https)
    message = json.loads(ended.err)["Error"]["Message"]
    assert ended.code == 6
    assert "holds no certificate" in message
    assert "1 attempt:" in message
    assert https.seen == []


def test_a_ca_bundle_that_is_not_there_is_a_usage_error(run_process: Run) -> None:
    env = SANDBOX_ENVIRONMENT | {"REQUESTS_CA_BUNDLE": "/no/such/file.pem"}
    ended = run_process(*ARGV, env=env)
    assert ended.code == 2
    assert "REQUESTS_CA_BUNDLE" in json.loads(ended.err)["Error"]["Message"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_of_an_outdated_tls_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = certificate(tmp_path)
    try:
        tls.context.set_ciphers("ALL:@SECLEVEL=0")
        tls.context.minimum_version = ssl.TLSVersion.TLSv1
        tls.context.maximum_version = ssl.TLSVersion.TLSv1_1
    except (ssl.SSLError, ValueError):
        pytest.skip("this OpenSSL has no TLS 1.1 to offer")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
    with serving(Ecs, tls) as server:
        ended = call(run, server)
    message = json.loads(ended.err)["Error"]["Message"]
    assert ended.code == 6
    assert "TLS" in message
    assert "1 attempt:" in message
    assert "may exist" not in message
    assert server.seen == []


def test_a_server_without_tls_is_refused(run: Run, plain: Server) -> None:
    ended = call(run, plain)
    message = json.loads(ended.err)["Error"]["Message"]
    assert ended.code == 6
    assert "TLS" in message
    assert "1 attempt:" in message
    assert "may exist" not in message
    assert plain.seen == []


def test_the_sandbox_without_http_before_it_is_no_reason_to_try_again(run: Run) -> None:
    with SandboxServer(":memory:") as sandbox:
        endpoint = sandbox.url.removeprefix("http://")
        ended = run(*ARGV, "--region", "cn-hangzhou", "--endpoint", endpoint)
    problem = json.loads(ended.err)["Error"]
    assert ended.code == 6
    assert "1 attempt: TLS failed" in problem["Message"]
    assert "http://" in problem["Hint"]
