"""The tables of the state."""

# A moment counts in milliseconds since 1970, a list is JSON.
SCHEMA = (
    """CREATE TABLE instances (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, zone TEXT NOT NULL, status TEXT NOT NULL,
        created INTEGER NOT NULL, started INTEGER, changed INTEGER, name TEXT NOT NULL,
        instance_type TEXT NOT NULL, resource_group_id TEXT NOT NULL, locks TEXT NOT NULL,
        tags TEXT NOT NULL)
    """,
    "CREATE INDEX instances_of_region ON instances (region, id)",
    """CREATE TABLE disks (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, zone TEXT NOT NULL, type TEXT NOT NULL,
        category TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL, attached INTEGER,
        detached INTEGER, changed INTEGER, size INTEGER NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, source_snapshot_id TEXT NOT NULL, encrypted INTEGER NOT NULL,
        attachments TEXT NOT NULL, resource_group_id TEXT NOT NULL, policies TEXT NOT NULL,
        locks TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    "CREATE INDEX disks_of_region ON disks (region, id)",
    "CREATE INDEX disks_by_source ON disks (source_snapshot_id) WHERE source_snapshot_id <> ''",
    """CREATE TABLE snapshots (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, disk_id TEXT NOT NULL,
        created INTEGER NOT NULL, disk_type TEXT NOT NULL, disk_category TEXT NOT NULL,
        disk_size INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
        type TEXT NOT NULL, fate TEXT NOT NULL CHECK (fate IN ('accomplished', 'failed', 'frozen')),
        encrypted INTEGER NOT NULL, retention_days INTEGER, group_id TEXT NOT NULL,
        source_snapshot_id TEXT NOT NULL, source_region TEXT NOT NULL,
        resource_group_id TEXT NOT NULL, tags TEXT NOT NULL,
        expires INTEGER GENERATED ALWAYS AS (created + retention_days * 86400000) VIRTUAL)
    """,
    "CREATE INDEX snapshots_by_disk ON snapshots (disk_id, created DESC, id)",
    "CREATE INDEX snapshots_by_age ON snapshots (region, created DESC, id)",
    "CREATE INDEX snapshots_by_end ON snapshots (expires) WHERE expires IS NOT NULL",
    "CREATE INDEX snapshots_of_group ON snapshots (group_id) WHERE group_id <> ''",
    """CREATE TABLE snapshot_locks (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, created INTEGER NOT NULL,
        started INTEGER NOT NULL, duration_days INTEGER NOT NULL, cool_off_hours INTEGER NOT NULL)
    """,
    """CREATE TABLE images (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, snapshot_id TEXT NOT NULL,
        created INTEGER NOT NULL, size INTEGER NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, resource_group_id TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    """CREATE TABLE snapshot_groups (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, instance_id TEXT NOT NULL,
        created INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
        resource_group_id TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    """CREATE TABLE policies (
        id TEXT PRIMARY KEY, region TEXT NOT NULL, created INTEGER NOT NULL, name TEXT NOT NULL,
        time_points TEXT NOT NULL, weekdays TEXT NOT NULL, retention_days INTEGER,
        next_fire INTEGER, resource_group_id TEXT NOT NULL, tags TEXT NOT NULL)
    """,
    "CREATE INDEX policies_by_time ON policies (next_fire) WHERE next_fire IS NOT NULL",
    """CREATE TABLE orders (
        action TEXT NOT NULL, token TEXT NOT NULL, fingerprint TEXT NOT NULL,
        answer TEXT NOT NULL, remembered INTEGER NOT NULL, PRIMARY KEY (action, token))
    """,
    "CREATE INDEX orders_by_age ON orders (remembered)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
)
