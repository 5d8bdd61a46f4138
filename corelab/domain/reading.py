"""A reading: one reader's answers about one exam, from the first key to the complete grid that is signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from corelab.domain.form import Form, refused
from corelab.domain.vocabulary import Answer, AssignmentId, Cell, Evidence, Grade, Sha256

_NOTHING: Mapping[Sha256, frozenset[int]] = MappingProxyType({})


class ReadingIncompleteError(Exception):
    """Questions are still open; ``missing`` are their cells in form order."""

    def __init__(self, missing: tuple[Cell, ...]) -> None:
        super().__init__(f"{len(missing)} questions are open")
        self.missing = missing


class GradeRefusedError(Exception):
    """The grade cannot be given in this cell: not asked, not in the list, or not the reader's to set."""

    def __init__(self, cell: Cell, grade: Grade) -> None:
        super().__init__(f"{cell.segment} {cell.item}: {grade.code}")
        self.cell = cell
        self.grade = grade


@dataclass(frozen=True, slots=True)
class Reading:
    """The answers so far. ``played`` tells which frames of which clip were shown. A change is a new object."""

    assignment: AssignmentId
    form: Form
    answers: Mapping[Cell, Answer]
    note: str = ""
    played: Mapping[Sha256, frozenset[int]] = field(default_factory=lambda: _NOTHING)

    @classmethod
    def begun(cls, assignment: AssignmentId, form: Form) -> Self:
        """A reading as it stands when the exam opens: the defaults filled in."""
        return cls(assignment, form, form.prefilled)

    def answered(self, cell: Cell, grade: Grade, evidence: Iterable[Evidence] = ()) -> Self:
        """With this grade and what proves it. Raises GradeRefusedError."""
        if refused(self.form, cell, grade):
            raise GradeRefusedError(cell, grade)
        answer = Answer(cell, replace(grade, prefilled=False), tuple(evidence))
        return replace(self, answers=MappingProxyType({**self.answers, cell: answer}))

    def cleared(self, cell: Cell) -> Self:
        """Without the reader's answer in this cell; a default stands again."""
        rest = {other: answer for other, answer in self.answers.items() if other != cell}
        default = self.form.prefilled.get(cell)
        return replace(self, answers=MappingProxyType(rest if default is None else {**rest, cell: default}))

    def with_note(self, note: str) -> Self:
        return replace(self, note=note)

    def with_played(self, clip: Sha256, frames: Iterable[int]) -> Self:
        """With these frames of a clip (counted from 0) added to what was shown."""
        shown = self.played.get(clip, frozenset()) | frozenset(frames)
        return replace(self, played=MappingProxyType({**self.played, clip: shown}))

    @property
    def unanswered(self) -> tuple[Cell, ...]:
        """The cells still open, in form order."""
        return tuple(cell for cell in self.form.cells if cell not in self.answers)

    def next_unanswered(self, after: Cell | None = None) -> Cell | None:
        """The next open cell behind this one in form order, then from the top; None when nothing is open."""
        cells = self.form.cells
        start = cells.index(after) + 1 if after in cells else 0
        return next((cell for cell in cells[start:] + cells[:start] if cell not in self.answers), None)

    @property
    def progress(self) -> tuple[int, int]:
        """(answered, asked), without the questions that a default fills."""
        prefilled = self.form.prefilled
        asked = [cell for cell in self.form.cells if cell not in prefilled]
        return sum(cell in self.answers for cell in asked), len(asked)

    @property
    def grades(self) -> Mapping[Cell, Grade]:
        """What is known now: the answers and what stands without the reader."""
        return MappingProxyType({**self.form.fixed, **{cell: answer.grade for cell, answer in self.answers.items()}})

    def complete(self) -> tuple[Answer, ...]:
        """Every cell of the grid with its value, NA, NE or NI. Raises ReadingIncompleteError."""
        if self.unanswered:
            raise ReadingIncompleteError(self.unanswered)
        fixed = self.form.fixed
        return tuple(self.answers[cell] if cell in self.answers else Answer(cell, fixed[cell]) for cell in self.form.grid)
