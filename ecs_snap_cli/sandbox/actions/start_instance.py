"""StartInstance.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-startinstance
"""

from ..params import Params
from .action import Action, Context, answer_dry_run
from .machines import usable_instance


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer; the instance is Starting, and Running a while later (see moving.py).

    `InitLocalDisk` is for local disks that are broken, and none is here.
    """
    instance_id = params.required("InstanceId")
    params.boolean("InitLocalDisk")
    state = context.state
    with state.transaction():
        instance = usable_instance(context, instance_id, ("Stopped",), status=403)
        answer_dry_run(params)
        now = state.now()
        state.change(instance, status="Starting", changed=now, started=now)
    return {}


ACTION = Action(
    name="StartInstance",
    handle=handle,
    supported=frozenset({"DryRun", "InitLocalDisk", "InstanceId"}),
    unsupported=frozenset(),
)
