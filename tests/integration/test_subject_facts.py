"""Facts of a subject and of its segments: entered for many at once, needed before reading, and not changed under a reader's hands."""

from pathlib import Path

import pytest

from corelab.domain.completeness import Fact, Receipt
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.vocabulary import ExamState, SegmentId
from corelab.services import assignment, comparison, intake, reading, withdrawal
from corelab.services.verification import verify_lab
from corelab.ui.words import words_for
from tests.builders import Lab, a_lab
from tests.exam_builders import changed
from tests.reading_builders import a_ready_exam, first, rows_of, signs

ROLE = """[[attribute]]
id = "ROLE"
label = "Role of the vein"
per = "segment"
group = "CORE"
values = ["target", "other", "not_present"]

[[block]]"""
CORE = ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV")
CFV, POPV = SegmentId("CFV"), SegmentId("POPV")
NI = "NOT_SCANNED"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path, charter=changed(("[[block]]", ROLE)))


def everything(lab: Lab, value: str = "target") -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"ROLE": value}, segments=["CORE"])


def dealt(lab: Lab) -> None:
    """An exam of S01 that two readers have; every role is known."""
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    a_ready_exam(lab)
    everything(lab)
    assignment.assign(lab.open, lab.coordinator)


def refused(lab: Lab, facts: dict[Fact, str], reason: str = "") -> Refusal:
    before = rows_of(lab, "subject_attribute")
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_facts(lab.open, lab.coordinator, "S01", facts, reason=reason)
    assert rows_of(lab, "subject_attribute") == before
    assert error.value.message
    return error.value.refusal


# ---------------------------------------------------------------- entering


def test_a_group_or_several_segments_get_a_value_at_once(lab: Lab) -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"STUDY_LIMB": "left"})
    everything(lab)
    found = intake.set_subject(lab.open, lab.coordinator, "S01", {"ROLE": "other"}, segments=["CFV", "POPV"])
    assert found.subject == {"STUDY_LIMB": "left"}
    assert {str(segment): value for (_, segment), value in found.segments.items()} == {
        **dict.fromkeys(CORE, "target"),
        "CFV": "other",
        "POPV": "other",
    }


def test_all_facts_of_one_call_are_one_event_and_equal_ones_are_none(lab: Lab) -> None:
    facts = {Fact("STUDY_LIMB"): "left", **{Fact("ROLE", SegmentId(segment)): "target" for segment in CORE}}
    intake.set_facts(lab.open, lab.coordinator, "S01", facts)
    intake.set_facts(lab.open, lab.coordinator, "S01", facts)
    assert len({row["event_seq"] for row in rows_of(lab, "subject_attribute")}) == 1
    assert len(rows_of(lab, "subject_attribute")) == 6


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {Fact("ROLE"): "target"},
        {Fact("ROLE", SegmentId("IVC")): "target"},
        {Fact("ROLE", CFV): "best"},
        {Fact("STUDY_LIMB", CFV): "left"},
        {Fact("AGE", CFV): "left"},
    ],
)
def test_what_the_charter_does_not_ask_is_refused(lab: Lab, facts: dict[Fact, str]) -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"STUDY_LIMB": "left"})
    assert refused(lab, facts) is Refusal.ATTRIBUTE


@pytest.mark.parametrize(("fact", "told"), [(Fact("ROLE", CFV), "not one of target, other"), (Fact("ROLE"), "not one of ROLE of CFV")])
def test_a_refused_fact_is_told_with_what_the_charter_knows(lab: Lab, fact: Fact, told: str) -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"STUDY_LIMB": "left"})
    with pytest.raises(IntakeRefusedError, match=told):
        intake.set_facts(lab.open, lab.coordinator, "S01", {fact: "best"})


def test_an_exam_waits_while_a_fact_of_a_segment_is_missing(lab: Lab) -> None:
    (exam,) = _expected(lab)
    assert exam.completeness.missing == ()
    assert [fact.segment for fact in exam.completeness.unknown] == list(CORE)
    assert exam.state is ExamState.RECEIVING
    everything(lab)
    assert _exam(lab).state is ExamState.READY


