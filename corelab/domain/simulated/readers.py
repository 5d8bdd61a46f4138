"""What a simulated reader writes into a form: every question that applies answered, and nothing that a hard check forbids."""

from collections.abc import Callable, Mapping
from typing import Any

from corelab.domain.asking import settle
from corelab.domain.charter.model_item import ChoiceItem
from corelab.domain.conditions import Facts, fired
from corelab.domain.form import Form, Use
from corelab.domain.vocabulary import Cell, Grade

Says = Callable[[Cell, int], Grade]
"""What a reader says of a cell, drawn anew so many times."""
_TRIES = 40


def graded(form: Form, says: Says, facts: Facts | None = None) -> Mapping[Cell, Grade]:
    """The answers of one reader. Where a hard check fires, what it looks at is drawn anew until it does not.

    Raises ValueError when that does not end: the charter forbids what its items allow.
    """
    drawn: dict[Cell, int] = {}
    said: dict[tuple[Cell, int], Grade] = {}

    def of(cell: Cell) -> Grade:
        asked = cell, drawn.get(cell, 0)
        if asked not in said:
            said[asked] = says(*asked)
        return said[asked]

    for _ in range(_TRIES):
        answers, grades = _answered(form, of)
        at_fault = {
            cell for check in form.checks if check.level == "hard" and fired(check.test, grades, facts or Facts()) for cell in check.cells
        }
        if not at_fault:
            return answers
        for cell in at_fault:
            drawn[cell] = drawn.get(cell, 0) + 1
    raise ValueError("no answers that the hard checks of this charter allow")


def _answered(form: Form, says: Callable[[Cell], Grade]) -> tuple[dict[Cell, Grade], Mapping[Cell, Grade]]:
    """What is said, and every cell of the form after it."""
    answers = {cell: answer.grade for cell, answer in form.prefilled.items()}
    for question in form.questions.values():
        item = question.item
        if question.use is Use.CORE and isinstance(item, ChoiceItem) and item.default is not None:
            grade = says(question.cell)
            if grade.value != item.default:
                answers[question.cell] = grade
    settled = settle(form, _Saying(answers, says))
    return answers, settled.grades


class _Saying(dict[Cell, Grade]):
    """Answers that come as they are asked for; only a question that must be answered has nothing in its place."""

    def __init__(self, answers: dict[Cell, Grade], says: Callable[[Cell], Grade]) -> None:
        super().__init__()
        self._answers, self._says = answers, says

    def get(self, cell: Cell, empty: Any = None) -> Any:
        if empty is None and cell not in self._answers:
            self._answers[cell] = self._says(cell)
        return self._answers.get(cell, empty)
