"""apache-libcloud's driver for Aliyun ECS: V1 signatures, GET, XML."""

from __future__ import annotations

import ast
from typing import Any

from libcloud.common.exceptions import BaseHTTPError
from libcloud.compute.base import StorageVolume, VolumeSnapshot
from libcloud.compute.drivers.ecs import ECSDriver
from libcloud.compute.types import VolumeSnapshotState

from tests.clients.conftest import Keys, Refused

_STATUSES = {
    VolumeSnapshotState.CREATING: "progressing",
    VolumeSnapshotState.AVAILABLE: "accomplished",
    VolumeSnapshotState.ERROR: "failed",
}


class Libcloud:
    """Pages by number, of the server's own size."""

    def __init__(self, address: str, keys: Keys) -> None:
        host, _, port = address.partition(":")
        self.driver = ECSDriver(
            keys.key_id, keys.secret, region="cn-hangzhou", secure=False, host=host, port=int(port)
        )

    def disks(self) -> list[str]:
        return [volume.id for volume in self._ask("list_volumes")]

    def take(self, disk_id: str, name: str) -> str:
        return str(self._ask("create_volume_snapshot", self._volume(disk_id), name=name).id)

    def snapshots(self, disk_id: str) -> dict[str, str]:
        found = self._ask("list_volume_snapshots", self._volume(disk_id))
        return {each.id: _STATUSES[each.state] for each in found}

    def delete(self, snapshot_id: str) -> None:
        snapshot = VolumeSnapshot(snapshot_id, self.driver)
        assert self._ask("destroy_volume_snapshot", snapshot) is True

    def _volume(self, disk_id: str) -> StorageVolume:
        return StorageVolume(disk_id, "", 0, self.driver)

    def _ask(self, method: str, *asked: object, **more: object) -> Any:
        try:
            return getattr(self.driver, method)(*asked, **more)
        except BaseHTTPError as error:
            # It tells the error as the text of a dict.
            raise Refused(error.code, ast.literal_eval(error.message)["code"]) from error
        except Exception as error:
            # What its base class makes of the statuses that it knows holds the text alone.
            raise Refused(None, ast.literal_eval(str(error))["code"]) from error
