"""DescribeInstances."""

from ..conditions import Condition, always, created_between, equal, listed, matching, tagged, these
from ..moving import in_status
from ..paging import PAGING_PARAMETERS
from ..params import Params
from ..rows import INSTANCE_STATUSES, LOCK_REASONS, Instance
from ..times import minute_form
from .action import ANY_TAG_PAIRS, FILTER_PAIRS, Action, Context, tags_shape
from .listing import list_page

# What all the instances here have in common, and filters that ask for it.
_IMAGE_ID = "aliyun_3_x64_20G_alibase_20240528.vhd"
_VPC_ID, _VSWITCH_ID, _SECURITY_GROUP_ID = "vpc-sandbox", "vsw-sandbox", "sg-sandbox"
_COMMON = {
    "ImageId": _IMAGE_ID,
    "InstanceChargeType": "PostPaid",
    "InstanceNetworkType": "vpc",
    "InternetChargeType": "PayByTraffic",
    "KeyPairName": "",
    "HpcClusterId": "",
    "SecurityGroupId": _SECURITY_GROUP_ID,
    "VSwitchId": _VSWITCH_ID,
    "VpcId": _VPC_ID,
}


def handle(context: Context, params: Params) -> dict[str, object]:
    """`{"Instances": {"Instance": [...]}}` and the paging fields, by instance ID."""
    status = params.choice("Status", INSTANCE_STATUSES)
    now = context.state.now()
    where = [
        these(params.ids("InstanceIds")),
        in_status(status, now),
        # ECS takes `*` in an instance's name for any run of characters.
        matching("name", params.text("InstanceName")),
        *_of_family(params.text("InstanceTypeFamily")),
        equal("zone", params.text("ZoneId")),
        equal("instance_type", params.text("InstanceType")),
        equal("resource_group_id", params.text("ResourceGroupId")),
        listed("locks", params.choice("LockReason", LOCK_REASONS)),
        *tagged(params.tags()),
        *created_between(*params.created_from_to(), now),
        *(always(params.text(key) in ("", common)) for key, common in _COMMON.items()),
        always(params.flag("DeviceAvailable") is not False),
        always(params.flag("IoOptimized") is not False),
        always(context.permitted),
    ]

    # https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances
    # A MaxResults below 10 counts as 10, one above 100 as 100.
    page, paging = list_page(
        context,
        params,
        Instance,
        where,
        action=ACTION.name,
        max_results=100,
        min_results=10,
    )
    return {**paging, "Instances": {"Instance": [_shape(instance) for instance in page]}}


def _of_family(family: str) -> list[Condition | None]:
    """The instance type is the family's and a size, such as `ecs.g7` and `large`."""
    # The size has no dot, so with one more it is of another family.
    longer = matching("instance_type", family and f"{family}.*.*")
    return [
        matching("instance_type", family and f"{family}.*"),
        longer and (f"NOT {longer[0]}", longer[1]),
    ]


def _family(instance: Instance) -> str:
    return instance.instance_type.rpartition(".")[0]


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
        "RegionId": instance.region,
        "ZoneId": instance.zone,
        "Status": instance.status,
        "CreationTime": minute_form(instance.created),
        "StartTime": minute_form(instance.started),
        "ExpiredTime": "2099-12-31T15:59Z",
        "AutoReleaseTime": "",
        "InstanceType": instance.instance_type,
        "InstanceTypeFamily": _family(instance),
        "Cpu": 2,
        "Memory": 8192,
        "ImageId": _IMAGE_ID,
        "OSName": "Alibaba Cloud Linux 3.2104 LTS 64 bit",
        "OSNameEn": "Alibaba Cloud Linux 3.2104 LTS 64 bit",
        "OSType": "linux",
        "SerialNumber": "",
        "KeyPairName": "",
        "InstanceChargeType": "PostPaid",
        "SpotStrategy": "NoSpot",
        "InstanceNetworkType": "vpc",
        "InternetChargeType": "PayByTraffic",
        "InternetMaxBandwidthIn": 0,
        "InternetMaxBandwidthOut": 0,
        "SecurityGroupIds": {"SecurityGroupId": [_SECURITY_GROUP_ID]},
        "PublicIpAddress": {"IpAddress": []},
        "InnerIpAddress": {"IpAddress": []},
        "EipAddress": {
            "AllocationId": "",
            "IpAddress": "",
            "Bandwidth": 0,
            "InternetChargeType": "",
        },
        "VpcAttributes": {
            "VpcId": _VPC_ID,
            "VSwitchId": _VSWITCH_ID,
            "NatIpAddress": "",
            "PrivateIpAddress": {"IpAddress": []},
        },
        "IoOptimized": True,
        "DeviceAvailable": True,
        "DeletionProtection": False,
        "Recyclable": False,
        # Economical mode is for instances that support it, and none does here.
        "StoppedMode": "KeepCharging" if instance.status == "Stopped" else "Not-applicable",
        "ClusterId": "",
        "VlanId": "",
        "HpcClusterId": "",
        "ResourceGroupId": instance.resource_group_id,
        "OperationLocks": {"LockReason": locks},
        "Tags": tags_shape(instance.tags),
    }


ACTION = Action(
    name="DescribeInstances",
    handle=handle,
    supported=PAGING_PARAMETERS
    | ANY_TAG_PAIRS
    | FILTER_PAIRS
    | _COMMON.keys()
    | {
        "DeviceAvailable",
        "DryRun",
        "InstanceIds",
        "InstanceName",
        "InstanceType",
        "InstanceTypeFamily",
        "IoOptimized",
        "LockReason",
        "ResourceGroupId",
        "Status",
        "ZoneId",
    },
    unsupported=frozenset(
        {
            "AdditionalAttributes.N",
            "EipAddresses",
            "HttpEndpoint",
            "HttpPutResponseHopLimit",
            "HttpTokens",
            "InnerIpAddresses",
            "Ipv6Address.N",
            "NeedSaleCycle",
            "PrivateIpAddresses",
            "PublicIpAddresses",
            "RdmaIpAddresses",
        }
    ),
    region_required=True,
)
