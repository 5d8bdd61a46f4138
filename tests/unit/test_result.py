"""Derived endpoints from final grades: the oracles, every policy for missing cells, and what is passed on with a value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.adjudication import finish
from corelab.domain.charter import Charter, load_charter
from corelab.domain.derived import derive, value_of
from corelab.domain.result import Derived, Result, Value
from corelab.domain.vocabulary import Cell, Grade, Missing, NotApplicableCause, Source, not_applicable, not_evaluable, not_imaged
from tests.exam_builders import CORE, a_form, cell, changed, compared, grade, reduced


def graded(*core: int | str) -> dict[Cell, Grade]:
    """Compressibility of the endpoint segments: a rank, "NE" or "NI"."""
    words = {"NE": not_evaluable("WINDOW"), "NI": not_imaged("NOT_SCANNED"), "NA": not_applicable(NotApplicableCause.ABSENT)}
    return {
        cell(f"COMP.{segment}"): words[one] if isinstance(one, str) else grade("COMP", one) for segment, one in zip(CORE, core, strict=True)
    }


def value(charter: Charter, derivation: str, grades: dict[Cell, Grade], visit: str = "D10") -> str:
    return value_of(charter, visit, charter.derivation(derivation), grades).code


@pytest.mark.parametrize(
    ("oracle", "core", "worst", "number"),
    [
        ("V01", (0, 0, 0, 0, 0), "0", "0"),
        ("V02", (2, 2, 1, 0, 1), "2", "4"),
        ("V03", ("NE", 0, 0, 0, 0), "NE", "NE"),
        ("V04", ("NE", 0, 0, 0, 2), "2", "NE"),
        ("V05", ("NE", 0, 0, 0, 1), "NE", "NE"),
        ("V06", ("NI", 0, 0, 0, 0), "NI", "NI"),
        ("V07", ("NI", 0, 0, 0, "NE"), "NE", "NE"),
        ("V08", ("NE",) * 5, "NE", "NE"),
        ("no segment", ("NA",) * 5, "NA", "NA"),
        ("one absent", ("NA", 0, 0, 1, 0), "1", "1"),
    ],
)
def test_oracle(oracle: str, core: tuple[int | str, ...], worst: str, number: str) -> None:
    assert value(reduced(), "COMPWRST", graded(*core)) == worst
    assert value(reduced(), "COMPNSEG", graded(*core)) == number


def with_policy(function: str, policy: str) -> Charter:
    place = f'id = "{function}"'
    text = changed().decode()
    start = text.index(place)
    end = text.index("missing =", start)
    stop = text.index("\n", end)
    return load_charter((text[:end] + f'missing = "{policy}"' + text[stop:]).encode())


@pytest.mark.parametrize(
    ("policy", "core", "expected"),
    [
        ("strict", ("NE", 0, 0, 0, 2), "NE"),
        ("strict", (1, 0, 0, 0, 2), "2"),
        ("available", ("NE", 0, 0, 0, 1), "1"),
        ("available", ("NE",) * 5, "NE"),
        ("worst_case", ("NI", 0, 0, 0, 0), "2"),
        ("worst_case", (0, 0, 0, 0, 1), "1"),
        ("certain", ("NI", 2, 0, 0, 0), "2"),
    ],
)
def test_worst_by_policy(policy: str, core: tuple[int | str, ...], expected: str) -> None:
    assert value(with_policy("COMPWRST", policy), "COMPWRST", graded(*core)) == expected


@pytest.mark.parametrize(
    ("policy", "core", "expected"),
    [
        ("strict", ("NE", 1, 0, 0, 2), "NE"),
        ("available", ("NE", 1, 0, 0, 2), "2"),
        ("available", ("NI",) * 5, "NI"),
        ("worst_case", ("NE", 1, 0, 0, 2), "3"),
        ("worst_case", (0, 1, 0, 0, 2), "2"),
    ],
)
def test_count_by_policy(policy: str, core: tuple[int | str, ...], expected: str) -> None:
    assert value(with_policy("COMPNSEG", policy), "COMPNSEG", graded(*core)) == expected


def test_counting_healthy_segments_a_missing_one_counts_as_the_worst() -> None:
    old = 'values = ["none"]\nover = { group = "CORE" }\nmissing = "strict"'
    charter = load_charter(changed((old, 'values = ["full"]\nover = { group = "CORE" }\nmissing = "worst_case"')))
    assert value(charter, "COMPNNON", graded("NE", 0, 0, 0, 2)) == "3"


def test_an_open_cell_leaves_the_value_open_unless_it_is_certain() -> None:
    open_cell = graded(0, 0, 0, 0, 1)
    del open_cell[cell("COMP.CFV")]
    assert value_of(reduced(), "D10", reduced().derivation("COMPWRST"), open_cell) == Value()
    assert value(reduced(), "COMPWRST", open_cell | {cell("COMP.POPV"): grade("COMP", 2)}) == "2"


def test_a_visit_without_the_derivation_has_it_not_applicable() -> None:
    old = 'id = "COMPNSEG"'
    charter = load_charter(changed((old, f'{old}\nvisits = ["M6"]')))
    assert value(charter, "COMPNSEG", graded(0, 0, 0, 0, 0)) == "NA"
    assert value(charter, "COMPNSEG", graded(0, 0, 0, 0, 0), "M6") == "0"


def test_a_visit_without_the_block_has_it_not_applicable() -> None:
    block = '[[block]]\nid = "THROMBOSIS"'
    other = f'[[block]]\nid = "REFLUX"\nlabel = "Reflux"\n\n{block}'
    month = 'window = [150, 210]\nblocks = ["THROMBOSIS"]'
    charter = load_charter(
        changed(
            (block, other),
            (month, month.replace("THROMBOSIS", "REFLUX")),
            ('blocks = ["THROMBOSIS"]\nreaders', 'blocks = ["THROMBOSIS", "REFLUX"]\nreaders'),
        )
    )
    assert value(charter, "COMPWRST", graded(0, 0, 0, 0, 0), "M6") == "NA"


def results(core: dict[Cell, Grade], sources: dict[str, Source]) -> list[Result]:
    return [Result(one, said, sources.get(one.segment, Source.CONCORDANT), said.code, said.code) for one, said in core.items()]


def derived(name: str, of: list[Result]) -> Derived:
    return next(one for one in derive(reduced(), "D10", of) if one.id == name)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({}, Source.CONCORDANT),
        ({"CFV": Source.REFERENCE}, Source.REFERENCE),
        ({"CFV": Source.REFERENCE, "POPV": Source.ADJUDICATED}, Source.ADJUDICATED),
    ],
)
def test_a_derived_value_carries_the_source_of_its_inputs(sources: dict[str, Source], expected: Source) -> None:
    one = derived("COMPWRST", results(graded(0, 0, 0, 0, 1), sources))
    assert (one.value, one.missing, one.source) == ("1", None, expected)
    assert one.inputs == tuple(cell(f"COMP.{segment}") for segment in CORE)


def test_absent_segments_are_no_inputs() -> None:
    one = derived("COMPWRST", results(graded("NA", 0, 0, 0, 0), {"CFV": Source.REFERENCE}))
    assert cell("COMP.CFV") not in one.inputs
    assert one.source is Source.CONCORDANT


def test_the_charter_s_derivations_come_in_its_order_for_a_whole_exam() -> None:
    comparison = compared({"FLOW_CIV": 2}, {"FLOW_CIV": 2}, form=a_form(received=["IVC"]))
    values = {one.id: one.value for one in derive(reduced(), "D10", finish(comparison, ()))}
    assert values == {"COMPWRST": "0", "COMPNSEG": "0", "COMPNNON": "0", "FLOWWRST": "2", "ILIWRST": "2"}


GRADES = st.sampled_from([0, 1, 2, "NE", "NI", "NA"])


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[GRADES] * 5), st.integers(0, 4), st.integers(1, 2))
def test_a_worse_grade_never_improves_a_value(core: tuple[int | str, ...], at: int, worse: int) -> None:
    before = core[at]
    if not isinstance(before, int):
        return
    after = (*core[:at], max(before, worse), *core[at + 1 :])
    for name in ("COMPWRST", "COMPNSEG", "COMPNNON"):
        codes = [value(reduced(), name, graded(*one)) for one in (core, after)]
        if codes[0].isdigit() and codes[1].isdigit():
            assert int(codes[0]) <= int(codes[1])


@settings(max_examples=20, deadline=None)
@given(st.tuples(*[GRADES] * 5))
def test_a_value_is_a_number_or_exactly_one_kind_of_missing(core: tuple[int | str, ...]) -> None:
    for derivation in reduced().derivations:
        one = value_of(reduced(), "D10", derivation, graded(*core))
        if derivation.id.startswith("COMP"):
            assert (one.value is None) != (one.missing is None)
            assert one.missing is not Missing.NOT_APPLICABLE or set(core) == {"NA"}
