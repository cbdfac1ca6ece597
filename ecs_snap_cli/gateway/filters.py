"""From what is wanted to the parameters of the Describe calls that bring it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ecs_snap_cli.model import SnapshotQuery

# https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshots
MOST_IDS = 100
# ECS shows no more than this under a tag filter, and does not say when there are more.
MOST_BY_TAG = 1_000


def id_lists(ids: Iterable[str]) -> list[tuple[str, ...]]:
    """The IDs, each once and in their order, in lists that one call takes."""
    unique = tuple(dict.fromkeys(ids))
    return [unique[start : start + MOST_IDS] for start in range(0, len(unique), MOST_IDS)]


def snapshot_filters(query: SnapshotQuery) -> list[dict[str, Any]]:
    """The filters of each DescribeSnapshots, as the SDK's request model names them.

    The call takes one disk and up to ``MOST_IDS`` snapshots: one set of filters a disk, in the
    order given, and one for each so many snapshots. An ID given twice is asked for once.
    """
    from alibabacloud_ecs20140526.models import DescribeSnapshotsRequestTag

    common = {
        "instance_id": query.instance_id,
        "status": query.status,
        "snapshot_type": query.snapshot_type,
        "snapshot_name": query.name,
        "tag": [DescribeSnapshotsRequestTag(key=key, value=value) for key, value in query.tags]
        or None,
    }
    lists = [json.dumps(ids) for ids in id_lists(query.snapshot_ids)]
    return [
        {**common, "disk_id": disk_id, "snapshot_ids": id_list}
        for disk_id in dict.fromkeys(query.disk_ids or (None,))
        for id_list in lists or (None,)
    ]
