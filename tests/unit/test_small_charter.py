"""All pairs of readings of a very small charter, and random ones: results are total, invented by nobody, averaged by nobody."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.adjudication import CaseDraft, DecisionRefusedError, DetailState, Mode, SidesHiddenError, Take, finish, open_case
from corelab.domain.allocation import Slot
from corelab.domain.asking import settle
from corelab.domain.attributes import UNKNOWN
from corelab.domain.case_content import case_json, case_of, misplaced
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clip import Clip
from corelab.domain.derived import derive
from corelab.domain.discordance import Comparison, compare, compare_drafts
from corelab.domain.form import Form, form_for
from corelab.domain.kept_for import KeptFor
from corelab.domain.result import Result
from corelab.domain.vocabulary import Answer, Cell, Grade, ItemId, Missing, SegmentId, Source, VisitId, not_evaluable
from tests.oracles import CHARTERS

NOTHING: tuple[Clip, ...] = ()
SLOTS: tuple[Slot, Slot] = (1, 2)
Grades = dict[Cell, Grade]


@cache
def charter(mode: str = "review", closure: str = "true") -> Charter:
    text = (CHARTERS / "small.toml").read_text(encoding="utf-8")
    return load_charter(text.replace('mode = "review"', f'mode = "{mode}"').replace("closure = true", f"closure = {closure}").encode())


@cache
def form(mode: str = "review") -> Form:
    of = charter(mode)
    return form_for(of, "READ", visit=VisitId("V1"), attributes=UNKNOWN, received=(), not_imaged={})


def choices(cell: Cell) -> tuple[Grade, ...]:
    item = form().item(cell.item)
    values = [option.value for option in getattr(item, "options", ())] or ["1.0", "2.5"]
    return (*map(Grade, values), *([not_evaluable("WHY")] if item.allow_ne else []))


def readings(of: Mapping[Cell, Grade]) -> Grades:
    """A complete grid: what is stated where it applies, and what follows where it does not."""
    settled = settle(form(), of)
    assert not settled.missing
    return {cell: settled.grades[cell] for cell in form().grid}


@cache
def every_reading(segment: str) -> tuple[tuple[tuple[Cell, Grade], ...], ...]:
    """Every complete way to answer one segment."""
    cells = [cell for cell in form().cells if cell.segment == segment]
    elsewhere = {cell: choices(cell)[0] for cell in form().cells if cell.segment != segment}
    found: dict[tuple[tuple[Cell, Grade], ...], None] = {}
    for grades in product(*map(choices, cells)):
        whole = readings({**elsewhere, **dict(zip(cells, grades, strict=True))})
        found[tuple((cell, grade) for cell, grade in whole.items() if cell.segment == segment)] = None
    return tuple(found)


def decided(of: Form, comparison: Comparison, *, take: Take, own: int, slot_of_a: Slot = 1) -> CaseDraft:
    """Every cell decided in turn: ``take`` where it may be taken, else the own grade of this number."""
    answers = {slot: {cell: Answer(cell, grade) for cell, grade in comparison.grades(slot).items()} for slot in SLOTS}
    sides = dict.fromkeys((cell.segment for cell in of.grid), slot_of_a)
    draft = CaseDraft(open_case(of, comparison, answers, sides, reason_required=False))
    for _ in range(2 * len(of.cells)):
        cell = draft.next_unanswered()
        if cell is None:
            return draft
        draft = one_decided(draft, cell, take, own)
    raise AssertionError("a case that never ends")


def one_decided(draft: CaseDraft, cell: Cell, take: Take, own: int) -> CaseDraft:
    shown = next((one.side(take) for one in (*draft.case.disputes, *draft.case.details) if one.cell == cell), None)
    if shown is not None and not (cell in draft.asked and shown.grade.missing is Missing.NOT_APPLICABLE):
        return draft.decided(cell, take)
    return draft.decided(cell, Take.OWN, grade=choices(cell)[own % len(choices(cell))])


def results(
    one: Grades, two: Grades, *, mode: str = "review", reference: Slot = 1, take: Take = Take.OWN, own: int = 0
) -> tuple[Result, ...]:
    comparison = compare(charter(mode), "V1", one, two, reference)
    return finish(comparison, decided(form(mode), comparison, take=take, own=own).complete(NOTHING))


def require_sound(one: Grades, two: Grades, *, mode: str, take: Take, own: int) -> None:
    """Total, in order; each a grade that a reader or the adjudicator gave in this cell, or the kind of missing that follows."""
    comparison = compare(charter(mode), "V1", one, two, 1)
    decisions = decided(form(mode), comparison, take=take, own=own).complete(NOTHING)
    mine = {decision.cell: decision.grade.code for decision in decisions}
    found = finish(comparison, decisions)
    assert [result.cell for result in found] == list(form().grid)
    for result in found:
        said = {one[result.cell].code, two[result.cell].code}
        assert (result.source is Source.CONCORDANT) <= (len(said) == 1)
        if result.source is Source.ADJUDICATED:
            assert result.grade.code in {*said, mine.get(result.cell)} or result.grade.missing is not None
        else:
            assert result.grade.code in said


@pytest.mark.parametrize(("mode", "take"), [("review", Take.A), ("review", Take.OWN), ("independent", Take.OWN), ("forced_choice", Take.B)])
def test_all_pairs_of_readings_of_one_segment_end_in_a_result_for_every_cell(mode: str, take: Take) -> None:
    rest = {cell: grade for segment in ("NEAR", "FAR") for cell, grade in every_reading(segment)[0]}
    whole = [readings({**rest, **dict(said)}) for said in every_reading("NEAR")]
    for n, (one, two) in enumerate(product(whole, whole)):
        require_sound(one, two, mode=mode, take=take, own=n)


READINGS = st.builds(
    lambda near, far: readings({**dict(near), **dict(far)}),
    st.deferred(lambda: st.sampled_from(every_reading("NEAR"))),
    st.deferred(lambda: st.sampled_from(every_reading("FAR"))),
)
MODES = st.sampled_from([mode.value for mode in Mode])
OWN = st.integers(min_value=0, max_value=7)


def other(slot: Slot) -> Slot:
    return 2 if slot == 1 else 1


@settings(max_examples=60, deadline=None)
@given(READINGS, READINGS, MODES, st.sampled_from(SLOTS), OWN)
def test_final_grades_do_not_hang_on_the_order_of_the_readings(one: Grades, two: Grades, mode: str, reference: Slot, own: int) -> None:
    take, mirrored = (Take.A, Take.B) if mode != "independent" else (Take.OWN, Take.OWN)
    straight = results(one, two, mode=mode, reference=reference, take=take, own=own)
    swapped = results(two, one, mode=mode, reference=other(reference), take=mirrored, own=own)
    assert told(straight) == told(swapped)


def told(found: tuple[Result, ...]) -> list[tuple[Cell, Grade, Source, tuple[str, ...]]]:
    return [(one.cell, one.grade, one.source, one.rules) for one in found]


@settings(max_examples=60, deadline=None)
@given(READINGS, READINGS, MODES, OWN, st.sampled_from([Take.A, Take.B, Take.OWN]))
def test_results_are_total_and_nobody_invents_or_averages(one: Grades, two: Grades, mode: str, own: int, take: Take) -> None:
    take = {"independent": Take.OWN, "forced_choice": Take.A if take is Take.OWN else take}.get(mode, take)
    require_sound(one, two, mode=mode, take=take, own=own)


@settings(max_examples=80, deadline=None)
@given(READINGS, READINGS, st.sampled_from([Take.A, Take.B, Take.OWN]), OWN)
def test_no_endpoint_of_class_a_hangs_on_the_draw_of_the_reference(one: Grades, two: Grades, take: Take, own: int) -> None:
    endpoints = []
    for slot in SLOTS:
        final = results(one, two, reference=slot, take=take, own=own)
        endpoints.append(endpoints_of(final))
    assert endpoints[0] == endpoints[1]


@settings(max_examples=50, deadline=None)
@given(READINGS, READINGS)
def test_without_a_dispute_both_readings_say_the_same_of_every_endpoint(one: Grades, two: Grades) -> None:
    comparison = compare(charter(), "V1", one, two, 1)
    if not comparison.to_decide:
        endpoints = [endpoints_of(results_of(grades)) for grades in (one, two)]
        assert endpoints[0] == endpoints[1]


def results_of(grades: Grades) -> tuple[Result, ...]:
    return tuple(Result(cell, grade, Source.REFERENCE, grade.code, "") for cell, grade in grades.items())


def endpoints_of(final: tuple[Result, ...]) -> list[tuple[str, str]]:
    return [(value.id, value.code) for value in derive(charter(), "V1", final)]


# ---------------------------------------------------------------- what a case shows


def a_case(mode: str, near: Mapping[str, Grade], other_near: Mapping[str, Grade]) -> CaseDraft:
    base = {cell: choices(cell)[0] for cell in form().cells}
    one, two = (readings({**base, **{near_cell(item): grade for item, grade in said.items()}}) for said in (near, other_near))
    comparison = compare(charter(mode), "V1", one, two, 1)
    answers = {slot: {cell: Answer(cell, grade) for cell, grade in comparison.grades(slot).items()} for slot in SLOTS}
    sides = dict.fromkeys((cell.segment for cell in form().grid), SLOTS[0])
    return CaseDraft(open_case(form(mode), comparison, answers, sides, reason_required=False))


def near_cell(item: str) -> Cell:
    return Cell(SegmentId("NEAR"), ItemId(item))


OPEN, SHUT = {"OPEN": Grade("open")}, {"OPEN": Grade("shut"), "CAUSE": Grade("clot"), "WIDTH": Grade("1.0")}
WIDER = SHUT | {"WIDTH": Grade("2.5")}


def test_the_sealed_case_of_an_independent_read_is_the_same_whatever_the_readings_say_where_they_differ() -> None:
    sealed = [case_json(a_case("independent", *pair).case) for pair in ((OPEN, SHUT), (SHUT, OPEN), (OPEN, WIDER))]
    assert sealed[0] == sealed[1] == sealed[2]
    assert sealed[0]["segments"] == {}
    assert all("NEAR" not in told for told in (sealed[0]["agreed"], sealed[0]["stands"]))


def test_a_and_b_of_an_independent_read_cannot_be_asked_for() -> None:
    case = a_case("independent", OPEN, SHUT).case
    assert not case.shows_sides
    for side in ("a", "b"):
        with pytest.raises(SidesHiddenError):
            getattr(case.dispute(near_cell("OPEN")), side)
    with pytest.raises(DecisionRefusedError):
        case.dispute(Cell(SegmentId("FAR"), ItemId("OPEN")))


@pytest.mark.parametrize("mode", ["review", "independent", "forced_choice"])
def test_a_case_comes_back_from_what_is_sealed(mode: str) -> None:
    case = a_case(mode, OPEN, SHUT).case
    assert case_of(case_json(case), form(mode), reason_required=False) == case


def test_a_review_carries_what_waits_of_both_sides() -> None:
    draft = a_case("review", OPEN, SHUT)
    assert [one.cell.item for one in draft.case.disputes] == ["OPEN", "WIDTH"]
    assert [(one.cell.item, one.a.grade.code, one.b.grade.code) for one in draft.case.details] == [("CAUSE", "NA", "clot")]
    waits = draft.detail(near_cell("CAUSE"))
    assert waits is not None
    assert (waits.state, waits.settled) == (DetailState.WAITS, False)
    taken = draft.decided(near_cell("OPEN"), Take.B).detail(near_cell("CAUSE"))
    assert taken is not None
    assert (taken.state, taken.take) == (DetailState.TAKEN, Take.B)
    assert draft.detail(near_cell("WIDTH")) is None


def test_what_follows_is_signed_and_may_not_be_otherwise() -> None:
    draft = a_case("review", OPEN, SHUT).decided(near_cell("OPEN"), Take.A)
    assert draft.cells == (near_cell("OPEN"),), "no width of a vein that is open"
    with pytest.raises(DecisionRefusedError):
        draft.decided(near_cell("WIDTH"), Take.B)
    decisions = draft.complete(NOTHING)
    assert [(one.cell.item, one.take, one.grade.code) for one in decisions] == [
        ("OPEN", Take.A, "open"),
        ("WIDTH", Take.FOLLOWS, "NA"),
        ("CAUSE", Take.FOLLOWS, "NA"),
    ]
    assert misplaced(draft.case, decisions) == ()
    forged = replace(decisions[2], grade=Grade("scar"))
    assert misplaced(draft.case, [*decisions[:2], forged]) == (forged,)


def test_an_edit_that_makes_a_detail_inapplicable_keeps_its_answer() -> None:
    cause = near_cell("CAUSE")
    asked = a_case("review", OPEN, SHUT).decided(near_cell("OPEN"), Take.OWN, grade=Grade("narrow"))
    answered = asked.decided(cause, Take.OWN, grade=Grade("scar"))
    gone = answered.decided(near_cell("OPEN"), Take.A)
    assert cause not in gone.cells
    assert cause in gone.decisions
    again = gone.decided(near_cell("OPEN"), Take.OWN, grade=Grade("shut"))
    detail = again.detail(cause)
    assert detail is not None
    assert detail.answer is not None
    assert detail.answer.grade == Grade("scar")
    assert cause not in CaseDraft(gone.case).replayed(gone.decisions.values()).decisions


def test_readings_with_a_blank_cell_cannot_be_finished() -> None:
    one = readings({cell: choices(cell)[0] for cell in form().cells})
    two = {cell: grade for cell, grade in one.items() if cell != near_cell("OPEN")}
    comparison = compare_drafts(KeptFor(charter(), "V1", UNKNOWN), one, two, 1)
    with pytest.raises(DecisionRefusedError) as caught:
        finish(comparison, ())
    assert caught.value.cell == near_cell("OPEN")
