"""A reading under the reader's hands: which question the next digit answers, what can be undone. No widget, no disk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from corelab.domain.charter import ChoiceItem
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Answer, Binding, Cell, Evidence, Grade, ItemId, SegmentId, not_evaluable

NOT_EVALUABLE_KEY: Final = 9


@dataclass(frozen=True, slots=True)
class Grading:
    """``segment`` is on screen, ``cell`` its current question (None: it asks nothing). ``reason_of`` waits for the digit of a reason.

    ``kept`` is a frame the reader marked before the answer it proves; ``last`` the cell answered last.
    """

    reading: Reading
    segment: SegmentId
    cell: Cell | None = None
    reason_of: Cell | None = None
    kept: Evidence | None = None
    last: Cell | None = None
    past: tuple[tuple[Cell, Answer | None], ...] = ()
    future: tuple[tuple[Cell, Answer | None], ...] = ()

    @classmethod
    def begun(cls, reading: Reading) -> Self:
        """At the first open question, or at the first segment when all are answered."""
        first = reading.next_unanswered()
        segment = first.segment if first else reading.form.segments[0].id
        return cls(reading, segment).opened_at(segment)

    # -- where ----------------------------------------------------------------------------------------------------------------

    def at_segment(self, segment: SegmentId) -> Self:
        return self if segment == self.segment else self.opened_at(segment)

    def at_cell(self, cell: Cell) -> Self:
        return replace(self, segment=cell.segment, cell=cell, reason_of=None, kept=None if cell != self.cell else self.kept)

    def beside(self, steps: int) -> Self:
        """So many segments further in the form, as far as it goes."""
        ids = [segment.id for segment in self.reading.form.segments]
        return self.at_segment(ids[max(0, min(ids.index(self.segment) + steps, len(ids) - 1))])

    def question_beside(self, steps: int) -> Self:
        """Another question of the same segment."""
        cells = self.cells
        if self.cell is None or not cells:
            return self
        return self.at_cell(cells[max(0, min(cells.index(self.cell) + steps, len(cells) - 1))])

    def at_first_unanswered(self) -> Self:
        first = self.reading.next_unanswered()
        return self if first is None else self.at_cell(first)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The questions of the segment on screen."""
        return tuple(Cell(self.segment, ItemId(item.id)) for item in self.reading.form.questions_of(self.segment))

    @property
    def item(self) -> ChoiceItem | None:
        item = self.reading.form.item(self.cell.item) if self.cell else None
        return item if isinstance(item, ChoiceItem) else None

    # -- grades ---------------------------------------------------------------------------------------------------------------

    def accepts(self, digit: int) -> bool:
        """Whether this digit means something now."""
        if self.cell is None or self.item is None:
            return False
        if self.reason_of is not None:
            return 1 <= digit <= len(self.reading.form.ne_reasons(self.cell.item))
        if digit == NOT_EVALUABLE_KEY:
            return self.item.allow_ne
        return any(option.key == str(digit) for option in self.item.options)

    def digit(self, digit: int, shown: Evidence | None) -> Self:
        """What a digit does: an answer, "not evaluable", or its reason. ``shown`` is the frame on screen. Only where ``accepts``."""
        if self.cell is None or self.item is None or not self.accepts(digit):
            return self
        if self.reason_of is not None:
            reason = self.reading.form.ne_reasons(self.cell.item)[digit - 1]
            return self._answer(self.cell, not_evaluable(reason.id), shown)
        if digit == NOT_EVALUABLE_KEY:
            return replace(self, reason_of=self.cell)
        value = next(option.value for option in self.item.options if option.key == str(digit))
        return self._answer(self.cell, Grade(value), shown)

    def without_reason(self) -> Self:
        """Esc: it was evaluable after all."""
        return replace(self, reason_of=None)

    def cleared(self) -> Self:
        """Without the answer of the current question or, when that is open, of the one answered last."""
        cell = self.cell if self._given(self.cell) else self.last if self._given(self.last) else None
        if cell is None:
            return self
        return self._changed(cell, self.reading.cleared(cell)).at_cell(cell)

    def marked(self, frame: Evidence) -> Self:
        """With this frame as proof of the current answer; or the one that still lacks a marked frame; or it is kept for the next answer."""
        return self._bound(self.evidence_cell, frame)

    def paired(self, frame: Evidence) -> Self:
        """The frame under pressure that belongs to the marked one; the first use marks the frame at rest."""
        cell = self.evidence_cell if self.evidence_cell or self.kept else self._single_marked
        first = self._first_of_pair(cell, frame)
        return self._bound(cell, frame if first is None else replace(first, frame_b=frame.frame_a))

    @property
    def evidence_cell(self) -> Cell | None:
        """The answer to which a marked frame belongs now; None: it will belong to the next one."""
        if self._given(self.cell):
            return self.cell
        lacking = self.lacking_evidence
        return self.last if self.last in lacking else next((cell for cell in lacking if cell.segment == self.segment), None)

    @property
    def lacking_evidence(self) -> tuple[Cell, ...]:
        """Answers that need a frame the reader marked, and have none."""
        return tuple(cell for cell, answer in self.reading.answers.items() if needs_mark(self.reading, answer))

    @property
    def _single_marked(self) -> Cell | None:
        """The last answer, while its marked frame has no partner yet."""
        answer = self.reading.answers.get(self.last) if self.last else None
        alone = answer is not None and any(each.bound is Binding.MARKED and each.frame_b is None for each in answer.evidence)
        return self.last if alone else None

    def _first_of_pair(self, cell: Cell | None, frame: Evidence) -> Evidence | None:
        held = self.reading.answers[cell].evidence if cell else (self.kept,) if self.kept else ()
        singles = (each for each in held if each.bound is Binding.MARKED and each.frame_b is None and each.clip == frame.clip)
        return next((each for each in singles if each.frame_a != frame.frame_a), None)

    def _bound(self, cell: Cell | None, evidence: Evidence) -> Self:
        if cell is None:
            return replace(self, kept=evidence)
        return self._changed(cell, self.reading.answered(cell, self.reading.answers[cell].grade, (evidence,)))

    def _given(self, cell: Cell | None) -> bool:
        answer = self.reading.answers.get(cell) if cell else None
        return answer is not None and not answer.grade.prefilled

    def _answer(self, cell: Cell, grade: Grade, shown: Evidence | None) -> Self:
        first_time = not self._given(cell)
        proof = self._proof(cell, shown)
        graded = self._changed(cell, self.reading.answered(cell, grade, proof))
        return replace(graded, kept=None, reason_of=None).moved_on(cell, first_time=first_time)

    def _proof(self, cell: Cell, shown: Evidence | None) -> tuple[Evidence, ...]:
        """A frame marked before stays; else the frame on screen is bound, where the charter wants that."""
        if self.kept is not None and cell == self.cell:
            return (self.kept,)
        before = self.reading.answers.get(cell)
        marked = tuple(each for each in before.evidence if each.bound is not Binding.AUTO) if before else ()
        rule = self.reading.form.item(cell.item).evidence
        if marked or shown is None or rule is None or not rule.auto:
            return marked
        return (shown,)

    def moved_on(self, cell: Cell, *, first_time: bool) -> Self:
        """From an answered cell to the next open question of the segment, then of the form; from a correction, to the one after it."""
        cells = self.cells
        later = cells[cells.index(cell) + 1 :] + cells[: cells.index(cell)]
        following = next((each for each in later if each not in self.reading.answers), None)
        if following is None:
            following = self.reading.next_unanswered(cell) if first_time else next(iter(later[: len(cells) - 1 - cells.index(cell)]), None)
        return replace(self.at_cell(following or cell), last=cell)

    def _changed(self, cell: Cell, reading: Reading) -> Self:
        before = (cell, self.reading.answers.get(cell))
        return replace(self, reading=reading, past=(*self.past, before), future=(), last=cell)

    def with_note(self, note: str) -> Self:
        return replace(self, reading=self.reading.with_note(note))

    # -- undo -----------------------------------------------------------------------------------------------------------------

    def undone(self) -> Self:
        """One change back, at the cell where it was; itself when nothing is left."""
        if not self.past:
            return self
        cell, answer = self.past[-1]
        now = (cell, self.reading.answers.get(cell))
        return replace(self.at_cell(cell), reading=_with(self.reading, cell, answer), past=self.past[:-1], future=(*self.future, now))

    def redone(self) -> Self:
        if not self.future:
            return self
        cell, answer = self.future[-1]
        now = (cell, self.reading.answers.get(cell))
        return replace(self.at_cell(cell), reading=_with(self.reading, cell, answer), future=self.future[:-1], past=(*self.past, now))

    def opened_at(self, segment: SegmentId) -> Self:
        """At a segment as when it is first opened: at its first open question, else at its first without a default."""
        there = replace(self, segment=segment, reason_of=None, kept=None)
        open_cell = next((cell for cell in there.cells if cell not in self.reading.answers), None)
        core = next((cell for cell in there.cells if cell not in self.reading.form.prefilled), None)
        return replace(there, cell=open_cell or core or next(iter(there.cells), None))


def needs_mark(reading: Reading, answer: Answer) -> bool:
    """Whether an answer still needs a frame that the reader marked."""
    value = answer.grade.value
    marked = any(each.bound is Binding.MARKED for each in answer.evidence)
    return value is not None and reading.form.item(answer.cell.item).needs_mark(value) and not marked


def _with(reading: Reading, cell: Cell, answer: Answer | None) -> Reading:
    """With exactly this answer in the cell; a default counts as none."""
    if answer is None or answer.grade.prefilled:
        return reading.cleared(cell)
    return reading.answered(cell, answer.grade, answer.evidence)


def marks_of(answers: Mapping[Cell, Answer]) -> tuple[tuple[Cell, Evidence], ...]:
    """Every piece of evidence with the cell it proves."""
    return tuple((cell, evidence) for cell, answer in answers.items() for evidence in answer.evidence)
