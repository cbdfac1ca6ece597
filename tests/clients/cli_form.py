"""Requests in the form of the official `aliyun` CLI, which no package registry has.

V1 by POST with every parameter in the query and an empty body, RegionId always, an empty
SignatureType among what is signed; `--pager` goes on for as long as there is a NextToken.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from tests.clients.conftest import Keys, Refused


class CliForm:
    """Sends what `aliyun ecs ACTION --Name value ...` sends."""

    def __init__(self, address: str, keys: Keys) -> None:
        self._address = address
        self._keys = keys

    def disks(self) -> list[str]:
        return [disk["DiskId"] for disk in self._all("DescribeDisks", "Disks", "Disk")]

    def take(self, disk_id: str, name: str) -> str:
        return str(self._ask("CreateSnapshot", DiskId=disk_id, SnapshotName=name)["SnapshotId"])

    def snapshots(self, disk_id: str) -> dict[str, str]:
        found = self._all("DescribeSnapshots", "Snapshots", "Snapshot", DiskId=disk_id)
        return {each["SnapshotId"]: each["Status"] for each in found}

    def delete(self, snapshot_id: str) -> None:
        self._ask("DeleteSnapshot", SnapshotId=snapshot_id)

    def _all(self, action: str, outer: str, inner: str, **asked: str) -> list[dict[str, Any]]:
        found, more = [], True
        while more:
            answer = self._ask(action, **asked)
            found += answer[outer][inner]
            asked["NextToken"] = answer["NextToken"]
            more = bool(asked["NextToken"])
        return found

    def _ask(self, action: str, **asked: str) -> dict[str, Any]:
        query = {
            "AccessKeyId": self._keys.key_id,
            "Action": action,
            "Format": "JSON",
            "RegionId": "cn-hangzhou",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": uuid.uuid4().hex,
            "SignatureType": "",
            "SignatureVersion": "1.0",
            "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2014-05-26",
            **asked,
        }
        if self._keys.token:
            query["SecurityToken"] = self._keys.token
        to_sign = f"POST&%2F&{quote(urlencode(sorted(query.items()), quote_via=quote), safe='')}"
        digest = hmac.new(f"{self._keys.secret}&".encode(), to_sign.encode(), hashlib.sha1).digest()
        query["Signature"] = base64.b64encode(digest).decode()
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", f"/?{urlencode(query)}", headers=headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise Refused(response.status, answer["Code"])
        return answer
