"""What is sealed and signed comes back as it was, and no set of grades takes another length than the rest."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.adjudication import CaseDraft, Decision, DecisionReason, Take, open_case
from corelab.domain.audit import SALT_BYTES, canonical
from corelab.domain.case_content import case_json, case_of, key_json, misplaced
from corelab.domain.content import AdjudicationContent, Draft, ReadingContent, Viewing, ranges_of
from corelab.domain.room import STEP, room_for
from corelab.domain.vocabulary import Answer, Evidence, Grade, SegmentId, Sha256, not_evaluable
from tests.exam_builders import CLIP, a_form, a_reading, cell, compared, reduced

PROOF = Evidence(CLIP, 3, 9)


def a_content(**said: int | str) -> ReadingContent:
    answers = a_reading(a_form(received=("IVC",)), **said).complete()
    return ReadingContent("a" * 64, "K7Q-M42", "DUPLEX", 1, answers, (CLIP,), (Viewing(CLIP, 10, ((0, 4), (6, 9))),), note="a note")


def test_a_reading_comes_back_from_its_json() -> None:
    content = a_content(COMP_CFV=2, COMP_POPV="NE:WINDOW")
    assert ReadingContent.from_json(content.to_json()) == content


def test_an_adjudication_comes_back_from_its_json() -> None:
    decisions = (
        Decision(cell("COMP.CFV"), Take.A, Grade("none"), DecisionReason.ARTERY, (PROOF,)),
        Decision(cell("COMP.POPV"), Take.OWN, not_evaluable("WINDOW")),
    )
    content = AdjudicationContent("a" * 64, "K7Q-M42", 1, decisions, (CLIP,), note="a note")
    assert AdjudicationContent.from_json(content.to_json()) == content


def test_a_draft_comes_back_with_the_id_of_a_signature_that_was_begun() -> None:
    draft = Draft("a", (Answer(cell("COMP.CFV"), Grade("full"), (PROOF,)),), note="a note", submit="s")
    assert Draft.from_json(draft.to_json()) == draft


def test_a_reading_is_told_in_the_keys_of_the_record_format() -> None:
    told = a_content(COMP_CFV=1).to_json()
    partial = next(one for one in told["grades"] if (one["segment"], one["item"]) == ("CFV", "COMP"))
    assert partial == {"evidence": [{"bound": "marked", "clip": CLIP, "frames": [3]}], "item": "COMP", "segment": "CFV", "value": "partial"}
    assert {"charter", "clips", "exam", "grades", "revision"} <= told.keys()


@given(st.frozensets(st.integers(0, 60)))
def test_frames_become_merged_intervals_and_back(frames: frozenset[int]) -> None:
    ranges = ranges_of(frames)
    assert {frame for first, last in ranges for frame in range(first, last + 1)} == frames
    assert all(after[0] > before[1] + 1 for before, after in pairwise(ranges))


# ---------------------------------------------------------------- length


@pytest.mark.parametrize("said", [0, 1, 2, "NE:NO_COMPRESSION"])
def test_every_complete_reading_fits_into_the_room_of_its_charter(said: int | str) -> None:
    content = a_content(**{f"COMP_{segment}": said for segment in ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV", "PTV", "SFJ", "GSV")})
    answers = tuple(replace(answer, evidence=(PROOF,)) for answer in content.answers)
    clips = tuple(Sha256(f"{number:064d}") for number in range(40))
    full = replace(content, answers=answers, clips=clips, viewing=tuple(Viewing(clip, 60, ((0, 59),)) for clip in clips), note="")
    assert SALT_BYTES + len(canonical(full.to_json())) < room_for(reduced())


def test_room_is_in_steps_and_grows_with_the_clips_alone() -> None:
    assert room_for(reduced()) % STEP == 0
    assert room_for(reduced(), 10) == room_for(reduced())
    assert room_for(reduced(), 500) > room_for(reduced())


# ---------------------------------------------------------------- cases


def a_case() -> tuple[dict[str, object], CaseDraft]:
    form = a_form()
    one, two = a_reading(form, COMP_CFV=2, COMP_FV_MID=0, COMP_POPV=1), a_reading(form, COMP_CFV=0, COMP_FV_MID=2, COMP_POPV=0)
    comparison = compared({"COMP_CFV": 2, "COMP_POPV": 1}, {"COMP_FV_MID": 2}, form=form)
    sides = {SegmentId("CFV"): 1, SegmentId("FV_MID"): 2, SegmentId("POPV"): 1}
    case = open_case(form, comparison, {1: one.answers, 2: two.answers}, sides, reason_required=True)  # type: ignore[arg-type]
    return case_json(case), CaseDraft(case_of(case_json(case), form, reason_required=True))


def test_a_case_comes_back_from_its_json() -> None:
    told, draft = a_case()
    case = draft.case
    assert case_json(case) == told
    assert [dispute.cell for dispute in case.disputes if dispute.by_closure] == [cell("COMP.POPV")]
    assert case.dispute(cell("COMP.CFV")).a.grade.value == "none"
    assert case.dispute(cell("COMP.FV_MID")).a.grade.value == "none"
    assert cell("COMP.FV_DIST") in case.agreed


def test_a_case_names_no_one_and_nothing_but_cells_grades_and_frames() -> None:
    told, _ = a_case()
    assert told.keys() == {"agreed", "closure", "details", "disputed", "mode", "segments", "stands"}
    sides = [side for segment in told["segments"].values() for side in segment.values()]  # type: ignore[attr-defined]
    assert {key for side in sides for answer in side.values() for key in answer} <= {"evidence", "value", "missing", "reason"}


def test_the_key_of_a_case_tells_which_reading_is_a() -> None:
    key = key_json({1: "reading of slot 1", 2: "reading of slot 2"}, {SegmentId("CFV"): 1, SegmentId("POPV"): 2})
    assert key["segments"]["CFV"] == {"A": "reading of slot 1", "B": "reading of slot 2"}
    assert key["segments"]["POPV"] == {"A": "reading of slot 2", "B": "reading of slot 1"}


@pytest.mark.parametrize(
    ("decision", "stands"),
    [
        (Decision(cell("COMP.CFV"), Take.A, Grade("none")), True),
        (Decision(cell("COMP.CFV"), Take.B, Grade("full")), True),
        (Decision(cell("COMP.CFV"), Take.OWN, Grade("partial")), True),
        (Decision(cell("COMP.CFV"), Take.A, Grade("full")), False),
        (Decision(cell("COMP.CFV"), Take.B, Grade("partial")), False),
        (Decision(cell("COMP.SSV"), Take.OWN, Grade("partial")), False),
    ],
)
def test_a_decision_stands_in_its_case_only_with_the_grade_shown_there(decision: Decision, stands: bool) -> None:  # noqa: FBT001
    assert (not misplaced(a_case()[1].case, [decision])) is stands
