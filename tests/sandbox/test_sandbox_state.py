"""The state file: where it is, who may read it, how it is made and made anew."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecs_snap_cli import sandbox
from ecs_snap_cli.sandbox import StateError, default_state_path, reset

DISK = {"DiskId": "d-sandbox-data"}
COUNT = {"RegionId": "cn-hangzhou", "PageSize": "1"}


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def count(raw):
    return raw.call("DescribeSnapshots", COUNT).body["TotalCount"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_what_is_made_is_for_its_owner_only(start, raw_client, tmp_path, umask):
    path = tmp_path / "one" / "two" / "state.sqlite3"
    tmp_path.chmod(0o755)
    before = os.umask(umask)
    try:
        server = start(path)
        assert raw_client(server.url).call("CreateSnapshot", DISK).status == 200
    finally:
        os.umask(before)
    assert mode(tmp_path) == 0o755
    assert mode(path.parent.parent) == mode(path.parent) == 0o700
    files = sorted(file.name for file in path.parent.iterdir())
    assert files == ["state.sqlite3", "state.sqlite3-shm", "state.sqlite3-wal"]
    assert {mode(file) for file in path.parent.iterdir()} == {0o600}


def test_the_state_outlives_the_server(start, raw_client, tmp_path):
    path = tmp_path / "state.sqlite3"
    first = start(path)
    made = raw_client(first.url).call("CreateSnapshot", DISK).body["SnapshotId"]
    first.close()
    found = raw_client(start(path).url).call(
        "DescribeSnapshots", {"RegionId": "cn-hangzhou", "SnapshotIds": f'["{made}"]'}
    )
    assert len(found.body["Snapshots"]["Snapshot"]) == 1


def test_two_servers_share_one_file(start, raw_client, tmp_path):
    one, two = (raw_client(start(tmp_path / "s").url) for _ in range(2))
    assert one.call("CreateSnapshot", DISK).status == 200
    assert two.call("CreateSnapshot", DISK).code == "IncorrectDiskStatus.CreatingSnapshot"


def test_reset_restores_the_first_state_under_a_running_server(start, raw_client, tmp_path):
    path = tmp_path / "state.sqlite3"
    raw = raw_client(start(path).url)
    first = count(raw)
    raw.call("CreateSnapshot", {**DISK, "ClientToken": "once"})
    assert count(raw) == first + 1
    reset(path)
    assert count(raw) == first
    assert raw.call("CreateSnapshot", {**DISK, "ClientToken": "once"}).status == 200


def test_reset_makes_a_file_that_is_not_there(tmp_path, start, raw_client):
    path = tmp_path / "new" / "state.sqlite3"
    reset(path)
    assert mode(path) == 0o600
    assert count(raw_client(start(path).url)) > 60


@pytest.mark.parametrize("content", [b"", b"x", b"# my notes\n" * 500])
def test_a_file_of_someone_else_is_refused_and_left_alone(tmp_path, start, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    if not content:
        start(path)
        return
    for use in (start, reset):
        with pytest.raises(StateError, match=r"notes\.txt is not a state file"):
            use(path)
    assert path.read_bytes() == content


def test_a_database_of_someone_else_is_refused_and_left_alone(tmp_path, start):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE precious (x)")
        theirs.execute("INSERT INTO precious VALUES (42)")
    theirs.close()
    for use in (start, reset):
        with pytest.raises(StateError, match="is not a state file"):
            use(path)
    again = sqlite3.connect(path)
    assert again.execute("SELECT x FROM precious").fetchall() == [(42,)]
    again.close()


@pytest.mark.parametrize("version", [1, 99])
def test_another_version_names_the_reset_that_mends_it(tmp_path, start, raw_client, version):
    path = tmp_path / "state.sqlite3"
    reset(path)
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA user_version = {version}")
    other.execute("DROP TABLE disks")
    other.execute('CREATE TABLE "odd ""name" (x)')
    other.commit()
    other.close()
    with pytest.raises(StateError, match="ecs-snap sandbox reset"):
        start(path)
    reset(path)
    assert count(raw_client(start(path).url)) > 60


def test_a_damaged_state_file_names_the_reset_that_mends_it(tmp_path, start, raw_client):
    path = tmp_path / "state.sqlite3"
    reset(path)
    octets = bytearray(path.read_bytes())
    octets[100:] = os.urandom(len(octets) - 100)
    path.write_bytes(octets)
    with pytest.raises(StateError, match="ecs-snap sandbox reset"):
        start(path)
    reset(path)
    assert count(raw_client(start(path).url)) > 60


@pytest.mark.parametrize("kind", ["directory", "below a file", "nul"])
def test_a_place_that_cannot_hold_the_state_says_why(tmp_path, start, kind):
    (tmp_path / "file").write_text("")
    path = {
        "directory": tmp_path,
        "below a file": tmp_path / "file" / "state.sqlite3",
        "nul": "a\0b",
    }[kind]
    for use in (start, reset):
        with pytest.raises(StateError, match="cannot be used"):
            use(path)


def test_a_directory_without_the_right_to_write_says_why(tmp_path, start):
    if os.getuid() == 0:
        pytest.skip("root may write anywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(StateError, match="Permission denied"):
        start(tmp_path / "state.sqlite3")


def test_the_default_place_follows_the_xdg_specification(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_STATE_HOME", "/var/me")
    assert default_state_path() == Path("/var/me/ecs-snap/sandbox.sqlite3")
    at_home = Path("/home/me/.local/state/ecs-snap/sandbox.sqlite3")
    for ignored in ("", "relative/path"):
        monkeypatch.setenv("XDG_STATE_HOME", ignored)
        assert default_state_path() == at_home
    monkeypatch.delenv("XDG_STATE_HOME")
    assert default_state_path() == at_home


def test_without_any_home_the_state_is_in_a_directory_of_this_user(monkeypatch, tmp_path):
    import pwd

    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    path = default_state_path()
    assert path == tmp_path / f"ecs-snap-{os.getuid()}" / "sandbox.sqlite3"
    reset(path)
    assert mode(path.parent) == 0o700
    assert default_state_path() == path
    path.parent.chmod(0o777)
    with pytest.raises(StateError, match="XDG_STATE_HOME"):
        default_state_path()


def test_the_package_stands_apart_and_imports_light():
    code = (
        "import sys, ecs_snap_cli.sandbox\n"
        "heavy = {'asyncio', 'requests', 'rich', 'click', 'email', 'alibabacloud_tea_openapi'}\n"
        "ours = {m for m in sys.modules if m.startswith('ecs_snap_cli.')}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "print([m for m in ours if not m.startswith('ecs_snap_cli.sandbox')])\n"
    )
    root = Path(sandbox.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[]", "[]"]
