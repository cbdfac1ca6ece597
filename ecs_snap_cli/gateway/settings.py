"""What the gateway needs to know of its caller's options."""

from __future__ import annotations

from ecs_snap_cli.core.endpoint import Endpoint
from ecs_snap_cli.values import value


@value(frozen=True, slots=True)
class Settings:
    """``endpoint`` ``None``: the region's own. ``profile``: an explicit aliyun CLI profile.

    ``static_key`` is an (ID, secret) pair that is no secret, for the sandbox. Time-outs are in
    seconds, per request; ``max_attempts`` counts the first try too.
    """

    region_id: str
    endpoint: Endpoint | None = None
    profile: str | None = None
    static_key: tuple[str, str] | None = None
    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    max_attempts: int = 5
