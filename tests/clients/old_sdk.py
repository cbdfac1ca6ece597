"""aliyun-python-sdk-ecs, the SDK before the official one of today: V1 signatures."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.CreateSnapshotRequest import CreateSnapshotRequest
from aliyunsdkecs.request.v20140526.DeleteSnapshotRequest import DeleteSnapshotRequest
from aliyunsdkecs.request.v20140526.DescribeDisksRequest import DescribeDisksRequest
from aliyunsdkecs.request.v20140526.DescribeSnapshotsRequest import DescribeSnapshotsRequest

from tests.clients.conftest import Keys, Refused


class OldSdk:
    """Pages by number; `method` is GET or POST."""

    def __init__(self, address: str, keys: Keys, method: str) -> None:
        credential = (
            StsTokenCredential(keys.key_id, keys.secret, keys.token)
            if keys.token
            else AccessKeyCredential(keys.key_id, keys.secret)
        )
        self._client = AcsClient(region_id="cn-hangzhou", credential=credential)
        self._address = address
        self._method = method

    def disks(self) -> list[str]:
        pages = self._pages(DescribeDisksRequest, 20)
        return [disk["DiskId"] for page in pages for disk in page["Disks"]["Disk"]]

    def take(self, disk_id: str, name: str) -> str:
        answer = self._ask(
            CreateSnapshotRequest,
            DiskId=disk_id,
            SnapshotName=name,
            Tags=[{"Key": "taken by", "Value": "the old SDK"}],
        )
        return str(answer["SnapshotId"])

    def snapshots(self, disk_id: str) -> dict[str, str]:
        pages = self._pages(DescribeSnapshotsRequest, 30, DiskId=disk_id)
        found = [each for page in pages for each in page["Snapshots"]["Snapshot"]]
        return {each["SnapshotId"]: each["Status"] for each in found}

    def delete(self, snapshot_id: str) -> None:
        self._ask(DeleteSnapshotRequest, SnapshotId=snapshot_id)

    def _pages(self, kind: type, size: int, **asked: object) -> list[dict[str, Any]]:
        ask = partial(self._ask, kind, PageSize=size, **asked)
        first = ask(PageNumber=1)
        last = -(-first["TotalCount"] // size)
        return [first, *(ask(PageNumber=number) for number in range(2, last + 1))]

    def _ask(self, kind: type, **asked: object) -> dict[str, Any]:
        request: Any = kind()
        request.set_endpoint(self._address)
        request.set_protocol_type("http")
        request.set_method(self._method)
        for name, value in asked.items():
            getattr(request, f"set_{name}")(value)
        try:
            answer: dict[str, Any] = json.loads(self._client.do_action_with_exception(request))
        except ServerException as error:
            raise Refused(error.get_http_status(), error.get_error_code()) from error
        return answer
