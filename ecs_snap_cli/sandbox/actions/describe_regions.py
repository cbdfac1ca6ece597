"""DescribeRegions."""

from ..params import Params
from ..regions import REGIONS
from .action import Action, Context


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Regions": {"Region": [{"RegionId", "LocalName", "RegionEndpoint", "Status"}]}}`

    Every endpoint is this very server: who follows one is not to leave the sandbox.
    """
    regions = [
        {
            "RegionId": region_id,
            "LocalName": name,
            "RegionEndpoint": context.host,
            "Status": "available",
        }
        for region_id, name in REGIONS.items()
    ]
    return {"Regions": {"Region": regions}}


ACTION = Action(
    name="DescribeRegions",
    handle=handle,
    supported=frozenset(),
    unsupported=frozenset({"AcceptLanguage", "InstanceChargeType", "ResourceType"}),
)
