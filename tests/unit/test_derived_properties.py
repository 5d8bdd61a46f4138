"""What holds of every derived value, whatever was graded: it is one thing, stays in its range, and is never changed by what comes later."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.attributes import Attributes
from corelab.domain.charter import ChoiceItem
from corelab.domain.charter.model_derivation import CountOf, Derivation, HighestLevel, Largest, LookupScore, Reflux, Sum, Worst
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem
from corelab.domain.derived import History, derive, inputs_of, segments_of, values_of
from corelab.domain.result import Result, Value
from corelab.domain.values import number_text
from corelab.domain.vocabulary import Cell, Grade, ItemId, Missing, NotApplicableCause, Source, not_applicable, not_evaluable, not_imaged
from tests.charter_builders import DVT, PORTAL
from tests.derived_builders import ACCESS, LIMB, LIVER, ODD, arms, charter, limb, liver, since
from tests.exam_builders import cell

FACTS: Mapping[str, Attributes] = {DVT: LIMB, PORTAL: LIVER, ODD: Attributes({"HAND": "links"}, ACCESS.segments)}
VISIT = {DVT: "M6", PORTAL: "W3", ODD: "W6"}
MISSING = (
    not_evaluable("OTHER"),
    not_imaged("NOT_SCANNED"),
    not_applicable(NotApplicableCause.CONDITION),
    not_applicable(NotApplicableCause.ABSENT),
)
NE, NI, NA, ABSENT = MISSING


@cache
def before(name: str) -> History:
    exams = {
        DVT: [("BL", limb({"COMP.CFV": "partial"}, "BL"), 180)],
        PORTAL: [("BL", liver({}, "BL"), 21)],
        ODD: [("BL", arms({}, "BL"), 42)],
    }
    return since(*exams[name])


def values(item: Item) -> list[str]:
    match item:
        case ChoiceItem():
            return [option.value for option in item.options]
        case MultiItem():
            return [item.options[0].value, "+".join(option.value for option in item.options[1:3]), item.options[-1].value]
        case NumberItem():
            low, high = Decimal(str(item.min)), Decimal(str(item.max))
            return [number_text(item, one) for one in (low, low + (high - low) / 3, (low + high) / 2, high)]
        case _:
            return ["words"]


def every(name: str, grades: Mapping[Cell, Grade]) -> Iterator[tuple[Derivation, str, Value]]:
    for one in charter(name).derivations:
        for segment, value in values_of(charter(name), VISIT[name], one, grades, before(name), FACTS[name]).items():
            yield one, segment, value


@st.composite
def exams(draw: st.DrawFn, name: str, *, missing: tuple[Grade, ...] = MISSING, opened: bool = True) -> dict[Cell, Grade]:
    """Any grade in every cell that feeds a derivation, as no form would let all of them stand together."""
    chosen = draw(st.lists(st.integers(0, 59), min_size=len(feeding(name)), max_size=len(feeding(name))))
    grades: dict[Cell, Grade] = {}
    for (one, known), n in zip(feeding(name).items(), chosen, strict=True):
        choices = [*known, *known, *missing, *([None] if opened else [])]
        grade = choices[n % len(choices)]
        if grade is not None:
            grades[one] = grade
    return grades


@cache
def feeding(name: str) -> Mapping[Cell, tuple[Grade, ...]]:
    """Every cell that feeds a derivation, with the grades tried there."""
    cells = dict.fromkeys(one for derivation in charter(name).derivations for one in inputs_of(charter(name), derivation, FACTS[name]))
    return {one: tuple(map(Grade, values(charter(name).item(one.item)))) for one in cells}


def top(name: str, of: Derivation) -> range | None:
    """The whole numbers that a derivation may give; None where it gives something else."""
    item = charter(name).item(of.item) if isinstance(of, Worst | Sum) else None
    ranks = item.worst_rank if isinstance(item, ChoiceItem) else 0
    size = len(inputs_of(charter(name), of, FACTS[name]))
    match of:
        case Worst():
            return range(ranks + 1)
        case Sum():
            return range(ranks * size + 1)
        case CountOf():
            return range(size + 1)
        case LookupScore():
            return range(max(row.score for row in of.rows if isinstance(row.score, int)) * len(of.parts) + 1)
        case HighestLevel():
            return range(max(level.level for level in of.levels) + 1)
        case _:
            return None


def in_range(name: str, of: Derivation, value: str) -> bool:
    allowed = top(name, of)
    if allowed is not None:
        levels = {0, *(level.level for level in of.levels)} if isinstance(of, HighestLevel) else set(allowed)
        return int(value) in levels
    if isinstance(of, Largest):
        item = charter(name).item(of.item)
        assert isinstance(item, NumberItem)
        return min(item.min, item.min if of.na_as is None else of.na_as) <= float(value) <= item.max
    if of.function in {"percent", "change", "rate", "flow_volume"}:
        return abs(float(value)) < 1e12 and "e" not in value.lower()
    return value in {"Y", "N"}


@pytest.mark.parametrize("name", [DVT, PORTAL, ODD])
def test_every_derivation_gives_exactly_one_thing_within_its_range(name: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(exams(name))
    def holds(grades: dict[Cell, Grade]) -> None:
        for one, segment, value in every(name, grades):
            assert value.value is None or value.missing is None
            assert value.value is None or in_range(name, one, value.value), (one.id, segment, value)
            whole = inputs_of(charter(name), one, FACTS[name])
            if value == Value():
                assert any(cell not in grades for cell in whole), (one.id, segment)

    holds()


@pytest.mark.parametrize("name", [DVT, PORTAL, ODD])
def test_the_order_of_results_is_nothing(name: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(exams(name), st.randoms(use_true_random=False))
    def holds(grades: dict[Cell, Grade], chance: object) -> None:
        results = [Result(one, said, Source.CONCORDANT, said.code, said.code) for one, said in grades.items()]
        shuffled = list(results)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        of = (before(name), FACTS[name])
        assert derive(charter(name), VISIT[name], results, *of) == derive(charter(name), VISIT[name], shuffled, *of)

    holds()


def certain(of: Derivation) -> bool:
    """What promises a result only when nothing missing can change it."""
    if isinstance(of, Worst | HighestLevel | Reflux):
        return of.missing == "certain"
    if isinstance(of, CountOf | Sum):
        return of.missing == "strict"
    return of.function in {"flag", "lookup_score", "new_finding"}


@pytest.mark.parametrize("name", [DVT, PORTAL, ODD])
def test_what_is_certain_stays_whatever_is_filled_in_later(name: str) -> None:
    """A complete exam, and the same one with some cells missing: where the second has a value, it is the value of the first."""

    @settings(max_examples=120, deadline=None)
    @given(exams(name, missing=(NA,), opened=False), st.data())
    def holds(full: dict[Cell, Grade], data: st.DataObject) -> None:
        hidden = data.draw(st.lists(st.sampled_from(sorted(full)), unique=True, max_size=8))
        kind = data.draw(st.sampled_from([NE, NI, None]))
        partial = {one: grade for one, grade in full.items() if one not in hidden or grade == NA}
        partial |= {one: kind for one in hidden if kind is not None and full[one] != NA}
        later = {(one.id, segment): value for one, segment, value in every(name, full)}
        for one, segment, value in every(name, partial):
            if certain(one) and value.value is not None:
                assert value.value == later[one.id, segment].value, (one.id, segment, hidden)

    holds()


CORE = ("COMP.CFV", "COMP.POPV", "FLOW.CFV")


def test_every_combination_of_a_small_exam() -> None:
    """All grades of three cells, every one missing in every way: total, and a certain value is that of every completion."""
    names = ("COMPWRST", "PATENT", "LEVEL", "NC_CFV", "COMPNSEG", "COMPSUM")
    clean = limb({})
    cells = [cell(place) for place in CORE]
    options = {one: [Grade(value) for value in values(charter(DVT).item(one.item))] for one in cells}
    of = [charter(DVT).derivation(name) for name in names]
    made: dict[tuple[str, ...], tuple[Value, ...]] = {}
    for grades in product(*([*options[one], NE, NI] for one in cells)):
        exam = {**clean, **dict(zip(cells, grades, strict=True))}
        made[tuple(grade.code for grade in grades)] = tuple(
            values_of(charter(DVT), "D10", one, exam, attributes=LIMB)[segments_of(charter(DVT), one)[0]] for one in of
        )
    for codes, some in made.items():
        choices = [
            [grade.code for grade in options[one]] if code in {"NE", "NI"} else [code] for one, code in zip(cells, codes, strict=True)
        ]
        completions = [made[one] for one in product(*choices)]
        for n, value in enumerate(some):
            assert (value.value is None) != (value.missing is None)
            told = {one[n].value for one in completions}
            assert value.value is None or told == {value.value}
            if names[n] in {"COMPWRST", "LEVEL", "NC_CFV"}:
                assert value.value is not None or len(told) > 1, (names[n], codes)


@pytest.mark.parametrize("name", [DVT, PORTAL, ODD])
@pytest.mark.parametrize(("kind", "never"), [(NE, Missing.NOT_IMAGED), (NI, Missing.NOT_EVALUABLE)])
def test_a_missing_result_is_of_the_kind_that_is_there(name: str, kind: Grade, never: Missing) -> None:
    calculated = {"percent", "change", "rate", "threshold", "lookup_score"}

    @settings(max_examples=15, deadline=None)
    @given(exams(name, missing=(kind,), opened=False))
    def holds(grades: dict[Cell, Grade]) -> None:
        for one, segment, value in every(name, grades):
            assert value.missing is not never or one.function in calculated, (one.id, segment)

    holds()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 8))
def test_a_worse_vein_never_lowers_a_sum_a_count_or_the_worst(seed: int, at: int) -> None:
    segments = charter(DVT).group("CORE").segments
    ranks = [(seed >> (2 * n)) % 3 for n in range(5)]
    worse = [min(rank + (n == at % 5), 2) for n, rank in enumerate(ranks)]
    words = ("full", "partial", "none")
    for name in ("COMPWRST", "COMPNSEG", "COMPSUM"):
        one, two = (
            int(
                values_of(
                    charter(DVT),
                    "D10",
                    charter(DVT).derivation(name),
                    {Cell(segment, ItemId("COMP")): Grade(words[rank]) for segment, rank in zip(segments, some, strict=True)},  # type: ignore[arg-type]
                )[segments_of(charter(DVT), charter(DVT).derivation(name))[0]].code
            )
            for some in (ranks, worse)
        )
        assert one <= two
