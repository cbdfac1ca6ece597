"""What follows from a disk's category: how large ECS lets it be, and whether it can be detached."""

from .rows import Disk

# Those that the sandbox can make.
# GiB, from and to. https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createdisk
# Those of cloud_essd are of PL1, the performance level of all such disks here.
SIZES_GIB = {
    "cloud": (5, 2_000),
    "cloud_efficiency": (20, 32_768),
    "cloud_ssd": (20, 32_768),
    "cloud_essd": (20, 65_536),
    "cloud_auto": (1, 65_536),
    "cloud_essd_entry": (10, 32_768),
}


def is_portable(disk: Disk) -> bool:
    """Whether the disk can be detached from its instance."""
    return disk.type == "data" and not disk.category.startswith("local")
