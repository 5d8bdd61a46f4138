"""A lab is backed up into one file while others write, and made again from it: the same records, the same head, all of it or nothing."""

import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.accounts import Role
from corelab.domain.record_errors import LabExistsError, NotPermittedError, SignInRefusedError
from corelab.services import accounts, backup, backup_file, checkpoints, labs, restoring
from corelab.services.backup_file import (
    BackupCancelledError,
    BackupDamagedError,
    BackupExistsError,
    BackupInsideError,
    NotABackupError,
)
from corelab.services.restoring import Login, Restored
from corelab.services.verification import LabFaultyError, verify_lab
from corelab.storage.store import Snapshot
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam

COORDINATOR = Login("coordinator", PASSWORD)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    a_ready_exam(made)
    return made


def backed_up(lab: Lab, *, with_quarantine: bool = False) -> backup.BackedUp:
    return backup.back_up(lab.open, lab.coordinator, lab.open.folder.parent / "lab.backup", with_quarantine=with_quarantine)


def restored(lab: Lab, login: Login = COORDINATOR, name: str = "again") -> Restored:
    place = lab.open.folder.parent / name
    file = lab.open.folder.parent / "lab.backup"
    return restoring.restore(file, place, login, clock=lab.clock, configuration=lab.open.configuration)


def from_snapshot(folder: Path, lab: Lab, asked: Callable[[Snapshot], Any]) -> Any:
    with closing(labs.open_lab(folder, lab.clock, lab.open.configuration, read_only=True)) as opened, opened.store.read() as snapshot:
        return asked(snapshot)


def hash_of(folder: Path, lab: Lab, seq: int) -> object:
    return from_snapshot(folder, lab, lambda snapshot: snapshot.events(after=seq - 1)[0]["hash"])


def left_over(lab: Lab) -> set[str]:
    return {path.name for path in lab.open.folder.parent.iterdir()} - {"lab", "configuration"}


WRITER = """
import sys
import time
from pathlib import Path
from corelab.domain.clock import SystemClock
from corelab.services import labs
from corelab.storage.store import Actor
lab = labs.open_lab(Path(sys.argv[1]), SystemClock(), Path(sys.argv[2]))
while True:
    with lab.store.begin(Actor()) as transaction:
        seq = transaction.record("x.written", "site", None, payload={"text": "x" * 3000}).seq
    print(seq, flush=True)
    time.sleep(0.01)  # as people do, it leaves the others a moment: who never does starves them of SQLite's lock
"""


@pytest.fixture
def writer(lab: Lab) -> Iterator["subprocess.Popen[str]"]:
    """Another program that never stops to write into the lab."""
    arguments = [sys.executable, "-c", WRITER, str(lab.open.folder), str(lab.open.configuration)]
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    running.stdout.readline()
    yield running
    running.kill()
    running.wait()
    running.stdout.close()


def test_p11_08_a_backup_made_while_another_program_writes_restores_to_the_same_head(lab: Lab, writer: "subprocess.Popen[str]") -> None:
    done = backed_up(lab)
    still_writing = writer.poll() is None
    writer.kill()
    again = restored(lab)
    assert still_writing
    assert (again.seq, again.head, again.clips) == (done.seq, done.head, 2)
    assert hash_of(again.folder, lab, done.seq) == hash_of(lab.open.folder, lab, done.seq) == done.head
    assert verify_lab(again.folder).faults == verify_lab(lab.open.folder).faults == ()
    assert verify_lab(again.folder).checked["clips"] == 2
    assert hashlib.sha256(done.file.read_bytes()).hexdigest() == done.sha256


def test_p11_08_the_first_new_event_of_a_restored_lab_names_the_head_it_came_from(lab: Lab) -> None:
    done = backed_up(lab)
    again = restored(lab)
    (event, *_), said = (
        from_snapshot(again.folder, lab, lambda snapshot: snapshot.events(after=done.seq)),
        from_snapshot(again.folder, lab, lambda snapshot: snapshot.opening_of(done.seq + 1)),
    )
    assert event["kind"] == "lab.restored"
    assert event["actor"] == lab.coordinator.account
    assert (said["seq"], said["head"]) == (done.seq, done.head)
    opened = labs.open_lab(again.folder, lab.clock, lab.open.configuration)
    session = accounts.sign_in(opened, "coordinator", PASSWORD)
    assert accounts.lab_secret(opened, session, "deid") == accounts.lab_secret(lab.open, lab.coordinator, "deid")


