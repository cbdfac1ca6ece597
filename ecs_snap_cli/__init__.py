"""Take Alibaba Cloud ECS disk snapshots safely, from shell scripts and cron jobs."""

__version__ = "0.1.0"
