"""What a file is that is to be the state: ours, of which version, anyone else's, or damaged."""

import errno
import os
import sqlite3

from .statepath import StateError, StateReadOnly

# "ECSS" in SQLite's header tells a state file from any other database.
APPLICATION_ID = 0x45435353
SCHEMA_VERSION = 3

_SQLITE_MAGIC = b"SQLite format 3\0"
_LEAST_PAGE = 512
_APPLICATION_ID_OFFSET = 68  # https://www.sqlite.org/fileformat2.html#the_database_header

# What keeps a file from being written where it is; anything else is wrong with the path itself.
NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)
_NOT_WRITABLE_IN_SQLITE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)

ELSEWHERE = "Another place can be chosen with XDG_STATE_HOME or --state."


def require_our_version(connection: sqlite3.Connection, path: str) -> None:
    """Raise StateError for a state of ours that another version of this program made."""
    version = pragma(connection, "user_version")
    if version != SCHEMA_VERSION:
        raise StateError(
            f"The sandbox's state file {path} is of version {version}, and this program needs "
            f"version {SCHEMA_VERSION}. Run: ecs-snap sandbox reset"
        )


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the database holds nothing at all."""
    row = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(row[0] == 0)


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """The number that a pragma answers with."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def is_too_short(path: str) -> bool:
    """Whether a file is neither empty nor as long as any database. Raises OSError."""
    # SQLite itself takes some of these for an empty database, and would fill them. What a longer
    # one is, it tells better: it knows of a journal beside it. Nor is the file opened here: closing
    # it would let go of the locks that SQLite holds on it in this process (see private.py).
    return 0 < os.stat(path).st_size < _LEAST_PAGE


def has_our_header(path: str) -> bool:
    """Whether a file, damaged or not, begins as our state files do."""
    with open(path, "rb") as file:
        header = file.read(100)
    place = slice(_APPLICATION_ID_OFFSET, _APPLICATION_ID_OFFSET + 4)
    return (
        header.startswith(_SQLITE_MAGIC) and int.from_bytes(header[place], "big") == APPLICATION_ID
    )


def foreign(path: str) -> StateError:
    """The error for a file of anyone else's."""
    return StateError(
        f"{path} is not a state file of the sandbox, so it is left alone. {ELSEWHERE}"
    )


def unreadable(path: str, error: sqlite3.Error) -> StateError:
    """The error for a file that SQLite has trouble with."""
    if not isinstance(error, sqlite3.OperationalError):
        if not has_our_header(path):
            return foreign(path)
        return StateError(
            f"The sandbox's state file {path} is damaged ({error}). Run: ecs-snap sandbox reset"
        )
    # The lower byte is the kind; the rest of SQLite's code is detail.
    if error.sqlite_errorcode & 0xFF in _NOT_WRITABLE_IN_SQLITE:
        return StateReadOnly(path, error, ELSEWHERE)
    held = "End whatever holds it. " if "locked" in str(error) else ""
    return StateError(f"The sandbox's state file {path} cannot be used: {error}. {held}{ELSEWHERE}")
