"""What is sealed as a case tells A and B of what is open, and nothing that tells whose they are."""

import json
from typing import Any

import pytest

from corelab.domain.adjudication import Case, open_case
from corelab.domain.allocation import Slot
from corelab.domain.asking import settle
from corelab.domain.attributes import Attributes
from corelab.domain.case_content import case_json, case_of
from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.model_item import ChoiceItem, TextItem
from corelab.domain.discordance import Comparison, compare
from corelab.domain.form import Form, form_for
from corelab.domain.places import segments_of
from corelab.domain.vocabulary import Answer, Cell, Grade, ItemId, Missing, SegmentId, VisitId
from tests.oracles import DVT

HIS, HERS = "marzipan tuba", "zebrafinch oboe"
Grades = dict[Cell, Grade]
LEFT = Attributes({"STUDY_LIMB": "left"}, {})


def charter(mode: str) -> Charter:
    text = DVT.read_text(encoding="utf-8")
    assert 'mode = "review"' in text
    return load_charter(text.replace('mode = "review"', f'mode = "{mode}"').encode())


def form_of(of: Charter) -> Form:
    places = [one.id for one in segments_of(of, LEFT)]
    kind = of.types_at("D10")[0].id
    return form_for(of, kind, visit=VisitId("D10"), attributes=LEFT, received=places, not_imaged={})


def cell(name: str) -> Cell:
    item, segment = name.split(".")
    return Cell(SegmentId(segment), ItemId(item))


def grades(form: Form, words: str, **said: str) -> Grades:
    """A whole reading: the first option of everything but for what is said, and ``words`` in every text."""
    given = {cell(name.replace("__", ".")): _grade(value) for name, value in said.items()}
    given |= {one.cell: Grade(words) for one in form.in_order if isinstance(one.item, TextItem)}
    settled = settle(form, given)
    while first := {one: Grade(_first(form, one)) for one in settled.missing}:
        given |= first
        settled = settle(form, given)
    return {one: settled.grades[one] for one in form.grid}


def _grade(said: str) -> Grade:
    kind, _, reason = said.partition(":")
    return Grade(missing=Missing(kind), reason=reason) if reason else Grade(said)


def _first(form: Form, of: Cell) -> str:
    item = form.item(of.item)
    return item.options[0].value if isinstance(item, ChoiceItem) else "5.0"


def a_case(mode: str, one: Grades, two: Grades, reference: Slot, a: Slot) -> tuple[Comparison, Case]:
    of = charter(mode)
    form, comparison = form_of(of), compare(of, "D10", one, two, reference, attributes=LEFT)
    answers: dict[Slot, dict[Cell, Answer]] = {
        1: {of_one: Answer(of_one, grade) for of_one, grade in one.items()},
        2: {of_two: Answer(of_two, grade) for of_two, grade in two.items()},
    }
    sides: dict[SegmentId, Slot] = dict.fromkeys((each.cell.segment for each in comparison.to_decide), a)
    return comparison, open_case(form, comparison, answers, sides, reason_required=False)


def readings(form: Form) -> tuple[Grades, Grades]:
    """They differ in what a class disputes, in details of it, in what stands by the reference reading, and in every text."""
    one = grades(form, HIS, COMP__CFV="none", QUAL__CFV="limited")
    return one, grades(form, HERS, COMP__FV_MID="none")


def other(slot: Slot) -> Slot:
    return 2 if slot == 1 else 1


MODES = pytest.mark.parametrize("mode", ["review", "independent", "forced_choice"])
REFERENCE = pytest.mark.parametrize("reference", [1, 2])


@MODES
@REFERENCE
def test_u23_a_case_is_the_same_whoever_of_the_two_read_first(mode: str, reference: Slot) -> None:
    """Exchanged readings, with the same reading as A and as the reference, are sealed as the same bytes: nothing in it tells the slot."""
    one, two = readings(form_of(charter(mode)))
    _, case = a_case(mode, one, two, reference, 1)
    _, exchanged = a_case(mode, two, one, other(reference), 2)
    assert json.dumps(case_json(case)) == json.dumps(case_json(exchanged))


@MODES
@REFERENCE
def test_u23_a_case_tells_of_the_readings_only_what_is_open_agreed_or_needed(mode: str, reference: Slot) -> None:
    """``details`` are open cells, ``stands`` is one grade of what differs undisputed, without A and B; no text of a reader is there."""
    form = form_of(charter(mode))
    one, two = readings(form)
    comparison, case = a_case(mode, one, two, reference, 1)
    told = case_json(case)
    assert set(told) == {"agreed", "closure", "details", "disputed", "mode", "segments", "stands"}
    assert told["mode"] == mode
    open_cells = {cell(f"{item}.{segment}") for segment, item in (*told["disputed"], *told["details"])}
    assert len(told["details"]) > 3
    assert {detail.cell for detail in comparison.details} >= open_cells - {each.cell for each in comparison.to_decide}
    shown = {cell(f"{item}.{segment}") for segment, sides in told["segments"].items() for side in sides.values() for item in side}
    assert shown == (set() if mode == "independent" else open_cells)
    stands, agreed = (_cells(told[key]) for key in ("stands", "agreed"))
    assert stands == {cell("QUAL.CFV")}
    assert all(one[each] == two[each] for each in agreed)
    assert not open_cells & (stands | agreed)
    assert not any(words in json.dumps(told) for words in (HIS, HERS))


def _cells(told: dict[str, dict[str, Any]]) -> set[Cell]:
    return {cell(f"{item}.{segment}") for segment, items in told.items() for item in items}


@MODES
def test_a_case_comes_out_of_its_envelope_as_it_went_in(mode: str) -> None:
    form = form_of(charter(mode))
    _, case = a_case(mode, *readings(form), 1, 2)
    assert case_of(json.loads(json.dumps(case_json(case))), form, reason_required=False) == case
