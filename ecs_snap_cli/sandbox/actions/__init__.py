"""The actions that the sandbox serves. A new one is a file here and a line in `ACTIONS`."""

from . import (
    create_image,
    create_snapshot,
    delete_image,
    delete_snapshot,
    describe_disks,
    describe_images,
    describe_instances,
    describe_locked_snapshots,
    describe_regions,
    describe_snapshots,
    describe_zones,
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
        create_image.ACTION,
        create_snapshot.ACTION,
        delete_image.ACTION,
        delete_snapshot.ACTION,
        describe_disks.ACTION,
        describe_images.ACTION,
        describe_instances.ACTION,
        describe_locked_snapshots.ACTION,
        describe_regions.ACTION,
        describe_snapshots.ACTION,
        describe_zones.ACTION,
        list_tag_resources.ACTION,
        lock_snapshot.ACTION,
        start_instance.ACTION,
        stop_instance.ACTION,
        tag_resources.ACTION,
        unlock_snapshot.ACTION,
        untag_resources.ACTION,
    )
}