def test_a_backup_is_an_event_of_the_lab(lab: Lab) -> None:
    done = backed_up(lab)
    with lab.open.store.read() as snapshot:
        event = snapshot.events(kind="lab.backed_up")[0]
        said = snapshot.opening_of(event["seq"])
    assert event["role"] == "coordinator"
    assert (said["sha256"], said["seq"], said["head"], said["file"]) == (done.sha256, done.seq, done.head, "lab.backup")


def test_only_coordinators_and_administrators_back_up_and_restore(lab: Lab) -> None:
    for session in (lab.reader_1, lab.auditor):
        with pytest.raises(NotPermittedError):
            backup.back_up(lab.open, session, lab.open.folder.parent / "lab.backup")
    assert backup.back_up(lab.open, lab.administrator, lab.open.folder.parent / "lab.backup").clips == 2
    with pytest.raises(NotPermittedError):
        restored(lab, Login("reader-1", PASSWORD))
    with pytest.raises(SignInRefusedError):
        restored(lab, Login("coordinator", "not the password"))
    assert left_over(lab) == {"lab.backup"}
    assert restored(lab, Login("administrator", PASSWORD)).clips == 2


def test_a_file_that_is_there_and_a_place_inside_the_lab_are_refused(lab: Lab) -> None:
    target = lab.open.folder.parent / "lab.backup"
    target.write_bytes(b"mine")
    with pytest.raises(BackupExistsError):
        backup.back_up(lab.open, lab.coordinator, target)
    with pytest.raises(BackupInsideError):
        backup.back_up(lab.open, lab.coordinator, lab.open.backups / "lab.backup")
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize("words", ["Copying the records", "Checking the copy", "Writing the backup"])
def test_stopping_a_backup_leaves_no_file_and_no_event(lab: Lab, words: str) -> None:
    seen: list[str] = []
    with pytest.raises(BackupCancelledError):
        backup.back_up(
            lab.open,
            lab.coordinator,
            lab.open.folder.parent / "lab.backup",
            progress=lambda _done, _of, said: seen.append(said),
            stopped=lambda: words in seen,
        )
    with lab.open.store.read() as snapshot:
        assert snapshot.events(kind="lab.backed_up") == ()
    assert left_over(lab) == set()


def test_a_disk_that_fills_up_leaves_no_file_and_no_event(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_file, "write", full)
    with pytest.raises(OSError, match="No space"):
        backed_up(lab)
    with lab.open.store.read() as snapshot:
        assert snapshot.events(kind="lab.backed_up") == ()
    assert left_over(lab) == set()


def test_a_lab_that_does_not_verify_is_not_backed_up(lab: Lab) -> None:
    clip = next(lab.open.clips.rglob("*.dcm"))
    clip.write_bytes(clip.read_bytes()[:-1] + b"?")
    with pytest.raises(LabFaultyError, match="not the one on record"):
        backed_up(lab)
    clip.unlink()
    with pytest.raises(LabFaultyError, match="missing"):
        backed_up(lab)
    with closing(sqlite3.connect(lab.open.store.path)) as connection:
        connection.execute("DROP TRIGGER site_no_delete")
    with pytest.raises(LabFaultyError, match="site_no_delete"):
        backed_up(lab)
    assert left_over(lab) == set()


def test_a_folder_with_files_is_never_restored_into(lab: Lab) -> None:
    backed_up(lab)
    with pytest.raises(LabExistsError):
        restored(lab, name="lab")
    (lab.open.folder.parent / "again").mkdir()
    assert restored(lab).clips == 2
    with pytest.raises(LabExistsError):
        restored(lab)


# ---------------------------------------------------------------- what was delivered and not released


