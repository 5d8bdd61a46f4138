"""Labels, quality and evidence of clips in a lab: what a person says and what the sources say, both kept; conflicts, repeats, windows."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from corelab.domain.accounts import Role
from corelab.domain.clip_findings import Finding
from corelab.domain.clip_label import Mode, ProposalSource, Said, View
from corelab.domain.clip_quality import AS_IT_SHOULD_BE, ClipQuality, Quality, QualityReason
from corelab.domain.completeness import Receipt
from corelab.domain.intake import ClipState, IntakeRefusedError, Outcome, Refusal
from corelab.domain.queries import QueryKind
from corelab.domain.vocabulary import ClipId, ExamState, SegmentId, Side, SubjectCode
from corelab.services import intake, queries
from corelab.services.verification import verify_lab
from corelab.storage import intake_rows
from corelab.storage.hands_on import hands_on
from tests.builders import Lab, a_lab
from tests.charter_builders import DVT, full
from tests.dicom_builders import TOKEN, a_file, speckle
from tests.lab_commands import run

Change = Callable[[Dataset], object]
CFV, POPV = SegmentId("CFV"), SegmentId("POPV")
GRAINY = ClipQuality(Quality.LIMITED, (QualityReason.GAIN,))
USELESS = ClipQuality(Quality.NON_DIAGNOSTIC, (QualityReason.SHORT_CLIP,))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def described(words: str, laterality: str = "", day: str = "20260112", number: int = 1) -> Change:
    """A clip of its own."""

    def change(made: Dataset) -> None:
        made.SeriesDescription, made.Laterality, made.StudyDate = words, laterality, day
        made.SOPInstanceUID = f"1.2.3.{number}"

    return change


def take_in(
    lab: Lab, folder: Path, *changes: Change, subject: str = "S-1", visit: str = "D10", side: Side | None = Side.LEFT, seed: int = 1
) -> intake.IntakeReport:
    """One file for each change; their pictures differ from ``seed`` on."""
    sources = [a_file(folder / f"{subject}-{visit}-{seed}-{n}", change, pixels=speckle(seed=seed + n)) for n, change in enumerate(changes)]
    return intake.take_in(lab.open, lab.coordinator, sources, subject=subject, visit=visit, side=side)


def one(lab: Lab, folder: Path, change: Change, **given: object) -> ClipId:
    (found,) = take_in(lab, folder, change, **given).objects  # type: ignore[arg-type]
    assert found.clip is not None
    return found.clip


def shown(lab: Lab, clip: ClipId) -> intake.WaitingClip:
    return next(each for each in intake.waiting(lab.open, lab.coordinator) if each.clip == clip)


def asked(lab: Lab) -> list[QueryKind]:
    return [query.kind for query in queries.queries(lab.open, lab.coordinator)]


def rows(lab: Lab, table: str, clip: ClipId) -> list[dict[str, object]]:
    with lab.open.store.read() as snapshot:
        return [dict(row) for row in snapshot.all(table, clip_id=clip)]


# ---------------------------------------------------------------- what a person says


def test_a_label_says_manoeuvre_mode_and_quality_and_is_changed_by_saying_it_again(lab: Lab, tmp_path: Path) -> None:
    clip = one(lab, tmp_path, described(""))
    intake.label(lab.open, lab.coordinator, clip, POPV, Side.LEFT, View.COMPRESSION, Mode.B)
    found = shown(lab, clip)
    assert (found.segment, found.side, found.view, found.mode, found.quality) == (
        POPV,
        Side.LEFT,
        View.COMPRESSION,
        Mode.B,
        AS_IT_SHOULD_BE,
    )
    intake.label(lab.open, lab.coordinator, clip, POPV, Side.LEFT, view=View.REST, quality=GRAINY)
    found = shown(lab, clip)
    assert (found.view, found.mode, found.quality) == (View.REST, Mode.B, GRAINY)
    assert [row["view"] for row in rows(lab, "clip_label", clip)] == ["compression", "rest"]
    assert [row["grade"] for row in rows(lab, "clip_qc", clip)] == ["diagnostic", "limited"]
    assert verify_lab(lab.open.folder).ok


def test_a_quality_alone_is_an_event_of_its_own(lab: Lab, tmp_path: Path) -> None:
    clip = one(lab, tmp_path, described(""))
    intake.label(lab.open, lab.coordinator, clip, POPV, Side.LEFT)
    intake.label(lab.open, lab.coordinator, clip, POPV, Side.LEFT, quality=USELESS)
    assert _kinds(lab)[-2:] == ["clip.labelled", "clip.graded"]
    assert len(rows(lab, "clip_label", clip)) == 1


def _kinds(lab: Lab) -> list[str]:
    with lab.open.store.read() as snapshot:
        return [str(event["kind"]) for event in snapshot.events()]


def test_several_clips_get_one_label_or_none_of_them(lab: Lab, tmp_path: Path) -> None:
    report = take_in(lab, tmp_path, described("", number=1), described("", number=2))
    first, second = (each.clip for each in report.objects)
    assert first
    assert second
    intake.label_all(lab.open, lab.coordinator, {first: Said(CFV, Side.LEFT, View.REST), second: (CFV, Side.LEFT)})
    assert [shown(lab, clip).view for clip in (first, second)] == [View.REST, None]
    with pytest.raises(IntakeRefusedError) as refused:
        intake.label_all(lab.open, lab.coordinator, {first: Said(POPV, Side.LEFT), second: Said(SegmentId("NOSE"), None)})
    assert refused.value.refusal is Refusal.SEGMENT
    assert shown(lab, first).segment == CFV


# ---------------------------------------------------------------- what the sources say


def test_what_the_file_says_is_proposed_kept_and_never_confirms_itself(lab: Lab, tmp_path: Path) -> None:
    report = take_in(lab, tmp_path, described(f"{TOKEN} L CFV compression"))
    (told,) = report.objects
    assert (told.segment, told.side, told.outcome) == (CFV, Side.LEFT, Outcome.CHECKED)
    assert told.clip is not None
    found = shown(lab, told.clip)
    assert found.proposal is not None
    assert (found.proposal.segment, found.proposal.side, found.proposal.view, found.proposal.mode) == (
        CFV,
        Side.LEFT,
        View.COMPRESSION,
        Mode.B,
    )
    assert found.proposal.source is ProposalSource.WORDS
    assert (found.segment, found.view, found.quality) == (None, None, None)
    intake.label(lab.open, lab.coordinator, told.clip, POPV, Side.LEFT)
    assert Finding.LABEL_DIFFERS in shown(lab, told.clip).checks
    said = rows(lab, "label_proposal", told.clip)
    assert ("CFV", "words") in [(row["segment"], row["source"]) for row in said]
    assert not [row for row in said if TOKEN in str(row)]


def test_a_clip_after_a_labelled_one_is_proposed_by_the_order_alone(lab: Lab, tmp_path: Path) -> None:
    report = take_in(lab, tmp_path, described("", number=1), described("", number=2))
    first, second = (each.clip for each in report.objects)
    assert first
    assert second
    assert (found := shown(lab, second).proposal) is not None
    assert found.segment is None
    intake.label(lab.open, lab.coordinator, first, CFV, Side.LEFT)
    after = shown(lab, second)
    assert after.proposal is not None
    assert (after.proposal.segment, after.proposal.source, after.segment) == (CFV, ProposalSource.ORDER, None)
    assert "order" not in [row["source"] for row in rows(lab, "label_proposal", second)]


# ---------------------------------------------------------------- conflicts


@pytest.mark.parametrize(
    ("change", "kind", "finding"),
    [
        (described("R CFV"), QueryKind.SIDE_CONFLICT, Finding.SIDE_CONFLICT),
        (described("", laterality="R"), QueryKind.SIDE_CONFLICT, Finding.SIDE_CONFLICT),
        (described("L CFV", laterality="R"), QueryKind.SIDE_CONFLICT, Finding.SIDE_CONFLICT),
    ],
)
def test_left_against_right_is_held_asked_about_and_ended_by_a_person(
    lab: Lab, tmp_path: Path, change: Change, kind: QueryKind, finding: Finding
) -> None:
    """Case 40: the tag says one side, the words or the delivery another."""
    report = take_in(lab, tmp_path, change)
    (told,) = report.objects
    assert (told.outcome, told.code) == (Outcome.HELD, "LABEL_CONFLICT")
    assert told.clip is not None
    assert asked(lab) == [kind]
    held = shown(lab, told.clip)
    assert (held.state, held.code) == (ClipState.HELD, "LABEL_CONFLICT")
    assert finding in held.checks
    for step in (
        lambda clip: intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False),
        lambda clip: intake.confirm_nothing_to_mask(lab.open, lab.coordinator, clip),
        lambda clip: intake.accept_damage(lab.open, lab.coordinator, clip, "never mind"),
    ):
        with pytest.raises(IntakeRefusedError) as refused:
            step(told.clip)
        assert refused.value.refusal is Refusal.CLIP_STATE
    intake.set_mask(lab.open, lab.coordinator, told.clip, [(20, 25, 30, 30)])
    assert shown(lab, told.clip).state is ClipState.HELD, "a mask says nothing of the side"
    intake.label(lab.open, lab.coordinator, told.clip, CFV, Side.LEFT)
    ended = shown(lab, told.clip)
    assert (ended.state, ended.code, ended.message) == (ClipState.CHECKED, None, "")
    intake.pass_pixels(lab.open, lab.coordinator, [told.clip], attended=False)


def test_a_list_that_names_another_segment_than_the_file_is_a_conflict_and_one_that_agrees_is_evidence(lab: Lab, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for number, segment in enumerate(("CFV", "POPV"), 1):
        a_file(site / f"{segment}.dcm", described("L CFV", number=number), pixels=speckle(seed=number))
    a_file(site / "right.dcm", described("L CFV", number=3), pixels=speckle(seed=3))
    lines = ("subject,visit,path_or_study_uid,segment,side", "S-1,D10,CFV.dcm,CFV,L", "S-1,D10,POPV.dcm,POPV,L", "S-1,D10,right.dcm,CFV,R")
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = intake.take_in(lab.open, lab.coordinator, [site], transmittal=tmp_path / "list.csv")
    agreed, other, right = report.objects
    assert [each.code for each in (agreed, other, right)] == [None, "LABEL_CONFLICT", "LABEL_CONFLICT"]
    assert sorted(asked(lab), key=lambda kind: kind.value) == [QueryKind.SEGMENT_CONFLICT, QueryKind.SIDE_CONFLICT]
    assert agreed.clip is not None
    assert {row["source"] for row in rows(lab, "label_proposal", agreed.clip)} >= {"words", "transmittal"}


def test_a_dry_run_tells_of_a_conflict_and_asks_nobody(lab: Lab, tmp_path: Path) -> None:
    source = a_file(tmp_path / "source", described("R CFV"))
    (told,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10", side=Side.LEFT, dry_run=True).objects
    assert (told.outcome, told.code, told.segment) == (Outcome.HELD, "LABEL_CONFLICT", CFV)
    assert asked(lab) == []


# ---------------------------------------------------------------- the same clip, another day


def test_the_same_pictures_in_one_exam_are_told_and_for_two_subjects_asked_about(lab: Lab, tmp_path: Path) -> None:
    first, second = one(lab, tmp_path, described("", number=1)), one(lab, tmp_path, described("x", number=2))
    assert Finding.REPEATED in shown(lab, second).checks
    assert asked(lab) == []
    intake.label_all(lab.open, lab.coordinator, {clip: Said(CFV, Side.LEFT) for clip in (first, second)})
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert next(each for each in exam.completeness.segments if each.segment == CFV).repeated == 2
    elsewhere = one(lab, tmp_path, described("y", number=3), subject="S-2")
    assert Finding.REPEATED_ELSEWHERE in shown(lab, elsewhere).checks
    assert asked(lab) == [QueryKind.DUPLICATE]
    intake.reject_pixels(lab.open, lab.coordinator, elsewhere, "sent for the wrong subject")
    assert Finding.REPEATED_ELSEWHERE not in shown(lab, first).checks


def test_an_exam_outside_the_window_of_its_visit_is_asked_about_once(lab: Lab, tmp_path: Path) -> None:
    """The dates are shifted; the interval is not (case 34)."""
    late = one(lab, tmp_path, described("", day="20260212", number=1))
    assert Finding.VISIT_WINDOW not in shown(lab, late).checks, "nothing tells the interval yet"
    first = one(lab, tmp_path, described("", day="20260112", number=2), visit="BL", seed=5)
    assert Finding.VISIT_WINDOW not in shown(lab, first).checks
    assert Finding.VISIT_WINDOW in shown(lab, late).checks
    assert asked(lab) == [QueryKind.VISIT_WINDOW]
    one(lab, tmp_path, described("", day="20260212", number=3), seed=9)
    assert asked(lab) == [QueryKind.VISIT_WINDOW]
    right = one(lab, tmp_path, described("", day="20260122", number=4), subject="S-2", seed=13)
    one(lab, tmp_path, described("", day="20260112", number=5), subject="S-2", visit="BL", seed=17)
    assert Finding.VISIT_WINDOW not in shown(lab, right).checks


# ---------------------------------------------------------------- quality and completeness


def released(lab: Lab, clip: ClipId) -> None:
    intake.pass_pixels(lab.open, lab.coordinator, [clip], attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, [clip], attended=False)


def test_a_non_diagnostic_clip_is_shown_and_keeps_no_exam_back(lab: Lab, tmp_path: Path) -> None:
    clip = one(lab, tmp_path, described(""))
    intake.label(lab.open, lab.coordinator, clip, POPV, Side.LEFT, quality=USELESS)
    released(lab, clip)
    missing = intake.exams(lab.open, lab.coordinator)[0].completeness.missing
    exam = intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", missing, "NOT_SCANNED")
    found = next(each for each in exam.completeness.segments if each.segment == POPV)
    assert (exam.state, found.receipt, found.non_diagnostic) == (ExamState.READY, Receipt.NON_DIAGNOSTIC, 1)
    with lab.open.store.read() as snapshot:
        assert intake_rows.quality_of(snapshot, clip) is not None


def test_the_same_file_again_is_counted_beside(lab: Lab, tmp_path: Path) -> None:
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        take_in(lab, tmp_path / name, described("", number=1))
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert exam.completeness.duplicates == 1


def test_missing_views_are_asked_for_when_somebody_asks_and_once(tmp_path: Path) -> None:
    lab = a_lab(tmp_path, charter=full(DVT).encode())
    clip = one(lab, tmp_path, described(""))
    intake.label(lab.open, lab.coordinator, clip, CFV, Side.LEFT, View.REST, Mode.B)
    (exam,) = intake.exams(lab.open, lab.coordinator)
    assert next(each for each in exam.completeness.segments if each.segment == CFV).lacks == (View.COMPRESSION, Mode.COLOUR)
    assert asked(lab) == [], "readers may find an answer in what is there"
    assert len(intake.ask_for_views(lab.open, lab.coordinator, "S-1:D10")) == 2
    assert asked(lab) == [QueryKind.VIEW_MISSING] * 2
    assert intake.ask_for_views(lab.open, lab.coordinator, "S-1:D10") == ()
    with pytest.raises(IntakeRefusedError) as refused:
        intake.ask_for_views(lab.open, lab.coordinator, "S-9:D10")
    assert refused.value.refusal is Refusal.EXAM


# ---------------------------------------------------------------- who handled a clip never reads it


def test_who_said_what_a_clip_shows_is_no_reader_of_its_subject(lab: Lab, tmp_path: Path) -> None:
    clip = one(lab, tmp_path, described(""))
    third = lab.person("coordinator-3", Role.COORDINATOR)
    with lab.open.store.read() as snapshot:
        assert third.account not in hands_on(snapshot).get(SubjectCode("S-1"), ())
    intake.label(lab.open, third, clip, CFV, Side.LEFT, quality=GRAINY)
    with lab.open.store.read() as snapshot:
        assert third.account in hands_on(snapshot)[SubjectCode("S-1")]


# ---------------------------------------------------------------- by command


def test_several_clips_are_labelled_and_graded_by_command(lab: Lab, tmp_path: Path) -> None:
    report = take_in(lab, tmp_path, described("L CFV", number=1), described("", number=2))
    clips = [str(each.clip) for each in report.objects]
    said = ("--segment", "L:CFV", "--view", "compression", "--mode", "b", "--quality", "limited", "--reason", "gain", "--reason", "depth")
    done = json.loads(run(lab, "label", *clips, *said, "--json").stdout)
    assert (done["clips"], done["view"], done["quality"], done["reasons"]) == (clips, "compression", "limited", ["gain", "depth"])
    listed = json.loads(run(lab, "pixels", "list", "--json").stdout)["clips"]
    assert [(row["segment"], row["view"], row["mode"]) for row in listed] == [("CFV", "compression", "b")] * 2
    assert run(lab, "pixels", "list").stdout.count("L CFV") == 2
    assert listed[0]["quality"] == {"grade": "limited", "reasons": ["depth", "gain"]}
    assert listed[0]["proposal"]["source"] == "words"
    words = run(lab, "exam", "ask-views", "S-1:D10").stdout
    assert "no view is to be asked for" in words


@pytest.mark.parametrize("said", [("--quality", "limited"), ("--quality", "diagnostic", "--reason", "gain"), ("--reason", "gain")])
def test_a_grade_that_its_reasons_do_not_fit_is_refused_before_anything_is_said(lab: Lab, tmp_path: Path, said: tuple[str, ...]) -> None:
    clip = one(lab, tmp_path, described(""))
    done = run(lab, "label", clip, "--segment", "L:CFV", *said)
    assert done.exit_code == 2
    assert "--reason" in done.stderr
    assert shown(lab, clip).segment is None
