"""Made-up exams of the full charters with what is decided of them, and drafts of their cases."""

from pathlib import Path
from typing import Any

from corelab.domain.adjudication import CaseDraft, open_case
from corelab.domain.allocation import Slot
from corelab.domain.asking import settle
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.discordance import Comparison, compare
from corelab.domain.form import Form, Use, form_for
from corelab.domain.rehearsal.outcome import Outcome, try_out
from corelab.domain.rehearsal.written import read_case
from corelab.domain.values import first_value
from corelab.domain.vocabulary import Answer, Cell, Grade, VisitId
from tests.oracles import DVT, limb


def in_mode(path: Path, mode: str) -> Charter:
    text = path.read_text(encoding="utf-8")
    assert 'mode = "review"' in text
    return load_charter(text.replace('mode = "review"', f'mode = "{mode}"').encode())


def tried(mode: str, case: dict[str, Any], path: Path = DVT) -> Outcome:
    charter = in_mode(path, mode)
    return try_out(charter, read_case(case, charter))


def a_case(one: dict[str, Any], two: dict[str, Any], decisions: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"visit": "D10", "start": "clean", "reading_1": limb(one), "reading_2": limb(two)}
    return base | {"decisions": decisions} | more


def a_draft(charter: Charter, one: dict[str, Any], two: dict[str, Any]) -> CaseDraft:
    return a_comparison_and_case(charter, one, two)[1]


def a_comparison_and_case(charter: Charter, one: dict[str, Any], two: dict[str, Any]) -> tuple[Comparison, CaseDraft]:
    """Two readings of a clean limb but for what is said, and their case; reading 1 stands as A."""
    form = form_for(charter, "DUPLEX", visit=VisitId("D10"), attributes=Attributes({"STUDY_LIMB": "left"}), received=(), not_imaged={})
    grades = {slot: clean_but_for(form, limb(said)) for slot, said in ((SLOTS[0], one), (SLOTS[1], two))}
    comparison = compare(charter, "D10", grades[1], grades[2], 1, attributes=Attributes({"STUDY_LIMB": "left"}))
    answers = {slot: {cell: Answer(cell, grade) for cell, grade in said.items()} for slot, said in grades.items()}
    sides = dict.fromkeys((cell.segment for cell in form.grid), SLOTS[0])
    return comparison, CaseDraft(open_case(form, comparison, answers, sides, reason_required=False))


def clean_but_for(form: Form, said: dict[str, dict[str, Any]]) -> dict[Cell, Grade]:
    given = {cell: Grade(str(said.get(cell.segment, {}).get(cell.item) or first_value(form.item(cell.item)))) for cell in form.questions}
    required = {cell: grade for cell, grade in given.items() if form.questions[cell].use is not Use.OPTIONAL}
    settled = settle(form, required)
    return {cell: settled.grades[cell] for cell in form.grid}


def stands(outcome: Outcome, place: str) -> tuple[str, str | None, str] | None:
    """(value, reason, source) of a cell; None while it is open."""
    item, _, segment = place.partition(".")
    found = (one for one in outcome.results if (one.cell.item, one.cell.segment) == (item, segment))
    return next(((one.grade.code, one.grade.reason, one.source.value) for one in found), None)


def endpoint(outcome: Outcome, name: str) -> str:
    return next(one.final.code for one in outcome.derived if one.derivation.id == name)


SLOTS: tuple[Slot, Slot] = (1, 2)
WINDOW = {"COMP": "NE:WINDOW"}
ADJUDICATED = "ADJUDICATED"
PARTIAL = {"CFV": {"COMP": 1}}
NONE = {"CFV": {"COMP": 2, "D_REST": "12.5", "D_COMP": "9.5"}}


def with_a_meaning_of_na() -> Charter:
    old = '["post_thrombotic"]]\nne_vs_value = false'
    text = DVT.read_text(encoding="utf-8")
    assert old in text
    return load_charter(text.replace(old, f'{old}\nna_as = "no_thrombus"').encode())