def test_what_was_delivered_comes_along_sealed_and_only_custody_opens_it(lab: Lab) -> None:
    folder = lab.open.quarantine / "0b0b"
    folder.mkdir()
    (folder / "1.bin").write_bytes(b"NAME^OF A PATIENT" * 700_000)
    (folder / "2.bin").write_bytes(b"")
    assert not backed_up(lab).sealed
    (lab.open.folder.parent / "lab.backup").unlink()
    done = backed_up(lab, with_quarantine=True)
    assert done.sealed
    assert b"NAME^OF A PATIENT" not in done.file.read_bytes()
    without = restored(lab, Login("administrator", PASSWORD), "without")
    assert without.left_sealed
    assert list((without.folder / "quarantine").rglob("*.*")) == []
    again = restored(lab)
    assert not again.left_sealed
    for name in ("1.bin", "2.bin"):
        assert (again.folder / "quarantine" / "0b0b" / name).read_bytes() == (folder / name).read_bytes()


def test_what_a_killed_program_left_in_quarantine_does_not_spoil_a_backup(lab: Lab) -> None:
    """No restore would take names like these."""
    for left in ("0b0b/1.bin", "0b0b/1.123.0011223344556677.new", ".try-123-0b0b/1.bin"):
        (lab.open.quarantine / left).parent.mkdir(exist_ok=True)
        (lab.open.quarantine / left).write_bytes(b"delivered")
    assert backed_up(lab, with_quarantine=True).sealed
    again = restored(lab)
    assert [path.relative_to(again.folder).as_posix() for path in (again.folder / "quarantine").rglob("*.*")] == ["quarantine/0b0b/1.bin"]


# ---------------------------------------------------------------- hostile and damaged files


def rewritten(lab: Lab, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> None:
    """The backup with its members changed."""
    file = lab.open.folder.parent / "lab.backup"
    with tarfile.open(file) as packed:
        members = [(member, (packed.extractfile(member) or io.BytesIO()).read()) for member in packed.getmembers()]
    change(members)
    with tarfile.open(file, "w") as packed:
        for member, content in members:
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))


def _manifest(members: list[tuple[tarfile.TarInfo, bytes]], change: Callable[[dict[str, Any]], None]) -> None:
    listed = json.loads(members[0][1])
    change(listed)
    members[0] = (members[0][0], json.dumps(listed).encode())


