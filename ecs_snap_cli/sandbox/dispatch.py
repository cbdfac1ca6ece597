"""From a request to an answer: read, verify, find the action, and turn every error into one."""

import logging
import os
from contextlib import ExitStack

from . import signature_v1, signature_v3
from .actions import ACTIONS
from .actions.action import Action, Context
from .chores import catch_up
from .denials import Denials
from .errors import (
    ApiError,
    clip,
    incomplete_signature,
    invalid_parameter,
    missing_parameter,
)
from .known_actions import KNOWN_ACTIONS
from .nonces import NonceWindow
from .params import Params
from .regions import REGIONS
from .rendering import asked_form, check_form
from .request import FORM, Answer, Request
from .rules import RuleSet
from .state import Clock, State, StateUnavailable
from .underway import Underway

API_VERSION = "2014-05-26"
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class Dispatcher:
    """Answers requests against one state under one rule set, as one region's endpoint.

    Signatures go by `signing_clock`, whatever the state's time.
    """

    def __init__(
        self,
        state: State,
        rules: RuleSet,
        signing_clock: Clock,
        region: str | None,
        denials: Denials,
    ) -> None:
        self._region = region
        self._denials = denials
        self._state = state
        self._rules = rules
        self._signing_clock = signing_clock
        self._nonces = NonceWindow()
        self._underway = Underway()

    def answer(self, request: Request, in_hand: ExitStack) -> Answer:
        """The answer to `request`, whatever happens: a bug here is ECS's InternalError.

        Its ClientToken is held until `in_hand` is closed.
        """
        request_id = new_request_id()
        try:
            body = self._serve(request, request_id, in_hand)
        except ApiError as error:
            return refused(error, request, request_id)
        except StateUnavailable as error:
            why = f"The sandbox's state cannot be used just now: {error}."
            return refused(ApiError(503, "ServiceUnavailable", why), request, request_id)
        except Exception:
            _log.exception("request %s failed", request_id)
            why = "The sandbox met a bug of its own."
            return refused(ApiError(500, "InternalError", why), request, request_id)
        # A repeated order answers with the ID of the request that first made it.
        body = {"RequestId": request_id, **body}
        root = f"{named_action(request)}Response"
        return Answer(200, str(body["RequestId"]), body, root, asked_form(request))

    def _serve(self, request: Request, request_id: str, in_hand: ExitStack) -> dict[str, object]:
        if request.method not in ("GET", "POST"):
            raise ApiError(405, "UnsupportedHTTPMethod", "ECS is called by GET or POST.")
        if request.path not in ("", "/"):
            raise ApiError(404, "InvalidAction.NotFound", "ECS is called at the path / only.")
        self._verify(request)
        values = _read_values(request)
        action = _find_action(request, values)
        params = Params(values)
        permitted = self._denials.permits(action.name, params)
        action.check_names(params)
        context = Context(
            state=self._state,
            rules=self._rules,
            request_id=request_id,
            host=request.headers.get("host", ""),
            region=_region(action, params, self._region),
            permitted=permitted,
            hold=lambda *order: in_hand.enter_context(self._underway.hold(*order)),
        )
        catch_up(self._state, self._rules)
        return action.handle(context, params)

    def _verify(self, request: Request) -> None:
        version = signature_v3 if "authorization" in request.headers else signature_v1
        if version is signature_v1 and not request.said("Signature"):
            raise incomplete_signature(
                f"neither is there an Authorization header, by {signature_v3.ALGORITHM}, nor the "
                f"parameter Signature, by {signature_v1.METHOD}"
            )
        version.verify(request, self._signing_clock(), self._nonces)


def named_action(request: Request) -> str:
    """The action that a request claims to be, before anything of it is verified; or empty."""
    return request.headers.get("x-acs-action") or request.said("Action")


def _read_values(request: Request) -> dict[str, str]:
    if request.body and not request.is_form:
        raise ApiError(400, "InvalidParameter", f"A body is to be of the content type {FORM}.")
    values: dict[str, str] = {}
    for raw_name, raw_value in request.pairs:
        name = raw_name.decode("utf-8", "replace")
        if name in values:
            raise invalid_parameter(name, "it is given more than once")
        try:
            values[name] = raw_value.decode("utf-8")
        except UnicodeDecodeError:
            raise invalid_parameter(name, "it is not UTF-8") from None
    if "authorization" not in request.headers:
        for name in signature_v1.PARAMETERS:
            values.pop(name, None)
    return values


def _find_action(request: Request, values: dict[str, str]) -> Action:
    """Take the common parameters out of `values` and look the action up."""
    name = _either(request, values, "Action")
    version = _either(request, values, "Version")
    if not name:
        raise missing_parameter("Action")
    if version != API_VERSION:
        raise ApiError(400, "InvalidVersion", f"The version of this API is {API_VERSION}.")
    check_form(values.pop("Format", ""))
    if name in ACTIONS:
        return ACTIONS[name]
    if name in KNOWN_ACTIONS:
        why = f"ECS has the action {name}, but this sandbox does not serve it."
    else:
        why = f"ECS has no action {clip(name)}."
    raise ApiError(404, "InvalidAction.NotFound", why)


def _either(request: Request, values: dict[str, str], name: str) -> str:
    in_header = request.headers.get(f"x-acs-{name.lower()}", "")
    in_values = values.pop(name, "")
    if in_header and in_values and in_header != in_values:
        raise invalid_parameter(name, f"the header x-acs-{name.lower()} says something else")
    return in_header or in_values


def _region(action: Action, params: Params, endpoint_region: str | None) -> str | None:
    region = params.text(action.region_parameter) or params.text("RegionId")
    if action.region_required and not region:
        raise missing_parameter(action.region_parameter)
    region = region or endpoint_region or ""
    if region and region not in REGIONS:
        raise ApiError(404, "InvalidRegionId.NotFound", "There is no region of this RegionId.")
    return region or None


def refused(error: ApiError, request: Request, request_id: str) -> Answer:
    """The answer that tells a client of `error`."""
    body = error.body(request_id, request.headers.get("host", ""))
    return Answer(error.status, request_id, body, "Error", asked_form(request))


def new_request_id() -> str:
    """A random UUID in upper case (the uuid module costs more to import than this)."""
    octets = bytearray(os.urandom(16))
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    digits = octets.hex().upper()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
