"""``corelab charter try``: what a charter makes of two readings that its author makes up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab.cli.charter.checking import Name
from corelab.cli.terminal import AsJson, Faulty, answer, command
from corelab.domain.rehearsal.outcome import DerivedThree, Outcome
from corelab.domain.rehearsal.written import CaseFault, CaseRefusedError
from corelab.domain.result import Result, Value
from corelab.domain.vocabulary import Cell, Missing
from corelab.services import charter_trial, charters

_SHOWN = 11
_Case = Annotated[
    Path, typer.Argument(metavar="CASE.json", exists=True, dir_okay=False, help="Two readings, as a JSON document.", show_default=False)
]


@command
def try_case(name: Name, case: _Case, as_json: AsJson = False) -> None:
    """Say what a charter would make of two readings: what is disputed, the results, the endpoints, the checks that fire.

    The case names the visit, the two readings, and what was decided, if anything; A is reading 1 and B is reading 2. No lab is opened.

    Example: corelab charter try dvt-lower-extremity case.json
    """
    try:
        outcome = charter_trial.try_charter(charters.read(name), case.read_bytes())
    except CaseRefusedError as error:
        raise Faulty("\n".join(map(fault_line, error.faults))) from None
    answer(document(outcome), words(outcome), as_json=as_json)


def fault_line(fault: CaseFault) -> str:
    shown = ", ".join(fault.allowed[:_SHOWN]) + (", ..." if len(fault.allowed) > _SHOWN else "")
    return f"{fault.path}   {fault.message}" + (f"\n    allowed: {shown}" if shown else "")


# ---------------------------------------------------------------- as a document


def document(outcome: Outcome) -> dict[str, Any]:
    return {
        "disputed": [_cell(one.cell) | {"class": ",".join(one.classes)} for one in outcome.disputed],
        "closure": [_cell(one.cell) for one in outcome.closure],
        "results": [*map(_result, _told(outcome)), *(_open(cell, outcome) for cell in outcome.open_cells)],
        "derived": {_name(one): _three(one) for one in outcome.derived},
        "checks": [{"reading": one.reading, "check": one.check, "level": one.level, "segment": str(one.segment)} for one in outcome.checks],
        "checks_not_run": list(outcome.not_run),
    }


def _open(cell: Cell, outcome: Outcome) -> dict[str, Any]:
    """``open`` says what it waits for."""
    return _cell(cell) | {"value": None, "source": None, "open": "blank" if cell in outcome.blank else "waiting"}


def _told(outcome: Outcome) -> Iterator[Result]:
    return (result for result in outcome.results if result.grade.missing is not Missing.NOT_APPLICABLE)


def _cell(cell: Cell) -> dict[str, Any]:
    return {"segment": str(cell.segment), "item": str(cell.item)}


def _result(result: Result) -> dict[str, Any]:
    reason = {"reason": result.grade.reason} if result.grade.missing is not None else {}
    return _cell(result.cell) | {"value": result.grade.code, "source": result.source.value} | reason


def _three(derived: DerivedThree) -> dict[str, str | None]:
    return {key: _code(value) for key, value in _values(derived)}


def _values(derived: DerivedThree) -> tuple[tuple[str, Value], ...]:
    return (("reading_1", derived.reading_1), ("reading_2", derived.reading_2), ("final", derived.final))


def _name(derived: DerivedThree) -> str:
    return f"{derived.derivation.id}.{derived.segment}" if derived.derivation.scope == "segment" else derived.derivation.id


def _code(value: Value) -> str | None:
    return value.code or None


# ---------------------------------------------------------------- in words


def words(outcome: Outcome) -> str:
    return "\n".join((*_disputed(outcome), *_results(outcome), *_derived(outcome), *_checks(outcome)))


def _disputed(outcome: Outcome) -> Iterator[str]:
    yield "Disputed:" if outcome.disputed else "Nothing is disputed."
    yield from (f"  {_place(one.cell)}   class {', '.join(one.classes)}" for one in outcome.disputed)
    yield from (f"  {_place(one.cell)}   by closure" for one in outcome.closure)


def _results(outcome: Outcome) -> Iterator[str]:
    yield "Results that are not what both readings say:"
    moved = [one for one in _told(outcome) if one.source.value != "CONCORDANT"]
    yield from (f"  {_place(one.cell)}   {one.grade.code}   {one.source.value.lower()}" for one in moved)
    waits = {cell: "a reading leaves it blank" if cell in outcome.blank else "waits for a decision" for cell in outcome.open_cells}
    yield from (f"  {_place(cell)}   open: {why}" for cell, why in waits.items())


def _derived(outcome: Outcome) -> Iterator[str]:
    yield "Derived (reading 1, reading 2, final):"
    for one in outcome.derived:
        codes = [_code(value) or "open" for _, value in _values(one)]
        if set(codes) != {Missing.NOT_APPLICABLE.value}:
            yield f"  {_name(one):20} {'   '.join(codes)}"


def _checks(outcome: Outcome) -> Iterator[str]:
    yield "Checks that fire:" if outcome.checks else "No check fires."
    yield from (f"  reading {one.reading}   {one.check} ({one.level})   {one.segment}".rstrip() for one in outcome.checks)
    if outcome.not_run:
        yield f"Not run, since they look at clips, time or words: {', '.join(outcome.not_run)}."


def _place(cell: Cell) -> str:
    return f"{cell.item}.{cell.segment}" if cell.segment else str(cell.item)
