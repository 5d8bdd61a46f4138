"""What a reader is asked, in which order, and what every key does: on the full charters, without a window."""

from dataclasses import replace

import pytest

from corelab.domain.asking import Standing
from corelab.domain.checks import CheckCode, hard_faults, unconfirmed
from corelab.domain.form import Form
from corelab.domain.vocabulary import WHOLE_EXAM, Binding, Cell, Evidence, ItemId, Missing, SegmentId
from corelab.ui.caliper import Caliper
from corelab.ui.capture import captured, drawn_again, shows
from corelab.ui.entry import EntryRefusedError, refused_digit
from corelab.ui.grading import Grading
from corelab.ui.question_order import rows_of, segments_asked
from corelab.ui.segment_state import places_of, states_of
from corelab.ui.segment_words import legend_words, segment_grade
from corelab.ui.vein_paths import tree_of
from tests.gui.full_forms import CLIP, COLOUR_BOX, STRIP, TISSUE, a_clip, a_form, begun, leg, portal

MARK = Evidence(CLIP, 3, bound=Binding.MARKED)


def a_cell(segment: str, item: str) -> Cell:
    return Cell(SegmentId(segment), ItemId(item))


def items(grading: Grading) -> list[str]:
    return [row.cell.item for row in grading.rows.rows]


def clean(grading: Grading) -> tuple[Grading, int]:
    """The first answer to everything that is asked, and how many keys that took."""
    keys = 0
    while grading.reading.unanswered:
        before, grading, keys = grading, grading.digit(1, None), keys + 1
        assert grading.reading is not before.reading, grading.cell
    return grading, keys


# ---------------------------------------------------------------- keys


def test_a_clean_leg_costs_nineteen_keys() -> None:
    done, keys = clean(leg())
    assert keys == 19
    assert done.reading.progress == (19, 19)


def test_the_reflux_questions_of_a_clean_leg_cost_nine_more() -> None:
    both = clean(leg("M6"))[1]
    assert both - clean(leg())[1] == 9


def test_a_clean_portal_exam_costs_a_key_per_question_and_one_per_open_vessel() -> None:
    grading = portal().at_segment(SegmentId("HV_LEFT"))
    for _ in range(2):
        grading = grading.digit(1, None)
    assert grading.reading.answers[a_cell("HV_LEFT", "HVWAVE")].grade.value == "triphasic"
    core = [cell for cell, question in portal().reading.form.questions.items() if question.use.name == "CORE" and cell.item != "QUAL"]
    assert len(core) == 8


def test_the_remnant_costs_three_numbers() -> None:
    grading = portal("REMNANT")
    assert grading.segment == WHOLE_EXAM
    for typed in ("1500", "20", "420"):
        grading = grading.entered(typed)
    assert grading.reading.unanswered == ()
    assert grading.reading.answers[Cell(WHOLE_EXAM, ItemId("FLRV"))].grade.value == "420"


# ---------------------------------------------------------------- what is asked


def test_a_clean_segment_asks_two_questions_and_folds_the_optional_ones() -> None:
    grading = leg().at_segment(SegmentId("CFV"))
    assert items(grading) == ["QUAL", "COMP", "FLOW", "STENT"]
    assert [cell.item for cell in grading.rows.folded] == ["SPON", "CONF", "TXT"]


def test_details_stand_right_below_what_asks_for_them_and_come_next() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None)
    assert items(grading) == ["QUAL", "COMP", "THR", "PHAS", "D_REST", "D_COMP", "FLOW", "STENT"]
    assert [row.depth for row in grading.rows.rows] == [0, 0, 1, 1, 1, 1, 0, 0]
    assert grading.cell == a_cell("CFV", "THR")
    chained = grading.digit(3, None)
    assert items(chained)[2:6] == ["THR", "EXT", "ECHO", "AGE"]
    assert chained.cell == a_cell("CFV", "EXT")


def test_a_detail_stands_under_the_question_that_asks_for_it_here() -> None:
    grading = leg().at_cell(a_cell("POPV", "COMP")).digit(1, None).digit(3, None)
    assert items(grading) == ["QUAL", "COMP", "FLOW", "THR"]


