"""Two people look before a reader may: masks, the two-person rule, rejection, and what each step leaves behind."""

from pathlib import Path

import pydicom
import pytest

from corelab.domain.accounts import Role
from corelab.domain.intake import ClipState, IntakeRefusedError, Refusal
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.vocabulary import ClipId, ExamState, LabKind, SegmentId, Side
from corelab.imaging.deid.candidate import Prepared, prepare
from corelab.services import intake
from corelab.services.quarantine import Place
from corelab.services.verification import verify_lab
from corelab.storage import people, registry
from corelab.storage.store import NewRow
from tests.builders import Lab, a_lab
from tests.dicom_builders import NUMBER, TOKEN, a_file, a_jpeg_file, speckle

NI = "NOT_SCANNED"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def trial(tmp_path: Path) -> Lab:
    return a_lab(tmp_path, kind=LabKind.TRIAL)


def received(lab: Lab, tmp_path: Path, *, held: bool = False, seed: int = 1, subject: str = "S-1") -> ClipId:
    source = a_file(tmp_path / f"source-{seed}", pixels=speckle(seed=seed), regions=[] if held else None)
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject=subject, visit="D10", side=Side.LEFT).objects
    assert one.clip is not None
    return one.clip


def state(lab: Lab, clip: ClipId) -> ClipState | None:
    return next((one.state for one in intake.waiting(lab.open, lab.coordinator) if one.clip == clip), None)


def seen(lab: Lab, clip: ClipId) -> dict[ClipId, tuple[int, ...]]:
    return {clip: next(one.flagged for one in intake.waiting(lab.open, lab.coordinator) if one.clip == clip)}


def released_file(lab: Lab, clip: ClipId) -> Path:
    with lab.open.store.read() as snapshot:
        row = snapshot.one("clip", id=clip)
    assert row is not None
    return Path(lab.open.clips, row["sha256"][:2], f"{row['sha256']}.dcm")


def refusal(error: pytest.ExceptionInfo[IntakeRefusedError]) -> Refusal:
    assert error.value.message
    return error.value.refusal


def test_two_coordinators_release_a_clip(trial: Lab, tmp_path: Path) -> None:
    clip = received(trial, tmp_path)
    assert state(trial, clip) is ClipState.CHECKED
    assert [one.state for one in intake.pass_pixels(trial.open, trial.coordinator, [clip], seen(trial, clip))] == [ClipState.PASSED]
    assert state(trial, clip) is ClipState.PASSED
    (done,) = intake.verify_pixels(trial.open, trial.coordinator_2, [clip], seen(trial, clip))
    assert (done.state, done.code) == (ClipState.RELEASED, None)
    assert state(trial, clip) is None
    found = pydicom.dcmread(released_file(trial, clip))
    assert found.BurnedInAnnotation == "NO"
    assert "113101" in [item.CodeValue for item in found.DeidentificationMethodCodeSequence]


def test_one_person_alone_claims_no_clean_pixels(trial: Lab, tmp_path: Path) -> None:
    """A lab may let one person do both steps; the file then says nothing about its pixels."""
    with trial.open.store.begin(trial.administrator.actor(Role.ADMINISTRATOR)) as transaction:
        row = NewRow("setting", {"name": people.PIXEL_CHECK, "n": 2, "value": "one"})
        transaction.record("setting.changed", "setting", people.PIXEL_CHECK, rows=[row])
    clip = received(trial, tmp_path)
    for step in (intake.pass_pixels, intake.verify_pixels):
        step(trial.open, trial.coordinator, [clip], seen(trial, clip))
    found = pydicom.dcmread(released_file(trial, clip))
    assert "BurnedInAnnotation" not in found
    assert "113101" not in [item.CodeValue for item in found.DeidentificationMethodCodeSequence]


