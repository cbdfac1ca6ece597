"""What is asked for under a ClientToken is carried out once, whatever the number of requests."""

import hashlib
import json
from collections.abc import Callable

from ..errors import ApiError
from ..params import Params
from ..state import Order
from ..times import DAY
from .action import Context

# ECS does not say for how long it remembers a token; a day outlives any retry.
TOKEN_LIFETIME = 1 * DAY


def once(
    context: Context, action: str, params: Params, carry_out: Callable[[int], dict[str, object]]
) -> dict[str, object]:
    """`carry_out`'s answer, given the time; under the same ClientToken, the first one once more.

    As long as that one has no answer, another with its token is IdempotentProcessing.
    Looking and storing are one transaction, so that of two requests at once for what can be had
    once, one is refused. A refusal is not remembered.
    """
    token = _client_token(params)
    fingerprint = _fingerprint(params)
    state = context.state
    if token:
        context.hold(action, token)
    with state.transaction():
        now = state.now()
        remembered = now - TOKEN_LIFETIME
        if token and (order := state.order(action, token, since=remembered)):
            # The token comes before the state of things: the pending snapshot that would refuse
            # a repeated request is the very one that it asks for.
            if order.fingerprint != fingerprint:
                raise ApiError(
                    403,
                    "IdempotentParameterMismatch",
                    "The ClientToken was used before with other parameters.",
                )
            return order.answer
        answer = {"RequestId": context.request_id, **carry_out(now)}
        if token:
            order = Order(fingerprint, answer)
            state.remember_order(action, token, order, forget_before=remembered)
        return answer


def _client_token(params: Params) -> str:
    token = params.text("ClientToken")
    if len(token) > 64 or not token.isascii():
        raise ApiError(
            403,
            "InvalidClientToken.Malformed",
            "The ClientToken is to have at most 64 characters, all of them ASCII.",
        )
    return token


def _fingerprint(params: Params) -> str:
    asked = sorted(params.without("ClientToken").items())
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