def test_a_detail_that_no_longer_applies_vanishes_and_comes_back_with_its_value() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None).digit(3, None)
    gone = grading.at_cell(a_cell("CFV", "COMP")).digit(1, None)
    assert "THR" not in items(gone)
    clean_flow = gone.at_cell(a_cell("CFV", "FLOW")).digit(1, None)
    assert clean_flow.reading.grades[a_cell("CFV", "THR")].missing is Missing.NOT_APPLICABLE
    back = gone.at_cell(a_cell("CFV", "COMP")).digit(2, None)
    assert back.reading.grades[a_cell("CFV", "THR")].value == "occlusive"


def test_a_detail_that_cannot_be_told_is_shown_and_may_stay_empty() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(9, None).digit(2, None).digit(1, None)
    row = next(row for row in grading.at_segment(SegmentId("CFV")).rows.rows if row.cell.item == "THR")
    assert row.standing is Standing.UNKNOWN
    assert row.cell not in grading.reading.unanswered


def test_optional_questions_unfold_are_answered_one_after_another_and_stay() -> None:
    grading = leg().at_segment(SegmentId("CFV")).folding()
    assert grading.cell == a_cell("CFV", "SPON")
    assert grading.digit(1, None).cell == a_cell("CFV", "COMP")
    done = clean(leg())[0].at_segment(SegmentId("CFV")).folding().digit(1, None)
    assert done.cell == a_cell("CFV", "CONF")
    folded = done.folding()
    assert "SPON" in items(folded)
    assert [cell.item for cell in folded.rows.folded] == ["CONF", "TXT"]


def test_questions_of_the_whole_exam_stand_at_the_end() -> None:
    form = leg().reading.form
    assert form.segments[-1].is_exam
    assert items(leg().at_segment(WHOLE_EXAM)) == ["COMPLETE"]


def test_a_reading_of_the_whole_exam_walks_over_no_segment() -> None:
    assert [one.id for one in segments_asked(portal("REMNANT").reading.form)] == [WHOLE_EXAM]
    assert portal("REMNANT").beside(-5).segment == WHOLE_EXAM
    assert len(segments_asked(portal().reading.form)) > 6


def test_undo_finds_its_way_back_through_details() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None).digit(3, None)
    undone = grading.undone().undone()
    assert "THR" not in items(undone)
    assert undone.cell == a_cell("CFV", "COMP")
    again = undone.redone().redone()
    assert again.reading.answers == grading.reading.answers


# ---------------------------------------------------------------- kinds


def test_digits_choose_several_options_and_enter_takes_them() -> None:
    grading = begun(_odd())
    cell = next(cell for cell in grading.reading.form.cells if cell.item == "WAND")
    chosen = grading.at_cell(cell).digit(3, None).digit(1, None).digit(2, None).digit(2, None)
    assert cell not in chosen.reading.answers
    taken = chosen.confirmed(None)
    first, _, third, *_ = taken.reading.form.item(cell.item).options  # type: ignore[union-attr]
    assert taken.reading.answers[cell].grade.value == f"{first.value}+{third.value}"


def test_nothing_chosen_is_no_answer() -> None:
    grading = begun(_odd())
    cell = next(cell for cell in grading.reading.form.cells if cell.item == "WAND")
    taken = grading.at_cell(cell).digit(1, None).confirmed(None).at_cell(cell)
    assert cell not in taken.digit(1, None).confirmed(None).reading.answers


@pytest.mark.parametrize(("typed", "value"), [("1500", "1500"), (" 900 ", "900")])
def test_a_number_is_typed(typed: str, value: str) -> None:
    assert portal("REMNANT").entered(typed).reading.answers[Cell(WHOLE_EXAM, ItemId("TLV"))].grade.value == value


def test_a_comma_is_a_point_and_the_digits_are_those_of_the_item() -> None:
    grading = portal("REMNANT").at_cell(Cell(WHOLE_EXAM, ItemId("BSA"))).entered("1,9")
    assert grading.reading.answers[Cell(WHOLE_EXAM, ItemId("BSA"))].grade.value == "1.90"


@pytest.mark.parametrize("typed", ["99999999", "12.5", "twelve", "-5"])
def test_a_number_that_is_refused_tells_what_would_be_taken(typed: str) -> None:
    with pytest.raises(EntryRefusedError, match=r"mL, whole numbers"):
        portal("REMNANT").entered(typed)


def test_an_empty_field_takes_the_number_back() -> None:
    grading = portal("REMNANT")
    assert grading.entered("1500").at_cell(Cell(WHOLE_EXAM, ItemId("TLV"))).entered("").reading.answers == grading.reading.answers


