"""A reading under the reader's hands: which question the next key answers, what can be undone. No widget, no disk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem
from corelab.domain.checks import lacks_mark, lacks_pair
from corelab.domain.form import Use
from corelab.domain.measurement import Measurement
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Answer, Binding, Cell, Evidence, Grade, SegmentId, not_evaluable
from corelab.ui.entry import NOT_EVALUABLE_KEY, is_measured, option_of, toggled, written
from corelab.ui.question_order import Rows, rows_of, segments_asked
from corelab.ui.steps import Step, answer_step, measuring_step, taken

__all__ = ["NOT_EVALUABLE_KEY", "Grading", "marks_of", "needs_mark", "needs_pair"]

_NOTHING: Final = ""


@dataclass(frozen=True, slots=True)
class Grading:
    """``segment`` is on screen, ``cell`` its current question (None: it asks nothing). ``reason_of`` waits for the digit of a reason.

    ``chosen`` are the options of a question with several, until Enter; ``unfolded``: the optional questions of the segment are shown.
    ``kept`` is a frame the reader marked before the answer it proves; ``last`` the cell answered last.
    """

    reading: Reading
    segment: SegmentId
    cell: Cell | None = None
    reason_of: Cell | None = None
    kept: Evidence | None = None
    last: Cell | None = None
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()
    chosen: str | None = None
    unfolded: bool = False

    @classmethod
    def begun(cls, reading: Reading) -> Self:
        """At the first open question, or at the first segment when all are answered."""
        first = reading.next_unanswered()
        segment = first.segment if first else segments_asked(reading.form)[0].id
        return cls(reading, segment).opened_at(segment)

    # -- where ----------------------------------------------------------------------------------------------------------------

    def at_segment(self, segment: SegmentId) -> Self:
        return self if segment == self.segment else self.opened_at(segment)

    def at_cell(self, cell: Cell) -> Self:
        """At a question, unfolded where it is one of the folded. One that does not apply now gives way to the one it hangs on."""
        there = replace(self, segment=cell.segment, unfolded=self.unfolded and cell.segment == self.segment, reason_of=None, chosen=None)
        if cell in there.rows.folded:
            there = replace(there, unfolded=True)
        if cell not in there.cells:
            return there.opened_at(cell.segment)
        return replace(there, cell=cell, kept=None if cell != self.cell else self.kept)

    def beside(self, steps: int) -> Self:
        """So many segments further in the form, as far as it goes."""
        ids = [segment.id for segment in segments_asked(self.reading.form)]
        return self.at_segment(ids[max(0, min(ids.index(self.segment) + steps, len(ids) - 1))])

    def question_beside(self, steps: int) -> Self:
        """Another question of the same segment."""
        cells = self.cells
        if self.cell not in cells:
            return self
        return self.at_cell(cells[max(0, min(cells.index(self.cell) + steps, len(cells) - 1))])

    def at_first_unanswered(self) -> Self:
        first = self.reading.next_unanswered()
        return self if first is None else self.at_cell(first)

    def folding(self) -> Self:
        """The optional questions of the segment shown, at the first without an answer; or folded away again."""
        rows = self.rows
        if rows.folded:
            return self.at_cell(rows.folded[0])
        folded = replace(self, unfolded=False)
        return folded if folded.cell in folded.cells else folded.opened_at(self.segment)

    def opened_at(self, segment: SegmentId) -> Self:
        """At a segment as when it is first opened: at its first open question, else at its first without a default."""
        there = replace(self, segment=segment, cell=None, reason_of=None, kept=None, chosen=None, unfolded=False)
        cells, missing = there.cells, set(self.reading.unanswered)
        open_cell = next((cell for cell in cells if cell in missing), None)
        core = next((cell for cell in cells if cell not in self.reading.form.prefilled), None)
        return replace(there, cell=open_cell or core or next(iter(cells), None))

    @property
    def rows(self) -> Rows:
        """The questions of the segment on screen, as they stand there."""
        return rows_of(self.reading, self.segment, unfolded=self.unfolded)

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.rows.cells

    @property
    def item(self) -> Item | None:
        return self.reading.form.item(self.cell.item) if self.cell else None

    @property
    def options_chosen(self) -> str:
        """Of a question with several options: those chosen now, whether Enter confirmed them or not."""
        answer = self.reading.answers.get(self.cell) if self.cell else None
        return self.chosen if self.chosen is not None else (answer.grade.value or _NOTHING) if answer else _NOTHING

    # -- grades ---------------------------------------------------------------------------------------------------------------

    def accepts(self, digit: int) -> bool:
        """Whether this digit means something now."""
        if self.cell is None or self.item is None:
            return False
        if self.reason_of is not None:
            return 1 <= digit <= len(self.reading.form.ne_reasons(self.cell.item))
        if digit == NOT_EVALUABLE_KEY and isinstance(self.item, ChoiceItem | MultiItem):
            return self.item.allow_ne
        return option_of(self.item, digit) is not None

    def digit(self, digit: int, shown: Evidence | None) -> Self:
        """What a digit does: an answer, one of several options, "not evaluable", or its reason. ``shown`` is the frame on screen.

        Only where ``accepts``.
        """
        if self.cell is None or self.item is None or not self.accepts(digit):
            return self
        if self.reason_of is not None:
            reason = self.reading.form.ne_reasons(self.cell.item)[digit - 1]
            return self._answer(self.cell, not_evaluable(reason.id), shown)
        if digit == NOT_EVALUABLE_KEY:
            return self.asking_reason()
        if isinstance(self.item, MultiItem):
            return replace(self, chosen=toggled(self.item, self.options_chosen, digit))
        return self._answer(self.cell, Grade(option_of(self.item, digit)), shown)

    def asking_reason(self) -> Self:
        """Not evaluable: the next digit says why. Itself where the question does not offer it."""
        return self if self.item is None or not self.item.allow_ne else replace(self, reason_of=self.cell)

    def confirmed(self, shown: Evidence | None) -> Self:
        """Enter at a question with several options: what is chosen is the answer; nothing chosen is none."""
        if self.cell is None or not isinstance(self.item, MultiItem) or self.reason_of is not None:
            return self
        value = self.options_chosen
        return self._answer(self.cell, Grade(value), shown) if value else self.cleared()

    def entered(self, text: str) -> Self:
        """With what was written in the field of the current question; nothing written is no answer. Raises EntryRefusedError."""
        if self.cell is None or self.item is None:
            return self
        if not text.strip():
            return self._changed(self.cell, self.reading.cleared(self.cell)) if self._given(self.cell) else self
        return self._answer(self.cell, Grade(written(self.item, text)), None)

    def texted(self, text: str) -> Self:
        """With these words as the answer while they are still written: one step of undo. Raises EntryRefusedError."""
        if self.cell is None or self.item is None:
            return self
        said = written(self.item, text)
        reading = self.reading.answered(self.cell, Grade(said)) if said else self.reading.cleared(self.cell)
        again = bool(self.past) and self.past[-1].cell == self.cell and self.last == self.cell
        return replace(self, reading=reading) if again else self._changed(self.cell, reading)

    def measured(self, evidence: Evidence) -> Self:
        """With the value of a caliper as the answer, and the caliper as its proof."""
        if self.cell is None or self.item is None or not is_measured(self.item) or evidence.caliper is None:
            return self
        return self._answer(self.cell, Grade(evidence.caliper.value), evidence)

    def remeasured(self, cell: Cell, number: int, evidence: Evidence, *, again: bool = False) -> Self:
        """With the caliper that answers this cell moved: its value is the answer. ``again``: once more, in one step of undo."""
        answer = self.reading.answers[cell]
        if evidence.caliper is None:
            return self
        proofs = (*answer.evidence[:number], evidence, *answer.evidence[number + 1 :])
        reading = self.reading.answered(cell, Grade(evidence.caliper.value), proofs)
        same = again and bool(self.past) and self.past[-1].cell == cell and self.last == cell and not self.future
        return replace(self, reading=reading) if same else self._changed(cell, reading)

    def measuring(self, measurements: tuple[Measurement, ...], *, again: bool = False) -> Self:
        """With these measurements that no question asked for. ``again``: the same point was moved once more, in one step of undo."""
        reading = self.reading.measuring(measurements)
        if again and self.past and self.past[-1].cell is None and not self.future:
            return replace(self, reading=reading)
        return replace(self, reading=reading, past=(*self.past, measuring_step(self.reading)), future=())

    def without_reason(self) -> Self:
        """Esc: it was evaluable after all, and nothing was chosen."""
        return replace(self, reason_of=None, chosen=None)

    def cleared(self) -> Self:
        """Without the answer of the current question or, when that is open, of the one answered last."""
        cell = self.cell if self._given(self.cell) else self.last if self._given(self.last) else None
        if cell is None:
            return self
        return self._changed(cell, self.reading.cleared(cell)).at_cell(cell)

    # -- evidence -------------------------------------------------------------------------------------------------------------

    def marked(self, frame: Evidence) -> Self:
        """With this frame as proof of the current answer; or the one that still lacks a marked frame; or it is kept for the next answer.

        Of a pair it is the frame without pressure; the one under pressure stays where it is of the same clip.
        """
        cell = self.evidence_cell
        before = self._held(cell)
        under = before.frame_b if before is not None and before.clip == frame.clip else None
        return self._bound(cell, replace(frame, frame_b=under))

    def paired(self, frame: Evidence) -> Self:
        """With this frame under pressure beside the one marked without; itself where none of the same clip is marked."""
        cell = self.evidence_cell if self.evidence_cell or self.kept else self._single_marked
        first = self._held(cell)
        if first is None or first.clip != frame.clip:
            return self
        return self._bound(cell, replace(first, frame_b=frame.frame_a, method=None))

    def proved(self, pair: Evidence) -> Self:
        """With both frames at once, as proof of the answer to which a marked frame belongs now, or kept for the next one."""
        return self._bound(self.evidence_cell, pair)

    @property
    def evidence_cell(self) -> Cell | None:
        """The answer to which a marked frame belongs now; None: it will belong to the next one."""
        lacking = [cell for cell in self.lacking_evidence if cell.segment == self.segment]
        if self._given(self.cell) and (self.cell in lacking or not lacking or self._proven):
            return self.cell
        return self.last if self.last in lacking else next(iter(lacking), None)

    @property
    def lacking_evidence(self) -> tuple[Cell, ...]:
        """Answers that need a frame the reader marked, or two of them, and lack one."""
        answers = (answer for cell, answer in self.reading.answers.items() if self.reading.grades.get(cell) == answer.grade)
        return tuple(answer.cell for answer in answers if needs_mark(self.reading, answer) or needs_pair(self.reading, answer))

    @property
    def _proven(self) -> bool:
        """Whether the current item is one whose answers are proved by frames."""
        return self.item is not None and self.item.evidence is not None

    @property
    def _single_marked(self) -> Cell | None:
        """The last answer, while its marked frame has no partner yet."""
        held = self._held(self.last) if self.last else None
        return self.last if held is not None and held.frame_b is None else None

    def _held(self, cell: Cell | None) -> Evidence | None:
        """The marked frame of an answer, or the one kept for the next."""
        if cell is None:
            return self.kept
        answer = self.reading.answers.get(cell)
        return next((each for each in answer.evidence if each.bound is Binding.MARKED), None) if answer else None

    def _bound(self, cell: Cell | None, evidence: Evidence) -> Self:
        if cell is None:
            return replace(self, kept=evidence)
        answer = self.reading.answers[cell]
        calipers = (each for each in answer.evidence if each.caliper is not None)
        return self._changed(cell, self.reading.answered(cell, answer.grade, (evidence, *calipers)))

    def _given(self, cell: Cell | None) -> bool:
        answer = self.reading.answers.get(cell) if cell else None
        return answer is not None and not answer.grade.prefilled

    def _answer(self, cell: Cell, grade: Grade, shown: Evidence | None) -> Self:
        first_time = not self._given(cell)
        proof = self._proof(cell, shown)
        graded = self._changed(cell, self.reading.answered(cell, grade, proof))
        return replace(graded, kept=None, reason_of=None, chosen=None).moved_on(cell, first_time=first_time)

    def _proof(self, cell: Cell, shown: Evidence | None) -> tuple[Evidence, ...]:
        """A frame marked before stays, a caliper belongs to its value; else the frame on screen is bound, where the charter wants it."""
        before, rule = self.reading.answers.get(cell), self.reading.form.item(cell.item).evidence
        held = before.evidence if before else ()
        marked = (self.kept,) if self.kept is not None and cell == self.cell else tuple(one for one in held if one.bound is Binding.MARKED)
        if shown is not None and shown.caliper is not None:
            return (shown, *marked)
        return marked if marked or shown is None or rule is None or not rule.auto else (shown,)

    def moved_on(self, cell: Cell, *, first_time: bool) -> Self:
        """From an answered cell to the next open question of the segment, then of the form; from a correction, to the one after it.

        Details that the answer has opened stand right below it and come first; from an optional question the next optional one follows.
        """
        cells = self.cells
        at = cells.index(cell)
        behind, missing = cells[at + 1 :], set(self.reading.unanswered)
        following = next((each for each in (*behind, *cells[:at]) if each in missing), None)
        if following is None and self.reading.form.questions[cell].use is Use.OPTIONAL:
            following = next((each for each in behind if each not in self.reading.answers), None)
        if following is None:
            following = self.reading.next_unanswered(cell) if first_time else next(iter(behind), None)
        return replace(self.at_cell(following or cell), last=cell)

    def _changed(self, cell: Cell, reading: Reading) -> Self:
        return replace(self, reading=reading, past=(*self.past, answer_step(self.reading, cell)), future=(), last=cell)

    def with_note(self, note: str) -> Self:
        return replace(self, reading=self.reading.with_note(note))

    def confirming(self, check: str, segment: SegmentId, reason: str) -> Self:
        """With a soft check confirmed, for this reason."""
        return replace(self, reading=self.reading.confirming(check, segment, reason))

    # -- undo -----------------------------------------------------------------------------------------------------------------

    def undone(self) -> Self:
        """One change back, at the cell where it was; itself when nothing is left."""
        if not self.past:
            return self
        reading, now = taken(self.reading, self.past[-1])
        before = replace(self, reading=reading, past=self.past[:-1], future=(*self.future, now))
        return before.at_cell(now.cell) if now.cell is not None else before

    def redone(self) -> Self:
        if not self.future:
            return self
        reading, now = taken(self.reading, self.future[-1])
        again = replace(self, reading=reading, future=self.future[:-1], past=(*self.past, now))
        return again.at_cell(now.cell) if now.cell is not None else again


def needs_mark(reading: Reading, answer: Answer) -> bool:
    """Whether an answer still needs a frame that the reader marked."""
    return lacks_mark(reading.form, answer.cell, answer.grade, answer.evidence)


def needs_pair(reading: Reading, answer: Answer) -> bool:
    """Whether an answer still needs the frame under pressure beside the marked one without, or both."""
    return lacks_pair(reading.form, answer.cell, answer.grade, answer.evidence)


def marks_of(answers: Mapping[Cell, Answer]) -> tuple[tuple[Cell, Evidence], ...]:
    """Every piece of evidence with the cell it proves."""
    return tuple((cell, evidence) for cell, answer in answers.items() for evidence in answer.evidence)
