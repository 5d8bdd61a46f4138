"""A lab whose released clips lie in an archive on a server: released, read, verified, backed up, and moved between archives."""

import http.client
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corelab.domain.archives import ArchiveAddressRefusedError, ArchiveAwayError, ArchiveFault, ClipsNotThereError, archive_address, is_old
from corelab.domain.clip import Clip, Timing, TimingSource
from corelab.domain.intake import ClipState
from corelab.domain.record_errors import NotPermittedError, PersonRefusedError
from corelab.domain.vocabulary import ClipId, Sha256
from corelab.imaging import dicomweb
from corelab.imaging.archive import FolderArchive
from corelab.imaging.frame_plan import FramePlan
from corelab.imaging.frames import FrameFile
from corelab.services import accounts, archive_changes, assignment, backup, intake, labs
from corelab.services.archive import archive_of
from corelab.services.clips import ClipMissingError, ClipShelf
from corelab.services.restoring import Login, restore
from corelab.services.verification import LabFaultyError, require_sound, verify_lab, verify_open
from corelab.storage import archives
from tests.builders import PASSWORD, Lab, a_lab
from tests.integration.test_replacements import a_clip, delivered, released
from tests.lab_commands import answered, run
from tests.servers import HOST, DicomWebServer, archive

WHY = "Ten workstations"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DicomWebServer]:
    """An archive of this test alone, which it may stop."""
    with archive() as made:
        monkeypatch.setenv(dicomweb.USER, made.user)
        monkeypatch.setenv(dicomweb.PASSWORD, made.password)
        yield made


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = a_lab(tmp_path)
    yield made
    made.open.close()


def in_the_archive(lab: Lab, server: DicomWebServer) -> None:
    archive_changes.choose(lab.open, lab.coordinator, server.url, WHY)


def a_released_clip(lab: Lab, tmp_path: Path, n: int = 1) -> Clip:
    clip = delivered(lab, a_clip(tmp_path / f"delivered-{n}", n, instance=n))
    released(lab, clip)
    return shown(lab, clip)


def dealt(lab: Lab) -> None:
    """The readers have the exam: on a server they see its clips only then."""
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    (exam,) = intake.exams(lab.open, lab.coordinator)
    intake.set_not_imaged(lab.open, lab.coordinator, exam.id, exam.completeness.missing, lab.open.charter.missing.ni[0].id)
    assignment.assign(lab.open, lab.coordinator)


def shown(lab: Lab, clip: ClipId) -> Clip:
    with lab.open.store.read() as snapshot:
        row = snapshot.one("clip", id=clip)
    assert row is not None
    timing = Timing(TimingSource.FRAME_TIME, (40.0,) * row["frames"])
    return Clip(Sha256(row["sha256"]), row["rows"], row["columns"], timing)


def deleted(server: DicomWebServer, instance: str) -> None:
    secret = b64encode(f"{server.user}:{server.password}".encode()).decode()
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    connection.request("DELETE", f"/instances/{instance}", headers={"Authorization": f"Basic {secret}"})
    assert connection.getresponse().status == http.HTTPStatus.OK
    connection.close()


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


# ---------------------------------------------------------------- released and read


