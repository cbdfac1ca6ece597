"""A role of an aliyun profile: its keys come from STS, through the proxy and by the private CA."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.servers import Ecs, Server, certificate, serving
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("pauseless")
STS = "sts.aliyuncs.com"
SECRET, TOKEN = "CANARY-role-secret", "CANARY-role-token"


class _Both(Ecs):
    """STS where AssumeRole is asked for, else ECS."""

    def do_POST(self) -> None:
        if "AssumeRole" not in self.path:
            super().do_POST()
            return
        self.note()
        keys = {"AccessKeyId": "role-key", "AccessKeySecret": SECRET, "SecurityToken": TOKEN}
        body = json.dumps({"Credentials": {**keys, "Expiration": "2099-01-01T00:00:00Z"}}).encode()
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST


@pytest.fixture
def role(own_home: Path) -> str:
    """A profile that assumes a role; its name."""
    profile = {
        "name": "role",
        "mode": "RamRoleArn",
        "access_key_id": "id",
        "access_key_secret": "CANARY-own-secret",
        "ram_role_arn": "acs:ram::1:role/r",
        "ram_session_name": "s",
        "region_id": "cn-hangzhou",
    }
    (own_home / ".aliyun").mkdir()
    config = {"current": "role", "profiles": [profile]}
    (own_home / ".aliyun" / "config.json").write_text(json.dumps(config))
    return "role"


@pytest.mark.parametrize(("status", "code"), [(200, 0), (307, 5), (403, 5)])
def test_a_role_is_assumed_through_the_proxy_by_the_private_ca(
    run: Run,
    proxy: Server,
    role: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: int,
) -> None:
    tls = certificate(tmp_path, ("ecs.example.com", STS))
    with serving(_Both, tls) as server:
        server.status = status
        proxy.target = server.port
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca))
        argv = ("--profile", role, "--endpoint", "ecs.example.com", "--debug")
        ended = run("create", "--disk-id", "d-1", "--no-preflight", *argv)
    assert ended.code == code
    assert proxy.seen == [f"{STS}:443", *(["ecs.example.com:443"] if code == 0 else [])]
    if code == 0:
        assert server.headers[-1]["x-acs-security-token"] == TOKEN
    assert "CANARY" not in ended.out + ended.err


def test_sts_is_not_believed_without_a_certificate_that_verifies(
    run: Run, proxy: Server, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(_Both, certificate(tmp_path, ("ecs.example.com", STS))) as server:
        proxy.target = server.port
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        ended = run("create", "--disk-id", "d-1", "--profile", role, "--debug")
    assert ended.code == 5
    assert proxy.seen == [f"{STS}:443"]
    assert server.seen == []
    assert "CANARY" not in ended.err
