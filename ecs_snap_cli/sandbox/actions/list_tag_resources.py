"""ListTagResources.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-listtagresources
"""

from ..conditions import tagged, these
from ..errors import unsupported_parameter
from ..params import Params
from .action import Action, Context, existing
from .listing import list_page
from .tagging import KINDS, TOO_MANY_TAGS, missing, resource_ids, resource_type

# No page of ECS's says how many there are on one of these pages, and no parameter asks for it.
_RESOURCES_A_PAGE = 50
# By this key ECS finds the resources of a resource group.
_GROUP_KEY = "acs:rm:rgId"


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"TagResources": {"TagResource": [{"ResourceId", "TagKey", ...}]}, "NextToken"}`

    These are all tags of the resources that have all of the tags asked for. What a resource has
    is never spread over two pages.
    """
    name = resource_type(params)
    kind = KINDS[name]
    ids = resource_ids(params)
    tags = params.tags(TOO_MANY_TAGS, no_key="InvalidParameter.TagValue")
    if not ids and not tags:
        raise missing("Tags", "ResourceId.N or Tag.N.Key")
    if any(key == _GROUP_KEY for key, _ in tags):
        raise unsupported_parameter(f"Tag.N.Key={_GROUP_KEY}")
    for resource_id in sorted(ids):
        existing(context, kind, resource_id, "ResourceId")
    page, paging = list_page(
        context,
        params,
        kind,
        [these(ids or None), *tagged(tags)],
        action=ACTION.name,
        max_results=_RESOURCES_A_PAGE,
        default_results=_RESOURCES_A_PAGE,
        numbered=False,
    )
    found = [
        {"ResourceId": row.id, "ResourceType": name, "TagKey": key, "TagValue": value}
        for row in page
        for key, value in row.tags
    ]
    return {"NextToken": paging["NextToken"], "TagResources": {"TagResource": found}}


ACTION = Action(
    name="ListTagResources",
    handle=handle,
    supported=frozenset({"NextToken", "ResourceId.N", "ResourceType", "Tag.N.Key", "Tag.N.Value"}),
    unsupported=frozenset({"TagFilter.N.TagKey", "TagFilter.N.TagValues.N"}),
    region_required=True,
)
