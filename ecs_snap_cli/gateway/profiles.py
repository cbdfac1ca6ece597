"""Profiles of the official ``aliyun`` CLI: which there are, and their regions.

The official provider reads the keys; it does not tell the region, nor why a profile cannot be
used, so the file is read here too. No secret leaves this module.
"""

from __future__ import annotations

import json
import os
from typing import Any

from ecs_snap_cli.errors import CredentialsMissing


def home() -> str:
    """The user's home directory; the root for a user who has none, or none that is a path.

    Keys and commands in a configuration are not to be taken from the current directory.
    """
    found = os.path.expanduser("~")
    return found if os.path.isabs(found) else os.sep


def config_path() -> str:
    """Where the ``aliyun`` CLI keeps its profiles."""
    return os.path.join(home(), ".aliyun", "config.json")


def require_profile(name: str) -> None:
    """Raise ``CredentialsMissing`` unless the file holds a profile of this name."""
    path = config_path()
    if not os.path.isfile(path):
        raise CredentialsMissing(
            f"There is no profile {name!r}: {path} does not exist.",
            hint=f"Run `aliyun configure --profile {name}`, or leave --profile out.",
        )
    config = _read(path)
    if config is None:
        raise CredentialsMissing(
            f"{path} cannot be read as the aliyun CLI's configuration.",
            hint="Repair the file, or leave --profile out.",
        )
    names = [str(each.get("name")) for each in _profiles(config)]
    if name not in names:
        raise CredentialsMissing(
            f"There is no profile {name!r} in {path}; it holds: {', '.join(names) or 'none'}.",
            hint="Name one of those with --profile.",
        )


def region_of(name: str | None) -> str | None:
    """The region of the profile ``name``, else of the one in use; ``None`` if it has none.

    The one in use is ALIBABA_CLOUD_PROFILE's, else the file's current one, as in the chain.
    """
    config = _read(config_path())
    if config is None:
        return None
    wanted = name or os.environ.get("ALIBABA_CLOUD_PROFILE") or config.get("current")
    for profile in _profiles(config):
        if profile.get("name") == wanted:
            region = profile.get("region_id")
            return region if isinstance(region, str) and region else None
    return None


def _read(path: str) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _profiles(config: dict[str, Any]) -> list[dict[str, Any]]:
    profiles = config.get("profiles")
    if not isinstance(profiles, list):
        return []
    return [each for each in profiles if isinstance(each, dict)]
