"""The verbs of the story that every client goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ecs_snap_cli.sandbox import (
    ACCESS_KEY_ID,
    ACCESS_KEY_SECRET,
    SECURITY_TOKEN,
    STS_ACCESS_KEY_ID,
)


class Keys(NamedTuple):
    """What a client signs by."""

    key_id: str = ACCESS_KEY_ID
    secret: str = ACCESS_KEY_SECRET
    token: str = ""


STS = Keys(STS_ACCESS_KEY_ID, ACCESS_KEY_SECRET, SECURITY_TOKEN)


class Refused(Exception):
    """What a client tells of a refusal."""

    def __init__(self, status: int | None, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Client(Protocol):
    """One client of ECS, behind the few verbs of the story; each may raise Refused."""

    def disks(self) -> list[str]:
        """The IDs of all disks of the region, by as many pages as it takes."""

    def take(self, disk_id: str, name: str) -> str:
        """The ID of a snapshot of the disk."""

    def snapshots(self, disk_id: str) -> dict[str, str]:
        """The status of each snapshot of a disk by its ID, by as many pages as it takes."""

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot."""


Connect = Callable[[str, Keys], Client]
