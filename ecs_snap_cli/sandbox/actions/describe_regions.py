"""DescribeRegions."""

from ..params import Params
from ..regions import REGIONS
from .action import Action, Context
from .places import check_charge_type, language

_CHARGES = ("PrePaid", "PostPaid", "SpotWithPriceLimit", "SpotAsPriceGo")
_RESOURCES = ("instance", "disk", "reservedinstance", "scu")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Regions": {"Region": [{"RegionId", "LocalName", "RegionEndpoint", "Status"}]}}`

    Every endpoint is this very server: who follows one is not to leave the sandbox. All resources
    are offered everywhere, however they are paid for.
    """
    spoken = language(params)
    check_charge_type(params, _CHARGES)
    params.choice("ResourceType", _RESOURCES)
    regions = [
        {
            "RegionId": region.id,
            "LocalName": region.name(spoken),
            "RegionEndpoint": context.host,
            "Status": "available",
        }
        for region in REGIONS.values()
    ]
    return {"Regions": {"Region": regions}}


ACTION = Action(
    name="DescribeRegions",
    handle=handle,
    supported=frozenset({"AcceptLanguage", "InstanceChargeType", "ResourceType"}),
    unsupported=frozenset(),
)
