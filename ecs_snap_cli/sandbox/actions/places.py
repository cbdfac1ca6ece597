"""What DescribeRegions and DescribeZones share: a language, and who may pay how."""

from collections.abc import Iterable

from ..errors import ApiError
from ..params import Params
from ..regions import LANGUAGES


def language(params: Params) -> str:
    """The AcceptLanguage, one of LANGUAGES."""
    asked = params.text("AcceptLanguage") or LANGUAGES[0]
    if asked not in LANGUAGES:
        raise ApiError(
            404,
            "InvalidAcceptLanguage.NotFound",
            f"The sandbox knows its regions by {', '.join(LANGUAGES)} only.",
        )
    return asked


def check_charge_type(params: Params, allowed: Iterable[str]) -> None:
    """Refuse an InstanceChargeType that ECS does not have; every place offers those it has."""
    if params.text("InstanceChargeType") not in ("", *allowed):
        raise ApiError(
            404, "InvalidInstanceChargeType.NotFound", "There is no such InstanceChargeType."
        )
