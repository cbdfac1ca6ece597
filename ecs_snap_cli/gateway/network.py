"""What an exception of requests means, in our own words: its text repeats the whole URL."""

from __future__ import annotations

import re
import socket
import ssl
import traceback
from typing import TypeVar

import requests
from urllib3.exceptions import NewConnectionError

from ecs_snap_cli.gateway.failure import Failure

_CHECK_NETWORK = "Check the network, --region and --endpoint."
_NAME_CLEAR_TEXT = (
    "A server on this machine that speaks no TLS, as the sandbox, is to be named with http://."
)
_CHECK_PROXY = "Check HTTPS_PROXY and NO_PROXY."
_TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (\d{3})\b", re.ASCII)
_IN_WORDS = {
    "RemoteDisconnected": "closed without an answer",
    "IncompleteRead": "closed in the middle of the answer",
}


def failure_of(error: Exception) -> Failure:
    """The failure that ``error``, raised while a request was sent or answered, stands for."""
    causes = _causes(error)
    if verification := _first(causes, ssl.SSLCertVerificationError):
        return Failure(
            f"its TLS certificate does not verify ({verification.verify_message})",
            retryable=False,
            may_have_acted=False,
            hint="Name a private CA with REQUESTS_CA_BUNDLE; there is no way around TLS.",
        )
    tls = _first(causes, ssl.SSLError)
    if getattr(tls, "reason", None) == "NO_CERTIFICATE_OR_CRL_FOUND":
        return Failure(
            "the CA bundle that the environment names holds no certificate",
            retryable=False,
            may_have_acted=False,
            hint="Name a file of PEM certificates with REQUESTS_CA_BUNDLE, or unset it.",
        )
    if _was_in("get_connection_with_tls_context", causes):
        # It chooses the way: what it cannot make sense of is the proxy's URL.
        return Failure(
            "the proxy that the environment names cannot be used",
            retryable=False,
            may_have_acted=False,
            hint="HTTPS_PROXY is to be a URL such as http://proxy.example:3128.",
        )
    if isinstance(error, requests.exceptions.ProxyError) or _was_in("_prepare_proxy", causes):
        return _of_proxy(error, causes)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _not_reached("connecting timed out")
    if _was_in("do_handshake", causes):
        return _of_handshake(causes)
    if isinstance(error, requests.exceptions.ReadTimeout):
        return _broken(
            "no answer within the read time-out",
            "Try again later, or give a longer --read-timeout.",
        )
    if isinstance(error, requests.exceptions.SSLError):
        return _broken(
            f"TLS failed ({_innermost(causes)})", "Check that the endpoint speaks HTTPS."
        )
    if name_error := _first(causes, socket.gaierror):
        return _not_reached(f"its name cannot be resolved ({name_error.strerror})")
    if _first(causes, NewConnectionError):
        return _not_reached(f"no connection ({_innermost(causes)})")
    return _broken(f"the connection broke ({_innermost(causes)})")


def _of_proxy(error: Exception, causes: list[BaseException]) -> Failure:
    """The proxy was asked for a tunnel, and what went wrong did so before there was one."""
    if _was_in("do_handshake", causes):
        return _of_handshake(causes)
    if isinstance(error, requests.exceptions.Timeout):
        return _not_reached("the proxy does not answer", _CHECK_PROXY)
    status = next(
        (match[1] for each in causes if (match := _TUNNEL_REFUSED.search(str(each)))), None
    )
    if status is None:
        return _not_reached(f"the proxy cannot be used ({_innermost(causes)})", _CHECK_PROXY)
    wants_login = status == "407"
    return Failure(
        f"the proxy asks for a user name and password (HTTP {status})"
        if wants_login
        else f"the proxy refused (HTTP {status})",
        # A proxy's 4xx is its decision about this client: a pause changes nothing about it.
        retryable=not status.startswith("4") or status in ("408", "429"),
        may_have_acted=False,
        hint="Put USER:PASSWORD@ before the proxy's host in HTTPS_PROXY."
        if wants_login
        else _CHECK_PROXY,
    )


def _of_handshake(causes: list[BaseException]) -> Failure:
    """TLS was never agreed on, so nothing was sent."""
    tls = _first(causes, ssl.SSLError)
    if tls is None or isinstance(tls, ssl.SSLEOFError):
        return _not_reached(
            f"the TLS handshake broke off ({_innermost(causes)})",
            f"{_CHECK_NETWORK} {_NAME_CLEAR_TEXT}",
        )
    reason = (tls.reason or "no reason given").replace("_", " ").lower()
    return Failure(
        f"TLS failed ({reason})",
        retryable=False,
        may_have_acted=False,
        hint="Check that the endpoint speaks HTTPS, by TLS 1.2 or later, and so does the proxy. "
        f"{_NAME_CLEAR_TEXT}",
    )


def _was_in(function: str, causes: list[BaseException]) -> bool:
    """Whether an error came out of a function: the exceptions alone do not tell what was sent."""
    return any(
        frame.f_code.co_name == function
        for cause in causes
        for frame, _ in traceback.walk_tb(cause.__traceback__)
    )


def _not_reached(what: str, hint: str = _CHECK_NETWORK) -> Failure:
    """ECS never got the request."""
    return Failure(what, retryable=True, may_have_acted=False, hint=hint)


def _broken(what: str, hint: str = _CHECK_NETWORK) -> Failure:
    """ECS may have got the request, and acted on it."""
    return Failure(what, retryable=True, may_have_acted=True, hint=hint)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that it wraps, outermost first; urllib3 keeps causes in ``reason``."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        each = todo.pop(0)
        if not isinstance(each, BaseException) or each in found:
            continue
        found.append(each)
        todo += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
    return found


E = TypeVar("E", bound=BaseException)


def _first(causes: list[BaseException], kind: type[E]) -> E | None:
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _innermost(causes: list[BaseException]) -> str:
    """The operating system's own word for it, else the kind of error."""
    for cause in reversed(causes):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    kind = type(causes[-1]).__name__
    return next((_IN_WORDS[name] for c in causes if (name := type(c).__name__) in _IN_WORDS), kind)