def test_nobody_verifies_what_they_passed_themselves(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    with pytest.raises(IntakeRefusedError) as error:
        intake.verify_pixels(lab.open, lab.coordinator, [clip], attended=False)
    assert refusal(error) is Refusal.SAME_PERSON
    assert not any(lab.open.clips.rglob("*.dcm"))


def test_a_clip_is_not_verified_before_it_was_passed(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    with pytest.raises(IntakeRefusedError) as error:
        intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert refusal(error) is Refusal.CLIP_STATE


def test_in_a_trial_nothing_is_passed_by_command(trial: Lab, tmp_path: Path) -> None:
    clip = received(trial, tmp_path)
    for step in (intake.pass_pixels, intake.verify_pixels):
        with pytest.raises(IntakeRefusedError) as error:
            step(trial.open, trial.coordinator, [clip], attended=False)
        assert refusal(error) is Refusal.ATTENDED


def test_a_demo_clip_passed_by_command_claims_no_clean_pixels(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], seen(lab, clip))
    found = pydicom.dcmread(released_file(lab, clip))
    assert "BurnedInAnnotation" not in found
    assert "113101" not in [item.CodeValue for item in found.DeidentificationMethodCodeSequence]


def test_every_flagged_frame_must_have_been_on_screen(trial: Lab, tmp_path: Path) -> None:
    pixels = speckle(4, rows=240, columns=320) // 8
    for column in range(60, 130, 10):
        pixels[2, 100:112, column : column + 6] = 255
    source = a_file(tmp_path / "x", pixels=pixels, regions=[])
    (one,) = intake.take_in(trial.open, trial.coordinator, [source], subject="S-1", visit="D10").objects
    assert one.clip is not None
    assert "burned_in_text_suspected" in [fault.code for fault in one.faults]
    clip = intake.confirm_nothing_to_mask(trial.open, trial.coordinator, one.clip)
    assert clip.flagged == (2,)
    with pytest.raises(IntakeRefusedError) as error:
        intake.pass_pixels(trial.open, trial.coordinator, [one.clip], {one.clip: (0, 1, 3)})
    assert refusal(error) is Refusal.FRAMES
    intake.pass_pixels(trial.open, trial.coordinator, [one.clip], {one.clip: (2,)})
    with pytest.raises(IntakeRefusedError):
        intake.verify_pixels(trial.open, trial.coordinator_2, [one.clip], {})


def test_a_held_clip_waits_for_a_mask_drawn_by_a_person(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path, held=True)
    assert state(lab, clip) is ClipState.HELD
    with pytest.raises(IntakeRefusedError):
        intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    drawn = intake.set_mask(lab.open, lab.coordinator, clip, [(0, 0, 95, 9), (90, 5, 40, 63)])
    assert drawn.state is ClipState.CHECKED
    assert drawn.boxes == ((0, 0, 95, 9), (40, 5, 90, 63))
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    found = pydicom.dcmread(released_file(lab, clip)).pixel_array
    assert not found[:, :10].any()
    assert not found[:, 5:, 40:91].any()
    assert (found[:, 10:, :40] == speckle()[:, 10:, :40]).all()


def test_a_new_mask_needs_a_new_pass(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.set_mask(lab.open, lab.coordinator_2, clip, [(20, 25, 30, 30)])
    assert state(lab, clip) is ClipState.CHECKED
    with pytest.raises(IntakeRefusedError):
        intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)


def test_boxes_outside_the_picture_are_refused(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path, held=True)
    for boxes in ([(200, 200, 300, 300)], []):
        with pytest.raises(IntakeRefusedError) as error:
            intake.set_mask(lab.open, lab.coordinator, clip, boxes)
        assert refusal(error) is Refusal.BOXES
    assert state(lab, clip) is ClipState.HELD


def test_a_rejected_clip_never_comes_back_and_frees_the_file_for_another_try(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    with pytest.raises(IntakeRefusedError):
        intake.reject_pixels(lab.open, lab.coordinator, clip, "  ")
    intake.reject_pixels(lab.open, lab.coordinator, clip, "text in every frame")
    assert state(lab, clip) is None
    with pytest.raises(IntakeRefusedError):
        intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    assert state(lab, received(lab, tmp_path)) is ClipState.CHECKED


def test_a_candidate_changed_behind_our_back_is_not_released(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    (candidate,) = lab.open.quarantine.rglob("*.dcm")
    data = bytearray(candidate.read_bytes())
    data[-96 * 30] ^= 1
    candidate.write_bytes(data)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert (done.state, done.code) == (ClipState.PASSED, "MASK_PROOF")
    assert not any(lab.open.clips.rglob("*.dcm"))


def test_of_two_masks_at_one_time_one_counts_and_its_own_bytes_are_released(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = received(lab, tmp_path)
    here = "corelab.services.intake.pixels.prepare"

    def meanwhile(source: Path, draft: Path, *more: object, **named: object) -> Prepared:
        """Another window draws and records its mask while this one's file is already written."""
        done = prepare(source, draft, *more, **named)  # type: ignore[arg-type]
        monkeypatch.setattr(here, prepare)
        intake.set_mask(lab.open, lab.coordinator_2, clip, [(40, 30, 50, 40)])
        return done

    monkeypatch.setattr(here, meanwhile)
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_mask(lab.open, lab.coordinator, clip, [(20, 25, 30, 30)])
    assert refusal(error) is Refusal.CLIP_STATE
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert done.state is ClipState.RELEASED
    found = pydicom.dcmread(released_file(lab, clip)).pixel_array
    assert not found[:, 30:41, 40:51].any()
    assert found[:, 25:30, 20:31].all()
    assert not list(lab.open.quarantine.rglob("*.new"))


def test_no_mask_is_recorded_for_an_exam_that_readers_were_given_meanwhile(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = received(lab, tmp_path)

    def meanwhile(source: Path, draft: Path, *more: object, **named: object) -> Prepared:
        with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
            exam = transaction.all("exam")[0]["id"]
            transaction.record("exam.ready", "exam", exam, rows=[registry.status_row(transaction, exam, ExamState.ASSIGNED, {})])
        return prepare(source, draft, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("corelab.services.intake.pixels.prepare", meanwhile)
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_mask(lab.open, lab.coordinator, clip, [(0, 0, 9, 9)])
    assert refusal(error) is Refusal.EXAM_CLOSED
    with lab.open.store.read() as snapshot:
        assert registry.steps(snapshot, clip) == ()


def test_a_crash_while_a_mask_is_recorded_leaves_the_mask_before_it(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = received(lab, tmp_path)
    intake.set_mask(lab.open, lab.coordinator, clip, [(40, 30, 50, 40)])

    keep = Place.keep_candidate

    def crash(place: Place, draft: Path, sha256: str) -> None:
        keep(place, draft, sha256)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Place, "keep_candidate", crash)
        with pytest.raises(KeyboardInterrupt):
            intake.set_mask(lab.open, lab.coordinator, clip, [(20, 25, 30, 30)])
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert done.state is ClipState.RELEASED
    assert not pydicom.dcmread(released_file(lab, clip)).pixel_array[:, 30:41, 40:51].any()
    assert not list(lab.open.quarantine.rglob("*.dcm"))


def test_a_crash_between_archive_and_records_leaves_a_file_that_goes_and_a_clip_that_can_be_released(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = received(lab, tmp_path)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("corelab.services.intake.release._record", crash)
        with pytest.raises(KeyboardInterrupt):
            intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    (stray,) = lab.open.clips.rglob("*.dcm")
    assert state(lab, clip) is ClipState.PASSED
    other = lab.open.clips / "00" / f"{'0' * 64}.dcm"
    other.parent.mkdir(exist_ok=True)
    stray.replace(other)
    content = other.read_bytes()
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert not other.exists()
    (kept,) = (lab.open.quarantine / "strays").iterdir()
    assert kept.read_bytes() == content
    assert released_file(lab, clip).is_file()
    assert verify_lab(lab.open.folder).faults == ()


def test_the_gate_stops_a_clip_in_which_the_name_is_left(lab: Lab, tmp_path: Path) -> None:
    pixels = speckle()
    pixels[1, 40, 20 : 20 + len(TOKEN)] = list(TOKEN.encode())
    source = a_file(tmp_path / "x", pixels=pixels)
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10").objects
    assert one.clip is not None
    intake.pass_pixels(lab.open, lab.coordinator, [one.clip], attended=False)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [one.clip], attended=False)
    assert (done.state, done.code) == (ClipState.PASSED, "TOKEN_FOUND")
    assert done.message
    assert not any(lab.open.clips.rglob("*.dcm"))


def test_readers_have_no_way_in(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    for step in (
        lambda: intake.waiting(lab.open, lab.reader_1),
        lambda: intake.pictures(lab.open, lab.reader_1, clip),
        lambda: intake.pass_pixels(lab.open, lab.reader_1, [clip]),
        lambda: intake.reject_pixels(lab.open, lab.reader_1, clip, "no"),
        lambda: intake.take_in(lab.open, lab.reader_1, [tmp_path], subject="S-1", visit="D10"),
        lambda: intake.exams(lab.open, lab.reader_1),
    ):
        with pytest.raises(NotPermittedError):
            step()


def test_the_pictures_show_what_came_and_what_would_go(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    shown = intake.pictures(lab.open, lab.coordinator, clip)
    original, masked = shown.original(1), shown.masked(1)
    assert bytes(original.pixels)[:4] == bytes([int(speckle()[1, 0, 0])] * 3 + [255])
    assert bytes(masked.pixels)[:4] == b"\0\0\0\xff"
    assert bytes(shown.maximum().pixels)[0] == int(speckle()[:, 0, 0].max())
    assert bytes(shown.minimum().pixels)[0] == int(speckle()[:, 0, 0].min())
    assert intake.contact_sheet(lab.open, lab.coordinator, clip).startswith(b"\x89PNG")


def test_pictures_of_a_damaged_clip_count_the_frames_that_stay(lab: Lab, tmp_path: Path) -> None:
    source = a_jpeg_file(tmp_path / "x", speckle(5), damage=lambda n, stream: stream[:200] if n == 1 else stream)
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10").objects
    assert one.clip is not None
    clip = intake.accept_damage(lab.open, lab.coordinator, one.clip, "cannot be repeated")
    assert (clip.state, clip.frames) == (ClipState.CHECKED, 4)
    shown = intake.pictures(lab.open, lab.coordinator, one.clip)
    inside = 96 * 4 * 30 + 4 * 30
    assert bytes(shown.original(1).pixels)[inside : inside + 400] != bytes(shown.original(0).pixels)[inside : inside + 400]
    assert bytes(shown.original(3).pixels)[inside : inside + 40] == bytes(shown.masked(3).pixels)[inside : inside + 40]


# ---------------------------------------------------------------- labels, attributes, completeness


def test_an_exam_is_ready_when_every_segment_is_there_or_closed(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    assert intake.label(lab.open, lab.coordinator, clip, SegmentId("POPV"), Side.LEFT) == "POPV"
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert (exam.state, exam.attributes.subject) == (ExamState.RECEIVING, {"STUDY_LIMB": "left"})
    assert exam.completeness.waiting == 1
    assert "POPV" not in exam.completeness.missing
    closed = intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", exam.completeness.missing, NI)
    assert (closed.state, closed.completeness.missing, closed.ready) == (ExamState.RECEIVING, (), False)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert (exam.state, exam.ready) == (ExamState.READY, True)
    assert state(lab, received(lab, tmp_path, seed=2)) is ClipState.CHECKED
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert exam.state is ExamState.RECEIVING


def test_a_clip_without_a_label_keeps_its_exam_from_the_readers(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", intake.exams(lab.open, lab.coordinator)[0].completeness.missing, NI)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert intake.exams(lab.open, lab.coordinator)[0].state is ExamState.RECEIVING
    intake.label(lab.open, lab.coordinator, clip, SegmentId("CFV"), None)
    assert intake.exams(lab.open, lab.coordinator)[0].state is ExamState.READY


def test_sides_must_agree(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    with pytest.raises(IntakeRefusedError) as error:
        intake.label(lab.open, lab.coordinator, clip, SegmentId("POPV"), Side.RIGHT)
    assert refusal(error) is Refusal.SIDE
    with pytest.raises(IntakeRefusedError) as error:
        intake.take_in(lab.open, lab.coordinator, [tmp_path / "source-1"], subject="S-1", visit="BL", side=Side.RIGHT)
    assert refusal(error) is Refusal.SIDE


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda lab, clip: intake.label(lab.open, lab.coordinator, clip, SegmentId("NOSE"), None), Refusal.SEGMENT),
        (lambda lab, _: intake.label(lab.open, lab.coordinator, ClipId("none"), SegmentId("POPV"), None), Refusal.CLIP),
        (lambda lab, _: intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("POPV")], "BORED"), Refusal.REASON),
        (lambda lab, _: intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("NOSE")], NI), Refusal.SEGMENT),
        (lambda lab, _: intake.set_not_imaged(lab.open, lab.coordinator, "XYZ", [SegmentId("POPV")], NI), Refusal.EXAM),
        (lambda lab, _: intake.set_subject(lab.open, lab.coordinator, "S-1", {"STUDY_LIMB": "middle"}), Refusal.ATTRIBUTE),
        (lambda lab, _: intake.set_subject(lab.open, lab.coordinator, "S-1", {"HEIGHT": "2"}), Refusal.ATTRIBUTE),
        (lambda lab, _: intake.set_subject(lab.open, lab.coordinator, "../x", {"STUDY_LIMB": "left"}), Refusal.SUBJECT),
    ],
)
def test_what_the_charter_does_not_know_is_refused(call: object, expected: Refusal, lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    assert callable(call)
    with pytest.raises(IntakeRefusedError) as error:
        call(lab, clip)
    assert refusal(error) is expected


def test_a_segment_that_a_clip_shows_was_imaged(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.label(lab.open, lab.coordinator, clip, SegmentId("POPV"), None)
    with pytest.raises(IntakeRefusedError, match="POPV") as error:
        intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("CFV"), SegmentId("POPV")], NI)
    assert refusal(error) is Refusal.IMAGED
    assert "POPV" in error.value.message
    intake.reject_pixels(lab.open, lab.coordinator, clip, "too dark")
    intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("POPV")], NI)


def test_a_released_clip_keeps_its_segment_imaged(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.label(lab.open, lab.coordinator, clip, SegmentId("POPV"), None)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("POPV")], NI)
    assert refusal(error) is Refusal.IMAGED


def test_the_side_under_study_stays_that_of_the_labels(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.label(lab.open, lab.coordinator, clip, SegmentId("POPV"), None)
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_subject(lab.open, lab.coordinator, "S-1", {"STUDY_LIMB": "right"})
    assert refusal(error) is Refusal.LABELLED_SIDE
    assert intake.set_subject(lab.open, lab.coordinator, "S-1", {"STUDY_LIMB": "left"}).subject == {"STUDY_LIMB": "left"}


def test_a_correction_is_a_new_row(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.label_all(lab.open, lab.coordinator, {clip: (SegmentId("POPV"), None)})
    intake.label(lab.open, lab.coordinator, clip, SegmentId("CFV"), None)
    intake.reject_pixels(lab.open, lab.coordinator, clip, "the other limb")
    intake.set_subject(lab.open, lab.coordinator, "S-1", {"STUDY_LIMB": "right"})
    with lab.open.store.read() as snapshot:
        assert [row["segment"] for row in snapshot.all("clip_label", clip_id=clip)] == ["POPV", "CFV"]
        assert len(snapshot.all("subject_attribute")) == 2
        assert registry.attributes(snapshot, snapshot.all("subject")[0]["id"]).subject == {"STUDY_LIMB": "right"}


# ---------------------------------------------------------------- records


def test_every_step_is_an_event_and_the_lab_verifies(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path, held=True)
    intake.confirm_nothing_to_mask(lab.open, lab.coordinator, clip)
    intake.label(lab.open, lab.coordinator, clip, SegmentId("POPV"), None)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    with lab.open.store.read() as snapshot:
        kinds = [event["kind"] for event in snapshot.events(entity="clip", id=clip)]
    assert kinds == ["object.received", "clip.unmasked", "clip.labelled", "clip.passed", "clip.released"]
    assert verify_lab(lab.open.folder).faults == ()


def test_nothing_of_the_source_stands_in_the_records_or_outside_quarantine(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    words = [form for word in (TOKEN, NUMBER, "source-1", "19580317") for form in (word.encode(), word.encode("utf-16-le"))]
    for path in lab.open.folder.rglob("*"):
        if path.is_file() and path.suffix != ".bin":
            data = path.read_bytes()
            assert [word for word in words if word in data or word.lower() in data.lower()] == [], path
    (source,) = lab.open.quarantine.rglob("*.bin")
    assert TOKEN.encode() in source.read_bytes()
    assert source.parent.stat().st_mode & 0o077 == 0
    assert source.stat().st_mode & 0o077 == 0
