"""StopInstance.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-stopinstance
"""

from ..params import Params
from .action import Action, Context, answer_dry_run
from .machines import usable_instance

_MODES = ("KeepCharging", "StopCharging")


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; the instance is Stopping, and Stopped a while later (see moving.py).

    ForceStop cuts the power, which nothing here would feel; ConfirmStop is to be ignored, says
    ECS. An instance that does not support the economical mode of StopCharging is stopped without.
    """
    instance_id = params.required("InstanceId")
    params.boolean("ForceStop")
    params.boolean("ConfirmStop")
    params.choice("StoppedMode", _MODES)
    state = context.state
    with state.transaction():
        instance = usable_instance(context, instance_id, ("Running",), status=403)
        answer_dry_run(params)
        state.change(instance, status="Stopping", changed=state.now())
    return {}


ACTION = Action(
    name="StopInstance",
    handle=handle,
    supported=frozenset({"ConfirmStop", "DryRun", "ForceStop", "InstanceId", "StoppedMode"}),
    unsupported=frozenset(),
    only_false=frozenset({"Hibernate"}),
)
