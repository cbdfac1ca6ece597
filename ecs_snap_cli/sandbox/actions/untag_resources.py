"""UntagResources.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-untagresources
"""

from ..params import MAX_TAGS, Params
from .action import Action, Context, existing
from .tagging import KINDS, TOO_MANY_TAGS, missing, resource_ids, resource_type


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; a key that a resource does not have is no error. All or none of them.

    `All` counts where no TagKey.N is given.
    """
    kind = KINDS[resource_type(params)]
    ids = resource_ids(params)
    if not ids:
        raise missing("ResourceIds", "ResourceId.N")
    keys = params.repeated("TagKey", MAX_TAGS, TOO_MANY_TAGS[1])
    if not params.boolean("All") and not keys:
        raise missing("Tags", "TagKey.N")
    with context.state.transaction():
        for resource_id in sorted(ids):
            row = existing(context, kind, resource_id, "ResourceId")
            kept = tuple((key, value) for key, value in row.tags if keys and key not in keys)
            context.state.change(row, tags=kept)
    return {}


ACTION = Action(
    name="UntagResources",
    handle=handle,
    supported=frozenset({"All", "ResourceId.N", "ResourceType", "TagKey.N"}),
    unsupported=frozenset(),
    region_required=True,
)