def test_words_are_kept_while_they_are_written_and_undone_in_one_step() -> None:
    grading = leg().at_cell(a_cell("CFV", "TXT"))
    written = grading.texted("scar").texted("scar in the gro").texted("scar in the groin")
    assert written.reading.answers[a_cell("CFV", "TXT")].grade.value == "scar in the groin"
    assert a_cell("CFV", "TXT") not in written.undone().reading.answers


def test_digits_mean_nothing_where_a_value_is_measured() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None).at_cell(a_cell("CFV", "D_REST"))
    assert not any(grading.accepts(digit) for digit in range(10))
    assert grading.item is not None
    assert "M, then two clicks" in refused_digit(grading.item, 8)
    assert grading.asking_reason().digit(2, None).reading.answers[a_cell("CFV", "D_REST")].grade.reason == "WINDOW"


# ---------------------------------------------------------------- calipers


def measured(grading: Grading, *points: tuple[float, float], clip: tuple[object, ...] = (TISSUE, STRIP)) -> Grading:
    assert grading.item is not None
    return grading.measured(captured(grading.item, a_clip(*clip), Caliper(7, *points)))  # type: ignore[arg-type]


def test_two_calipers_in_a_row_answer_two_questions() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None).at_cell(a_cell("CFV", "D_REST"))
    both = measured(measured(grading, (100.5, 20.5), (100.5, 104.5)), (100.5, 20.5), (100.5, 59.5))
    rest, under = (both.reading.answers[a_cell("CFV", item)] for item in ("D_REST", "D_COMP"))
    assert (rest.grade.value, under.grade.value) == ("8.4", "3.9")
    (proof,) = rest.evidence
    assert (proof.bound, proof.frame_a) == (Binding.CALIPER, 7)
    assert proof.caliper is not None
    assert (proof.caliper.points, proof.caliper.region, proof.caliper.unit) == (((10000, 2000), (10000, 10400)), 0, "mm")
    assert drawn_again(proof) == Caliper(7, (100.5, 20.5), (100.5, 104.5))
    codes = [fault.code for fault in hard_faults(both.reading, [a_clip()]) if fault.cell == rest.cell]
    assert codes == []


def test_a_duration_is_measured_across_the_strip_and_a_velocity_down() -> None:
    reflux = leg("M6").at_cell(a_cell("CFV", "REFP")).digit(2, None)
    across = measured(reflux.at_cell(a_cell("CFV", "REFS")), (50.5, 200.5), (150.5, 220.5))
    assert across.reading.answers[a_cell("CFV", "REFS")].grade.value == "1.00"
    flow = portal().at_cell(a_cell("PV_MAIN", "PAT")).digit(1, None).at_cell(a_cell("PV_MAIN", "TAMV"))
    down = measured(flow, (50.5, 200.5), (90.5, 170.5))
    assert down.reading.answers[a_cell("PV_MAIN", "TAMV")].grade.value == "15.0"


@pytest.mark.parametrize(
    ("points", "regions", "words"),
    [
        (((50, 200), (90, 230)), (TISSUE, STRIP), "not on the spectral strip"),
        (((50, 20), (90, 230)), (TISSUE, STRIP), "two different regions"),
        (((50, 20), (50, 22)), (TISSUE, STRIP), "0.5 to 60.0 mm"),
        (((50, 20), (50, 80)), (), "not calibrated"),
    ],
    ids=["another quantity", "two regions", "out of range", "no calibration"],
)
def test_a_caliper_that_cannot_answer_says_why(
    points: tuple[tuple[float, float], tuple[float, float]], regions: tuple[object, ...], words: str
) -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None).at_cell(a_cell("CFV", "D_REST"))
    assert grading.item is not None
    clip = replace(a_clip(), regions=regions)  # type: ignore[arg-type]
    with pytest.raises(EntryRefusedError, match=words):
        captured(grading.item, clip, Caliper(0, *points))


def test_a_frame_proves_an_item_by_itself_only_where_its_region_is_shown() -> None:
    form = leg().reading.form
    comp, flow, phas = (form.item(ItemId(each)) for each in ("COMP", "FLOW", "PHAS"))
    assert (shows(a_clip(TISSUE), comp), shows(a_clip(TISSUE), flow), shows(a_clip(TISSUE), phas)) == (True, False, False)
    assert shows(a_clip(TISSUE, COLOUR_BOX), flow)
    assert shows(a_clip(STRIP), phas)
    assert not shows(a_clip(STRIP), comp)


