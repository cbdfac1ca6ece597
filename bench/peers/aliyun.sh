#!/bin/sh
# One checked snapshot with the official CLI and jq: aliyun.sh ALIYUN HOST:PORT DISK_ID
set -eu
aliyun=$1 endpoint=$2 disk=$3
region=$ALIBABA_CLOUD_REGION_ID

call() {
    action=$1
    shift
    "$aliyun" ecs "$action" --mode AK --access-key-id "$ALIBABA_CLOUD_ACCESS_KEY_ID" \
        --access-key-secret "$ALIBABA_CLOUD_ACCESS_KEY_SECRET" --region "$region" \
        --endpoint "$endpoint" --insecure "$@"
}

instance=$(call DescribeDisks --RegionId "$region" --DiskIds "[\"$disk\"]" |
    jq -er '.Disks.Disk[0] | select(.Status == "In_use") | .InstanceId')
call DescribeInstances --RegionId "$region" --InstanceIds "[\"$instance\"]" |
    jq -e '.Instances.Instance[0].Status | IN("Running", "Stopped")' >/dev/null
call DescribeSnapshots --RegionId "$region" --DiskId "$disk" |
    jq -e '[.Snapshots.Snapshot[].Status] | all(. != "progressing")' >/dev/null
call CreateSnapshot --DiskId "$disk" | jq -er .SnapshotId
