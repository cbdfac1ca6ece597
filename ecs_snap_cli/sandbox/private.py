"""Keeps the state to its owner, whatever modes it was made with."""

import contextlib
import os
import stat

from .statepath import StateError, default_state_path

SUFFIXES = ("", "-wal", "-shm", "-journal")


def keep_private(path: str) -> None:
    """Take the rights of others from a state file and from SQLite's files beside it.

    The default directory, which is the program's own, is treated alike; no other directory is,
    nor anything that belongs to another user. A file system that knows no modes is let be.
    """
    real = os.path.realpath(path)
    for suffix in SUFFIXES:
        _narrow(f"{real}{suffix}", stat.S_IFREG, 0o600)
    directory = os.path.dirname(path)
    with contextlib.suppress(StateError):
        if directory == os.path.dirname(default_state_path()):
            _narrow(directory, stat.S_IFDIR, 0o700)


def _narrow(path: str, kind: int, widest: int) -> None:
    # By name and not through a descriptor: closing one would let go of the locks that SQLite
    # holds on the file in this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
    with contextlib.suppress(OSError):
        found = os.lstat(path)
        mine = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        mode = stat.S_IMODE(found.st_mode)
        if mine and stat.S_IFMT(found.st_mode) == kind and mode & ~widest:
            os.chmod(path, mode & widest)