# ---------------------------------------------------------------- evidence, checks, states


def test_an_abnormal_grade_needs_a_frame_without_pressure_and_one_under_it() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(2, None)
    assert grading.paired(replace(MARK, frame_a=9)) == grading
    one = grading.marked(MARK)
    assert one.lacking_evidence == (a_cell("CFV", "COMP"),)
    both = one.paired(replace(MARK, frame_a=9))
    assert both.lacking_evidence == ()
    assert both.reading.answers[a_cell("CFV", "COMP")].evidence == (replace(MARK, frame_b=9),)
    moved = both.at_cell(a_cell("CFV", "COMP")).marked(replace(MARK, frame_a=1))
    assert moved.reading.answers[a_cell("CFV", "COMP")].evidence == (replace(MARK, frame_a=1, frame_b=9),)


def test_a_check_is_told_where_it_belongs_until_a_reason_confirms_it() -> None:
    grading = leg().at_cell(a_cell("CFV", "COMP")).digit(1, None).digit(3, None)
    (firing,) = unconfirmed(grading.reading, [], at_answer=True)
    assert places_of(grading.reading.form, firing) == {"CFV"}
    states = states_of(grading.reading, [firing], {SegmentId("CFV")})
    assert (states[SegmentId("CFV")].checks, states[SegmentId("CFV")].open_details) == (1, 2)
    assert "1 check to confirm" in states[SegmentId("CFV")].words
    confirmed = grading.confirming(firing.check, firing.segment, "very slow flow")
    assert unconfirmed(confirmed.reading, [], at_answer=True) == ()


def test_a_check_of_the_exam_is_told_at_the_segments_it_looks_at() -> None:
    grading = leg().at_cell(a_cell("FV_DIST", "COMP")).digit(3, None).at_cell(a_cell("FV_DIST", "FLOW")).digit(1, None)
    firing = next(one for one in unconfirmed(grading.reading, [], at_answer=True) if one.segment == WHOLE_EXAM)
    assert places_of(grading.reading.form, firing) == {"FV_DIST"}


def test_hard_checks_keep_it_from_being_signed_in_the_charters_words() -> None:
    grading = leg().at_cell(a_cell("CFV", "QUAL")).digit(3, None).at_cell(a_cell("CFV", "COMP")).digit(1, None)
    (fault,) = [fault for fault in hard_faults(grading.reading, []) if fault.code is CheckCode.CHECK]
    assert fault.segment == "CFV"


# ---------------------------------------------------------------- the map


def test_each_charter_finds_its_own_drawing_and_an_unknown_one_none() -> None:
    leg_tree, liver = (tree_of(one.map for one in each.reading.form.segments) for each in (leg(), portal()))
    assert leg_tree is not None
    assert liver is not None
    assert not leg_tree.single
    assert liver.single
    assert {one.map for one in portal().reading.form.segments} - {""} <= set(liver.veins)
    assert tree_of(["NOWHERE", "ELSEWHERE", "IVC"]) is None
    assert tree_of([]) is None


def test_the_map_draws_the_first_choice_that_must_be_made() -> None:
    grading = portal().at_cell(a_cell("PV_LEFT", "PAT")).digit(2, None)
    assert segment_grade(grading.reading, grading.reading.form.segment(SegmentId("PV_LEFT"))) == 1
    assert legend_words(grading.reading.form) == ((0, "Patent"), (1, "Other"))
    assert legend_words(leg().reading.form) == ((0, "Full"), (1, "Partial"), (2, "None"))


def test_rows_of_a_segment_that_was_not_imaged_are_none() -> None:
    reading = leg(received=["CFV"]).reading
    assert rows_of(reading, SegmentId("CIV")).rows == ()


def _odd() -> Form:
    sides = [(segment, suffix) for segment in ("SUBCL", "CEPH", "BASIL") for suffix in (".L", ".R")]
    roles = {("ZUGANG", f"{segment}{suffix}"): "fistel" for segment, suffix in sides} | {("ZUGANG", "ANAST"): "zentral"}
    return a_form("odd", "ARM", "BL", roles=roles)
