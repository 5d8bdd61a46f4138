"""What keeps a reading from being signed, told all at once."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from corelab.domain.charter import load_charter
from corelab.domain.checks import CheckCode, CheckFault, hard_faults, may_grade, played
from corelab.domain.identity import IdentityKind, identity_hints
from corelab.domain.query_words import may_not_stand
from corelab.domain.reading import Reading
from corelab.domain.reasons import ReasonRefusedError, lasting_words
from corelab.domain.vocabulary import Answer, AssignmentId, Binding, Evidence, Grade, SegmentId, Sha256, not_evaluable
from tests.exam_builders import CLIP, a_clip, a_form, a_reading, cell, changed


def codes(faults: tuple[CheckFault, ...]) -> list[CheckCode]:
    return [fault.code for fault in faults]


def test_a_complete_reading_may_be_signed() -> None:
    assert hard_faults(a_reading(COMP_CFV=2), [a_clip()]) == ()


def test_everything_is_told_at_once() -> None:
    reading = a_reading().cleared(cell("COMP.CFV")).answered(cell("COMP.POPV"), Grade("none")).with_note("seen on 2026-01-12")
    found = [(fault.code, fault.cell) for fault in hard_faults(reading, [a_clip()])]
    assert found == [
        (CheckCode.UNANSWERED, cell("COMP.CFV")),
        (CheckCode.EVIDENCE_MISSING, cell("COMP.POPV")),
        (CheckCode.IDENTITY_IN_NOTE, None),
    ]


def test_an_abnormal_grade_needs_a_frame_that_the_reader_marked() -> None:
    auto = a_reading().answered(cell("COMP.CFV"), Grade("partial"), [Evidence(CLIP, 3)])
    assert codes(hard_faults(auto, [a_clip()])) == [CheckCode.EVIDENCE_MISSING]
    marked = auto.answered(cell("COMP.CFV"), Grade("partial"), [Evidence(CLIP, 3, bound=Binding.MARKED)])
    assert hard_faults(marked, [a_clip()]) == ()


def test_a_normal_grade_and_not_evaluable_need_none() -> None:
    reading = a_reading().answered(cell("COMP.CFV"), Grade("full")).answered(cell("COMP.POPV"), not_evaluable("WINDOW"))
    assert hard_faults(reading, [a_clip()]) == ()


def test_a_reason_that_asks_for_a_note_needs_one() -> None:
    reading = a_reading(COMP_CFV="NE:OTHER")
    assert codes(hard_faults(reading, [a_clip()])) == [CheckCode.NOTE_MISSING]
    assert hard_faults(reading.with_note("scar over the groin"), [a_clip()]) == ()


@pytest.mark.parametrize(
    "evidence",
    [Evidence(Sha256("d" * 64), 0), Evidence(CLIP, 10), Evidence(CLIP, -1), Evidence(CLIP, 4), Evidence(CLIP, 3, 99)],
    ids=["another clip", "past the end", "before the start", "a frame that cannot be shown", "second frame past the end"],
)
def test_evidence_must_be_a_frame_of_this_exam(evidence: Evidence) -> None:
    reading = a_reading().answered(cell("COMP.CFV"), Grade("full"), [evidence])
    faults = hard_faults(reading, [a_clip(damaged=(4,))])
    assert [(fault.code, fault.cell, fault.clip) for fault in faults] == [(CheckCode.EVIDENCE_UNKNOWN, cell("COMP.CFV"), evidence.clip)]


def test_a_frame_pair_of_this_exam_is_good_evidence() -> None:
    reading = a_reading().answered(cell("COMP.CFV"), Grade("full"), [Evidence(CLIP, 3, 7)])
    assert hard_faults(reading, [a_clip()]) == ()


def test_a_grade_that_the_form_does_not_offer_is_found_in_a_restored_draft() -> None:
    reading = a_reading()
    wrong = Answer(cell("COMP.CFV"), Grade("complete"))
    restored = replace(reading, answers=MappingProxyType({**reading.answers, cell("COMP.CFV"): wrong}))
    assert codes(hard_faults(restored, [a_clip()])) == [CheckCode.GRADE_REFUSED]


def test_a_clip_is_played_when_every_frame_that_can_be_shown_was_shown() -> None:
    clip = a_clip(frames=5, damaged=(2,))
    reading = a_reading().with_played(CLIP, [0, 1, 3])
    assert not played(reading, clip)
    assert played(reading.with_played(CLIP, [4]), clip)


def test_where_the_charter_says_so_every_clip_must_have_been_played() -> None:
    strict = load_charter(changed(('unplayed_clips = "off"', 'unplayed_clips = "hard"')))
    reading = a_reading(a_form(of=strict))
    faults = hard_faults(reading, [a_clip()])
    assert [(fault.code, fault.clip) for fault in faults] == [(CheckCode.CLIP_UNPLAYED, CLIP)]
    assert hard_faults(reading.with_played(CLIP, range(10)), [a_clip()]) == ()


def test_where_the_charter_says_so_a_segment_is_graded_only_after_a_clip_of_it_played() -> None:
    charter = load_charter(changed(("first_play_before_grading = false", "first_play_before_grading = true")))
    form, clips = a_form(of=charter), [a_clip(segment="CFV")]
    opened = Reading.begun(AssignmentId("a"), form)
    assert not may_grade(opened, SegmentId("CFV"), clips)
    assert may_grade(opened, SegmentId("POPV"), clips)
    assert may_grade(opened.with_played(CLIP, range(10)), SegmentId("CFV"), clips)
    faults = hard_faults(a_reading(form), clips)
    assert [(fault.code, fault.segment) for fault in faults] == [(CheckCode.SEGMENT_UNPLAYED, SegmentId("CFV"))]
    assert hard_faults(a_reading(form).with_played(CLIP, range(10)), clips) == ()


def test_words_that_look_like_identity_are_shown_to_the_reader() -> None:
    faults = hard_faults(a_reading().with_note("Thrombus as in Mrs Example, born 3 March"), [a_clip()])
    assert [fault.found for fault in faults] == ["Mrs Example", "born", "3 March"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("seen 2026-01-12", IdentityKind.DATE),
        ("seen 12/01/26", IdentityKind.DATE),
        ("on 3rd March 1950", IdentityKind.DATE),
        ("on Sept. 3", IdentityKind.DATE),
        ("in May 1950", IdentityKind.DATE),
        ("ask a.b@site.example", IdentityKind.ADDRESS),
        ("case 123456", IdentityKind.NUMBER),
        ("call 555-123-4567", IdentityKind.NUMBER),
        ("as told by Dr Example", IdentityKind.PERSON),
        ("Ms Example has a stent", IdentityKind.PERSON),
        ("DOB on the image", IdentityKind.PERSON),
        ("Name: E.", IdentityKind.PERSON),
        ("patient Anna Example", IdentityKind.PERSON),
    ],
)
def test_looks_like_identity(text: str, kind: IdentityKind) -> None:
    assert kind in {hint.kind for hint in identity_hints(text)}


@pytest.mark.parametrize(
    "text",
    [
        "12 May",
        "jan 2026",
        "12 mai",
        "ask a@b",
        "see www.site.example",
        "as in photo.jpg",
        "C:/clips/one/",
        "1.2.840.10008.1",
        "(0123) 456 78",
    ],
)
def test_words_that_would_stop_every_package_are_signed_by_nobody(text: str) -> None:
    assert may_not_stand(text)
    assert hard_faults(a_reading().with_note(text), [a_clip()])
    with pytest.raises(ReasonRefusedError) as refused:
        lasting_words(f"It was a mistake: {text}")
    assert refused.value.found


@pytest.mark.parametrize(
    "text",
    [
        "Frame 12 of 60, 25 fps, 40 ms each",
        "may not compress; 3 marginal views",
        "12.5 mm at rest, 3.0 mm under pressure, 76 % left",
        "patient moved; vein at 2 o'clock",
        "ratio 1/2, clip 3-4, T1 and T2",
        "2 decreased signals, 40 ms later",
    ],
)
def test_plain_findings_do_not_look_like_identity(text: str) -> None:
    assert identity_hints(text) == ()
