"""What time alone brings about: snapshots whose days are over go, and policies make new ones.

Both happen when the next request comes, but as of the moments at which they were due.
"""

from collections.abc import Callable, Sequence

from .automatic import taken
from .conditions import Condition, held, of_disk
from .locking import lock_end
from .rows import Disk, Instance, Policy, Snapshot, SnapshotLock
from .rules import RuleSet, refusal
from .schedule import firings, next_firing
from .state import State


def catch_up(state: State, rules: RuleSet) -> None:
    """Do what has become due since the last request: nothing most often, or years' worth."""
    now = state.look_at_clock()
    if not state.has_any((Snapshot, [_over(now)]), (Policy, [_due(now)])):
        return
    with state.transaction():
        # Where another process has been faster, nothing is due any more.
        if due := list(state.walk(Policy, [_due(now)])):
            _take_snapshots(state, rules, due, now)
        for snapshot in list(state.walk(Snapshot, [_over(now)])):
            state.remove(Snapshot, snapshot.id)


def _over(now: int) -> Condition:
    # ECS keeps a snapshot that an image was made of.
    return ("expires <= ? AND id NOT IN (SELECT snapshot_id FROM images)", (now,))


def _due(now: int) -> Condition:
    return ("next_fire <= ?", (now,))


def _take_snapshots(state: State, rules: RuleSet, due: Sequence[Policy], now: int) -> None:
    quota = rules.automatic_quota
    in_images = state.snapshots_in_images()
    locked_until = {lock.id: lock_end(lock) for lock in state.walk(SnapshotLock)}
    for disk in list(state.walk(Disk, [held("policies <> '[]'", True)])):
        policies = [policy for policy in due if policy.id in disk.policies]
        if not policies:
            continue
        hours = firings(policies, now, limit=quota[1])
        made, gone = taken(
            disk,
            list(state.walk(Snapshot, of_disk(disk.id))),
            hours,
            quota=quota,
            in_images=in_images,
            locked_until=locked_until,
            eligible=_eligibility(state, rules, disk, hours[0][0], now),
        )
        for snapshot_id in gone:
            state.remove(Snapshot, snapshot_id)
        state.add(*made)
    for policy in due:
        state.change(policy, next_fire=next_firing(policy, now))


def _eligibility(
    state: State, rules: RuleSet, disk: Disk, first: int, now: int
) -> Callable[[int], bool]:
    """Tells whether the disk can be snapshotted at an hour from the first on, quota apart."""
    # Disks and instances are on their way for seconds: at the first hour, if at any.
    then = state.find(Disk, disk.id, first) or disk, _instances(state, disk, first)
    later = disk, _instances(state, disk, now)
    return lambda hour: refusal(rules, *(then if hour == first else later), (), hour) is None


def _instances(state: State, disk: Disk, at: int) -> list[Instance]:
    """Those that the disk is attached to, as they are at a moment."""
    found = (state.find(Instance, each.instance_id, at) for each in disk.attachments)
    return [instance for instance in found if instance is not None]
