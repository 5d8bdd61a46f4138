"""The worked examples of comparison, each as two readings of a charter in full."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.charter import Charter, load_charter
from corelab.domain.rehearsal.outcome import Outcome, try_out
from corelab.domain.rehearsal.written import read_case
from tests import oracles
from tests.oracles import LiverOracle, Oracle


@cache
def charter_at(path: Path) -> Charter:
    return load_charter(path.read_bytes())


def tried(path: Path, case: dict[str, Any], **more: Any) -> Outcome:
    charter = charter_at(path)
    return try_out(charter, read_case({**case, **more}, charter))


def place(one: Any) -> str:
    return f"{one.cell.item}.{one.cell.segment}"


def sources(outcome: Outcome) -> dict[str, str]:
    return {place(result): result.source.value for result in outcome.results}


def final(outcome: Outcome, name: str) -> tuple[str, str, str]:
    found = next(one for one in outcome.derived if one.derivation.id == name)
    return found.reading_1.code, found.reading_2.code, found.final.code


@pytest.mark.parametrize("reference", [1, 2])
@pytest.mark.parametrize(("path", "oracle"), oracles.ALL, ids=[one.id for _, one in oracles.ALL])
def test_oracle(path: Path, oracle: Oracle | LiverOracle, reference: int) -> None:
    outcome = tried(path, oracle.case, reference=reference)
    assert {place(one): ",".join(one.classes) for one in outcome.disputed} == dict(oracle.disputed)
    said = sources(outcome)
    assert sorted(cell for cell, source in said.items() if source == "REFERENCE") == sorted(oracle.reference)
    assert "ADJUDICATED" not in said.values()
    for name, (one, two) in oracle.endpoints.items():
        assert final(outcome, name)[:2] == (one, two)
    if isinstance(oracle, Oracle):
        assert tuple(place(one) for one in outcome.closure) == oracle.closure
        open_cells = {f"{cell.item}.{cell.segment}" for cell in outcome.open_cells}
        assert open_cells == {*oracle.disputed, *oracle.closure, *oracle.waits}


TOLERANCE = """[[class.rule]]
kind = "derived_tolerance"
derivations = ["FLOWVOL"]
percent = 20.0

[[class]]
id = "B"
"""


@pytest.mark.parametrize("reference", [1, 2])
def test_closure_reaches_the_cells_of_an_endpoint_that_class_a_compares_with_a_tolerance(reference: int) -> None:
    text = oracles.PORTAL.read_text(encoding="utf-8").replace('[[class]]\nid = "B"\n', TOLERANCE, 1)
    charter = load_charter(text.encode())
    said = {"PV_LEFT": {"PAT": "thrombus_under_50", "DIAM": "11.0"}}
    case = LiverOracle("", "D3", {}, said, {}).case | {"reference": reference}
    outcome = try_out(charter, read_case(case, charter))
    assert {place(one) for one in outcome.closure} == {"DIAM.PV_LEFT"}
