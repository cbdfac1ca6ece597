"""What an action declares about itself, and what a handler is given."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import signature_v1
from ..errors import ApiError, invalid_parameter, unsupported_parameter
from ..params import Params, declared_form
from ..rows import Tags
from ..rules import RuleSet
from ..state import State
from ..tables import Row

# Every action of ECS takes these two groups, whether its page says so or not.
COMMON_PARAMETERS = frozenset({"RegionId"})
COMMON_UNSUPPORTED = frozenset(
    {"OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId"}
    # A V3-signed request has no use for them; of a V1-signed one they are taken before.
    | signature_v1.PARAMETERS
)
FILTER_PAIRS = frozenset({"Filter.N.Key", "Filter.N.Value"})
TAG_PAIRS = frozenset({"Tag.N.Key", "Tag.N.Value"})
# Actions that have been there for long still take the lower-case spelling of old.
ANY_TAG_PAIRS = TAG_PAIRS | {"Tag.N.key", "Tag.N.value"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may use besides its parameters.

    `region` is the one that the request is about; None, for an action that takes no RegionId, is
    whichever the resource is in. `host` is the address under which the client reached the server.
    Where the caller is not `permitted`, there is nothing for it. `hold` holds a ClientToken of an
    action's until the request is done with (see underway.py).
    """

    state: State
    rules: RuleSet
    request_id: str
    host: str
    region: str | None
    permitted: bool
    hold: Callable[[str, str], None]


Handler = Callable[[Context, Params], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Action:
    """An action by its ECS name; parameters are declared as in `Tag.N.Key`.

    The handler returns the answer without RequestId, or with one to answer an earlier
    request's ID again. `unsupported` are parameters that ECS has and the handler ignores, and
    `only_false` those that it may ignore while they are false, as they are by default. Some
    actions spell their `region_parameter` in a way of their own; RegionId will do for them too.
    """

    name: str
    handle: Handler
    supported: frozenset[str]
    unsupported: frozenset[str]
    only_false: frozenset[str] = frozenset()
    region_required: bool = False
    region_parameter: str = "RegionId"

    def check_names(self, params: Params) -> None:
        """Refuse a parameter that would be ignored, be it ECS's own or nobody's."""
        for name in params.names():
            form = declared_form(name)
            if form in self.supported or form in COMMON_PARAMETERS | {self.region_parameter}:
                continue
            if form in self.only_false and not params.boolean(name):
                continue
            if form in self.unsupported | self.only_false or form in COMMON_UNSUPPORTED:
                if params.text(name):
                    raise unsupported_parameter(name)
                # An empty value counts as absent (see params.py), and there is nothing to ignore.
                continue
            raise invalid_parameter(name, f"ECS's {self.name} has no parameter of this name")


def find(context: Context, kind: type[Row], row_id: str) -> Row | None:
    """The row of this ID, if the region has one."""
    found = context.state.find(kind, row_id)
    return found if found is not None and context.region in (None, found.region) else None


def existing(context: Context, kind: type[Row], row_id: str, name: str) -> Row:
    """The row of this ID; Invalid<name>.NotFound where the region has none."""
    found = find(context, kind, row_id)
    if found is None:
        raise ApiError(404, f"Invalid{name}.NotFound", f"There is none of this {name}.")
    return found


def answer_dry_run(params: Params) -> None:
    """With DryRun, end here with the error by which ECS says that all is well."""
    if params.boolean("DryRun"):
        raise ApiError(
            412, "DryRunOperation", "The request is valid and permitted; DryRun leaves it at that."
        )


def tags_shape(tags: Tags) -> dict[str, object]:
    """`{"Tag": [{"TagKey", "TagValue"}]}`"""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in tags]}
