"""An embedded fake ECS: the real RPC API over HTTP on loopback, its state in one SQLite file.

It stands apart: it imports nothing else of this project and no SDK.
"""

from .clock import ClockError, advance_clock, read_clock, set_clock
from .doorkeeper import allow_many_files
from .entries import ScenarioError
from .faultplan import parse_fault
from .faults import Fault
from .plan import Plan, read_plan
from .planerror import PlanError
from .regions import REGION_ID
from .scenario import Scenario, parse_scenario, read_scenario
from .server import SandboxServer
from .signature import ACCESS_KEY_ID, ACCESS_KEY_SECRET, SECURITY_TOKEN, STS_ACCESS_KEY_ID
from .state import reset
from .statepath import StateError, StateReadOnly, default_state_path
from .throttle import Limit, parse_limit

__all__ = [
    "ACCESS_KEY_ID",
    "ACCESS_KEY_SECRET",
    "REGION_ID",
    "SECURITY_TOKEN",
    "STS_ACCESS_KEY_ID",
    "ClockError",
    "Fault",
    "Limit",
    "Plan",
    "PlanError",
    "SandboxServer",
    "Scenario",
    "ScenarioError",
    "StateError",
    "StateReadOnly",
    "advance_clock",
    "allow_many_files",
    "default_state_path",
    "parse_fault",
    "parse_limit",
    "parse_scenario",
    "read_clock",
    "read_plan",
    "read_scenario",
    "reset",
    "set_clock",
]
