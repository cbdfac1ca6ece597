"""The file that holds the state: how it is made and opened, and how it is made anew."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from .private import SUFFIXES, keep_private
from .statecheck import (
    APPLICATION_ID,
    ELSEWHERE,
    NOT_WRITABLE,
    SCHEMA_VERSION,
    foreign,
    has_our_header,
    is_empty,
    is_too_short,
    pragma,
    require_our_version,
    unreadable,
)
from .statepath import StateError, StateReadOnly

BUSY_SECONDS = 10.0
MEMORY = ":memory:"

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
        raise unreadable(path, error) from error
    except BaseException:
        connection.close()
        raise
    keep_private(path)
    return connection


def open_copy(path: str, fill: Fill) -> sqlite3.Connection:
    """As `open_database`, on a copy in memory of a state that cannot be written.

    Where the file cannot be read either, or there is none, the copy is the first state. Raises
    StateError for a file of anyone else's, a damaged one, or one of another version.
    """
    memory = open_database(MEMORY, fill)
    try:
        with contextlib.suppress(OSError, sqlite3.OperationalError):
            _copy(path, memory)
    except sqlite3.Error as error:
        memory.close()
        raise unreadable(path, error) from error
    except BaseException:
        memory.close()
        raise
    return memory


def _copy(path: str, memory: sqlite3.Connection) -> None:
    if is_too_short(path):
        raise foreign(path)
    real = os.path.realpath(path)
    in_use = os.path.exists(f"{real}-wal") and os.path.exists(f"{real}-shm")
    # For a file that nobody has open SQLite would make those two just to read it, of a mode that
    # nobody could write to later; immutable does without them.
    uri = f"file:{quote(real)}?mode=ro" + ("" if in_use else "&immutable=1")
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as source:
        if is_empty(source):
            return
        if pragma(source, "application_id") != APPLICATION_ID:
            raise foreign(path)
        require_our_version(source, path)
        source.backup(memory)


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
            # In this order: another process may fill the file between the two.
            if not is_empty(connection) and pragma(connection, "application_id") != APPLICATION_ID:
                raise foreign(path)
            _create(connection, fill)
            keep_private(path)
            return
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise unreadable(path, error) from error
    except sqlite3.DatabaseError as error:
        if not has_our_header(path):
            raise foreign(path) from error
    for suffix in SUFFIXES:
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
            _require_writable(path)
            if is_too_short(path):
                raise foreign(path) from None
        else:
            # SQLite gives the -wal and -shm files the mode of this one, whatever the umask.
            os.chmod(path, 0o600)
            os.close(descriptor)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        if getattr(error, "errno", None) in NOT_WRITABLE:
            raise StateReadOnly(path, reason, ELSEWHERE) from error
        raise StateError(
            f"The sandbox's state file {path} cannot be used: {reason}. {ELSEWHERE}"
        ) from error


def _require_writable(path: str) -> None:
    real = os.path.realpath(path)
    for each in (f"{real}{suffix}" for suffix in SUFFIXES):
        if os.path.exists(each) and not os.access(each, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, "it cannot be read and written by this user")
    # SQLite makes those files beside it.
    if not os.access(os.path.dirname(real), os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "its directory cannot be written by this user")


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
    # Another process may fill the file at any moment, so whose it is counts only once it is full.
    if is_empty(connection):
        _create(connection, fill, only_if_empty=True)
    if pragma(connection, "application_id") != APPLICATION_ID:
        raise foreign(path)
    require_our_version(connection, path)
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
        if not (only_if_empty and not is_empty(connection)):
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
