"""TagResources.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-tagresources
"""

from ..errors import ApiError
from ..params import MAX_TAGS, Params
from .action import Action, Context, existing
from .tagging import KINDS, TOO_MANY_TAGS, missing, resource_ids, resource_type
from .values import new_tags


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; a tag whose key a resource has gets the new value. All or none of them."""
    kind = KINDS[resource_type(params)]
    ids = resource_ids(params)
    if not ids:
        raise missing("ResourceIds", "ResourceId.N")
    tags = dict(new_tags(params, TOO_MANY_TAGS))
    if not tags:
        raise missing("Tags", "Tag.N.Key")
    with context.state.transaction():
        for resource_id in sorted(ids):
            row = existing(context, kind, resource_id, "ResourceId")
            merged = tuple((dict(row.tags) | tags).items())
            if len(merged) > MAX_TAGS:
                raise ApiError(
                    400,
                    "OperationDenied.QuotaExceed",
                    f"The resource {row.id} would have more than {MAX_TAGS} tags.",
                )
            context.state.change(row, tags=merged)
    return {}


ACTION = Action(
    name="TagResources",
    handle=handle,
    supported=frozenset({"ResourceId.N", "ResourceType", "Tag.N.Key", "Tag.N.Value"}),
    unsupported=frozenset(),
    region_required=True,
)
