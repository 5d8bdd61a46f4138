"""What is asked now: the questions of a form after the answers so far, with details that apply, do not apply, or cannot be told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from corelab.domain.conditions import truth, undecided
from corelab.domain.form import Form, Question, Use
from corelab.domain.vocabulary import Cell, Grade, Missing, NotApplicableCause, not_applicable

_Grades = Mapping[Cell, Grade]
_LEFT_OUT = not_applicable(NotApplicableCause.OPTIONAL)
_DOES_NOT_APPLY = not_applicable(NotApplicableCause.CONDITION)


class Standing(Enum):
    """How a cell of a form stands.

    REQUIRED must be answered. OPTIONAL need not be. UNKNOWN: a detail whose condition hangs on what could not be judged; it is shown and
    need not be answered. WAITING: a detail whose condition hangs on an open question. HIDDEN: a detail that does not apply.
    """

    REQUIRED = "required"
    OPTIONAL = "optional"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    HIDDEN = "hidden"

    @property
    def shown(self) -> bool:
        return self in _SHOWN


_SHOWN = (Standing.REQUIRED, Standing.OPTIONAL, Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Settled:
    """``grades``: every cell whose grade is known now, also those that nobody gave; ``standing``: how each question stands.

    A cell that is not among ``grades`` is open.
    """

    grades: _Grades
    standing: Mapping[Cell, Standing]

    @property
    def missing(self) -> tuple[Cell, ...]:
        """What must be answered still, in form order; what waits for an open question is not among it."""
        return tuple(cell for cell, standing in self.standing.items() if standing is Standing.REQUIRED and cell not in self.grades)

    @property
    def shown(self) -> tuple[Cell, ...]:
        """The questions that apply, or may, in form order."""
        return tuple(cell for cell, standing in self.standing.items() if standing.shown)


_ASKED_ANYHOW: tuple[Standing, Grade | None] = (Standing.REQUIRED, None)


def settle(form: Form, given: _Grades) -> Settled:
    """Every cell after what was given. What was given to a detail that does not apply counts for nothing, and is not lost by that.

    A detail that hangs on what is not evaluable or not imaged, and is left empty, takes that code, not evaluable before not imaged:
    otherwise a vein that could not be judged would count as one without thrombus (charter format, section 1).
    """
    grades = dict(form.fixed)
    standing = dict.fromkeys(form.questions, Standing.HIDDEN)
    for question in form.in_order:
        cell = question.cell
        stands, empty = _ASKED_ANYHOW if question.use is Use.CORE else _stands(question, grades)
        standing[cell] = stands
        grade = empty if stands is Standing.HIDDEN or stands is Standing.WAITING else given.get(cell, empty)
        if grade is not None:
            grades[cell] = grade
    return Settled(grades, standing)


def _stands(question: Question, grades: _Grades) -> tuple[Standing, Grade | None]:
    """How a question that is not for everybody stands, and its grade while nobody answers it; None: open."""
    if question.use is Use.OPTIONAL or question.when is None:
        return Standing.OPTIONAL, _LEFT_OUT
    applies = truth(question.when, grades)
    if applies is None:
        return _not_told(question, grades)
    return _ASKED_ANYHOW if applies else (Standing.HIDDEN, _DOES_NOT_APPLY)


def _not_told(question: Question, grades: _Grades) -> tuple[Standing, Grade | None]:
    deciding = [grades.get(cell) for cell in undecided(question.when, grades)] if question.when is not None else []
    if None in deciding:
        return Standing.WAITING, None
    for kind in (Missing.NOT_EVALUABLE, Missing.NOT_IMAGED):
        for grade in deciding:
            if grade is not None and grade.missing is kind:
                return Standing.UNKNOWN, Grade(missing=kind, reason=grade.reason)
    return Standing.HIDDEN, _DOES_NOT_APPLY


def controllers(form: Form, cell: Cell) -> tuple[Cell, ...]:
    """The cells of the same segment that decide whether a detail applies, and those that decide about them in turn."""
    return tuple(dict.fromkeys(_controllers(form, cell)))


def _controllers(form: Form, cell: Cell) -> Iterator[Cell]:
    question = form.questions.get(cell)
    for other in question.decided_by if question is not None else ():
        if other.segment == cell.segment:
            yield other
            yield from _controllers(form, other)
