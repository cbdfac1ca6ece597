"""DeleteImage: the snapshot that the image was made of stays.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-deleteimage
"""

from ..params import Params
from ..rows import Image
from .action import Action, Context, answer_dry_run, find


def handle(context: Context, params: Params) -> dict[str, object]:
    """An empty answer, for an image that is not there too.

    `Force` is for images that instances run on, and none does here.
    """
    image_id = params.required("ImageId")
    params.boolean("Force")
    answer_dry_run(params)
    if find(context, Image, image_id) is not None:
        context.state.remove(Image, image_id)
    return {}


ACTION = Action(
    name="DeleteImage",
    handle=handle,
    supported=frozenset({"DryRun", "Force", "ImageId"}),
    unsupported=frozenset(),
    region_required=True,
)
