"""The file that holds the state: how it is made and opened, and how it is made anew."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from .statepath import StateError

# "ECSS" in SQLite's header tells a state file from any other database.
APPLICATION_ID = 0x45435353
SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0
MEMORY = ":memory:"

_SQLITE_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_OFFSET = 68  # https://www.sqlite.org/fileformat2.html#the_database_header

_ELSEWHERE = "Another place can be chosen with XDG_STATE_HOME or --state."

Fill = Callable[[sqlite3.Connection], None]


def open_database(path: str, fill: Fill) -> sqlite3.Connection:
    """A connection in autocommit mode, usable from any thread, to a state of our version.

    A missing or empty file gets the schema and whatever `fill` inserts; when several
    processes come at once, one of them does it. Raises StateError.
    """
    if path == MEMORY:
        connection = _connect(path)
        _create(connection, fill)
        return connection
    _ensure_file(path)
    connection = _connect(path)
    try:
        _prepare(connection, path, fill)
    except sqlite3.Error as error:
        connection.close()
        raise _unreadable(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def rebuild(path: str, fill: Fill) -> None:
    """Put the first state in place of whatever a state file holds, of any version.

    One transaction, so processes that use the file see the old state or the new one. A
    damaged state file is deleted and made again. A file of anyone else's is refused with
    StateError and left alone.
    """
    if path == MEMORY:
        return
    _ensure_file(path)
    try:
        connection = _connect(path)
        try:
            ours = _pragma(connection, "application_id") == APPLICATION_ID
            if not ours and not _is_empty(connection):
                raise _foreign(path)
            _create(connection, fill)
            return
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise _unreadable(path, error) from error
    except sqlite3.DatabaseError as error:
        if not _has_our_header(path):
            raise _foreign(path) from error
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(path + suffix).unlink(missing_ok=True)
    open_database(path, fill).close()


def _ensure_file(path: str) -> None:
    try:
        _make_directories(Path(path).parent)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if not os.path.isfile(path):
                raise OSError("it is not a regular file") from None
            if not os.access(path, os.R_OK | os.W_OK):
                raise PermissionError("it cannot be read and written by this user") from None
            if not _looks_like_sqlite(path):
                raise _foreign(path) from None
        else:
            # SQLite gives the -wal and -shm files the mode of this one, whatever the umask.
            os.chmod(path, 0o600)
            os.close(descriptor)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StateError(
            f"The sandbox's state file {path} cannot be used: {reason}. {_ELSEWHERE}"
        ) from error


def _make_directories(directory: Path) -> None:
    if directory.is_dir():
        return
    _make_directories(directory.parent)
    try:
        directory.mkdir(0o700)
        directory.chmod(0o700)
    except FileExistsError:
        if not directory.is_dir():
            raise


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection, path: str, fill: Fill) -> None:
    if _pragma(connection, "application_id") != APPLICATION_ID:
        if not _is_empty(connection):
            raise _foreign(path)
        _create(connection, fill, only_if_empty=True)
    version = _pragma(connection, "user_version")
    if version != SCHEMA_VERSION:
        raise StateError(
            f"The sandbox's state file {path} is of version {version}, and this program needs "
            f"version {SCHEMA_VERSION}. Run: ecs-snap sandbox reset"
        )
    # It fails while another process is in the file. The mode is a matter of speed alone, and
    # whoever opens the file next sets it for all.
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing with this; only a power cut can cost the last writes.
    connection.execute("PRAGMA synchronous = NORMAL")


def _create(connection: sqlite3.Connection, fill: Fill, only_if_empty: bool = False) -> None:
    # Nothing of worth is lost if the power fails while a first state is written.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not (only_if_empty and not _is_empty(connection)):
            _drop_everything(connection)
            fill(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _drop_everything(connection: sqlite3.Connection) -> None:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (name,) in tables:
        quoted = name.replace('"', '""')
        connection.execute(f'DROP TABLE "{quoted}"')


def _is_empty(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(row[0] == 0)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _looks_like_sqlite(path: str) -> bool:
    # SQLite itself takes a file of less than a page for an empty database, and would fill it.
    with open(path, "rb") as file:
        head = file.read(len(_SQLITE_MAGIC))
    return not head or head == _SQLITE_MAGIC


def _has_our_header(path: str) -> bool:
    with open(path, "rb") as file:
        header = file.read(100)
    place = slice(_APPLICATION_ID_OFFSET, _APPLICATION_ID_OFFSET + 4)
    return (
        header.startswith(_SQLITE_MAGIC) and int.from_bytes(header[place], "big") == APPLICATION_ID
    )


def _foreign(path: str) -> StateError:
    return StateError(
        f"{path} is not a state file of the sandbox, so it is left alone. {_ELSEWHERE}"
    )


def _unreadable(path: str, error: sqlite3.Error) -> StateError:
    if not isinstance(error, sqlite3.OperationalError):
        if not _has_our_header(path):
            return _foreign(path)
        return StateError(
            f"The sandbox's state file {path} is damaged ({error}). Run: ecs-snap sandbox reset"
        )
    held = "End whatever holds it. " if "locked" in str(error) else ""
    return StateError(
        f"The sandbox's state file {path} cannot be used: {error}. {held}{_ELSEWHERE}"
    )
