"""What the three actions on tags share: which resources are meant, and what is wrong with them."""

from typing import Any

from ..errors import ApiError, unsupported_parameter
from ..params import Params
from ..rows import Disk, Image, Instance, Policy, Snapshot, SnapshotGroup

# https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-tagresources
# The page leaves snapshotgroup out; the official Terraform provider tags groups with it.
KINDS: dict[str, type[Any]] = {
    "disk": Disk,
    "image": Image,
    "instance": Instance,
    "snapshot": Snapshot,
    "snapshotgroup": SnapshotGroup,
    "snapshotpolicy": Policy,
}
_NOT_HERE = frozenset(
    {
        *("activation", "capacityreservation", "command", "ddh", "ddhcluster"),
        *("elasticityassurance", "eni", "invocation", "keypair", "launchtemplate"),
        *("managedinstance", "reservedinstance", "securitygroup", "volume"),
    }
)
_MOST_RESOURCES = 50
TOO_MANY_TAGS = (400, "NumberExceed.Tags")


def resource_type(params: Params) -> str:
    """The ResourceType, one of KINDS."""
    name = params.text("ResourceType")
    if not name:
        raise missing("ResourceType", "ResourceType")
    if name in _NOT_HERE:
        raise unsupported_parameter(f"ResourceType={name}")
    if name not in KINDS:
        raise ApiError(404, "InvalidResourceType.NotFound", "There is no such ResourceType.")
    return name


def resource_ids(params: Params) -> frozenset[str]:
    """The ResourceId.N, or none."""
    return params.repeated("ResourceId", _MOST_RESOURCES, "NumberExceed.ResourceIds")


def missing(what: str, name: str) -> ApiError:
    """MissingParameter.<what>, for the parameter `name`: these actions have codes of their own."""
    return ApiError(404, f"MissingParameter.{what}", f"The parameter {name} is mandatory.")
