"""What the sources of a clip come to: codes of the charter, the strongest word on each point, and who disagrees."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.charter import load_charter
from corelab.domain.clip_evidence import combined, exam_side, proposals_of, segments_conflict, sides_conflict
from corelab.domain.clip_label import Concept, Hint, Mode, Proposal, ProposalSource, View
from corelab.domain.clip_quality import AS_IT_SHOULD_BE, ClipQuality, Quality, QualityReason
from corelab.domain.vocabulary import SegmentId, Side
from tests.charter_builders import DVT, PORTAL, full

LEG, LIVER = load_charter(full(DVT).encode()), load_charter(full(PORTAL).encode())
CFV: Concept = ("SCT", "397363009")
FEMORAL: Concept = ("SCT", "397364003")
IVC: Concept = ("SCT", "64131007")
MIDDLE: Concept = ("NCIt", "C25569")
POPLITEAL: Concept = ("SCT", "56849005")


def said(source: ProposalSource, segment: str | None = None, side: Side | None = None, view: View | None = None) -> Proposal:
    return Proposal(SegmentId(segment) if segment else None, side, view, None, source)


def test_a_code_names_the_segment_that_carries_it_in_the_charter() -> None:
    (one,) = proposals_of(LEG, [Hint(ProposalSource.CODES, ((CFV, None),), Side.RIGHT)])
    assert one == said(ProposalSource.CODES, "CFV", Side.RIGHT)
    assert proposals_of(LIVER, [Hint(ProposalSource.CODES, ((CFV, None),))]) == ()


def test_a_code_that_several_segments_share_leaves_them_open_until_a_part_is_said() -> None:
    whole = proposals_of(LEG, [Hint(ProposalSource.CODES, ((FEMORAL, None),))])
    assert {one.segment for one in whole} == {"FV_PROX", "FV_MID", "FV_DIST"}
    (middle,) = proposals_of(LEG, [Hint(ProposalSource.WORDS, ((FEMORAL, MIDDLE),))])
    assert middle.segment == "FV_MID"
    assert combined(whole) is None
    both = combined([*whole, middle])
    assert both is not None
    assert (both.segment, both.source) == ("FV_MID", ProposalSource.WORDS)


def test_a_vein_without_side_is_unpaired_whatever_the_header_says_of_the_limb() -> None:
    evidence = proposals_of(LEG, [Hint(ProposalSource.CODES, ((IVC, None),), Side.LEFT), Hint(ProposalSource.WORDS, side=Side.RIGHT)])
    found = combined(evidence)
    assert found is not None
    assert (found.segment, found.side) == ("IVC", Side.UNPAIRED)
    assert not sides_conflict(evidence)


STUDY, PAIRED = (f'id = "CFV"\nname = "Common femoral vein"\nside = "{side}"' for side in ("study", "both"))
BOTH = load_charter(full(DVT).replace(STUDY, PAIRED, 1).encode())


@pytest.mark.parametrize(("side", "segments"), [(Side.LEFT, {"CFV.L"}), (Side.RIGHT, {"CFV.R"}), (None, {"CFV.L", "CFV.R"})])
def test_a_vein_of_both_sides_is_named_as_in_readings(side: Side | None, segments: set[str]) -> None:
    found = proposals_of(BOTH, [Hint(ProposalSource.CODES, ((CFV, None),), side)])
    assert {one.segment for one in found} == segments


def test_a_source_that_is_silent_about_the_side_takes_it_from_one_that_is_not() -> None:
    found = combined(proposals_of(BOTH, [Hint(ProposalSource.CODES, side=Side.RIGHT), Hint(ProposalSource.WORDS, ((CFV, None),))]))
    assert found is not None
    assert (found.segment, found.side) == ("CFV.R", Side.RIGHT)


RANKS = list(ProposalSource)


@given(st.permutations(RANKS))
def test_the_strongest_source_wins_in_whatever_order_they_come(order: list[ProposalSource]) -> None:
    evidence = [said(source, segment=f"S{source.rank}") for source in order]
    found = combined(evidence)
    assert found is not None
    assert (found.segment, found.source) == ("S0", ProposalSource.PICTURE)


SIDES = st.sampled_from([None, Side.LEFT, Side.RIGHT])
PROPOSALS = st.builds(
    Proposal,
    st.sampled_from([None, SegmentId("A"), SegmentId("B"), SegmentId("C")]),
    SIDES,
    st.sampled_from([None, *View]),
    st.sampled_from([None, *Mode]),
    st.sampled_from(ProposalSource),
)


@given(st.lists(PROPOSALS, max_size=5))
def test_what_is_proposed_was_said_by_somebody(evidence: list[Proposal]) -> None:
    found = combined(evidence)
    if found is None:
        assert all(one.side is None and one.view is None and one.mode is None for one in evidence)
        return
    assert found.segment in {None, *(one.segment for one in evidence)}
    assert found.side in {None, *(one.side for one in evidence)}
    assert found.view in {None, *(one.view for one in evidence)}
    assert found.mode in {None, *(one.mode for one in evidence)}
    assert found.source in {one.source for one in evidence}


@given(st.lists(PROPOSALS, max_size=4))
def test_a_conflict_does_not_depend_on_the_order_and_one_source_has_none_about_segments(evidence: list[Proposal]) -> None:
    again = [(segments_conflict(each), sides_conflict(each)) for each in permutations(evidence)]
    assert len(set(again)) <= 1
    if len({one.source for one in evidence}) <= 1:
        assert not segments_conflict(evidence)


def test_two_sources_that_leave_something_in_common_do_not_disagree() -> None:
    open_, closed = (
        (said(ProposalSource.WORDS, "FV_MID"), said(ProposalSource.WORDS, "FV_DIST")),
        said(ProposalSource.TRANSMITTAL, "FV_MID"),
    )
    assert not segments_conflict([*open_, closed])
    assert segments_conflict([*open_, said(ProposalSource.TRANSMITTAL, "POPV")])


@pytest.mark.parametrize("source", [source for source in ProposalSource if source is not ProposalSource.PICTURE])
def test_tag_right_and_picture_left_is_a_conflict_with_any_source_but_the_order(source: ProposalSource) -> None:
    evidence = [said(ProposalSource.PICTURE, "CFV", Side.LEFT), said(source, "POPV", Side.RIGHT)]
    assert sides_conflict(evidence) is (source is not ProposalSource.ORDER)
    assert segments_conflict(evidence) is (source is not ProposalSource.ORDER)


def test_the_limb_under_study_speaks_for_every_clip_only_where_every_sided_vein_is_of_that_limb() -> None:
    assert exam_side(LEG, Side.LEFT, delivered=False) == said(ProposalSource.EXAM, side=Side.LEFT)
    assert exam_side(BOTH, Side.LEFT, delivered=False) is None
    assert exam_side(BOTH, Side.LEFT, delivered=True) == said(ProposalSource.EXAM, side=Side.LEFT)
    assert exam_side(LEG, None, delivered=True) is None


@given(st.sampled_from(Quality), st.lists(st.sampled_from(QualityReason), max_size=3))
def test_a_grade_below_diagnostic_has_reasons_and_a_diagnostic_one_none(grade: Quality, reasons: list[QualityReason]) -> None:
    if (grade is Quality.DIAGNOSTIC) == bool(reasons):
        with pytest.raises(ValueError, match="reason"):
            ClipQuality(grade, tuple(reasons))
        return
    made = ClipQuality(grade, tuple(reasons))
    assert set(made.reasons) == set(reasons)
    assert made == ClipQuality(grade, tuple(reversed(made.reasons)))
    assert AS_IT_SHOULD_BE.grade is Quality.DIAGNOSTIC
