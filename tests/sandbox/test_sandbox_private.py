"""The state belongs to its owner, and a state that cannot be written is served from a copy."""

import errno
import os
import sqlite3
import stat

import pytest

from ecs_snap_cli.sandbox import StateError, StateReadOnly, default_state_path, private, reset

DISK = {"DiskId": "d-sandbox-data"}
COUNT = {"RegionId": "cn-hangzhou", "PageSize": "1"}


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def count(raw):
    return raw.call("DescribeSnapshots", COUNT).body["TotalCount"]


@pytest.fixture
def unwritable(monkeypatch):
    """Makes one path refuse to be written, as a read-only file system does to root too."""

    def forbid(path, number=errno.EROFS):
        real_open, real_mkdir, real_access = os.open, os.mkdir, os.access

        def is_there(each):
            return os.fspath(each).startswith(os.fspath(path))

        def refused(each, *rest, **more):
            raise OSError(number, os.strerror(number), os.fspath(each))

        def opened(each, flags, *rest, **more):
            exists = os.path.exists(each)
            act = refused if is_there(each) and flags & os.O_CREAT and not exists else real_open
            return act(each, flags, *rest, **more)

        def mkdir(each, *rest, **more):
            return (refused if is_there(each) else real_mkdir)(each, *rest, **more)

        def access(each, how, **more):
            return not (is_there(each) and how & os.W_OK) and real_access(each, how, **more)

        monkeypatch.setattr(os, "open", opened)
        monkeypatch.setattr(os, "mkdir", mkdir)
        monkeypatch.setattr(os, "access", access)

    return forbid


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_default_place_loses_the_rights_that_others_had(start, raw_client, umask):
    path = default_state_path()
    before = os.umask(umask)
    try:
        held_open = start(path)
        for file in path.parent.iterdir():
            file.chmod(0o666)
        path.parent.chmod(0o777)
        raw = raw_client(start(path).url)
        assert raw.call("CreateSnapshot", DISK).status == 200
    finally:
        os.umask(before)
    files = {file.name: mode(file) for file in path.parent.iterdir()}
    assert set(files) == {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    assert set(files.values()) == {0o600}
    assert mode(path.parent) == 0o700
    held_open.close()


def test_reset_takes_the_rights_of_others_too():
    path = default_state_path()
    reset(path)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    reset(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_journal_that_is_left_over_is_closed_to_others(tmp_path):
    files = [tmp_path / f"s{suffix}" for suffix in ("", "-wal", "-shm", "-journal")]
    for file in files:
        file.write_text("")
        file.chmod(0o664)
    private.keep_private(str(tmp_path / "s"))
    assert {mode(file) for file in files} == {0o600}


def test_a_directory_that_was_named_keeps_its_mode(start, tmp_path):
    shared = tmp_path / "ecs-snap"
    shared.mkdir()
    shared.chmod(0o755)
    start(shared / "s.sqlite3")
    assert mode(shared) == 0o755
    assert mode(shared / "s.sqlite3") == 0o600


def test_a_link_in_the_default_place_leads_to_a_directory_that_keeps_its_mode(start, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    path = default_state_path()
    path.parent.parent.mkdir()
    path.parent.symlink_to(shared)
    start(path)
    assert mode(shared) == 0o755
    assert mode(shared / path.name) == 0o600


def test_files_of_someone_else_keep_their_modes(start, tmp_path, monkeypatch):
    notes = tmp_path / "notes.txt"
    notes.write_text("precious")
    notes.chmod(0o644)
    with pytest.raises(StateError):
        start(notes)
    assert mode(notes) == 0o644
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(notes).st_uid + 1)
    private.keep_private(str(notes))
    assert mode(notes) == 0o644


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_place_that_takes_no_file_is_told_from_a_place_that_makes_no_sense(
    start, tmp_path, unwritable, number
):
    unwritable(tmp_path / "ro", number)
    for path in (tmp_path / "ro", tmp_path / "ro" / "deep" / "s"):
        for use in (start, reset):
            with pytest.raises(StateReadOnly, match=os.strerror(number)):
                use(path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError) as met:
        start(tmp_path / "file" / "s")
    assert not isinstance(met.value, StateReadOnly)


@pytest.mark.parametrize("held_open", [True, False])
def test_a_copy_holds_what_the_file_holds_and_leaves_it_alone(
    start, raw_client, tmp_path, unwritable, held_open
):
    path = tmp_path / "s"
    original = start(path)
    assert raw_client(original.url).call("CreateSnapshot", DISK).status == 200
    held = count(raw_client(original.url))
    if not held_open:
        original.close()
    unwritable(tmp_path)
    files = {file.name: mode(file) for file in tmp_path.iterdir()}
    with pytest.raises(StateReadOnly):
        start(path)
    raw = raw_client(start(path, keep=False).url)
    assert count(raw) == held
    assert raw.call("CreateSnapshot", {"DiskId": "d-sandbox-system"}).status == 200
    assert count(raw) == held + 1
    assert count(raw_client(start(path, keep=False).url)) == held
    assert {file.name: mode(file) for file in tmp_path.iterdir()} == files


def test_a_copy_of_what_is_not_there_is_the_first_state(start, raw_client, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    assert count(raw_client(start(place / "none" / "s", keep=False).url)) > 60
    (place / "empty").write_bytes(b"")
    assert count(raw_client(start(place / "empty", keep=False).url)) > 60
    assert [file.name for file in place.iterdir()] == ["empty"]


def test_a_copy_of_a_file_that_is_no_state_of_ours_is_refused(start, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("precious")
    with pytest.raises(StateError, match="is not a state file"):
        start(notes, keep=False)
    theirs = tmp_path / "theirs"
    with sqlite3.connect(theirs) as connection:
        connection.execute("CREATE TABLE precious (x)")
    connection.close()
    with pytest.raises(StateError, match="is not a state file"):
        start(theirs, keep=False)
    other = tmp_path / "other"
    reset(other)
    with sqlite3.connect(other) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StateError, match="version 99"):
        start(other, keep=False)
    damaged = tmp_path / "damaged"
    reset(damaged)
    octets = damaged.read_bytes()
    damaged.write_bytes(octets[:100] + os.urandom(len(octets) - 100))
    with pytest.raises(StateError, match="damaged"):
        start(damaged, keep=False)


def test_a_file_of_sqlite_that_cannot_be_written_is_noticed_in_time(start, tmp_path, unwritable):
    path = tmp_path / "s"
    reset(path)
    (tmp_path / "s-wal").write_bytes(b"")
    unwritable(tmp_path / "s-wal")
    with pytest.raises(StateReadOnly):
        start(path)
