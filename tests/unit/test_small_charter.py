"""All pairs of readings of a very small charter, and random ones: results are total, invented by nobody, averaged by nobody."""

from collections.abc import Mapping
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.adjudication import CaseDraft, Mode, Take, finish, open_case
from corelab.domain.allocation import Slot
from corelab.domain.asking import settle
from corelab.domain.attributes import UNKNOWN
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clip import Clip
from corelab.domain.derived import derive
from corelab.domain.discordance import Comparison, compare
from corelab.domain.form import Form, form_for
from corelab.domain.result import Result
from corelab.domain.vocabulary import Answer, Cell, Grade, Missing, Source, VisitId, not_evaluable
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
