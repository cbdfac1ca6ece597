"""Values that several actions take by the same rules, and the IDs of what they make."""

import os
import re

from ..errors import ApiError
from ..params import Params
from ..rows import Tags

LINKS = ("http://", "https://")

_ID_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RESOURCE_GROUP = re.compile(r"rg-[A-Za-z0-9_-]+", re.ASCII)


def is_legal_name(name: str, forbidden: tuple[str, ...]) -> bool:
    """Whether ECS takes `name`: 2 to 128 characters, a letter first, no forbidden beginning."""
    return (
        2 <= len(name) <= 128
        and name[0].isalpha()
        and all(char.isalpha() or char.isdecimal() or char in ":_.-" for char in name)
        and not name.startswith(forbidden)
    )


def description(params: Params, status: int) -> str:
    """The Description; `status` is the HTTP status with which the action refuses a bad one."""
    text = params.text("Description")
    if text and (not 2 <= len(text) <= 256 or text.startswith(LINKS)):
        raise ApiError(
            status,
            "InvalidDescription.Malformed",
            "The Description is to have 2 to 256 characters and must not begin with http:// or "
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


def new_id(prefix: str) -> str:
    """An ID as ECS makes them, such as `s-sandbox-h6sjle6adqyqp0x`."""
    number = int.from_bytes(os.urandom(10), "big")
    letters = []
    for _ in range(15):
        number, place = divmod(number, 36)
        letters.append(_ID_LETTERS[place])
    return f"{prefix}-sandbox-" + "".join(letters)
