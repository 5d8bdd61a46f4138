"""What a charter makes of a made-up exam: what is disputed, what stands, what is derived, which checks fire."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from corelab.domain.adjudication import CaseDraft, Decision, DecisionRefusedError, Take, open_case, results_so_far
from corelab.domain.allocation import Slot
from corelab.domain.asking import settle
from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import Derivation
from corelab.domain.charter.model_item import ChoiceItem, MultiItem
from corelab.domain.checks import IDENTITY_IN_TEXT, READING_TIME, UNPLAYED_CLIPS
from corelab.domain.conditions import looks_beside_grades, truth
from corelab.domain.derived import EarlierExam, History, values_of
from corelab.domain.discordance import Comparison, Disputed, compare_drafts
from corelab.domain.form import Form, form_for
from corelab.domain.kept_for import KeptFor
from corelab.domain.rehearsal.written import CaseFault, CaseRefusedError, WrittenCase
from corelab.domain.result import Result, Value
from corelab.domain.single import results_of_one
from corelab.domain.vocabulary import Answer, Cell, Grade, SegmentId, VisitId

_SLOTS: tuple[Slot, Slot] = (1, 2)


@dataclass(frozen=True, slots=True)
class Fired:
    """A check of the charter that a reading sets off, on a segment, or on none."""

    reading: Slot
    check: str
    level: str
    segment: SegmentId


@dataclass(frozen=True, slots=True)
class DerivedThree:
    """One derivation, on one segment where it has one, from each reading alone and from the final grades."""

    derivation: Derivation
    segment: SegmentId
    reading_1: Value
    reading_2: Value
    final: Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """``results`` are the cells that are certain, ``open_cells`` the ones that are not yet, both in form order by reading type.

    Of the open ones ``blank`` wait for an answer of a reading, all others for a decision. ``not_run`` are the checks that look at clips,
    at time or at words, of which a made-up exam has none.
    """

    disputed: tuple[Disputed, ...]
    closure: tuple[Disputed, ...]
    results: tuple[Result, ...]
    open_cells: tuple[Cell, ...]
    derived: tuple[DerivedThree, ...]
    checks: tuple[Fired, ...]
    blank: tuple[Cell, ...] = ()
    not_run: tuple[str, ...] = ()


def try_out(charter: Charter, case: WrittenCase) -> Outcome:
    """Each reading type of the visit is compared on its own; a look back uses the results of the earlier exam.

    Raises CaseRefusedError where an answer, or a decision, stands where nothing is asked, or breaks a hard check.
    """
    history = _history(charter, case)
    types = [_Type(charter, case, form) for form in _forms(charter, case)]
    _require_asked(case, [one.form for one in types])
    results = tuple(chain.from_iterable(one.results for one in types))
    return Outcome(
        disputed=tuple(chain.from_iterable(one.comparison.disputed for one in types if one.comparison)),
        closure=tuple(chain.from_iterable(one.comparison.closure for one in types if one.comparison)),
        results=results,
        open_cells=tuple(chain.from_iterable(one.open_cells for one in types)),
        derived=tuple(_derived(charter, case, history, types, results)),
        checks=tuple(fired for slot in _SLOTS for one in types for fired in one.checks(slot)),
        blank=tuple(chain.from_iterable(one.blank for one in types)),
        not_run=_not_run(charter, types),
    )


def _not_run(charter: Charter, types: Sequence["_Type"]) -> tuple[str, ...]:
    """Those of the charter, then those that it sets for signing."""
    own = dict.fromkeys(check.id for one in types for check in one.form.checks if looks_beside_grades(check.test))
    signing = charter.signing
    set_for = {
        UNPLAYED_CLIPS: signing.unplayed_clips != "off",
        READING_TIME: signing.time_outside != "off",
        IDENTITY_IN_TEXT: True,
    }
    return (*own, *(name for name, is_set in set_for.items() if is_set))


def _history(charter: Charter, case: WrittenCase) -> History:
    """The earlier exams in the order of time, each with the days to this one."""
    exams: list[EarlierExam] = []
    earlier, days = case.previous, case.days
    while earlier is not None:
        exams.insert(0, EarlierExam.of(earlier.visit, try_out(charter, earlier).results, days))
        days = None if days is None or earlier.days is None else days + earlier.days
        earlier = earlier.previous
    return History(tuple(exams))


def _forms(charter: Charter, case: WrittenCase) -> Iterator[Form]:
    blocks = set(charter.visit(case.visit).blocks)
    for kind in charter.reading_types:
        if blocks & set(kind.blocks):
            yield form_for(
                charter,
                kind.id,
                visit=VisitId(case.visit),
                attributes=case.attributes,
                received=case.received,
                not_imaged={},
                not_imaged_cells=case.not_imaged,
            )


def _require_asked(case: WrittenCase, forms: list[Form]) -> None:
    """Raises CaseRefusedError for what is answered or closed and not asked."""
    asked = {cell for form in forms for cell in form.questions}
    faults = [
        CaseFault(f"reading_{slot}.{cell.segment}.{cell.item}", "it is not asked here")
        for slot in _SLOTS
        for cell in case.readings[slot]
        if cell not in asked
    ]
    strangers = [cell for cell in case.decisions if cell not in asked]
    faults += [CaseFault(f"decisions.{cell.segment}.{cell.item}", "it is not asked here") for cell in strangers]
    if faults:
        raise CaseRefusedError(*faults)


class _Type:
    """One reading type of the exam: its two readings, or its one, and what follows."""

    def __init__(self, charter: Charter, case: WrittenCase, form: Form) -> None:
        self.form = form
        self.slots: tuple[Slot, ...] = _SLOTS[: charter.reading_type(form.reading_type).readers]
        self.grades = {slot: _filled(case, form, slot) for slot in self.slots}
        self.comparison: Comparison | None = None
        if len(self.slots) == 1:
            self.results = results_of_one(self.grades[1])
        else:
            of = KeptFor(charter, case.visit, case.attributes)
            self.comparison = compare_drafts(of, self.grades[1], self.grades[2], case.reference)
            self.results = self._decided(case, self.comparison)
        known = {result.cell for result in self.results}
        self.open_cells = tuple(cell for cell in form.grid if cell not in known)
        self.blank = tuple(cell for cell in self.open_cells if any(cell not in self.grades[slot] for slot in self.slots))

    def _decided(self, case: WrittenCase, comparison: Comparison) -> tuple[Result, ...]:
        """A is reading 1 and B reading 2, on every segment."""
        answers = {slot: {cell: Answer(cell, grade) for cell, grade in self.grades[slot].items()} for slot in _SLOTS}
        a = dict.fromkeys((cell.segment for cell in self.form.grid), _SLOTS[0])
        draft = CaseDraft(open_case(self.form, comparison, answers, a, reason_required=False))
        given = [_decision(cell, said) for cell, said in case.decisions.items() if cell in self.form.questions]
        try:
            draft = draft.replayed(given)
        except DecisionRefusedError as error:
            raise CaseRefusedError(CaseFault(f"decisions.{error.cell.segment}.{error.cell.item}", _refusal(draft, error))) from error
        broken = [CaseFault(f"decisions.{one.cell.segment}.{one.cell.item}", one.found or "") for one in draft.broken if one.cell]
        if broken:
            raise CaseRefusedError(*broken)
        results = results_so_far(comparison, draft.standing)
        return tuple(result for result in results if result.cell not in draft.unanswered)

    def checks(self, slot: Slot) -> Iterator[Fired]:
        if slot in self.grades:
            for check in self.form.checks:
                if truth(check.test, self.grades[slot]):
                    yield Fired(slot, check.id, check.level, check.segment)


def _refusal(draft: CaseDraft, error: DecisionRefusedError) -> str:
    case = draft.case
    if error.cell not in draft.cells and all(detail.cell != error.cell for detail in draft.details):
        return "it is not disputed"
    if error.grade is None:
        return "A and B cannot be taken here" if case.shows_sides else "the charter has it graded without A and B"
    return "the charter allows A or B, nothing else" if case.mode.value == "forced_choice" else "it cannot be given here"


def _decision(cell: Cell, said: Grade | str) -> Decision:
    if isinstance(said, Grade):
        return Decision(cell, Take.OWN, said)
    return Decision(cell, Take(said), Grade(said))  # the grade is what stands as A or B


def _filled(case: WrittenCase, form: Form, slot: Slot) -> dict[Cell, Grade]:
    """A reading as far as it goes: defaults, what is stated, and in a clean one the first option of all else that is required."""
    given = {cell: answer.grade for cell, answer in form.prefilled.items()} | dict(case.readings[slot])
    given = {cell: grade for cell, grade in given.items() if cell in form.questions and cell not in case.blank[slot]}
    settled = settle(form, given)
    while case.clean:
        first = {cell: grade for cell in settled.missing if (grade := _first(form, cell)) and cell not in case.blank[slot]}
        if not first:
            break
        given |= first
        settled = settle(form, given)
    return {cell: settled.grades[cell] for cell in form.grid if cell in settled.grades}


def _first(form: Form, cell: Cell) -> Grade | None:
    item = form.item(cell.item)
    return Grade(item.options[0].value) if isinstance(item, ChoiceItem | MultiItem) else None


def _derived(
    charter: Charter, case: WrittenCase, history: History, types: list[_Type], results: tuple[Result, ...]
) -> Iterator[DerivedThree]:
    final: Mapping[Cell, Grade] = {result.cell: result.grade for result in results}
    alone = [{cell: grade for one in types for cell, grade in one.grades.get(slot, {}).items()} for slot in _SLOTS]
    for derivation in charter.derivations:
        one, two, both = (values_of(charter, case.visit, derivation, grades, history, case.attributes) for grades in (*alone, final))
        yield from (DerivedThree(derivation, segment, one[segment], two[segment], both[segment]) for segment in both)
