"""``python -m ecs_snap_cli`` is the same program as ``ecs-snap``."""

from ecs_snap_cli.cli.main import entry_point

if __name__ == "__main__":
    entry_point()
