"""CreateSnapshot: its values, its ClientToken, its refusals, then the new snapshot."""

import hashlib
import json
import os
import re
from collections.abc import Callable

from ..errors import ApiError
from ..params import Params
from ..rows import Disk, Snapshot, Tags
from ..rules import refusal
from ..state import Order
from ..times import DAY
from .action import OLD_TAG_PAIRS, TAG_PAIRS, Action, Context

# ECS does not say for how long it remembers a token; a day outlives any retry.
TOKEN_LIFETIME = 1 * DAY

_ID_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RESOURCE_GROUP = re.compile(r"rg-[A-Za-z0-9_-]+", re.ASCII)
_LINKS = ("http://", "https://")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"SnapshotId"}`; asked again under the same ClientToken, the first answer once more.

    Looking and storing are one transaction, so that of two requests at once for a disk that
    takes one, one is refused.
    """
    disk_id = params.required("DiskId")
    token = _client_token(params)
    draft = _read_draft(params)
    fingerprint = _fingerprint(params)
    state = context.state
    with state.transaction():
        now = state.now()
        remembered = now - TOKEN_LIFETIME
        if token and (order := state.order(ACTION.name, token, since=remembered)):
            # The token comes before the disk's state: the pending snapshot that would refuse
            # a repeated request is the very one that it asks for.
            if order.fingerprint != fingerprint:
                raise ApiError(
                    403,
                    "IdempotentParameterMismatch",
                    "The ClientToken was used before with other parameters.",
                )
            return order.answer
        disk = None if context.elsewhere else state.disk(disk_id)
        if disk is None:
            raise ApiError(404, "InvalidDiskId.NotFound", "There is no disk of this DiskId.")
        refused = refusal(
            context.rules, disk, state.instances_of(disk), state.snapshots(disk_id), now
        )
        if refused is not None:
            raise refused
        snapshot = draft(disk, now)
        state.add(snapshot)
        answer: dict[str, object] = {
            "RequestId": context.request_id,
            "SnapshotId": snapshot.id,
        }
        if token:
            order = Order(fingerprint, answer)
            state.remember_order(ACTION.name, token, order, forget_before=remembered)
        return answer


def _read_draft(params: Params) -> Callable[[Disk, int], Snapshot]:
    """Check every value; what comes back makes the snapshot of a disk at a time."""
    name, description = _name(params), _description(params)
    retention_days = _retention_days(params)
    resource_group_id = _resource_group_id(params)
    tags = _tags(params)

    def draft(disk: Disk, now: int) -> Snapshot:
        return Snapshot(
            id=_new_snapshot_id(),
            disk_id=disk.id,
            created=now,
            disk_type=disk.type,
            disk_category=disk.category,
            disk_size=disk.size,
            name=name,
            description=description,
            encrypted=disk.encrypted,
            retention_days=retention_days,
            resource_group_id=resource_group_id,
            tags=tags,
        )

    return draft


def _name(params: Params) -> str:
    name = params.text("SnapshotName")
    legal = (
        2 <= len(name) <= 128
        and name[0].isalpha()
        and all(char.isalpha() or char.isdecimal() or char in ":_.-" for char in name)
        and not name.startswith(("auto", *_LINKS))
    )
    if name and not legal:
        raise ApiError(
            400,
            "InvalidSnapshotName.Malformed",
            "The SnapshotName is to have 2 to 128 characters: first a letter, then letters, "
            "digits, ':', '_', '.' or '-'; it must not begin with 'auto'.",
        )
    return name


def _description(params: Params) -> str:
    text = params.text("Description")
    if text and (not 2 <= len(text) <= 256 or text.startswith(_LINKS)):
        raise ApiError(
            404,
            "InvalidDescription.Malformed",
            "The Description is to have 2 to 256 characters and must not begin with http:// or "
            "https://.",
        )
    return text


def _retention_days(params: Params) -> int | None:
    days = params.integer("RetentionDays")
    if days is not None and not 1 <= days <= 65536:
        raise ApiError(
            400, "InvalidRetentionDays.Malformed", "The RetentionDays are to be 1 to 65536."
        )
    return days


def _resource_group_id(params: Params) -> str:
    group = params.text("ResourceGroupId")
    if group and not _RESOURCE_GROUP.fullmatch(group):
        raise ApiError(404, "InvalidResourceGroup.NotFound", "There is no such resource group.")
    return group


def _client_token(params: Params) -> str:
    token = params.text("ClientToken")
    if len(token) > 64 or not token.isascii():
        raise ApiError(
            403,
            "InvalidClientToken.Malformed",
            "The ClientToken is to have at most 64 characters, all of them ASCII.",
        )
    return token


def _tags(params: Params) -> Tags:
    tags = [(key, value or "") for key, value in params.tags()]
    for key, value in tags:
        if len(key) > 128 or key.startswith(("aliyun", "acs:")) or any(s in key for s in _LINKS):
            raise ApiError(
                400,
                "InvalidTagKey.Malformed",
                "A tag's key is to have 1 to 128 characters, must not begin with 'aliyun' or "
                "'acs:' and must not hold http:// or https://.",
            )
        if len(value) > 128 or any(link in value for link in _LINKS):
            raise ApiError(
                400,
                "InvalidTagValue.Malformed",
                "A tag's value is to have up to 128 characters without http:// or https://.",
            )
    if len({key for key, _ in tags}) < len(tags):
        raise ApiError(400, "Duplicate.TagKey", "A tag's key is given more than once.")
    return tuple(tags)


def _fingerprint(params: Params) -> str:
    asked = sorted(params.without("ClientToken").items())
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _new_snapshot_id() -> str:
    number = int.from_bytes(os.urandom(10), "big")
    letters = []
    for _ in range(15):
        number, place = divmod(number, 36)
        letters.append(_ID_LETTERS[place])
    return "s-sandbox-" + "".join(letters)


ACTION = Action(
    name="CreateSnapshot",
    handle=handle,
    supported=TAG_PAIRS
    | {"ClientToken", "Description", "DiskId", "ResourceGroupId", "RetentionDays", "SnapshotName"},
    unsupported=OLD_TAG_PAIRS
    | {"Category", "InstantAccess", "InstantAccessRetentionDays", "StorageLocationArn"},
)
