"""A reader against the known truth: figures by item, and what the charter makes of them."""

from collections.abc import Mapping

import pytest

from corelab.domain.certification import Examined, ItemFigures, Verdict, examined
from corelab.domain.charter import load_charter
from corelab.domain.vocabulary import Cell, Grade, NotApplicableCause, not_applicable, not_evaluable, not_imaged
from tests.charter_builders import DVT, full
from tests.exam_builders import cell, changed

AT_LEAST = load_charter(changed(("training_record = true", "training_record = true\nmin_weighted_kappa = 0.6")))
PLACES = ("COMP.CFV", "COMP.FV_PROX", "COMP.FV_MID", "COMP.FV_DIST", "COMP.POPV")
TRUTH = {cell(place): Grade(value) for place, value in zip(PLACES, ("full", "full", "partial", "none", "none"), strict=True)}


def said(**other: Grade) -> Mapping[Cell, Grade]:
    return {**TRUTH, **{cell(f"COMP.{segment}"): grade for segment, grade in other.items()}}


def one(given: Mapping[Cell, Grade]) -> ItemFigures:
    (figures,) = examined(AT_LEAST, [(TRUTH, given)], 1).items
    return figures


def test_who_says_what_is_true_agrees_wholly() -> None:
    found = examined(AT_LEAST, [(TRUTH, said())], 1)
    assert (found.items[0].cells, found.items[0].agreed, found.items[0].share, found.items[0].kappa) == (5, 5, 1.0, 1.0)
    assert found.verdict is Verdict.CERTIFIED


def test_kappa_is_weighted_by_ranks_and_graded_cells_only() -> None:
    # Table rows truth, columns reader: full 2 0 0; partial 0 0 1; none 0 0 2; linear weights 1, 1/2, 0.
    # p_o = 4.5 / 5; p_e from margins (2, 1, 2) and (2, 0, 3): (2*2 + 1*1 + 1.5 + 2*3) / 25 = 0.5.
    assert one(said(FV_MID=Grade("none"))).kappa == pytest.approx((0.9 - 0.5) / (1 - 0.5))
    missed = one(said(CFV=not_evaluable("WINDOW")))
    assert (missed.cells, missed.agreed, missed.not_evaluable, missed.kappa) == (5, 4, 1, 1.0)


def test_what_the_charter_did_not_ask_does_not_count() -> None:
    left_out = said(CFV=not_applicable(NotApplicableCause.CHARTER), POPV=not_imaged("NOT_SCANNED"))
    assert one(left_out).cells == 3
    assert examined(AT_LEAST, [(TRUTH, {})], 1).items == ()


def test_who_falls_short_of_the_charters_kappa_is_not_certified() -> None:
    wrong = said(CFV=Grade("none"), FV_DIST=Grade("full"))
    found = examined(AT_LEAST, [(TRUTH, wrong)], 1)
    assert found.items[0].kappa is not None
    assert found.items[0].kappa < 0.6
    assert [item.item for item in found.short] == ["COMP"]
    assert found.verdict is Verdict.NOT_CERTIFIED
    without_limit = load_charter(changed())
    assert examined(without_limit, [(TRUTH, wrong)], 1).verdict is Verdict.CERTIFIED


def test_one_grade_only_has_no_kappa_and_every_cell_has_to_agree() -> None:
    same = {cell(place): Grade("full") for place in PLACES}
    agreed = examined(AT_LEAST, [(same, same)], 1)
    assert (agreed.items[0].kappa, agreed.verdict) == (None, Verdict.CERTIFIED)
    missing = {**same, cell("COMP.CFV"): not_evaluable("WINDOW")}
    assert examined(AT_LEAST, [(same, missing)], 1).verdict is Verdict.NOT_CERTIFIED


def test_measured_values_are_told_by_their_differences_and_decide_nothing() -> None:
    charter = load_charter(full(DVT).encode())
    truth = {cell("D_REST.CFV"): Grade("9.0"), cell("D_REST.POPV"): Grade("7.0")}
    given = {cell("D_REST.CFV"): Grade("10.0"), cell("D_REST.POPV"): Grade("9.0")}
    found = examined(charter, [(truth, given)], 1)
    assert found.items[0].difference == pytest.approx(1.5)
    assert found.items[0].deviation == pytest.approx(0.5**0.5)
    assert (found.items[0].kappa, found.verdict) == (None, Verdict.CERTIFIED)


def test_figures_are_kept_as_decimal_text() -> None:
    found = examined(AT_LEAST, [(TRUTH, said(FV_MID=Grade("none")))], 1)
    stored = found.to_json()
    assert all(not isinstance(value, float) for item in stored["items"] for value in item.values())
    assert Examined.from_json(stored) == found
