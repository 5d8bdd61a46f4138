"""Where a lab lies: network file systems are refused, read-only media are read, WAL mode is never used, two programs lose nothing."""

import ctypes
import ctypes.util
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.record_errors import JournalLeftError, LabLockedError, LabReadOnlyError, NetworkFileSystemError
from corelab.services import accounts, labs, restoring
from corelab.services.backup import back_up
from corelab.services.restoring import Login
from corelab.services.verification import verify_lab
from corelab.storage import network
from corelab.storage.store import Actor
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    a_ready_exam(made)
    made.person("auditor-1", Role.AUDITOR)
    return made


def opened(lab: Lab, folder: Path | None = None, *, read_only: bool = False) -> labs.OpenLab:
    return labs.open_lab(folder or lab.open.folder, lab.clock, lab.open.configuration, read_only=read_only)


# ---------------------------------------------------------------- network file systems


@pytest.fixture
def on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine says that the folder of this test is a share of a server."""
    table = f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / {tmp_path.resolve()} rw - nfs4 server:/trials rw\n"
    monkeypatch.setattr(network, "_mountinfo", lambda: table)


@pytest.mark.skipif(sys.platform != "linux", reason="the table of mounts of Linux")
def test_p11_67_a_lab_on_a_network_file_system_is_refused_with_the_way_out(lab: Lab, on_a_server: None) -> None:
    before = lab.open.store.path.read_bytes()
    with pytest.raises(NetworkFileSystemError) as refused:
        opened(lab)
    words = words_for(refused.value).all
    assert "nfs4" in words
    assert "disk of this machine" in words
    assert "PostgreSQL" in words
    assert lab.open.store.path.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="the table of mounts of Linux")
def test_p11_67_no_lab_is_made_or_restored_on_a_network_file_system(lab: Lab, tmp_path: Path, on_a_server: None) -> None:
    with pytest.raises(NetworkFileSystemError):
        a_lab(tmp_path, name="another")
    file = tmp_path / "lab.backup"
    back_up(lab.open, lab.coordinator, file)
    with pytest.raises(NetworkFileSystemError):
        restoring.restore(file, tmp_path / "again", Login("coordinator", PASSWORD), clock=lab.clock, configuration=lab.open.configuration)
    assert not (tmp_path / "another").exists()
    assert not (tmp_path / "again").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the table of mounts of Linux")
def test_a_lab_on_a_network_file_system_is_verified_and_read(lab: Lab, on_a_server: None) -> None:
    assert verify_lab(lab.open.folder).faults == ()
    with opened(lab, read_only=True).store.read() as snapshot:
        assert len(snapshot.all("exam")) == 1


def test_this_machine_says_that_its_own_folders_are_local(tmp_path: Path) -> None:
    assert network.remote_kind(tmp_path) == ""


# ---------------------------------------------------------------- read-only media


@pytest.fixture
def on_read_only_media(lab: Lab, tmp_path: Path) -> Iterator[Path]:
    """The lab's folder again, in a place that nobody can write, not even root."""
    place = tmp_path / "media"
    place.mkdir()
    if os.geteuid() != 0:
        shutil.copytree(lab.open.folder, place / "lab")
        _without_write_access(place)
        yield place / "lab"
        _without_write_access(place, writable=True)
        return
    lab.open.close()
    if not _mounted(lab.open.folder, place):
        pytest.skip("root without the right to mount")
    try:
        yield place
    finally:  # detached, not only unmounted: a test that failed may still hold a file open
        _libc().umount2(os.fsencode(place), _DETACH)


_DETACH = 2


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


def _mounted(source: Path, place: Path) -> bool:
    """The same folder a second time, read-only: a bind mount."""
    bind, remount_read_only = 4096, 4096 | 32 | 1
    libc, here = _libc(), os.fsencode(place)
    if libc.mount(os.fsencode(source), here, b"none", bind, None) != 0:
        return False
    if libc.mount(b"none", here, b"none", remount_read_only, None) == 0:
        return True
    libc.umount2(here, _DETACH)
    return False


def _without_write_access(folder: Path, *, writable: bool = False) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o700 if writable else 0o500) if path.is_dir() else 0o400)


