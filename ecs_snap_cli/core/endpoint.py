"""Where requests go: ``--endpoint`` as text, and what is allowed to be one."""

from __future__ import annotations

import re

from ecs_snap_cli.errors import UsageError
from ecs_snap_cli.values import value

_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?\.?")


@value(frozen=True, slots=True)
class Endpoint:
    """``scheme`` is ``http`` or ``https``; ``authority`` is ``host[:port]`` (IPv6 in brackets)."""

    scheme: str
    authority: str
    host: str

    @property
    def url(self) -> str:
        """For messages."""
        return f"{self.scheme}://{self.authority}"

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """``localhost``, 127.0.0.0/8 or ::1; a name that merely resolves there is not."""
    import ipaddress

    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # Python's versions differ about ::ffff:127.0.0.1; nobody needs that spelling.
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def parse_endpoint(text: str) -> Endpoint:
    """``host[:port]`` (HTTPS) or a full URL; clear text for loopback hosts only.

    Raises ``UsageError``; its message never repeats a user name or password of the URL.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad("it is not a host or URL") from None
    if parts.username is not None or parts.password is not None:
        raise _bad("it must hold no user name or password")
    if parts.scheme not in ("http", "https"):
        raise _bad("only https:// and (for loopback) http:// are spoken")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _bad("it must end after the host and port")
    if not host or not _is_host(host) or port == 0:
        raise _bad("it names no valid host")
    if parts.scheme == "http" and not is_loopback(host):
        raise _bad("a signed request never leaves in clear text; http:// is for loopback only")
    authority = f"[{host}]" if ":" in host else host
    if port is not None:
        authority = f"{authority}:{port}"
    return Endpoint(parts.scheme, authority, host)


def _is_host(host: str) -> bool:
    import ipaddress

    if "%" in host:
        # A zone, as in fe80::1%eth0; anything at all may stand in its place.
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST_NAME.fullmatch(host)) and not set(host) <= set("0123456789.")
    return True


def _bad(why: str) -> UsageError:
    return UsageError(
        f"--endpoint cannot be used: {why}.",
        hint="Give a host such as ecs-cn-hangzhou.aliyuncs.com, or host:port, or https://host.",
    )
