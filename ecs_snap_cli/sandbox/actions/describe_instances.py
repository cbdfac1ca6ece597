"""DescribeInstances."""

import re

from ..paging import PAGING_PARAMETERS
from ..params import Params
from ..ranking import BY_ID
from ..rows import Instance
from ..seed import REGION_ID, ZONE_ID
from ..times import minute_form
from .action import (
    FILTER_PAIRS,
    OLD_TAG_PAIRS,
    TAG_PAIRS,
    Action,
    Context,
    tags_match,
    tags_shape,
)
from .listing import list_page

_STATUSES = ("Pending", "Running", "Starting", "Stopping", "Stopped")


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Instances": {"Instance": [...]}}` and the paging fields, by instance ID."""
    ids = params.ids("InstanceIds")
    status = params.choice("Status", _STATUSES)
    # ECS takes `*` in an instance's name for any run of characters.
    parts = (re.escape(part) for part in params.text("InstanceName").split("*"))
    name = re.compile(".*".join(parts), re.DOTALL)
    zone = params.text("ZoneId")
    tags = params.tags()

    def wanted(instance: Instance) -> bool:
        return (
            status in ("", instance.status)
            and (not name.pattern or bool(name.fullmatch(instance.name)))
            and zone in ("", ZONE_ID)
            and tags_match(tags, instance.tags)
        )

    # https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances
    # A MaxResults below 10 counts as 10, one above 100 as 100.
    page, paging = list_page(
        context,
        params,
        action=ACTION.name,
        rows=lambda after: context.state.instances(ids, after),
        wanted=wanted,
        key=BY_ID.key,
        max_results=100,
        min_results=10,
    )
    return {**paging, "Instances": {"Instance": [_shape(instance) for instance in page]}}


def _shape(instance: Instance) -> dict[str, object]:
    locks = [
        {"LockReason": reason, "LockMsg": f"Locked by the sandbox: {reason}."}
        for reason in instance.locks
    ]
    return {
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "HostName": instance.name,
        "Description": "",
        "RegionId": REGION_ID,
        "ZoneId": ZONE_ID,
        "Status": instance.status,
        "CreationTime": minute_form(instance.created),
        "StartTime": minute_form(instance.started),
        "ExpiredTime": "2099-12-31T15:59Z",
        "InstanceType": instance.instance_type,
        "InstanceTypeFamily": instance.instance_type.rpartition(".")[0],
        "InstanceChargeType": "PostPaid",
        "InstanceNetworkType": "vpc",
        "IoOptimized": True,
        "DeviceAvailable": True,
        "DeletionProtection": False,
        "Recyclable": False,
        "StoppedMode": "Not-applicable",
        "ResourceGroupId": "",
        "OperationLocks": {"LockReason": locks},
        "Tags": tags_shape(instance.tags),
    }


ACTION = Action(
    name="DescribeInstances",
    handle=handle,
    supported=PAGING_PARAMETERS
    | TAG_PAIRS
    | {"DryRun", "InstanceIds", "InstanceName", "Status", "ZoneId"},
    unsupported=FILTER_PAIRS
    | OLD_TAG_PAIRS
    | {
        "AdditionalAttributes.N",
        "DeviceAvailable",
        "EipAddresses",
        "HpcClusterId",
        "HttpEndpoint",
        "HttpPutResponseHopLimit",
        "HttpTokens",
        "ImageId",
        "InnerIpAddresses",
        "InstanceChargeType",
        "InstanceNetworkType",
        "InstanceType",
        "InstanceTypeFamily",
        "InternetChargeType",
        "IoOptimized",
        "Ipv6Address.N",
        "KeyPairName",
        "LockReason",
        "NeedSaleCycle",
        "PrivateIpAddresses",
        "PublicIpAddresses",
        "RdmaIpAddresses",
        "ResourceGroupId",
        "SecurityGroupId",
        "VSwitchId",
        "VpcId",
    },
    region_required=True,
)
