"""Where the state file is by default."""

import os
import stat
from pathlib import Path


class StateError(Exception):
    """The state file cannot be made, opened or recognised; the text says what to do next."""


class StateReadOnly(StateError):
    """Its place cannot be written, which a server that keeps nothing can do without.

    `why` tells the path and the reason in one clause.
    """

    def __init__(self, path: str, reason: object, hint: str) -> None:
        super().__init__(f"The sandbox's state file {path} cannot be used: {reason}. {hint}")
        self.why = f"its state file {path} cannot be written: {reason}"


def default_state_path() -> Path:
    """`$XDG_STATE_HOME/ecs-snap/sandbox.sqlite3`, by default under `~/.local/state`.

    A relative XDG_STATE_HOME is ignored, as the XDG base directory specification asks.
    Without any home directory: a directory of this user's own in the temporary directory;
    StateError when someone else has made it first.
    """
    base = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        home = _home()
        if not os.path.isabs(home):
            return _temporary_directory() / "sandbox.sqlite3"
        base = os.path.join(home, ".local", "state")
    return Path(base) / "ecs-snap" / "sandbox.sqlite3"


def _home() -> str:
    home = os.environ.get("HOME", "")
    if os.path.isabs(home):
        return home
    try:
        import pwd  # not on every platform

        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
    except ImportError:
        return os.path.expanduser("~")


def _temporary_directory() -> Path:
    import tempfile  # rarely needed, and it brings half a dozen modules along

    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    directory = Path(tempfile.gettempdir()) / f"ecs-snap-{user}"
    try:
        found = directory.lstat()
    except FileNotFoundError:
        return directory
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    if not stat.S_ISDIR(found.st_mode) or not mine or found.st_mode & 0o022:
        # The temporary directory is everybody's: another user may have laid this trap.
        raise StateError(
            f"{directory} is not a directory of this user's alone; set XDG_STATE_HOME to one."
        )
    return directory
