"""Credentials by the official chain, or by the official provider for an explicit profile."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ecs_snap_cli.errors import CredentialsMissing
from ecs_snap_cli.gateway.profiles import home, require_profile
from ecs_snap_cli.gateway.settings import Settings
from ecs_snap_cli.redact import remember

_CHAIN_HINT = (
    "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run "
    "`aliyun configure`, or give the instance a RAM role; --sandbox needs none of them."
)


class OverheardClient:
    """The official client as the SDK uses it: asked for a key before every request.

    Every key that it hands out, a renewed one too, is remembered as a secret and refused if it
    cannot be put in a header. Where it hands out none, ``CredentialsMissing`` says so: the
    library's own text repeats what a credentials server answered, secrets and all.
    """

    def __init__(self, client: Any, missing: Callable[[], CredentialsMissing]) -> None:
        self._client = client
        self._missing = missing
        self._seen = False

    def get_credential(self) -> Any:
        """The key to sign the next request with."""
        try:
            credential = self._client.get_credential()
        except Exception:
            raise (_not_renewed() if self._seen else self._missing()) from None
        remember(credential.access_key_secret, credential.security_token)
        _require_plain(credential)
        self._seen = True
        return credential


def credential_client(settings: Settings) -> Any:
    """The credentials client for these settings, tried once.

    Raises ``CredentialsMissing`` where there are none or where they cannot be put in a header.
    """
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.models import Config

    if settings.static_key is not None:
        key_id, secret = settings.static_key
        return Client(Config(type="access_key", access_key_id=key_id, access_key_secret=secret))
    _settle_files()
    client = OverheardClient(
        Client() if settings.profile is None else _of_profile(settings.profile),
        lambda: _missing(settings.profile),
    )
    client.get_credential()
    return client


def _settle_files() -> None:
    """Where the library looks for its files, which it does below "~" itself if need be.

    ``~/.alibabacloud/credentials`` is the name that the other SDKs read; this one's is
    ``credentials.ini``, which goes first.
    """
    from alibabacloud_credentials.utils import auth_constant, auth_util

    auth_constant.HOME = home()
    folder = os.path.join(home(), ".alibabacloud")
    ini, plain = os.path.join(folder, "credentials.ini"), os.path.join(folder, "credentials")
    if not auth_util.environment_credentials_file and not os.path.exists(ini):
        auth_util.environment_credentials_file = plain if os.path.exists(plain) else None


def _of_profile(name: str) -> Any:
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.provider import CLIProfileCredentialsProvider
    from alibabacloud_credentials.utils import auth_util

    # ALIBABA_CLOUD_CLI_PROFILE_DISABLED takes profiles out of the chain; the provider obeys it
    # even for a profile that was asked for by name.
    auth_util.environment_cli_profile_disabled = "false"
    return Client(provider=CLIProfileCredentialsProvider(profile_name=name))


def _missing(profile: str | None) -> CredentialsMissing:
    if profile is not None:
        return CredentialsMissing(
            f"The profile {profile!r} gives no usable credentials.",
            hint=f"Run `aliyun configure --profile {profile}`, and check its mode and role.",
        )
    return CredentialsMissing(
        "No credentials: none in the environment, from OIDC, in an aliyun CLI profile, in "
        "~/.alibabacloud/credentials, from an ECS RAM role or from a credentials URI."
        + "".join(f" {each}" for each in _half_done()),
        hint=_CHAIN_HINT,
    )


def _not_renewed() -> CredentialsMissing:
    return CredentialsMissing(
        "The credentials could not be renewed.",
        hint="Check the role, the profile or the credentials URI that gives them.",
    )


def _half_done() -> list[str]:
    """What looks like an attempt that the chain passes over without a word."""
    found = []
    key, secret = (f"ALIBABA_CLOUD_ACCESS_KEY_{each}" for each in ("ID", "SECRET"))
    for given, missing in ((key, secret), (secret, key)):
        if os.environ.get(given) and not os.environ.get(missing):
            found.append(f"{given} is set, but {missing} is not.")
    if name := os.environ.get("ALIBABA_CLOUD_PROFILE"):
        try:
            require_profile(name)
        except CredentialsMissing as problem:
            found.append(f"ALIBABA_CLOUD_PROFILE: {problem.message}")
    return found


def _require_plain(credential: Any) -> None:
    """Refuse a key that would break the header it goes into; requests' error would print it."""
    for value, what in (
        (credential.access_key_id, "access key ID"),
        (credential.access_key_secret, "access key secret"),
        (credential.security_token, "security token"),
    ):
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            raise CredentialsMissing(
                f"The {what} holds a space, a line break or another character that no key has.",
                hint="Copy it again, without the line's end.",
            )