def test_a_clip_is_released_into_the_archive_and_read_from_it(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    assert len(server.instances()) == 1
    dealt(lab)
    assert files(lab.open.clips) == []
    kept = archive_of(lab.open, lab.reader_1.account)
    shelf = ClipShelf(lab.open, lab.reader_1)
    frames = [shelf.open(clip).frame(n).pixels.tobytes() for n in range(clip.frames)]
    shelf.wipe()
    with FrameFile.open(kept.fetch(clip.sha256)) as file:
        assert file.digest() == clip.sha256
        assert frames == [file.decode(n).tobytes() for n in range(clip.frames)]
    assert verify_open(lab.open).faults == ()
    assert verify_open(lab.open).checked["clips"] == 1


def test_the_frames_are_recorded_in_the_event_of_the_release(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    with lab.open.store.read() as snapshot:
        (row,) = snapshot.all("clip_frames")
        (event,) = snapshot.events(kind="clip.released")
    assert row["event_seq"] == event["seq"]
    plan = FramePlan.unpacked(row["size"], row["rest"], row["frames"])
    place = archive_of(lab.open).fetch(clip.sha256)
    assert plan == FramePlan.of(place)
    assert len(plan.frames) == clip.frames


def test_a_lab_with_a_folder_records_no_frames(lab: Lab, tmp_path: Path) -> None:
    a_released_clip(lab, tmp_path)
    with lab.open.store.read() as snapshot:
        assert snapshot.all("clip_frames") == ()


def test_the_first_frame_is_shown_before_the_file_is_here_and_the_rest_follows(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    dealt(lab)
    shelf = ClipShelf(lab.open, lab.reader_1)
    place = archive_of(lab.open).path(clip.sha256)
    opened = shelf.open(clip)
    first = opened.frame(0).pixels.tobytes()
    assert not place.exists()
    assert shelf.bringing(clip, lambda: False)() is True
    assert place.exists()
    server.stop()
    last = opened.frame(clip.frames - 1).pixels.tobytes()
    shelf.wipe()
    with FrameFile.open(place) as file:
        assert (first, last) == (file.decode(0).tobytes(), file.decode(clip.frames - 1).tobytes())


def test_work_goes_on_with_what_was_brought_while_the_archive_is_away(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    here, there = (a_released_clip(lab, tmp_path, n) for n in (1, 2))
    dealt(lab)
    shelf = ClipShelf(lab.open, lab.reader_1)
    assert shelf.bringing(here, lambda: False)() is True
    assert shelf.bringing(here, lambda: False)() is False
    server.stop()
    assert shelf.open(here).frame(0).index == 0
    with pytest.raises(ArchiveAwayError):
        shelf.open(there)
    server.start()
    assert shelf.open(there).frame(0).index == 0
    shelf.wipe()


def test_a_clip_that_the_archive_lost_is_told_as_missing(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    dealt(lab)
    deleted(server, server.instances()[0])
    with pytest.raises(ClipMissingError) as told:
        ClipShelf(lab.open, lab.reader_1).open(clip)
    assert not told.value.changed


def test_who_left_the_exam_stops_what_comes_and_who_may_not_look_brings_nothing(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    dealt(lab)
    shelf = ClipShelf(lab.open, lab.reader_1)
    bring = shelf.bringing(clip, lambda: False)
    shelf.wipe()
    assert bring() is False
    with pytest.raises(NotPermittedError):
        ClipShelf(lab.open, lab.coordinator).bringing(clip, lambda: False)()
    assert not archive_of(lab.open).path(clip.sha256).exists()


def test_a_release_waits_while_the_archive_is_away_and_nothing_is_lost(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = delivered(lab, a_clip(tmp_path / "delivered", 1))
    server.stop()
    with pytest.raises(ArchiveAwayError):
        released(lab, clip)
    with lab.open.store.read() as snapshot:
        assert snapshot.all("clip") == ()
    (waiting,) = intake.waiting(lab.open, lab.coordinator)
    assert waiting.state is ClipState.PASSED
    server.start()
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert len(server.instances()) == 1
    assert verify_open(lab.open).faults == ()


# ---------------------------------------------------------------- verified


def test_verifying_reads_every_clip_from_the_archive_and_not_from_the_cache(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clips = [a_released_clip(lab, tmp_path, n) for n in (1, 2)]
    for clip in clips:
        archive_of(lab.open).fetch(clip.sha256)
    deleted(server, server.instances()[0])
    (fault,) = verify_open(lab.open).faults
    assert fault.what == "clip: the archive has it not"
    with pytest.raises(LabFaultyError):
        require_sound(lab.open)


def test_an_archive_that_is_away_is_no_fault_of_the_lab(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    a_released_clip(lab, tmp_path)
    server.stop()
    with pytest.raises(ArchiveAwayError):
        require_sound(lab.open)
    assert lab.open.store.writable
    server.start()
    require_sound(lab.open)


def test_a_withdrawn_clip_stays_in_the_archive_and_is_verified(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    with lab.open.store.read() as snapshot:
        row = snapshot.one("clip", sha256=clip.sha256)
    assert row is not None
    later = delivered(lab, a_clip(tmp_path / "later", 2, instance=2), replaces=row["id"])
    released(lab, later)
    with lab.open.store.read() as snapshot:
        assert [each["clip_id"] for each in snapshot.all("clip_withdrawal")] == [row["id"]]
    assert len(server.instances()) == 2
    assert verify_open(lab.open).checked["clips"] == 2
    assert verify_open(lab.open).faults == ()


# ---------------------------------------------------------------- from one archive to another


def test_clips_go_from_the_folder_into_the_archive_and_back(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    clips = [a_released_clip(lab, tmp_path, n) for n in (1, 2)]
    dealt(lab)
    with pytest.raises(ClipsNotThereError) as lacking:
        in_the_archive(lab, server)
    assert (lacking.value.missing, lacking.value.altered, lacking.value.of) == (2, 0, 2)
    done = archive_changes.copy(lab.open, lab.administrator, server.url)
    assert (done.clips, done.framed, len(server.instances())) == (2, 2, 2)
    with lab.open.store.read() as snapshot:
        assert archives.address_in(snapshot) == ""
    archive_changes.choose(lab.open, lab.administrator, f"{server.url}/", WHY)
    for each in files(lab.open.clips):
        each.unlink()
    assert verify_open(lab.open).faults == ()
    shelf = ClipShelf(lab.open, lab.reader_1)
    for clip in clips:
        assert np.frombuffer(shelf.open(clip).frame(1).pixels, np.uint8).any()
    shelf.wipe()
    with pytest.raises(ClipsNotThereError):
        archive_changes.choose(lab.open, lab.coordinator, archive_changes.FOLDER, WHY)
    assert archive_changes.copy(lab.open, lab.coordinator, archive_changes.FOLDER).clips == 2
    archive_changes.choose(lab.open, lab.coordinator, archive_changes.FOLDER, WHY)
    server.stop()
    assert verify_open(lab.open).faults == ()
    assert {each.stem for each in files(lab.open.clips)} == {clip.sha256 for clip in clips}


def test_copying_again_brings_what_is_missing_and_nothing_twice(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    a_released_clip(lab, tmp_path, 1)
    archive_changes.copy(lab.open, lab.coordinator, server.url)
    a_released_clip(lab, tmp_path, 2)
    again = archive_changes.copy(lab.open, lab.coordinator, server.url)
    assert (again.clips, again.framed, len(server.instances())) == (2, 1, 2)


def test_an_archive_with_another_object_in_place_of_a_clip_is_not_chosen(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    clip = a_released_clip(lab, tmp_path)
    place = FolderArchive(lab.open.clips).path(clip.sha256)
    other = tmp_path / "other.dcm"
    other.write_bytes(place.read_bytes()[:-1] + b"\x07")
    dicomweb.DicomwebServer(archive_address(server.url)).store(other)
    with pytest.raises(ClipsNotThereError) as told:
        in_the_archive(lab, server)
    assert (told.value.missing, told.value.altered) == (0, 1)


def test_a_change_names_both_archives_and_its_reason(lab: Lab, server: DicomWebServer) -> None:
    with pytest.raises(PersonRefusedError):
        archive_changes.choose(lab.open, lab.coordinator, server.url, " ")
    in_the_archive(lab, server)
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="archive.changed")
        said = snapshot.opening_of(event["seq"])
    assert said == {"from": "folder", "to": server.url, "clips": 0, "reason_text": WHY}


# ---------------------------------------------------------------- backed up


def test_a_backup_holds_the_clips_and_a_restored_lab_reads_them_from_its_folder(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    clip = a_released_clip(lab, tmp_path)
    assert lab.reader_1.account
    done = backup.back_up(lab.open, lab.coordinator, tmp_path / "lab.backup")
    assert done.clips == 1
    server.stop()
    again = restore(done.file, tmp_path / "again", Login("coordinator", PASSWORD), clock=lab.clock, configuration=lab.open.configuration)
    assert verify_lab(again.folder).faults == ()
    opened = labs.open_lab(again.folder, lab.clock, lab.open.configuration)
    session = accounts.sign_in(opened, "reader-1", PASSWORD)
    assert ClipShelf(opened, session).open(clip).frame(0).index == 0
    with opened.store.read() as snapshot:
        assert archives.address_in(snapshot) == ""
    opened.close()


# ---------------------------------------------------------------- by command


@pytest.mark.of_the_file
def test_the_commands_show_fill_choose_and_check(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    a_released_clip(lab, tmp_path)
    assert answered(lab, "archive", "show")["archive"] == "folder"
    assert answered(lab, "archive", "copy", server.url, user="administrator")["clips"] == 1
    assert answered(lab, "archive", "set", server.url, "--reason", WHY) == {"archive": server.url, "clips": 1}
    told = answered(lab, "archive", "show")
    assert (told["archive"], told["clips"], told["clips_by_frames"], told["answers"]) == (server.url, 1, 1, True)
    assert told["orthanc"]
    assert not told["orthanc_old"], "on this machine, an old one is for tests"
    assert answered(lab, "archive", "check") == {"ok": True, "clips": 1, "missing": [], "altered": []}
    assert answered(lab, "archive", "keep", "3")["cache_limit_bytes"] == 3 << 30
    deleted(server, server.instances()[0])
    lost = run(lab, "archive", "check")
    assert (lost.exit_code, "1 of 1 clips are not there" in lost.stdout) == (1, True)


def test_a_reader_does_nothing_with_the_archive(lab: Lab, server: DicomWebServer) -> None:
    assert lab.reader_1.account
    for command in (("show",), ("check",), ("copy", server.url), ("set", server.url, "--reason", WHY)):
        refused = run(lab, "archive", *command, user="reader-1")
        assert refused.exit_code == 1
        assert server.url not in refused.stderr


def test_the_login_of_a_workstation_is_in_no_record_and_no_file(lab: Lab, server: DicomWebServer, tmp_path: Path) -> None:
    in_the_archive(lab, server)
    a_released_clip(lab, tmp_path)
    for each in files(tmp_path):
        assert server.password.encode() not in each.read_bytes(), each


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("https://user:secret@archive.example/dicom-web", ArchiveFault.SECRET),
        ("http://archive.example/dicom-web", ArchiveFault.PLAIN),
        ("ftp://archive.example", ArchiveFault.SCHEME),
        ("archive.example/dicom-web", ArchiveFault.SCHEME),
        ("https:///dicom-web", ArchiveFault.HOST),
        ("https://archive.example:99999/", ArchiveFault.PORT),
        ("https://archive.example/dicom-web?token=secret", ArchiveFault.SIGNS),
        ("https://archive.example/dicom web", ArchiveFault.SIGNS),
        (f"https://archive.example/{'x' * 300}", ArchiveFault.SIGNS),
    ],
)
def test_an_address_without_encryption_or_with_a_secret_is_refused(text: str, fault: ArchiveFault) -> None:
    with pytest.raises(ArchiveAddressRefusedError) as refused:
        archive_address(text)
    assert refused.value.what is fault
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["http://127.0.0.1:8042/dicom-web/", "http://localhost/dicom-web", "http://[::1]:8042/dicom-web"])
def test_on_this_very_machine_nothing_needs_encryption(text: str) -> None:
    assert archive_address(text).loopback
    assert archive_address(text).url == text.rstrip("/")


def test_an_old_orthanc_is_told() -> None:
    versions = ("1.12.10", "1.10.1", "1.12.11", "1.13.0", "mainline")
    assert [each for each in versions if is_old(each)] == ["1.12.10", "1.10.1"]
