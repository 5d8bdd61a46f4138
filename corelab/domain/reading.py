"""A reading: one reader's answers about one exam, from the first key to the complete grid that is signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from corelab.domain.asking import Settled, Standing, settle
from corelab.domain.form import Form, refused
from corelab.domain.measurement import Measurement
from corelab.domain.vocabulary import Answer, AssignmentId, Cell, Evidence, Grade, SegmentId, Sha256
from corelab.domain.watching import Watched

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
class Confirmed:
    """A soft check that fired and was confirmed, with the reason given. ``segment`` is the one it looked at, ``""`` for the exam."""

    check: str
    segment: SegmentId
    reason: str
    level: str = "soft"


@dataclass(frozen=True, slots=True)
class _Known:
    """What was settled for these very answers: a change of something else need not settle them again."""

    form: Form
    answers: Mapping[Cell, Answer]
    settled: Settled


@dataclass(frozen=True, slots=True)
class Reading:
    """The answers so far. A change is a new object.

    ``played`` tells which frames of which clip were shown, ``watched`` how long, how often and how fast; ``seconds`` how long it was
    actively read; ``confirmed`` which soft checks the reader confirmed; ``measurements`` are those that no question asked for, in the
    order they were made. ``answers`` keeps what was answered to a detail that no longer applies: it counts again when the detail does.
    """

    assignment: AssignmentId
    form: Form
    answers: Mapping[Cell, Answer]
    note: str = ""
    played: Mapping[Sha256, frozenset[int]] = field(default_factory=lambda: _NOTHING)
    confirmed: tuple[Confirmed, ...] = ()
    seconds: int = 0
    measurements: tuple[Measurement, ...] = ()
    watched: Mapping[Sha256, Watched] = field(default_factory=lambda: MappingProxyType({}))
    _known: "_Known | None" = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = self._known
        if known is None or known.form is not self.form or known.answers is not self.answers:
            given = {cell: answer.grade for cell, answer in self.answers.items()}
            object.__setattr__(self, "_known", _Known(self.form, self.answers, settle(self.form, given)))

    @property
    def settled(self) -> Settled:
        """Every cell after the answers so far."""
        if self._known is None:
            raise ValueError("a reading is settled when it is made")
        return self._known.settled

    @classmethod
    def begun(cls, assignment: AssignmentId, form: Form) -> Self:
        """A reading as it stands when the exam opens: the defaults filled in."""
        return cls(assignment, form, form.prefilled)

    def answered(self, cell: Cell, grade: Grade, evidence: Iterable[Evidence] = ()) -> Self:
        """With this grade and what proves it. Raises GradeRefusedError."""
        if refused(self.form, cell, grade):
            raise GradeRefusedError(cell, grade)
        answer = Answer(cell, replace(grade, prefilled=False), tuple(evidence))
        return self._with({**self.answers, cell: answer}, cell)

    def cleared(self, cell: Cell) -> Self:
        """Without the reader's answer in this cell; a default stands again."""
        rest = {other: answer for other, answer in self.answers.items() if other != cell}
        default = self.form.prefilled.get(cell)
        return self._with(rest if default is None else {**rest, cell: default}, cell)

    def _with(self, answers: Mapping[Cell, Answer], changed: Cell) -> Self:
        """A soft check that was confirmed may fire again when one of its cells changes."""
        stale = {(check.id, check.segment) for check in self.form.checks if changed in check.cells}
        kept = tuple(one for one in self.confirmed if (one.check, one.segment) not in stale)
        return replace(self, answers=MappingProxyType(dict(answers)), confirmed=kept)

    def confirming(self, check: str, segment: SegmentId, reason: str) -> Self:
        """With this soft check confirmed, for this reason."""
        others = tuple(one for one in self.confirmed if (one.check, one.segment) != (check, segment))
        return replace(self, confirmed=(*others, Confirmed(check, segment, reason)))

    def measuring(self, measurements: Iterable[Measurement]) -> Self:
        """With these measurements that no question asked for."""
        return replace(self, measurements=tuple(measurements))

    def with_note(self, note: str) -> Self:
        return replace(self, note=note)

    def with_played(self, clip: Sha256, frames: Iterable[int]) -> Self:
        """With these frames of a clip (counted from 0) added to what was shown."""
        shown = self.played.get(clip, frozenset()) | frozenset(frames)
        return replace(self, played=MappingProxyType({**self.played, clip: shown}))

    @property
    def unanswered(self) -> tuple[Cell, ...]:
        """The cells that must be answered still, in form order."""
        return self.settled.missing

    def next_unanswered(self, after: Cell | None = None) -> Cell | None:
        """The next open cell behind this one in form order, then from the top; None when nothing is open."""
        cells, missing = self.form.cells, set(self.unanswered)
        start = cells.index(after) + 1 if after in cells else 0
        return next((cell for cell in cells[start:] + cells[:start] if cell in missing), None)

    @property
    def progress(self) -> tuple[int, int]:
        """(answered, asked) of what must be answered now, without the questions that a default fills."""
        prefilled = self.form.prefilled
        asked = [cell for cell, standing in self.settled.standing.items() if standing is Standing.REQUIRED and cell not in prefilled]
        return sum(cell in self.settled.grades for cell in asked), len(asked)

    @property
    def grades(self) -> Mapping[Cell, Grade]:
        """What is known now: the answers that count and what stands without the reader."""
        return self.settled.grades

    def complete(self) -> tuple[Answer, ...]:
        """Every cell of the grid with its value, NA, NE or NI. Raises ReadingIncompleteError."""
        if self.unanswered:
            raise ReadingIncompleteError(self.unanswered)
        return tuple(self._final(cell) for cell in self.form.grid)

    def _final(self, cell: Cell) -> Answer:
        """The reader's answer where it counts, with its evidence; else what stands."""
        given, grade = self.answers.get(cell), self.settled.grades[cell]
        return given if given is not None and given.grade == grade else Answer(cell, grade)
