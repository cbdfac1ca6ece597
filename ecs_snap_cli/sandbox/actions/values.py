"""Values that several actions take by the same rules, and the IDs of what they make."""

import os
import re
from typing import Any

from ..errors import ApiError
from ..params import Params
from ..rows import Disk, Snapshot, Tags

LINKS = ("http://", "https://")

_ID_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RESOURCE_GROUP = re.compile(r"rg-[A-Za-z0-9_-]+", re.ASCII)


def legal_name(params: Params, name: str, code: str, forbidden: tuple[str, ...] = ()) -> str:
    """The name that a thing is to have, from the parameter `name`; empty where it says none.

    One that ECS does not take, or that has a forbidden beginning, is refused with `code`.
    """
    text = params.text(name)
    if text and not (
        2 <= len(text) <= 128
        and text[0].isalpha()
        and all(char.isalpha() or char.isdecimal() or char in ":_.-" for char in text)
        and not text.startswith((*forbidden, *LINKS))
    ):
        but = f"; it must not begin with {' or '.join(map(repr, forbidden))}" if forbidden else ""
        raise ApiError(
            400,
            code,
            f"The {name} is to have 2 to 128 characters: first a letter, then letters, digits, "
            f"':', '_', '.' or '-'{but}.",
        )
    return text


def snapshot_name(params: Params, name: str = "SnapshotName") -> str:
    """The name that a snapshot is to have, from the parameter of this `name`."""
    return legal_name(params, name, "InvalidSnapshotName.Malformed", forbidden=("auto",))


def retention_days(params: Params) -> int | None:
    """The RetentionDays of a snapshot; None where none are given, which is for ever."""
    days = params.integer("RetentionDays")
    if days is not None and not 1 <= days <= 65536:
        raise ApiError(
            400, "InvalidRetentionDays.Malformed", "The RetentionDays are to be 1 to 65536."
        )
    return days


def description(params: Params, status: int, name: str = "Description") -> str:
    """The description from the parameter of this `name`.

    `status` is the HTTP status with which the action refuses a bad one.
    """
    text = params.text(name)
    if text and (not 2 <= len(text) <= 256 or text.startswith(LINKS)):
        raise ApiError(
            status,
            "InvalidDescription.Malformed",
            f"The {name} is to have 2 to 256 characters and must not begin with http:// or "
            "https://.",
        )
    return text


def resource_group_id(params: Params) -> str:
    """The ResourceGroupId; the sandbox knows every group whose ID looks like one."""
    group = params.text("ResourceGroupId")
    if group and not _RESOURCE_GROUP.fullmatch(group):
        raise ApiError(404, "InvalidResourceGroup.NotFound", "There is no such resource group.")
    return group


def new_tags(params: Params, too_many: tuple[int, str] = (403, "QuotaExceed.Tags")) -> Tags:
    """The tags of what is made; each refusal has the code of ECS (`too_many`: see Params.tags)."""
    tags = [(key, value or "") for key, value in params.tags(too_many)]
    for key, value in tags:
        if len(key) > 128 or key.startswith(("aliyun", "acs:")) or any(s in key for s in LINKS):
            raise ApiError(
                400,
                "InvalidTagKey.Malformed",
                "A tag's key is to have 1 to 128 characters, must not begin with 'aliyun' or "
                "'acs:' and must not hold http:// or https://.",
            )
        if len(value) > 128 or any(link in value for link in LINKS):
            raise ApiError(
                400,
                "InvalidTagValue.Malformed",
                "A tag's value is to have up to 128 characters without http:// or https://.",
            )
    if len({key for key, _ in tags}) < len(tags):
        raise ApiError(400, "Duplicate.TagKey", "A tag's key is given more than once.")
    return tuple(tags)


def new_snapshot(disk: Disk, created: int, **more: Any) -> Snapshot:
    """A snapshot of `disk` that is begun at `created`; `more` are other fields of it."""
    return Snapshot(
        id=new_id("s"),
        disk_id=disk.id,
        created=created,
        disk_type=disk.type,
        disk_category=disk.category,
        disk_size=disk.size,
        encrypted=disk.encrypted,
        region=disk.region,
        **more,
    )


def new_id(prefix: str) -> str:
    """An ID as ECS makes them, such as `s-sandbox-h6sjle6adqyqp0x`."""
    number = int.from_bytes(os.urandom(10), "big")
    letters = []
    for _ in range(15):
        number, place = divmod(number, 36)
        letters.append(_ID_LETTERS[place])
    return f"{prefix}-sandbox-" + "".join(letters)