@pytest.mark.skipif(sys.platform != "linux", reason="a read-only bind mount")
def test_p11_10_an_archived_lab_opens_and_verifies_on_read_only_media(lab: Lab, on_read_only_media: Path) -> None:
    archived = opened(lab, on_read_only_media)
    assert archived.store.read_only
    with archived.store.read() as snapshot:
        assert len(snapshot.all("exam")) == 1
    assert verify_lab(on_read_only_media).faults == ()
    session = accounts.sign_in(archived, "auditor-1", PASSWORD)
    assert session.printed_name == "Auditor 1"
    with pytest.raises(LabReadOnlyError), archived.store.begin(Actor()) as transaction:
        transaction.record("x.one", "site", None)


@pytest.mark.skipif(sys.platform != "linux", reason="a read-only bind mount")
def test_a_lab_that_was_archived_in_the_middle_of_a_change_says_so(lab: Lab, on_read_only_media: Path) -> None:
    journal = lab.open.folder / "corelab.db-journal"
    target = journal if os.geteuid() == 0 else on_read_only_media / journal.name
    if os.geteuid() != 0:
        on_read_only_media.chmod(0o700)
    target.write_bytes(b"left over")
    if os.geteuid() != 0:
        on_read_only_media.chmod(0o500)
    with pytest.raises(JournalLeftError) as refused:
        opened(lab, on_read_only_media)
    assert "middle of a change" in words_for(refused.value).all


# ---------------------------------------------------------------- WAL mode


def in_wal_mode(path: Path) -> sqlite3.Connection:
    """Another program puts the database into WAL mode, and keeps it open."""
    connection = sqlite3.connect(path, isolation_level=None)
    assert connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal"
    return connection


def is_wal(path: Path) -> bool:
    return path.read_bytes()[18:20] == b"\x02\x02"


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 51, 3), sqlite3.sqlite_version_info])
@pytest.mark.parametrize("purpose", ["work", "look"])
def test_p11_69_no_version_of_sqlite_ever_runs_in_wal_mode(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], purpose: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    lab.open.close()
    in_wal_mode(lab.open.store.path).close()
    assert is_wal(lab.open.store.path)
    again = opened(lab, read_only=purpose == "look")
    with again.store.read() as snapshot:
        assert len(snapshot.all("exam")) == 1
        assert snapshot._rows.connection.exec_driver_sql("PRAGMA journal_mode").scalar() in {"truncate", "delete"}
    assert not is_wal(lab.open.store.path)
    assert verify_lab(lab.open.folder).faults == ()


@pytest.mark.parametrize("purpose", ["work", "look"])
def test_p11_69_a_database_that_another_program_holds_in_wal_mode_is_refused(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    monkeypatch.setattr("corelab.storage.database.BUSY", "busy_timeout=1")
    lab.open.close()
    with closing(in_wal_mode(lab.open.store.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LabLockedError) as refused:
            opened(lab, read_only=purpose == "look")
        assert "busy" in words_for(refused.value).all
        other.execute("ROLLBACK")


# ---------------------------------------------------------------- two programs

WRITES = """
import sys
from pathlib import Path
from corelab.domain.clock import SystemClock
from corelab.services import labs
from corelab.storage.store import Actor
lab = labs.open_lab(Path(sys.argv[1]), SystemClock(), Path(sys.argv[2]))
for n in range(40):
    with lab.store.begin(Actor()) as transaction:
        print(transaction.record("x.written", "site", sys.argv[3], payload={"n": n}).seq, flush=True)
"""


def test_p11_66_two_programs_that_write_at_once_wait_for_each_other_and_lose_nothing(lab: Lab) -> None:
    names = ("first", "second")
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITES, str(lab.open.folder), str(lab.open.configuration), name], stdout=subprocess.PIPE, text=True
        )
        for name in names
    ]
    told = [[int(line) for line in program.communicate()[0].split()] for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    with lab.open.store.read() as snapshot:
        written = [[event["seq"] for event in snapshot.events(kind="x.written", id=name)] for name in names]
    assert written == told
    assert [len(each) for each in written] == [40, 40]
    assert verify_lab(lab.open.folder).faults == ()
