"""Clients that nobody here wrote go through one story against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from xml.etree import ElementTree

import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeDisksRequest import DescribeDisksRequest

from ecs_snap_cli.sandbox import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from ecs_snap_cli.sandbox.pytest_plugin import EcsSandbox
from tests.clients.cli_form import CliForm
from tests.clients.conftest import STS, Client, Connect, Keys, Refused
from tests.clients.libcloud_driver import Libcloud
from tests.clients.node_sdk import NodeSdk
from tests.clients.official import OfficialSdk
from tests.clients.old_sdk import OldSdk

pytestmark = pytest.mark.ecs_sandbox(disks=40)

CLIENTS: dict[str, Connect] = {
    "official-sdk": OfficialSdk,
    "old-sdk-get": partial(OldSdk, method="GET"),
    "old-sdk-post": partial(OldSdk, method="POST"),
    "libcloud": Libcloud,
    "aliyun-cli-form": CliForm,
    "node-sdk": NodeSdk,
}
# libcloud has no way to send a security token.
WITH_TOKENS = [name for name in CLIENTS if name != "libcloud"]


@pytest.fixture(params=CLIENTS)
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    made: list[Client] = []

    def connect_one(address: str, keys: Keys) -> Client:
        made.append(CLIENTS[request.param](address, keys))
        return made[-1]

    yield connect_one
    for client in made:
        getattr(client, "close", lambda: None)()


def test_a_snapshot_is_taken_waited_for_listed_and_deleted(
    connect: Connect, ecs_sandbox: EcsSandbox
) -> None:
    client = connect(ecs_sandbox.endpoint, Keys())
    snapshot_id = client.take("d-sandbox-data", "nightly-1")
    assert client.snapshots("d-sandbox-data")[snapshot_id] == "progressing"
    ecs_sandbox.advance(seconds=5)
    assert client.snapshots("d-sandbox-data")[snapshot_id] == "accomplished"
    client.delete(snapshot_id)
    assert snapshot_id not in client.snapshots("d-sandbox-data")


def test_lists_are_whole_over_many_pages(connect: Connect, ecs_sandbox: EcsSandbox) -> None:
    client = connect(ecs_sandbox.endpoint, Keys())
    disks = client.disks()
    assert len(disks) == len(set(disks)) == 11 + 40
    snapshots = client.snapshots("d-sandbox-full")
    assert set(snapshots.values()) == {"accomplished"}
    assert len(snapshots) == 64


@pytest.mark.parametrize(
    ("disk_id", "status", "code"),
    [
        ("d-sandbox-locked", 403, "InstanceLockedForSecurity"),
        ("d-sandbox-pending", 403, "IncorrectDiskStatus.CreatingSnapshot"),
        ("d-none", 404, "InvalidDiskId.NotFound"),
    ],
)
def test_a_refusal_is_told_with_its_code(
    connect: Connect, ecs_sandbox: EcsSandbox, disk_id: str, status: int, code: str
) -> None:
    client = connect(ecs_sandbox.endpoint, Keys())
    with pytest.raises(Refused) as met:
        client.take(disk_id, "nightly-1")
    assert met.value.code == code
    assert met.value.status in (None, status)


def test_a_wrong_secret_is_told(connect: Connect, ecs_sandbox: EcsSandbox) -> None:
    with pytest.raises(Refused) as met:
        connect(ecs_sandbox.endpoint, Keys(secret="guessed")).disks()
    assert met.value.code == "SignatureDoesNotMatch"
    assert met.value.status in (None, 400)


@pytest.mark.parametrize("connect", WITH_TOKENS, indirect=True)
def test_a_security_token_is_taken_and_one_that_has_expired_is_told(
    connect: Connect, ecs_sandbox: EcsSandbox
) -> None:
    assert len(connect(ecs_sandbox.endpoint, STS).disks()) == 51
    with pytest.raises(Refused) as met:
        connect(ecs_sandbox.endpoint, STS._replace(token="sandbox-expired")).disks()
    assert (met.value.status, met.value.code) == (400, "InvalidSecurityToken.Expired")


def test_libcloud_lists_nodes_and_regions(ecs_sandbox: EcsSandbox) -> None:
    driver = Libcloud(ecs_sandbox.endpoint, Keys()).driver
    nodes = {node.id: node for node in driver.list_nodes()}
    assert len(nodes) == 9 + 10
    assert nodes["i-sandbox-data"].name == "sandbox-data"
    assert nodes["i-sandbox-data"].extra["vpc_attributes"]["vpc_id"] == "vpc-sandbox"
    assert "cn-hangzhou" in [location.id for location in driver.list_locations()]
    (image,) = driver.list_images()
    assert image.id == "m-sandbox-detached"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_old_sdk_gets_xml_where_it_asks_for_it(ecs_sandbox: EcsSandbox, method: str) -> None:
    client = AcsClient(ACCESS_KEY_ID, ACCESS_KEY_SECRET, "cn-hangzhou")
    request = DescribeDisksRequest()
    request.set_endpoint(ecs_sandbox.endpoint)
    request.set_method(method)
    request.set_accept_format("XML")
    # Its method of today asks for JSON, whatever it was told.
    with pytest.warns(DeprecationWarning, match="do_action_with_exception"):
        answer = ElementTree.fromstring(client.do_action(request))  # noqa: S314 - its own
    assert answer.tag == "DescribeDisksResponse"
    assert len(answer.findall("Disks/Disk")) == int(answer.findtext("PageSize", "")) == 10
