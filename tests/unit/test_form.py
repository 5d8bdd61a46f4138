"""What a reader is asked about an exam, and what stands without the reader."""

import pytest

from corelab.domain.attributes import UNKNOWN
from corelab.domain.charter import load_charter
from corelab.domain.form import SideUnknownError, refused, run_time_ids, segments_of, side_of
from corelab.domain.vocabulary import Grade, ItemId, Missing, NotApplicableCause, SegmentId, Side, not_applicable, not_evaluable, not_imaged
from tests.exam_builders import a_form, cell, changed, reduced

REQUIRED = ["CIV", "EIV", "CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV", "PTV", "PERV", "SFJ", "GSV", "SSV"]


def test_the_required_segments_are_asked_in_form_order() -> None:
    assert [segment.id for segment in a_form().segments] == REQUIRED


def test_a_clean_leg_costs_nineteen_answers() -> None:
    form = a_form()
    assert len([one for one in form.cells if one.item == "COMP"]) == 10
    assert len([one for one in form.cells if one.item == "FLOW"]) == 9
    assert set(form.prefilled) == {cell(f"QUAL.{segment}") for segment in REQUIRED}
    assert all(answer.grade.prefilled for answer in form.prefilled.values())


def test_an_optional_segment_is_asked_when_a_clip_of_it_came() -> None:
    form = a_form(received=["IVC", "ATV"])
    assert form.segments[0].label == "IVC"
    assert [item.id for item in form.questions_of(SegmentId("IVC"))] == ["QUAL", "FLOW"]
    assert [item.id for item in form.questions_of(SegmentId("ATV"))] == ["QUAL", "COMP"]


def test_an_optional_segment_without_clip_is_absent() -> None:
    form = a_form()
    assert form.questions_of(SegmentId("IVC")) == ()
    assert form.fixed[cell("FLOW.IVC")] == not_applicable(NotApplicableCause.ABSENT)
    assert form.fixed[cell("COMP.IVC")] == not_applicable(NotApplicableCause.CHARTER)
    with pytest.raises(KeyError):
        form.segment(SegmentId("IVC"))


def test_nobody_is_made_to_invent_a_compressibility_of_an_iliac_vein() -> None:
    assert [item.id for item in a_form().questions_of(SegmentId("CIV"))] == ["QUAL", "FLOW"]
    assert a_form().fixed[cell("COMP.CIV")] == not_applicable(NotApplicableCause.CHARTER)


def test_a_segment_that_was_closed_and_then_received_is_asked() -> None:
    form = a_form(received=["CFV"], not_imaged={"CFV": "NOT_SCANNED"})
    assert form.segment(SegmentId("CFV")).not_imaged is None
    assert form.asks(cell("COMP.CFV"))


def test_a_segment_closed_as_not_imaged_is_not_offered() -> None:
    form = a_form(not_imaged={"CFV": "REJECTED", "IVC": "NOT_SCANNED"})
    assert form.segment(SegmentId("CFV")).not_imaged == "REJECTED"
    assert form.questions_of(SegmentId("CFV")) == ()
    assert form.fixed[cell("COMP.CFV")] == not_imaged("REJECTED")
    assert form.fixed[cell("FLOW.IVC")] == not_imaged("NOT_SCANNED")
    assert not form.asks(cell("COMP.CFV"))


def test_every_cell_of_the_grid_is_asked_or_stands() -> None:
    form = a_form(received=["DFV"], not_imaged={"CFV": "NOT_SCANNED"})
    assert set(form.grid) == set(form.cells) | set(form.fixed)
    assert not set(form.cells) & set(form.fixed)
    assert len(form.grid) == len(set(form.grid)) == 18 * 3


def test_segments_take_the_side_under_study() -> None:
    assert a_form(limb="right").segment(SegmentId("CFV")).label == "R CFV"
    assert a_form(limb="left").segment(SegmentId("CFV")).label == "L CFV"
    assert side_of(reduced(), reduced().segment("IVC"), UNKNOWN) is Side.UNPAIRED


def test_without_the_side_there_is_no_form() -> None:
    with pytest.raises(SideUnknownError) as caught:
        segments_of(reduced(), UNKNOWN)
    assert caught.value.attribute == "STUDY_LIMB"


def test_a_segment_of_both_sides_stands_twice() -> None:
    charter = load_charter(changed(('name = "Popliteal vein"\nside = "study"', 'name = "Popliteal vein"\nside = "both"')))
    form = a_form(of=charter, not_imaged={"POPV.R": "NOT_SCANNED"})
    left, right = (form.segment(SegmentId(f"POPV.{side}")) for side in "LR")
    assert (left.label, left.code, left.not_imaged) == ("L POPV", "POPV", None)
    assert (right.label, right.not_imaged) == ("R POPV", "NOT_SCANNED")
    assert run_time_ids(charter, ["CFV", "POPV"]) == ("CFV", "POPV.L", "POPV.R")


def test_the_map_names_the_segment_unless_the_charter_names_another_path() -> None:
    charter = load_charter(changed(('name = "Popliteal vein"', 'name = "Popliteal vein"\nmap = "POP_PATH"')))
    form = a_form(of=charter)
    assert [form.segment(SegmentId(one)).map for one in ("POPV", "CFV")] == ["POP_PATH", "CFV"]


def test_reasons_are_offered_where_not_evaluable_is_allowed() -> None:
    form = a_form()
    assert [reason.id for reason in form.ne_reasons(ItemId("COMP"))][:2] == ["NO_COMPRESSION", "WINDOW"]
    assert form.ne_reasons(ItemId("QUAL")) == ()


def test_an_item_may_offer_some_reasons_only() -> None:
    charter = load_charter(changed(('id = "FLOW"', 'id = "FLOW"\nne_reasons = ["NO_COLOUR", "OTHER"]')))
    form = a_form(of=charter)
    assert [reason.id for reason in form.ne_reasons(ItemId("FLOW"))] == ["NO_COLOUR", "OTHER"]
    assert refused(form, cell("FLOW.CFV"), not_evaluable("WINDOW"))


@pytest.mark.parametrize(
    ("place", "given", "expected"),
    [
        ("COMP.CFV", Grade("full"), False),
        ("COMP.CFV", Grade("complete"), True),
        ("COMP.CFV", not_evaluable("WINDOW"), False),
        ("COMP.CFV", not_evaluable("BOREDOM"), True),
        ("QUAL.CFV", not_evaluable("WINDOW"), True),
        ("COMP.CFV", not_imaged("NOT_SCANNED"), True),
        ("COMP.CFV", not_applicable(NotApplicableCause.OPTIONAL), True),
        ("COMP.CIV", Grade("full"), True),
        ("THR.CFV", Grade("occlusive"), True),
    ],
)
def test_a_reader_may_give_only_what_the_form_offers(*, place: str, given: Grade, expected: bool) -> None:
    assert refused(a_form(), cell(place), given) is expected


def test_a_visit_without_the_block_asks_nothing() -> None:
    block = '[[block]]\nid = "THROMBOSIS"'
    other = f'[[block]]\nid = "REFLUX"\nlabel = "Reflux"\n\n{block}'
    month = 'window = [150, 210]\nblocks = ["THROMBOSIS"]'
    read = 'blocks = ["THROMBOSIS"]\nreaders'
    charter = load_charter(
        changed((block, other), (month, month.replace("THROMBOSIS", "REFLUX")), (read, read.replace("]", ', "REFLUX"]')))
    )
    form = a_form(of=charter, visit="M6")
    assert form.cells == ()
    assert {grade.missing for grade in form.fixed.values()} == {Missing.NOT_APPLICABLE}