def _named(name: str) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    """A further member, and one of the manifest of this name."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entry = {"name": name, "size": 3, "sha256": hashlib.sha256(b"bad").hexdigest()}
        _manifest(members, lambda listed: listed["entries"].append(entry))
        members.append((tarfile.TarInfo(name), b"bad"))

    return change


@pytest.mark.parametrize(
    "name",
    [
        "../escaped",
        "/escaped",
        "clips/../../escaped",
        "clips\\..\\escaped",
        "C:escaped",
        "corelab.db-journal",
        "exports/x",
        "clips/aa/x.dcm",
    ],
)
def test_names_that_no_backup_has_are_refused_and_nothing_is_written(lab: Lab, name: str) -> None:
    backed_up(lab)
    rewritten(lab, _named(name))
    with pytest.raises(NotABackupError):
        restored(lab)
    assert left_over(lab) == {"lab.backup"}


def _stranger(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append((tarfile.TarInfo("../escaped"), b"bad"))


def _link(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    member = members[-1][0]
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members[-1] = (member, b"")


def _missing(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    del members[-1]


def _twice(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append(members[-1])


def _longer(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[-1] = (members[-1][0], members[-1][1] + b"more")


def _changed(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    content = bytearray(members[1][1])
    content[len(content) // 2] ^= 1
    members[1] = (members[1][0], bytes(content))


def _consistent_but_other_head(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    _manifest(members, lambda listed: listed.update(head="0" * 64))


@pytest.mark.parametrize("change", [_stranger, _link, _missing, _twice, _longer, _changed, _consistent_but_other_head])
def test_a_backup_that_is_not_what_was_written_is_refused_and_nothing_is_left(
    lab: Lab, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]
) -> None:
    backed_up(lab)
    rewritten(lab, change)
    with pytest.raises(BackupDamagedError):
        restored(lab)
    assert left_over(lab) == {"lab.backup"}


def test_records_changed_with_their_digests_are_found_by_the_check_of_the_lab(lab: Lab) -> None:
    backed_up(lab)

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        place = lab.open.folder.parent / "changed.db"
        place.write_bytes(members[1][1])
        with closing(sqlite3.connect(place)) as connection:
            trigger = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'exam_no_update'").fetchone()[0]
            connection.execute("DROP TRIGGER exam_no_update")
            connection.execute("UPDATE exam SET visit = 'M6'")
            connection.execute(trigger)
            connection.commit()
        content = place.read_bytes()
        place.unlink()
        entry = {"name": "corelab.db", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        _manifest(members, lambda listed: listed["entries"].__setitem__(0, entry))
        members[1] = (members[1][0], content)

    rewritten(lab, change)
    with pytest.raises(BackupDamagedError) as refused:
        restored(lab)
    assert any("rows" in fault for fault in refused.value.faults)


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100, b"\0" * 10240])
def test_a_file_that_is_no_backup_is_refused(lab: Lab, content: bytes) -> None:
    (lab.open.folder.parent / "lab.backup").write_bytes(content)
    with pytest.raises(NotABackupError):
        restored(lab)


def test_a_backup_cut_short_is_refused(lab: Lab) -> None:
    done = backed_up(lab)
    whole = done.file.read_bytes()
    for length in (len(whole) // 2, len(whole) - 20_000):
        done.file.write_bytes(whole[:length])
        with pytest.raises((NotABackupError, BackupDamagedError)):
            restored(lab)
    assert left_over(lab) == {"lab.backup"}


def test_a_backup_by_another_person_after_the_folder_is_gone_is_the_lab(lab: Lab) -> None:
    """What backups are for."""
    lab.person("coordinator-3", Role.COORDINATOR)
    backed_up(lab)
    lab.open.close()
    shutil.rmtree(lab.open.folder)
    again = restored(lab, Login("coordinator-3", PASSWORD), "lab")
    assert verify_lab(again.folder).faults == ()


# ---------------------------------------------------------------- checkpoints from before and after


def verified(folder: Path, lab: Lab, checkpoint: Path) -> tuple[int, str]:
    """``corelab verify LAB --checkpoint FILE``."""
    done = CliRunner().invoke(
        cli,
        ["verify", str(folder), "--checkpoint", str(checkpoint)],
        env={"CORELAB_CONFIG": str(lab.open.configuration), "COLUMNS": "400"},
    )
    return done.exit_code, done.output


def test_p11_03_a_restored_lab_holds_the_checkpoints_from_before_its_backup_and_not_those_from_after(lab: Lab) -> None:
    folder = lab.open.folder.parent
    checkpoints.save(lab.open, lab.coordinator, PASSWORD, folder / "before.txt")
    backed_up(lab)
    again = restored(lab)
    code, told = verified(again.folder, lab, folder / "before.txt")
    assert (code, "1 signed checkpoints" in told) == (0, True), told
    for name in ("a", "b", "c", "d"):
        lab.add(f"auditor-{name}", {Role.AUDITOR})
    after = checkpoints.save(lab.open, lab.coordinator, PASSWORD, folder / "after.txt")
    code, told = verified(again.folder, lab, folder / "after.txt")
    assert code == 1
    assert f"the lab ends at event {again.seq + 1}: later events were cut off, or this is an older backup" in told
    assert again.seq + 1 < after.seq
    assert verified(lab.open.folder, lab, folder / "after.txt")[0] == 0


def test_p11_03_a_restored_lab_that_went_on_is_told_from_the_original_that_went_on(lab: Lab) -> None:
    folder = lab.open.folder.parent
    backed_up(lab)
    again = restored(lab)
    lab.add("auditor-a", {Role.AUDITOR})
    checkpoints.save(lab.open, lab.coordinator, PASSWORD, folder / "after.txt")
    with closing(labs.open_lab(again.folder, lab.clock, lab.open.configuration)) as opened:
        for _ in range(12):
            accounts.sign_out(opened, accounts.sign_in(opened, "coordinator", PASSWORD))
    code, told = verified(again.folder, lab, folder / "after.txt")
    assert code == 1
    assert "is another one: the chain was made anew, or this is a copy that went on by itself" in told
