"""Deliveries: files, folders and archives in; duplicates, odd archives, cancelling and trying without a trace."""

import errno
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import IO, Any, cast

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from corelab.domain.accounts import Role
from corelab.domain.attributes import Attributes
from corelab.domain.clip_findings import Finding
from corelab.domain.intake import IntakeRefusedError, Outcome, Refusal
from corelab.domain.queries import QueryKind
from corelab.domain.record_errors import DiskFullError
from corelab.domain.vocabulary import ExamState, Side
from corelab.imaging import child
from corelab.imaging.deid.candidate import Prepared
from corelab.services import intake, queries
from corelab.services.intake import IntakeReport, archives, copying, receiving
from corelab.services.quarantine import Place
from corelab.services.verification import verify_lab
from corelab.storage import registry
from tests.builders import Lab, a_lab
from tests.dicom_builders import TOKEN, a_file, speckle


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / f"from {TOKEN} \u00fc"
    folder.mkdir()
    return folder


def a_clip(path: Path, seed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return a_file(path, pixels=speckle(seed=seed))


def taken(lab: Lab, *sources: Path, **more: object) -> IntakeReport:
    return intake.take_in(lab.open, lab.coordinator, sources, subject="S-1", visit="D10", **more)  # type: ignore[arg-type]


def outcomes(report: IntakeReport) -> list[tuple[str, str | None]]:
    return [(one.outcome.value, one.code) for one in report.objects]


def test_p11_71_folders_are_taken_in_deep_and_links_are_not_followed(lab: Lab, site: Path, tmp_path: Path) -> None:
    a_clip(site / "a" / "b" / "1.dcm", 1)
    a_clip(site / "2", 2)
    (site / "notes.txt").write_text(TOKEN)
    outside = a_clip(tmp_path / "outside", 3)
    (site / "link").symlink_to(outside)
    (site / "around").symlink_to(site, target_is_directory=True)
    assert sorted(outcomes(taken(lab, site))) == [("checked", None), ("checked", None), ("rejected", "NOT_DICOM")]


def test_the_report_never_names_a_source(lab: Lab, site: Path) -> None:
    a_clip(site / f"{TOKEN}.dcm")
    report = taken(lab, site, side=Side.LEFT)
    text = report.json_text()
    assert TOKEN not in text
    assert TOKEN not in report.in_words()
    document = report.to_json()
    assert set(document) == {"version", "lab", "delivery", "objects", "transmittal", "queries", "counts"}
    assert set(document["objects"][0]) == {"n", "sha256", "outcome", "code", "message", "clip", "segment", "side", "faults"}
    assert document["counts"]["checked"] == 1


def test_the_same_bytes_are_one_clip(lab: Lab, site: Path) -> None:
    a_clip(site / "1")
    a_clip(site / "2")
    assert outcomes(taken(lab, site)) == [("checked", None), ("duplicate", "DUPLICATE")]
    assert outcomes(taken(lab, site / "1")) == [("duplicate", "DUPLICATE")]
    assert len(intake.waiting(lab.open, lab.coordinator)) == 1


def test_a_file_of_another_exam_is_a_doubt_and_makes_no_exam(lab: Lab, site: Path) -> None:
    (first,) = taken(lab, a_clip(site / "1")).objects
    for dry_run in (True, False):
        report = intake.take_in(lab.open, lab.coordinator, [site], subject="S-2", visit="D10", dry_run=dry_run)
        (again,) = report.objects
        assert (again.outcome, again.clip, again.doubtful) == (Outcome.DUPLICATE, first.clip, True)
        assert "another exam" in again.message
    assert [exam.subject for exam in intake.exams(lab.open, lab.coordinator)] == ["S-1"]
    (same,) = taken(lab, site).objects
    assert (same.clip, same.doubtful) == (None, False)


def test_an_exam_begins_with_the_first_object_that_enters_it(lab: Lab, site: Path) -> None:
    (site / "1").write_bytes(b"no picture")
    taken(lab, site, side=Side.LEFT)
    assert intake.exams(lab.open, lab.coordinator) == ()
    a_clip(site / "2", 2)
    assert outcomes(taken(lab, site, side=Side.LEFT)) == [("rejected", "NOT_DICOM"), ("checked", None)]
    taken(lab, a_clip(site / "3", 3))
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert (exam.completeness.waiting, exam.attributes) == (2, Attributes({"STUDY_LIMB": "left"}))
    assert sorted(dcmread(path).InstanceNumber for path in lab.open.quarantine.rglob("*.dcm")) == [2, 3]
    assert verify_lab(lab.open.folder).faults == ()


def test_a_rejected_file_may_come_again(lab: Lab, site: Path) -> None:
    (site / "1").write_bytes(b"no picture")
    assert outcomes(taken(lab, site)) == outcomes(taken(lab, site)) == [("rejected", "NOT_DICOM")]


def an_archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return path


def test_archives_are_read_member_by_member(lab: Lab, site: Path, tmp_path: Path) -> None:
    content = {f"{TOKEN}/{n}": a_clip(tmp_path / str(n), n).read_bytes() for n in (1, 2)}
    an_archive(site / "delivery.zip", **content, **{"read me": b"text"})
    assert outcomes(taken(lab, site)) == [("checked", None), ("checked", None), ("rejected", "NOT_DICOM")]


@pytest.mark.parametrize(
    "name", ["", "../escape", "/absolute", "a/../../b", "c:\\x", "..\\up", "CON", "a/nul.dcm", "/dev/null", "a/lpt1 .1"]
)
def test_p11_71_members_that_try_to_leave_are_refused(name: str, lab: Lab, site: Path, tmp_path: Path) -> None:
    an_archive(site / "delivery.zip", **{name: a_clip(tmp_path / "1").read_bytes()})
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")]
    assert not list(tmp_path.rglob("escape"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_p11_71_members_that_are_no_files_are_refused(kind: int, lab: Lab, site: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(site / "delivery.zip", "w") as archive:
        member = zipfile.ZipInfo("1.dcm")
        member.external_attr = (kind | 0o666) << 16
        archive.writestr(member, a_clip(tmp_path / "1").read_bytes())
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")]


def test_p11_71_an_archive_of_too_many_members_is_never_listed(lab: Lab, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its directory is counted in its bytes: a million entries would fill the memory before anybody could count them."""
    monkeypatch.setattr(archives, "MEMBER_LIMIT", 3)
    an_archive(site / "three.zip", a=b"x", b=b"x", c=b"x")
    assert len(taken(lab, site / "three.zip", dry_run=True).objects) == 3
    monkeypatch.setattr("corelab.services.intake.archives.zipfile.ZipFile", None)
    an_archive_of_four = (site / "three.zip").read_bytes()
    at = an_archive_of_four.index(b"PK\x01\x02")
    entry = an_archive_of_four[at : at + 47]
    end = an_archive_of_four.index(b"PK\x05\x06")
    grown = bytearray(an_archive_of_four[:at] + entry + an_archive_of_four[at:])
    struct.pack_into("<I", grown, end + 47 + 12, end - at + 47)
    (site / "three.zip").write_bytes(grown)
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")]


def test_p11_71_members_that_share_their_bytes_are_refused(lab: Lab, site: Path, tmp_path: Path) -> None:
    path = an_archive(site / "delivery.zip", a=a_clip(tmp_path / "1").read_bytes(), b=b"x")
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 42, 10)
    path.write_bytes(data)
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")] * 2


def test_p11_71_of_members_of_one_name_only_the_first_counts(lab: Lab, site: Path, tmp_path: Path) -> None:
    content = {name: a_clip(tmp_path / str(n), n).read_bytes() for n, name in enumerate(("a/1.dcm", "A/1.DCM"))}
    an_archive(site / "delivery.zip", **content)
    assert outcomes(taken(lab, site)) == [("checked", None), ("rejected", "ARCHIVE_MEMBER")]


def test_p11_71_nested_linked_and_encrypted_members_are_refused(lab: Lab, site: Path, tmp_path: Path) -> None:
    inner = an_archive(tmp_path / "inner.zip", x=b"y")
    path = site / "delivery.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nested.dcm", inner.read_bytes())
        archive.writestr("packed", b"x" * 999, zipfile.ZIP_LZMA)
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("secret", b"x")
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rindex(signature)
        struct.pack_into("<H", data, at + flags, 1)
    path.write_bytes(data)
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")] * 4


def test_p11_71_a_member_that_swells_is_stopped(lab: Lab, site: Path) -> None:
    an_archive(site / "bomb.zip", bomb=b"\0" * (64 << 20))
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")]
    assert sum(path.stat().st_size for path in lab.open.quarantine.rglob("*")) < 1 << 20


def test_a_damaged_archive_is_one_rejected_object(lab: Lab, site: Path) -> None:
    path = an_archive(site / "delivery.zip", x=b"y" * 1000)
    data = bytearray(path.read_bytes())
    data[33] ^= 0xFF
    path.write_bytes(data)
    assert outcomes(taken(lab, site)) == [("rejected", "ARCHIVE_MEMBER")]


def test_two_patients_in_one_study_are_held(lab: Lab, site: Path) -> None:
    a_clip(site / "1", 1)
    a_file(site / "2", lambda made: setattr(made, "PatientID", "99999999"), pixels=speckle(seed=2))
    report = taken(lab, site)
    assert outcomes(report) == [("checked", None), ("held", "IDENTITY_MISMATCH")]
    assert report.objects[1].clip is not None
    with pytest.raises(IntakeRefusedError):
        intake.set_mask(lab.open, lab.coordinator, report.objects[1].clip, [(0, 0, 9, 9)])
    cleared = intake.accept_damage(lab.open, lab.coordinator, report.objects[1].clip, "the site corrected the number")
    assert cleared.state is intake.ClipState.CHECKED


def another_patient(made: Dataset) -> None:
    made.PatientID = "99999999"


def numbered(n: int) -> Callable[[Dataset], None]:
    return lambda made: setattr(made, "SOPInstanceUID", f"1.2.3.{n}")


def another_study(made: Dataset) -> None:
    made.PatientID, made.StudyInstanceUID = "99999999", "1.2.3.71300456.9"


def test_numbers_of_two_studies_are_not_compared(lab: Lab, site: Path) -> None:
    """Sites that take names off before they send often number every study anew."""
    taken(lab, a_clip(site / "1", 1))
    assert outcomes(taken(lab, a_file(site / "2", another_study, pixels=speckle(seed=2)))) == [("checked", None)]


def test_another_patient_of_another_study_is_asked_about_once(lab: Lab, site: Path) -> None:
    """Nothing is held: the number may be the site's, given anew to each study."""
    a_clip(site / "1", 1)
    for n in (2, 3):
        a_file(site / str(n), another_study, numbered(n), pixels=speckle(seed=n))
    report = taken(lab, site)
    assert {one.outcome for one in report.objects} == {Outcome.CHECKED}
    assert [(query.kind, query.object) for query in report.queries if query.kind == "identity mismatch"] == [("identity mismatch", 2)]
    assert all(Finding.PATIENTS_DIFFER in clip.checks for clip in intake.waiting(lab.open, lab.coordinator))
    stored = b"".join(path.read_bytes() for path in lab.open.folder.glob("lab.db*"))
    assert b"99999999" not in stored
    (asked,) = [one for one in queries.queries(lab.open, lab.coordinator) if one.kind is QueryKind.IDENTITY_MISMATCH]
    queries.cancel(lab.open, lab.coordinator, asked.id, "the site gives each study a number of its own")
    assert not any(Finding.PATIENTS_DIFFER in clip.checks for clip in intake.waiting(lab.open, lab.coordinator))
    later = taken(lab, a_file(site / "4", another_study, numbered(4), pixels=speckle(seed=4)))
    assert not later.queries


@pytest.mark.parametrize(
    ("change", "asked"),
    [({"PatientName": f"{TOKEN.lower()} Anna^"}, False), ({"PatientID": ""}, False), ({"PatientName": "OTHER^ANNA"}, True)],
)
def test_only_another_number_or_name_is_another_patient(lab: Lab, site: Path, change: dict[str, str], *, asked: bool) -> None:
    def of_another_study(made: Dataset) -> None:
        made.StudyInstanceUID, made.SOPInstanceUID = "1.2.3.71300456.9", "1.2.3.2"
        for name, value in change.items():
            setattr(made, name, value)

    taken(lab, a_clip(site / "1", 1))
    report = taken(lab, a_file(site / "2", of_another_study, pixels=speckle(seed=2)))
    assert outcomes(report) == [("checked", None)]
    assert any(query.kind == "identity mismatch" for query in report.queries) is asked


def test_a_later_delivery_of_another_patient_is_held(lab: Lab, site: Path) -> None:
    first = a_clip(site / "1", 1)
    later = a_file(site / "2", another_patient, pixels=speckle(seed=2))
    assert outcomes(taken(lab, first)) == [("checked", None)]
    assert outcomes(taken(lab, later, dry_run=True)) == [("held", "IDENTITY_MISMATCH")]
    assert outcomes(taken(lab, later)) == [("held", "IDENTITY_MISMATCH")]
    assert outcomes(taken(lab, a_clip(site / "3", 3))) == [("checked", None)]


def test_a_released_clip_still_says_whose_exam_it_is(lab: Lab, site: Path) -> None:
    (first,) = taken(lab, a_clip(site / "1", 1)).objects
    assert first.clip is not None
    intake.pass_pixels(lab.open, lab.coordinator, [first.clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [first.clip], attended=False)
    later = a_file(site / "2", another_patient, pixels=speckle(seed=2))
    assert outcomes(taken(lab, later)) == [("held", "IDENTITY_MISMATCH")]


def test_once_cleared_up_the_other_number_is_known(lab: Lab, site: Path) -> None:
    taken(lab, a_clip(site / "1", 1))
    (later,) = taken(lab, a_file(site / "2", another_patient, pixels=speckle(seed=2))).objects
    assert later.clip is not None
    intake.accept_damage(lab.open, lab.coordinator, later.clip, "the site corrected the number")
    assert outcomes(taken(lab, a_file(site / "3", another_patient, pixels=speckle(seed=3)))) == [("checked", None)]


def test_a_clip_sent_back_says_nothing_about_the_patient(lab: Lab, site: Path) -> None:
    (first,) = taken(lab, a_file(site / "1", another_patient, pixels=speckle(seed=1))).objects
    assert first.clip is not None
    intake.reject_pixels(lab.open, lab.coordinator, first.clip, "another patient's clip")
    assert outcomes(taken(lab, a_clip(site / "2", 2))) == [("checked", None)]


def test_where_the_patient_cannot_be_looked_up_a_person_decides(lab: Lab, site: Path) -> None:
    """As in a lab that was restored without its quarantine."""
    taken(lab, a_clip(site / "1", 1))
    for sealed in lab.open.quarantine.rglob("*.tokens"):
        sealed.unlink()
    (later,) = taken(lab, a_clip(site / "2", 2)).objects
    assert (later.outcome, later.code) == (Outcome.HELD, "IDENTITY_MISMATCH")
    assert "cannot be looked up" in later.message


def test_clip_files_that_no_record_names_are_set_aside_and_kept(lab: Lab, site: Path) -> None:
    stray = lab.open.clips / "ab" / f"{TOKEN}.dcm"
    stray.parent.mkdir()
    stray.write_bytes(b"newer than the records")
    taken(lab, a_clip(site / "1", 1), dry_run=True)
    assert stray.exists()
    taken(lab, site)
    assert not stray.exists()
    (kept,) = (lab.open.quarantine / "strays").iterdir()
    assert kept.read_bytes() == b"newer than the records"
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="clips.tidied")
        assert snapshot.opening_of(event["seq"]) == {"set_aside": [kept.stem]}
    assert TOKEN not in kept.name


def test_trying_leaves_no_trace(lab: Lab, site: Path) -> None:
    a_clip(site / "1")
    (site / "2").write_bytes(b"no picture")
    assert lab.coordinator.account
    with lab.open.store.read() as snapshot:
        before = len(snapshot.events())
    report = taken(lab, site, dry_run=True)
    assert outcomes(report) == [("checked", None), ("rejected", "NOT_DICOM")]
    assert report.delivery is None
    assert all(one.clip is None for one in report.objects)
    with lab.open.store.read() as snapshot:
        assert [event["kind"] for event in snapshot.events()[before:]] == []
        assert not snapshot.all("subject")
    assert list(lab.open.quarantine.iterdir()) == []


def test_a_cancelled_delivery_keeps_what_was_finished_and_goes_on_later(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / str(n), n)
    seen: list[int] = []
    report = taken(lab, site, progress=lambda done, _total, _words: seen.append(done), cancelled=lambda: len(seen) >= 3)
    assert report.cancelled
    assert outcomes(report) == [("checked", None)] * 2
    again = taken(lab, site)
    assert outcomes(again) == [("duplicate", "DUPLICATE")] * 2 + [("checked", None)]
    assert again.counts["resumed"] == 2
    assert taken(lab, site).counts["resumed"] == 0
    assert not again.cancelled


def test_a_crash_in_the_middle_harms_nothing(lab: Lab, site: Path) -> None:
    for n in (1, 2):
        a_clip(site / str(n), n)

    def crash(done: int, _total: int, _words: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taken(lab, site, progress=crash)
    assert len(intake.waiting(lab.open, lab.coordinator)) == 1
    assert outcomes(taken(lab, site)) == [("duplicate", "DUPLICATE"), ("checked", None)]


def test_what_a_record_counts_on_is_on_the_disk_before_it(lab: Lab, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a power cut the same bytes would be a duplicate of a file that is gone."""
    a_clip(site / "1")
    flushed, flush, keep = set[int](), os.fsync, Place.keep_candidate

    def recorded(place: Place, draft: Path, sha256: str) -> None:
        keep(place, draft, sha256)
        needed = [place.source, place.tokens, place.candidate(sha256), place.folder, place.folder.parent]
        assert {path.stat().st_ino for path in needed} <= flushed

    def fsync(handle: int) -> None:
        flushed.add(os.fstat(handle).st_ino)
        flush(handle)

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr(Place, "keep_candidate", recorded)
    assert outcomes(taken(lab, site)) == [("checked", None)]


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """While the first object is prepared, before it is recorded."""

    def prepared(*given: Any, **how: Any) -> Prepared:
        monkeypatch.setattr(receiving, "prepare", child.prepared)
        found = child.prepared(*given, **how)
        happens()
        return found

    monkeypatch.setattr(receiving, "prepare", prepared)


@pytest.mark.parametrize("visit", ["D10", "BL"])
def test_the_same_file_in_two_windows_is_one_clip(visit: str, lab: Lab, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_clip(site / "1")
    other = list[IntakeReport]()
    meanwhile(monkeypatch, lambda: other.append(intake.take_in(lab.open, lab.coordinator_2, [file], subject="S-1", visit=visit)))
    report = taken(lab, file)
    assert [outcomes(each) for each in (*other, report)] == [[("checked", None)], [("duplicate", "DUPLICATE")]]
    assert [clip.visit for clip in intake.waiting(lab.open, lab.coordinator)] == [visit]
    assert report.delivery is not None
    assert list((lab.open.quarantine / report.delivery).iterdir()) == []
    assert len(report.queries) == (visit != "D10")


def test_an_exam_that_readers_were_given_meanwhile_takes_nothing_in(lab: Lab, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(lab, a_clip(site / "1"))

    def given() -> None:
        with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
            exam = transaction.all("exam")[0]["id"]
            row = registry.status_row(transaction, exam, ExamState.ASSIGNED, {})
            transaction.record("exam.ready", "exam", exam, rows=[row])

    meanwhile(monkeypatch, given)
    report = taken(lab, a_clip(site / "2", 2), a_clip(site / "3", 3))
    assert (outcomes(report), report.cancelled) == ([], False)
    assert "Readers were given the exam meanwhile" in report.in_words()
    assert len(intake.waiting(lab.open, lab.coordinator)) == 1
    assert report.delivery is not None
    assert list((lab.open.quarantine / report.delivery).iterdir()) == []


class _Full(FileIO):
    """A file on a disk with room for its first bytes only."""

    def write(self, data: Any, /) -> int:
        super().write(bytes(data)[:100])
        raise OSError(errno.ENOSPC, "No space left on device")


def full_at_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    made = copying._created

    def created(target: Path) -> IO[bytes]:
        return made(target) if target.name == "1.bin" else cast("IO[bytes]", _Full(target, "xb"))

    monkeypatch.setattr(copying, "_created", created)


def full_at_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Place.keep_candidate

    def kept(place: Place, draft: Path, sha256: str) -> None:
        keep(place, draft, sha256)
        if place.n == 2:
            raise DiskFullError(place.folder)

    monkeypatch.setattr(Place, "keep_candidate", kept)


@pytest.mark.parametrize("full", [full_at_the_copy, full_at_the_record])
def test_a_full_disk_keeps_what_was_finished_and_says_how_much(
    full: Callable[[pytest.MonkeyPatch], None], lab: Lab, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2, 3):
        a_clip(site / str(n), n)
    with monkeypatch.context() as patched:
        full(patched)
        report = taken(lab, site)
    assert outcomes(report) == [("checked", None)]
    assert not report.cancelled
    assert "The disk is full" in report.in_words()
    assert "Stopped at object 2; 1 kept" in report.in_words()
    assert report.to_json()["stopped"]
    assert sorted(path.name.partition(".")[0] for path in lab.open.quarantine.rglob("*.*")) == ["1", "1", "1"]
    assert outcomes(taken(lab, site)) == [("duplicate", "DUPLICATE"), ("checked", None), ("checked", None)]


def test_a_file_that_goes_away_is_one_rejected_object(lab: Lab, site: Path) -> None:
    for n in (1, 2, 3):
        a_clip(site / str(n), n)
    report = taken(lab, site, progress=lambda done, _total, _words: (site / "2").unlink() if done == 1 else None)
    assert outcomes(report) == [("checked", None), ("rejected", "SOURCE_GONE"), ("checked", None)]


def test_a_file_that_goes_away_while_its_folder_is_walked_is_one_too(lab: Lab, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_clip(site / "1")
    monkeypatch.setattr("corelab.services.intake.sources.os.walk", lambda folder, **_: [(str(folder), [], ["1", "2"])])
    assert outcomes(taken(lab, site)) == [("checked", None), ("rejected", "SOURCE_GONE")]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"subject": "no spaces"}, Refusal.SUBJECT),
        ({"subject": ""}, Refusal.SUBJECT),
        ({"visit": "D99"}, Refusal.VISIT),
        ({"side": Side.UNPAIRED}, Refusal.SIDE),
    ],
)
def test_names_that_the_trial_does_not_know_are_refused_before_anything_happens(
    change: dict[str, object], refusal: Refusal, lab: Lab, site: Path
) -> None:
    a_clip(site / "1")
    named: dict[str, object] = {"subject": "S-1", "visit": "D10", "side": None, **change}
    with pytest.raises(IntakeRefusedError) as error:
        intake.take_in(lab.open, lab.coordinator, [site], **named)  # type: ignore[arg-type]
    assert error.value.refusal is refusal
    assert list(lab.open.quarantine.iterdir()) == []


def test_no_file_no_delivery(lab: Lab, site: Path) -> None:
    for source in (site, site / "absent"):
        with pytest.raises(IntakeRefusedError) as error:
            taken(lab, source)
        assert error.value.refusal is Refusal.SOURCE


def test_clips_of_one_exam_are_numbered_and_carry_its_pseudonym(lab: Lab, site: Path) -> None:
    for n in (1, 2):
        a_clip(site / str(n), n)
    report = taken(lab, site)
    assert all(one.outcome is Outcome.CHECKED for one in report.objects)
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert len(exam.code) == 8
    assert "S-1" not in exam.code
    candidates = sorted(lab.open.quarantine.rglob("*.dcm"))
    assert all(exam.code.encode() in path.read_bytes() for path in candidates)
    assert not any(b"S-1" in path.read_bytes() for path in candidates)
