"""The names that an operator chooses from, apart from all that they stand for.

A module of its own: the command line shows them without loading what they mean.
"""

from __future__ import annotations

# In the order in which they are made and told.
CHECK_IDS = (
    "disk-exists",
    "disk-attached",
    "disk-category",
    "instance-status",
    "instance-started",
    "instance-lock",
    "snapshot-limit",
    "snapshot-pending",
    "data-loading",
)
RULE_SET_NAMES = ("documented", "current")
WAIT_GOALS = ("accomplished", "available")
