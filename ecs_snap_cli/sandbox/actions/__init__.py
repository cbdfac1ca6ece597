"""The actions that the sandbox serves. A new one is a file here and a line in `ACTIONS`."""

from . import (
    attach_disk,
    create_disk,
    create_image,
    create_snapshot,
    delete_disk,
    delete_image,
    delete_snapshot,
    describe_disks,
    describe_images,
    describe_instances,
    describe_locked_snapshots,
    describe_regions,
    describe_snapshots,
    describe_zones,
    detach_disk,
    list_tag_resources,
    lock_snapshot,
    start_instance,
    stop_instance,
    tag_resources,
    unlock_snapshot,
    untag_resources,
)
from .action import Action

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        attach_disk.ACTION,
        create_disk.ACTION,
        create_image.ACTION,
        create_snapshot.ACTION,
        delete_disk.ACTION,
        delete_image.ACTION,
        delete_snapshot.ACTION,
        describe_disks.ACTION,
        describe_images.ACTION,
        describe_instances.ACTION,
        describe_locked_snapshots.ACTION,
        describe_regions.ACTION,
        describe_snapshots.ACTION,
        describe_zones.ACTION,
        detach_disk.ACTION,
        list_tag_resources.ACTION,
        lock_snapshot.ACTION,
        start_instance.ACTION,
        stop_instance.ACTION,
        tag_resources.ACTION,
        unlock_snapshot.ACTION,
        untag_resources.ACTION,
    )
}
