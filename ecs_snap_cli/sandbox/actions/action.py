"""What an action declares about itself, and what a handler is given."""

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import ApiError, invalid_parameter, unsupported_parameter
from ..params import Params, declared_form
from ..rows import Snapshot, Tags
from ..rules import RuleSet
from ..state import State

# Every action of ECS takes these two groups, whether its page says so or not.
COMMON_PARAMETERS = frozenset({"RegionId"})
COMMON_UNSUPPORTED = frozenset(
    {"OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId"}
    # The V1 signature's parameters: a V3-signed request has no use for them.
    | {"AccessKeyId", "SecurityToken", "Signature", "SignatureMethod", "SignatureNonce"}
    | {"SignatureType", "SignatureVersion", "Timestamp"}
)
FILTER_PAIRS = frozenset({"Filter.N.Key", "Filter.N.Value"})
TAG_PAIRS = frozenset({"Tag.N.Key", "Tag.N.Value"})
# ECS still takes the lower-case spelling of old.
OLD_TAG_PAIRS = frozenset({"Tag.N.key", "Tag.N.value"})


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may use besides its parameters.

    `elsewhere` is True when the request names a region other than the sandbox's own, where
    nothing exists; `host` is the address under which the client reached the server.
    """

    state: State
    rules: RuleSet
    request_id: str
    host: str
    elsewhere: bool


Handler = Callable[[Context, Params], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Action:
    """An action by its ECS name; parameters are declared as in `Tag.N.Key`.

    The handler returns the answer without RequestId, or with one to answer an earlier
    request's ID again. `unsupported` are parameters that ECS has and the handler ignores.
    """

    name: str
    handle: Handler
    supported: frozenset[str]
    unsupported: frozenset[str]
    region_required: bool = False

    def check_names(self, params: Params) -> None:
        """Refuse a parameter that would be ignored, be it ECS's own or nobody's."""
        for name in params.names():
            form = declared_form(name)
            if form in self.supported or form in COMMON_PARAMETERS:
                continue
            if form in self.unsupported or form in COMMON_UNSUPPORTED:
                raise unsupported_parameter(name)
            raise invalid_parameter(name, f"ECS's {self.name} has no parameter of this name")


def existing_snapshot(context: Context, snapshot_id: str) -> Snapshot:
    """The snapshot of this ID; InvalidSnapshotId.NotFound where the region has none."""
    found = None if context.elsewhere else context.state.snapshot(snapshot_id)
    if found is None:
        raise ApiError(
            404, "InvalidSnapshotId.NotFound", "There is no snapshot of this SnapshotId."
        )
    return found


def answer_dry_run(params: Params) -> None:
    """With DryRun, end here with the error by which ECS says that all is well."""
    if params.boolean("DryRun"):
        raise ApiError(
            412, "DryRunOperation", "The request is valid and permitted; DryRun leaves it at that."
        )


def tags_match(wanted: list[tuple[str, str | None]], tags: Tags) -> bool:
    """Whether `tags` has all of `wanted`, where no value means any value."""
    held = dict(tags)
    return all(key in held and value in (None, held[key]) for key, value in wanted)


def tags_shape(tags: Tags) -> dict[str, object]:
    """`{"Tag": [{"TagKey", "TagValue"}]}`"""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in tags]}
