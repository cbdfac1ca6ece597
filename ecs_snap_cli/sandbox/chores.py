"""What time alone brings about: snapshots whose days are over go, and policies make new ones.

Both happen when the next request comes, but as of the moments at which they were due.
"""

from collections.abc import Sequence

from .automatic import taken
from .conditions import Condition, equal, held
from .locking import lock_end
from .rows import Disk, Instance, Policy, Snapshot, SnapshotLock
from .rules import RuleSet, refusal
from .schedule import firings, next_firing
from .state import State


def catch_up(state: State, rules: RuleSet) -> None:
    """Do what has become due since the last request: nothing most often, or years' worth."""
    now = state.now()
    if not state.has_any((Snapshot, [_over(now)]), (Policy, [_due(now)])):
        return
    with state.transaction():
        # Where another process has been faster, nothing is due any more.
        if due := list(state.walk(Policy, [_due(now)])):
            for disk in list(state.walk(Disk, [held("policies <> '[]'", True)])):
                if policies := [policy for policy in due if policy.id in disk.policies]:
                    _take_snapshots(state, rules, disk, policies, now)
        for policy in due:
            state.change(policy, next_fire=next_firing(policy, now))
        for snapshot in list(state.walk(Snapshot, [_over(now)])):
            state.remove(Snapshot, snapshot.id)


def _over(now: int) -> Condition:
    # ECS keeps a snapshot that an image was made of.
    return ("expires <= ? AND id NOT IN (SELECT snapshot_id FROM images)", (now,))


def _due(now: int) -> Condition:
    return ("next_fire <= ?", (now,))


def _take_snapshots(
    state: State, rules: RuleSet, disk: Disk, policies: Sequence[Policy], now: int
) -> None:
    quota = rules.automatic_quota
    hours = firings(policies, now, limit=quota[1])
    here = [equal("disk_id", disk.id), equal("region", disk.region)]
    snapshots = list(state.walk(Snapshot, here))
    # Disks and instances are on their way for seconds: at the first hour, if at any.
    first = hours[0][0]
    then, later = (_found(state, disk, at) for at in (first, now))
    made, gone = taken(
        disk,
        snapshots,
        hours,
        quota=quota,
        in_images=state.snapshots_in_images(),
        locked_until={lock.id: lock_end(lock) for lock in state.walk(SnapshotLock)},
        eligible=lambda hour: refusal(rules, *(then if hour == first else later), (), hour) is None,
    )
    for snapshot_id in gone:
        state.remove(Snapshot, snapshot_id)
    state.add(*made)


def _found(state: State, disk: Disk, at: int) -> tuple[Disk, list[Instance]]:
    """The disk and its instances as they are at a moment."""
    instances = [state.find(Instance, each.instance_id, at) for each in disk.attachments]
    return (
        state.find(Disk, disk.id, at) or disk,
        [instance for instance in instances if instance is not None],
    )