def _expected(lab: Lab) -> tuple[intake.ExamOverview, ...]:
    """An exam of which nothing was imaged."""
    intake.set_subject(lab.open, lab.coordinator, "S01", {"STUDY_LIMB": "left"})
    made = intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", [CFV], NI)
    intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", made.completeness.missing, NI)
    return intake.exams(lab.open, lab.coordinator)


def _exam(lab: Lab) -> intake.ExamOverview:
    return intake.exams(lab.open, lab.coordinator)[0]


def test_a_segment_that_is_not_present_is_neither_missed_nor_closed_nor_labelled(lab: Lab) -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"STUDY_LIMB": "left"})
    everything(lab)
    intake.set_subject(lab.open, lab.coordinator, "S01", {"ROLE": "not_present"}, segments=["POPV"])
    made = intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", [CFV], NI)
    assert POPV not in made.completeness.missing
    assert next(one.receipt for one in made.completeness.segments if one.segment == POPV) is Receipt.ABSENT
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", [POPV], NI)
    assert error.value.refusal is Refusal.ABSENT


def test_a_segment_that_a_clip_shows_is_there(lab: Lab) -> None:
    a_ready_exam(lab)
    assert refused(lab, {Fact("ROLE", CFV): "not_present"}) is Refusal.IMAGED
    intake.set_facts(lab.open, lab.coordinator, "S01", {Fact("ROLE", SegmentId("FV_MID")): "not_present"})


# ---------------------------------------------------------------- with readers


def test_once_assigned_a_fact_is_changed_only_with_a_reason(lab: Lab) -> None:
    dealt(lab)
    fact = {Fact("ROLE", CFV): "other"}
    assert refused(lab, fact) is Refusal.FACT_REASON
    with pytest.raises(ReasonRefusedError):
        intake.set_facts(lab.open, lab.coordinator, "S01", fact, reason="ok")
    intake.set_facts(lab.open, lab.coordinator, "S01", fact, reason="The site corrected its form")
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind="subject.corrected")
        assert snapshot.opening_of(event["seq"]) == {"reason_text": "The site corrected its form"}
    assert verify_lab(lab.open.folder).faults == ()


def test_what_a_reader_was_asked_by_is_not_changed_until_the_reading_is_taken_back(lab: Lab) -> None:
    dealt(lab)
    reading.open_reading(lab.open, lab.reader_1, assignment_of := first(lab, lab.reader_1))
    fact = {Fact("ROLE", CFV): "other"}
    assert refused(lab, fact, "The site corrected its form") is Refusal.FACT_OPENED
    withdrawal.withdraw(lab.open, lab.coordinator, assignment_of, "OTHER", "the role of a vein was wrong")
    intake.set_facts(lab.open, lab.coordinator, "S01", fact, reason="The site corrected its form")


def test_what_results_rest_on_is_not_changed_any_more(lab: Lab) -> None:
    dealt(lab)
    for session in (lab.reader_1, lab.reader_2):
        signs(lab, session)
    comparison.release_and_compare(lab.open, lab.coordinator)
    assert refused(lab, {Fact("ROLE", CFV): "other"}, "The site corrected its form") is Refusal.FACT_COMPARED


def test_a_change_may_not_take_clips_from_an_exam_that_readers_have(lab: Lab) -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"STUDY_LIMB": "left"})
    everything(lab)
    intake.set_subject(lab.open, lab.coordinator, "S01", {"ROLE": "not_present"}, segments=["FV_MID"])
    made = intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", [CFV], NI)
    intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", made.completeness.missing, NI)
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    assert assignment.assign(lab.open, lab.coordinator).assigned == 2
    fact = {Fact("ROLE", SegmentId("FV_MID")): "target"}
    assert refused(lab, fact, "It is there after all, says the site") is Refusal.FACT_LACKING


@pytest.mark.parametrize("refusal", Refusal, ids=lambda refusal: refusal.name)
def test_what_was_kept_is_said_once_and_what_to_do_is_said(refusal: Refusal) -> None:
    words = words_for(IntakeRefusedError(refusal, "S01:D10"))
    assert words.all.count("Nothing was ") == 1
    assert words.do[0].isupper()
