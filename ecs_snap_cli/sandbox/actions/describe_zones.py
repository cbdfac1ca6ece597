"""DescribeZones.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describezones
"""

from ..categories import SIZES_GIB
from ..errors import ApiError
from ..params import Params
from ..regions import REGIONS
from .action import Action, Context
from .places import check_charge_type, language

_CHARGES = ("PrePaid", "PostPaid")
_SPOT = ("NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo")

# All zones offer the same.
_CATEGORIES = list(SIZES_GIB)
_INSTANCE_TYPES = ["ecs.g7.large"]
_OFFER = {
    "AvailableDedicatedHostTypes": {"DedicatedHostType": []},
    "AvailableDiskCategories": {"DiskCategories": _CATEGORIES},
    "AvailableInstanceTypes": {"InstanceTypes": _INSTANCE_TYPES},
    "AvailableResourceCreation": {"ResourceTypes": ["Instance", "Disk", "VSwitch", "IoOptimized"]},
    "AvailableResources": {
        "ResourcesInfo": [
            {
                "IoOptimized": True,
                "DataDiskCategories": {"supportedDataDiskCategory": _CATEGORIES},
                "InstanceGenerations": {"supportedInstanceGeneration": ["ecs-6"]},
                "InstanceTypeFamilies": {"supportedInstanceTypeFamily": ["ecs.g7"]},
                "InstanceTypes": {"supportedInstanceType": _INSTANCE_TYPES},
                "NetworkTypes": {"supportedNetworkCategory": ["vpc"]},
                "SystemDiskCategories": {"supportedSystemDiskCategory": _CATEGORIES},
            }
        ]
    },
    "AvailableVolumeCategories": {"VolumeCategories": []},
    "DedicatedHostGenerations": {"DedicatedHostGeneration": []},
}


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Zones": {"Zone": [{"ZoneId", "LocalName", "ZoneType", ...}]}}`, by ID.

    With Verbose false they are without what they offer.
    """
    spoken = language(params)
    check_charge_type(params, _CHARGES)
    if params.text("SpotStrategy") not in ("", *_SPOT):
        raise ApiError(400, "InvalidSpotStrategy", "There is no such SpotStrategy.")
    offer = {} if params.flag("Verbose") is False else _OFFER
    region = REGIONS[context.region or ""]
    zones = [
        {
            "ZoneId": zone_id,
            "LocalName": region.zone_name(letter, spoken),
            "ZoneType": "AvailabilityZone",
            **offer,
        }
        for zone_id, letter in region.zones().items()
    ]
    return {"Zones": {"Zone": zones}}


ACTION = Action(
    name="DescribeZones",
    handle=handle,
    supported=frozenset({"AcceptLanguage", "InstanceChargeType", "SpotStrategy", "Verbose"}),
    unsupported=frozenset(),
    region_required=True,
)
