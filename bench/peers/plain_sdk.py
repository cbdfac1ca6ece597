"""One snapshot as the SDK's own examples would take it: ``plain_sdk.py HOST:PORT DISK_ID``."""

import os
import sys

from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

endpoint, disk_id = sys.argv[1:]
region_id = os.environ["ALIBABA_CLOUD_REGION_ID"]
client = Client(
    Config(
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        region_id=region_id,
        endpoint=endpoint,
        protocol="HTTP",
    )
)
disks = client.describe_disks(
    models.DescribeDisksRequest(region_id=region_id, disk_ids=f'["{disk_id}"]')
)
disk = disks.body.disks.disk[0]
instances = client.describe_instances(
    models.DescribeInstancesRequest(region_id=region_id, instance_ids=f'["{disk.instance_id}"]')
)
instance = instances.body.instances.instance[0]
snapshots = client.describe_snapshots(
    models.DescribeSnapshotsRequest(region_id=region_id, disk_id=disk_id)
)
if disk.status != "In_use" or instance.status not in ("Running", "Stopped"):
    sys.exit(f"{disk_id} is {disk.status}, its instance is {instance.status}")
if any(each.status == "progressing" for each in snapshots.body.snapshots.snapshot):
    sys.exit(f"{disk_id} has a snapshot in creation")
created = client.create_snapshot(models.CreateSnapshotRequest(disk_id=disk_id))
print(created.body.snapshot_id)
