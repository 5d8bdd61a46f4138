"""A clip that comes again with other bytes: proposed, named by a person, and at its release the earlier one goes; both are kept."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.domain.clip import Clip
from corelab.domain.intake import CheckAction, IntakeRefusedError, Refusal
from corelab.domain.vocabulary import ClipId, ExamState, SegmentId, Side
from corelab.services import assignment, intake, withdrawal
from corelab.services.verification import verify_lab
from corelab.storage import intake_rows, registry
from tests.builders import Lab, a_lab
from tests.dicom_builders import a_file, speckle

CFV = SegmentId("CFV")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def a_clip(path: Path, seed: int, instance: int = 1) -> Path:
    def of(made: Dataset) -> None:
        made.SOPInstanceUID = f"1.2.3.71300456.1.{instance}"

    return a_file(path, of, pixels=speckle(seed=seed))


def delivered(lab: Lab, path: Path, *, visit: str = "D10", replaces: str | None = None) -> ClipId:
    report = intake.take_in(lab.open, lab.coordinator, [path], subject="S-1", visit=visit, side=Side.LEFT, replaces=replaces)
    (one,) = report.objects
    assert one.clip is not None
    return one.clip


def released(lab: Lab, clip: ClipId, segment: SegmentId = CFV) -> ClipId:
    intake.label(lab.open, lab.coordinator, clip, segment, None)
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)
    assert done.state is intake.ClipState.RELEASED, done
    return clip


def shown(lab: Lab) -> tuple[Clip, ...]:
    with lab.open.store.read() as snapshot:
        return registry.clips_of(snapshot, snapshot.all("exam")[0]["id"])


def refusal(lab: Lab, path: Path, **named: str) -> Refusal:
    with pytest.raises(IntakeRefusedError) as refused:
        delivered(lab, path, **named)
    return refused.value.refusal


def test_the_released_clip_goes_when_the_new_one_is_released(lab: Lab, tmp_path: Path) -> None:
    first, second = (released(lab, delivered(lab, a_clip(tmp_path / str(n), n, n))) for n in (1, 2))
    before = shown(lab)
    new = delivered(lab, a_clip(tmp_path / "3", 3, 1), replaces=first)
    assert shown(lab) == before
    assert next(one for one in intake.waiting(lab.open, lab.coordinator) if one.clip == new).segment is None
    released(lab, new)
    after = shown(lab)
    assert len(after) == 2
    assert after[1] == before[1], "the new clip has the place of the old one"
    assert after[0].sha256 != before[0].sha256
    with lab.open.store.read() as snapshot:
        assert intake_rows.all_replacements(snapshot) == {new: first}
        assert [(row["clip_id"], row["reason"]) for row in snapshot.all("clip_withdrawal")] == [(first, "replaced")]
        assert {row["id"] for row in snapshot.all("clip")} == {first, second, new}
        (event,) = snapshot.events(kind="clip.withdrawn")
        assert snapshot.opening_of(event["seq"]) == {"by": new}
    assert all((lab.open.clips / clip.sha256[:2] / f"{clip.sha256}.dcm").is_file() for clip in (*before, *after))
    assert verify_lab(lab.open.folder).faults == ()


def test_a_clip_that_waits_is_rejected_when_its_later_version_is_released(lab: Lab, tmp_path: Path) -> None:
    first = delivered(lab, a_clip(tmp_path / "1", 1))
    new = delivered(lab, a_clip(tmp_path / "2", 2))
    assert intake.replace_clip(lab.open, lab.coordinator, new, first, "the site sent the whole clip") == first
    released(lab, new)
    with lab.open.store.read() as snapshot:
        assert registry.steps(snapshot, first)[-1].action is CheckAction.REJECT
        assert not snapshot.all("clip_withdrawal")
    assert len(shown(lab)) == 1


def test_the_same_identifier_with_other_bytes_is_proposed_and_asked(lab: Lab, tmp_path: Path) -> None:
    first = released(lab, delivered(lab, a_clip(tmp_path / "1", 1)))
    report = intake.take_in(lab.open, lab.coordinator, [a_clip(tmp_path / "2", 2)], subject="S-1", visit="D10")
    assert [(query.kind, query.object) for query in report.queries] == [("duplicate", 1)]
    (waits,) = intake.waiting(lab.open, lab.coordinator)
    assert waits.earlier == first
    intake.replace_clip(lab.open, lab.coordinator, waits.clip, first, "sent again")
    (waits,) = intake.waiting(lab.open, lab.coordinator)
    assert waits.earlier is None


def test_only_a_clip_of_the_same_exam_that_still_counts_is_replaced(lab: Lab, tmp_path: Path) -> None:
    first = delivered(lab, a_clip(tmp_path / "1", 1))
    later = delivered(lab, a_clip(tmp_path / "2", 2, 2))
    elsewhere = delivered(lab, a_clip(tmp_path / "4", 4, 4), visit="BL")
    third = a_clip(tmp_path / "3", 3, 3)
    assert refusal(lab, third, replaces="no clip") is Refusal.REPLACED
    assert refusal(lab, third, replaces=first, visit="BL") is Refusal.REPLACED
    assert refusal(lab, tmp_path, replaces=first) is Refusal.REPLACES_ONE
    for clip, other in ((first, later), (first, first), (later, elsewhere), (later, "none")):
        with pytest.raises(IntakeRefusedError) as refused:
            intake.replace_clip(lab.open, lab.coordinator, clip, other, "why")
        assert refused.value.refusal is Refusal.REPLACED
    with pytest.raises(IntakeRefusedError) as refused:
        intake.replace_clip(lab.open, lab.coordinator, later, first, " ")
    assert refused.value.refusal is Refusal.REPLACED_REASON
    intake.reject_pixels(lab.open, lab.coordinator, first, "wrong patient")
    assert refusal(lab, third, replaces=first) is Refusal.REPLACED


def test_while_readers_have_the_exam_nothing_is_replaced(lab: Lab, tmp_path: Path) -> None:
    first = released(lab, delivered(lab, a_clip(tmp_path / "1", 1)))
    (exam,) = intake.exams(lab.open, lab.coordinator)
    ni = lab.open.charter.missing.ni[0].id
    intake.set_not_imaged(lab.open, lab.coordinator, exam.id, exam.completeness.missing, ni)
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    assignment.assign(lab.open, lab.coordinator)
    assert intake.exams(lab.open, lab.coordinator)[0].state is ExamState.ASSIGNED
    again = a_clip(tmp_path / "2", 2)
    assert refusal(lab, again) is Refusal.EXAM_CLOSED
    assert refusal(lab, again, replaces=first) is Refusal.REPLACED_READ
    with lab.open.store.read() as snapshot:
        dealt = [row["id"] for row in snapshot.all("assignment", exam_id=exam.id)]
    for one in dealt:
        withdrawal.withdraw(lab.open, lab.coordinator, one, "OTHER", "the site sent the whole clip")
    new = delivered(lab, again, replaces=first)
    intake.pass_pixels(lab.open, lab.coordinator, [new], attended=False)
    with pytest.raises(IntakeRefusedError) as refused:
        intake.verify_pixels(lab.open, lab.coordinator_2, [new], attended=False)
    assert refused.value.refusal is Refusal.REPLACED_LABEL
    intake.label(lab.open, lab.coordinator, new, CFV, None)
    intake.verify_pixels(lab.open, lab.coordinator_2, [new], attended=False)
    assert len(shown(lab)) == 1
    assert refusal(lab, a_clip(tmp_path / "3", 3)) is Refusal.EXAM_CLOSED
    assert verify_lab(lab.open.folder).faults == ()


def test_trying_a_replacement_leaves_no_trace(lab: Lab, tmp_path: Path) -> None:
    first = delivered(lab, a_clip(tmp_path / "1", 1))
    before = lab.open.store.path.read_bytes()
    tried = intake.take_in(lab.open, lab.coordinator, [a_clip(tmp_path / "2", 2)], subject="S-1", visit="D10", replaces=first, dry_run=True)
    assert tried.objects[0].clip is None
    assert lab.open.store.path.read_bytes() == before
