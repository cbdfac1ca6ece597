"""What the actions that change an instance, or what is attached to it, share."""

from collections.abc import Collection

from ..errors import ApiError
from ..rows import Instance
from ..rules import security_lock
from .action import Context, existing


def usable_instance(
    context: Context, instance_id: str, statuses: Collection[str], status: int
) -> Instance:
    """The instance, where it has one of `statuses` and no lock forbids to change it.

    `status` is the HTTP status with which the action refuses one of another status.
    """
    instance = existing(context, Instance, instance_id, "InstanceId")
    if locked := security_lock(instance):
        raise locked
    if instance.status not in statuses:
        raise ApiError(
            status,
            "IncorrectInstanceStatus",
            f"The instance is {instance.status}; it must be {' or '.join(statuses)}.",
        )
    return instance
