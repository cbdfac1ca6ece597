"""DescribeRegions and DescribeZones."""

import pytest
from alibabacloud_ecs20140526 import models

from ecs_snap_cli.sandbox.regions import REGIONS, ZONE_ID

HANGZHOU = {"RegionId": "cn-hangzhou"}


def names(raw, action, **parameters):
    reply = raw.call(action, HANGZHOU | parameters)
    assert reply.status == 200, reply.body
    outer = reply.body["Regions" if action == "DescribeRegions" else "Zones"]
    rows = outer["Region" if action == "DescribeRegions" else "Zone"]
    return {row.get("ZoneId", row.get("RegionId")): row["LocalName"] for row in rows}


def test_regions_lead_nowhere_but_to_the_sandbox(sdk, server):
    regions = sdk.describe_regions(models.DescribeRegionsRequest()).body.regions.region
    assert {region.region_id for region in regions} == set(REGIONS)
    assert {f"http://{region.region_endpoint}" for region in regions} == {server.url}
    assert {region.status for region in regions} == {"available"}


def test_regions_have_names_in_three_languages(raw):
    told = {
        language: names(raw, "DescribeRegions", AcceptLanguage=language)
        for language in ("", "zh-CN", "en-US", "ja")
    }
    assert told[""] == told["zh-CN"]
    hangzhou = [told[language]["cn-hangzhou"] for language in ("zh-CN", "en-US", "ja")]
    assert hangzhou == ["华东1（杭州）", "China (Hangzhou)", "中国 (杭州)"]
    for named in told.values():
        assert len(set(named.values())) == len(REGIONS)


def test_zones_have_names_in_three_languages(raw):
    def zones(region, language):
        return names(raw, "DescribeZones", RegionId=region, AcceptLanguage=language)

    assert zones("cn-hangzhou", "")["cn-hangzhou-i"] == "杭州 可用区I"
    assert zones("cn-hangzhou", "en-US")["cn-hangzhou-i"] == "Hangzhou Zone I"
    assert zones("ap-southeast-1", "en-US")["ap-southeast-1a"] == "Singapore Zone A"
    assert zones("ap-northeast-1", "ja")["ap-northeast-1b"] == "東京 ゾーンB"


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_zones_of_its_own(raw, region):
    zones = names(raw, "DescribeZones", RegionId=region)
    assert zones
    assert all(zone.startswith(region) for zone in zones)
    assert (ZONE_ID in zones) == (region == "cn-hangzhou")


def test_zones_have_the_shape_the_sdk_reads(sdk):
    body = sdk.describe_zones(models.DescribeZonesRequest(region_id="cn-hangzhou")).body
    (zone,) = [zone for zone in body.zones.zone if zone.zone_id == ZONE_ID]
    assert "cloud_essd" in zone.available_disk_categories.disk_categories
    assert {"Instance", "Disk"} <= set(zone.available_resource_creation.resource_types)
    (offer,) = zone.available_resources.resources_info
    types = zone.available_instance_types.instance_types
    assert offer.instance_types.supported_instance_type == types
    assert "cloud_essd" in offer.system_disk_categories.supported_system_disk_category
    assert zone.available_volume_categories.volume_categories == []
    brief = models.DescribeZonesRequest(region_id="cn-hangzhou", verbose=False)
    (zone,) = [z for z in sdk.describe_zones(brief).body.zones.zone if z.zone_id == ZONE_ID]
    assert (zone.local_name, zone.zone_type) == ("杭州 可用区I", "AvailabilityZone")
    assert zone.available_resources is None


@pytest.mark.parametrize(
    ("action", "parameters", "status", "code"),
    [
        (
            "DescribeRegions",
            {"ResourceType": "scu", "InstanceChargeType": "SpotAsPriceGo"},
            200,
            "",
        ),
        ("DescribeRegions", {"AcceptLanguage": "fr"}, 404, "InvalidAcceptLanguage.NotFound"),
        ("DescribeRegions", {"ResourceType": "vm"}, 400, "InvalidParameter"),
        (
            "DescribeRegions",
            {"InstanceChargeType": "Free"},
            404,
            "InvalidInstanceChargeType.NotFound",
        ),
        ("DescribeZones", {"SpotStrategy": "NoSpot", "InstanceChargeType": "PrePaid"}, 200, ""),
        ("DescribeZones", {"AcceptLanguage": "en"}, 404, "InvalidAcceptLanguage.NotFound"),
        ("DescribeZones", {"SpotStrategy": "Cheap"}, 400, "InvalidSpotStrategy"),
        (
            "DescribeZones",
            {"InstanceChargeType": "SpotAsPriceGo"},
            404,
            "InvalidInstanceChargeType.NotFound",
        ),
        ("DescribeZones", {"RegionId": "cn-nowhere"}, 404, "InvalidRegionId.NotFound"),
        ("DescribeZones", {"RegionId": ""}, 400, "MissingParameter"),
    ],
)
def test_values_are_taken_or_refused_and_never_ignored(raw, action, parameters, status, code):
    reply = raw.call(action, HANGZHOU | parameters)
    assert (reply.status, reply.code) == (status, code)
