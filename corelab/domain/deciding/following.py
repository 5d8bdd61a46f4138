"""What becomes of the details of a segment as its disputes are decided: taken along, asked anew, gone, inherited, or agreed as before.

This goes detail by detail, by the decided cells of its own segment that say whether it applies:

- all of them taken from one reading: that reading's detail comes with them;
- taken from different readings, or graded by the adjudicator, or the reading taken does not hold the detail: it is asked anew where its
  condition is true on the decided values;
- its condition false on the decided values: not applicable; unknown: it inherits the kind of missing that makes it so;
- a detail that does not differ stays while its condition is not false;
- one that is disputed itself has a decision of its own while its condition is not false.

A condition that hangs on nothing but cells that do not apply counts as false.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from corelab.domain.deciding.case import Case
from corelab.domain.deciding.decision import Decision, Mode, Take
from corelab.domain.details import NOT_APPLYING, Controlled, applies, inherited
from corelab.domain.vocabulary import Answer, Cell, Grade, Missing


class DetailState(Enum):
    """WAITS for a decision in its segment. ASKED: the adjudicator answers it. TAKEN along from A or B. GONE: it does not apply any more.

    INHERITED: whether it applies cannot be told, for what was not evaluable or not imaged. AGREED: both readers said it, and it applies.
    """

    WAITS = "waits"
    ASKED = "asked"
    TAKEN = "taken"
    GONE = "gone"
    INHERITED = "inherited"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Detail:
    """How a detail stands now. ``answer`` is what stands in its cell; None where it waits, and where it is asked and not answered yet.

    ``take`` tells whose answer was taken along.
    """

    cell: Cell
    state: DetailState
    answer: Answer | None = None
    take: Take | None = None

    @property
    def settled(self) -> bool:
        return self.answer is not None


@dataclass(frozen=True, slots=True)
class Followed:
    """``details``: every detail that hangs on a dispute and is none itself, each after those it hangs on.

    ``gone``: disputes that are details and do not apply after these decisions; ``applying``: those that do.
    """

    details: tuple[Detail, ...]
    gone: frozenset[Cell]
    applying: frozenset[Cell]


def followed(case: Case, decisions: Mapping[Cell, Decision]) -> Followed:
    """How everything that hangs on a dispute stands after these decisions."""
    following = _Following(case, decisions)
    details = tuple(found for detail in case.hanging if (found := following.of(detail)) is not None)
    return Followed(details, frozenset(following.gone), frozenset(following.applying))


def known_grades(case: Case, decisions: Mapping[Cell, Decision], after: Followed) -> dict[Cell, Grade]:
    """Every grade of the exam that is known to the case: what stands, what was decided, and what follows from that."""
    settled = {detail.cell: detail.answer.grade for detail in after.details if detail.answer is not None}
    return _standing(case, decisions) | settled | dict.fromkeys(after.gone, NOT_APPLYING)


def _standing(case: Case, decisions: Mapping[Cell, Decision]) -> dict[Cell, Grade]:
    decided = {one.cell: decisions[one.cell].grade for one in case.disputes if one.cell in decisions}
    known = {**case.form.fixed, **case.agreed, **case.stands}
    for detail in case.controlled:
        known.pop(detail.cell, None)
    return known | decided


class _Following:
    def __init__(self, case: Case, decisions: Mapping[Cell, Decision]) -> None:
        self.case, self.decisions = case, decisions
        self.known = _standing(case, decisions)
        self.shown = {one.cell: one for one in case.details if one.sides is not None}
        self.disputed = {one.cell for one in case.disputes}
        self.gone: set[Cell] = set()
        self.applying: set[Cell] = set()

    def of(self, detail: Controlled) -> Detail | None:
        """None for a detail that is disputed itself."""
        if detail.cell in self.disputed:
            self._disputed(detail)
            return None
        found = self._of(detail)
        if found.answer is not None:
            self.known[found.cell] = found.answer.grade
        return found

    def _disputed(self, detail: Controlled) -> None:
        told = None if self._waits(detail) else applies(detail.when, self.known)
        if told is False:
            self.gone.add(detail.cell)
            self.known[detail.cell] = NOT_APPLYING
        elif told:
            self.applying.add(detail.cell)

    def _waits(self, detail: Controlled) -> bool:
        return any(cell not in self.decisions and cell not in self.gone for cell in detail.by)

    def _of(self, detail: Controlled) -> Detail:
        agreed = self.case.agreed.get(detail.cell)
        if self._waits(detail):
            return Detail(detail.cell, DetailState.WAITS)
        told = applies(detail.when, self.known)
        if told is False:
            return self._settled(detail, DetailState.GONE, NOT_APPLYING)
        if agreed is not None and agreed.missing is not Missing.NOT_APPLICABLE:
            return self._settled(detail, DetailState.AGREED, agreed)
        taken = self._taken(detail)
        if taken is not None:
            return taken
        return self._not_told(detail) if told is None else self._asked(detail)

    def _settled(self, detail: Controlled, state: DetailState, grade: Grade) -> Detail:
        return Detail(detail.cell, state, Answer(detail.cell, grade))

    def _taken(self, detail: Controlled) -> Detail | None:
        """The detail of the one reading from which everything that controls it was taken, if it holds one."""
        takes = {self.decisions[cell].take for cell in detail.by if cell not in self.gone}
        take = next(iter(takes)) if len(takes) == 1 else Take.OWN
        shown = self.shown.get(detail.cell)
        answer = shown.side(take) if shown is not None else None
        if answer is None or answer.grade.missing is Missing.NOT_APPLICABLE:
            return None
        return Detail(detail.cell, DetailState.TAKEN, answer, take)

    def _not_told(self, detail: Controlled) -> Detail:
        grade = inherited(detail.when, self.known)
        if grade is None:
            return Detail(detail.cell, DetailState.WAITS)
        return self._settled(detail, DetailState.INHERITED, grade)

    def _asked(self, detail: Controlled) -> Detail:
        decision = self.decisions.get(detail.cell)
        if decision is None:
            return Detail(detail.cell, DetailState.ASKED)
        return Detail(detail.cell, DetailState.ASKED, Answer(detail.cell, decision.grade, decision.evidence))


def may_be_own(case: Case, cell: Cell) -> bool:
    """Whether an own grade may be given: not where the choice is forced, unless neither A nor B holds what is asked."""
    if case.mode is not Mode.FORCED_CHOICE:
        return True
    shown = next((one for one in (*case.disputes, *case.details) if one.cell == cell), None)
    if shown is None or shown.sides is None:
        return True
    is_detail = all(one.cell != cell for one in case.disputes)
    return is_detail and all(side.grade.missing is Missing.NOT_APPLICABLE for side in shown.sides)
