"""What the automatic checks find: in pictures and times, in labels, in the interval between visits; and what proof a segment lacks."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.domain.attributes import Attributes
from corelab.domain.charter import load_charter
from corelab.domain.clip import RegionKind, Timing, TimingSource
from corelab.domain.clip_findings import Finding, Shown, of_label, of_picture
from corelab.domain.clip_label import Mode, Proposal, ProposalSource, View
from corelab.domain.form import segments_of
from corelab.domain.proof import Taken, Want, lacking, wants
from corelab.domain.visit_window import day_of_exam, is_outside
from corelab.domain.vocabulary import SegmentId, Side, VisitId
from tests.charter_builders import DVT, full

LEG = load_charter(full(DVT).encode())
ALL_KINDS = frozenset(RegionKind)


def shown(
    frames: int = 60,
    ms: float = 33.0,
    *,
    source: TimingSource = TimingSource.FRAME_TIME,
    kinds: frozenset[RegionKind] = ALL_KINDS,
    calibrated: bool = True,
    coloured: bool | None = True,
) -> Shown:
    return Shown(Timing(source, (ms,) * frames), kinds, calibrated, coloured)


def test_a_clip_as_it_should_be_has_no_finding() -> None:
    assert [list(of_picture(shown(), view, mode)) for view in (None, *View) for mode in (None, *Mode)] == [[]] * 16


@pytest.mark.parametrize(
    ("what", "view", "mode", "found"),
    [
        (shown(1), View.COMPRESSION, None, Finding.ONE_FRAME),
        (shown(1), View.AUGMENTATION, None, Finding.ONE_FRAME),
        (shown(30, 33.0), None, None, Finding.SHORT),
        (shown(20, 120.0), None, None, Finding.FRAME_RATE),
        (shown(30, 33.0, source=TimingSource.ASSUMED), None, None, Finding.RATE_ASSUMED),
        (shown(calibrated=False), None, None, Finding.NOT_CALIBRATED),
        (shown(coloured=False), None, Mode.COLOUR, Finding.COLOUR_ABSENT),
        (shown(kinds=frozenset({RegionKind.TISSUE})), None, Mode.SPECTRAL, Finding.SPECTRAL_ABSENT),
    ],
)
def test_one_thing_that_is_not_as_it_should_be_is_one_finding(what: Shown, view: View | None, mode: Mode | None, found: Finding) -> None:
    assert list(of_picture(what, view, mode)) == [found]
    assert found.message


@pytest.mark.parametrize(
    ("what", "view", "mode"),
    [
        (shown(1), View.REST, None),
        (shown(1, source=TimingSource.ASSUMED), None, None),
        (shown(coloured=None), None, Mode.COLOUR),
        (shown(coloured=False), None, Mode.B),
        (shown(kinds=frozenset()), None, Mode.B),
        (shown(10, 100.0), None, None),
    ],
)
def test_what_nobody_claimed_or_looked_at_is_no_finding(what: Shown, view: View | None, mode: Mode | None) -> None:
    assert list(of_picture(what, view, mode)) == []


CFV = SegmentId("CFV")


@pytest.mark.parametrize(
    ("segment", "side", "differs"),
    [("CFV", Side.LEFT, False), ("POPV", Side.LEFT, True), ("CFV", Side.RIGHT, True), ("CFV", Side.UNPAIRED, False)],
)
def test_a_label_that_no_source_shares_is_told(segment: str, side: Side, *, differs: bool) -> None:
    words = Proposal(CFV, Side.LEFT, None, None, ProposalSource.WORDS)
    evidence = [words, Proposal(SegmentId("POPV"), None, None, None, ProposalSource.ORDER)]
    assert list(of_label(SegmentId(segment), side, evidence)) == ([Finding.LABEL_DIFFERS] if differs else [])
    assert list(of_label(SegmentId(segment), side, [])) == []


# ---------------------------------------------------------------- visits

FIRST = date(2024, 4, 8)
VISITS = {visit.id: visit for visit in LEG.visits}


@pytest.mark.parametrize("visit", sorted(VISITS))
@pytest.mark.parametrize(("edge", "step"), [(0, -1), (1, 1)])
def test_a_window_includes_both_of_its_days_and_nothing_beyond(visit: str, edge: int, step: int) -> None:
    last = FIRST + timedelta(days=VISITS[visit].window[edge])
    assert not is_outside(LEG, VisitId(visit), last, FIRST)
    assert is_outside(LEG, VisitId(visit), last + timedelta(days=step), FIRST)


@given(st.integers(-2000, 2000), st.integers(0, 300), st.sampled_from(sorted(VISITS)))
def test_dates_that_are_shifted_alike_tell_the_same(interval: int, weeks: int, visit: str) -> None:
    recorded, back = FIRST + timedelta(days=interval), timedelta(weeks=weeks)
    assert is_outside(LEG, VisitId(visit), recorded, FIRST) == is_outside(LEG, VisitId(visit), recorded - back, FIRST - back)


def test_one_clip_of_another_day_does_not_move_the_day_of_the_exam() -> None:
    assert day_of_exam([FIRST, FIRST, FIRST - timedelta(days=400)]) == FIRST
    assert day_of_exam([FIRST + timedelta(days=1), FIRST]) == FIRST
    assert day_of_exam([]) is None


# ---------------------------------------------------------------- proof

LEFT = Attributes({"STUDY_LIMB": "left"})
PLACES = {place.id: place for place in segments_of(LEG, LEFT)}


def test_a_pair_of_frames_wants_a_compression_and_a_colour_question_colour() -> None:
    assert wants(LEG, VisitId("D10"), LEFT, PLACES[CFV]) == (View.COMPRESSION, Mode.COLOUR)
    assert wants(LEG, VisitId("D10"), LEFT, PLACES[SegmentId("SFJ")]) == (View.COMPRESSION,)
    assert Mode.SPECTRAL in wants(LEG, VisitId("M6"), LEFT, PLACES[SegmentId("POPV")])


TAKEN = st.tuples(st.sampled_from([None, *View]), st.sampled_from([None, *Mode]))
WANTED = st.lists(st.sampled_from([*View, *Mode]), unique=True)


@given(WANTED, st.lists(TAKEN, max_size=4))
def test_only_what_is_wanted_and_certainly_not_shown_is_lacking(
    wanted: list[View | Mode], taken: list[tuple[View | None, Mode | None]]
) -> None:
    found = lacking(wanted, taken)
    assert set(found) <= set(wanted)
    assert set(found) == {want for want in wanted if taken and _sure(want, taken)}
    assert lacking(wanted, [*taken, (None, None)]) == ()


def _sure(want: Want, taken: list[Taken]) -> bool:
    place = 0 if isinstance(want, View) else 1
    return all(each[place] is not None and each[place] is not want for each in taken)
