"""The official Python SDK: V3 signatures, JSON."""

from __future__ import annotations

from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client as EcsClient
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

from tests.clients.conftest import Keys, Refused

REGION = "cn-hangzhou"


class OfficialSdk:
    """Pages by NextToken."""

    def __init__(self, address: str, keys: Keys) -> None:
        self._client = EcsClient(
            Config(
                access_key_id=keys.key_id,
                access_key_secret=keys.secret,
                security_token=keys.token or None,
                endpoint=address,
                protocol="HTTP",
                region_id=REGION,
            )
        )

    def disks(self) -> list[str]:
        found, token = [], None
        while token != "":
            asked = models.DescribeDisksRequest(region_id=REGION, max_results=20, next_token=token)
            body = self._ask("describe_disks", asked)
            found += [disk.disk_id for disk in body.disks.disk]
            token = body.next_token
        return found

    def take(self, disk_id: str, name: str) -> str:
        asked = models.CreateSnapshotRequest(disk_id=disk_id, snapshot_name=name)
        return str(self._ask("create_snapshot", asked).snapshot_id)

    def snapshots(self, disk_id: str) -> dict[str, str]:
        found, token = {}, None
        while token != "":
            asked = models.DescribeSnapshotsRequest(
                region_id=REGION, disk_id=disk_id, max_results=30, next_token=token
            )
            body = self._ask("describe_snapshots", asked)
            found |= {each.snapshot_id: each.status for each in body.snapshots.snapshot}
            token = body.next_token
        return found

    def delete(self, snapshot_id: str) -> None:
        self._ask("delete_snapshot", models.DeleteSnapshotRequest(snapshot_id=snapshot_id))

    def _ask(self, method: str, asked: object) -> object:
        try:
            return getattr(self._client, method)(asked).body
        except ClientException as error:
            raise Refused(error.status_code, error.data["Code"]) from error
