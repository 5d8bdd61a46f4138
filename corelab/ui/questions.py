"""The questions of one segment: answered ones folded to a line with their proof, the current one open, details under what asks for them."""

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.domain.asking import Standing
from corelab.domain.charter import ChoiceItem
from corelab.domain.checks import Firing
from corelab.domain.vocabulary import Answer, Binding, Cell, Evidence
from corelab.ui.answer_entry import AnswerEntry, Entry
from corelab.ui.capture import caliper_words
from corelab.ui.entry_fields import NumberField, TextField
from corelab.ui.form_lines import CheckLine, FoldLine, Indented
from corelab.ui.form_parts import EvidenceLine, Folded, FoldedQuestion, Rule
from corelab.ui.grading import Grading, needs_mark, needs_pair
from corelab.ui.pair_proof import PairProof, PairShown
from corelab.ui.parts import text_label
from corelab.ui.question_order import Row
from corelab.ui.segment_words import drawn_grade, firing_words, frame_words, grade_words
from corelab.ui.theme import Colour, Size, Weight


class Questions(QWidget):
    """Made anew from the Grading each time: a handful of painted rows.

    Signals:
        picked: an option was clicked; carries its digit.
        entered: Enter in the field of the open question; carries what was written.
        typed: words were changed by hand, without Enter yet; carries them.
        left: the field of words was left.
        question_chosen: a folded question was clicked; carries its Cell.
        evidence_followed: a bound frame was clicked; carries the Evidence.
        fold_asked: the line of the optional questions was clicked.
        check_confirmed: a check was confirmed; carries its Firing and the reason.
        check_left: the field for such a reason was left.
    """

    picked = Signal(int)
    entered = Signal(str)
    typed = Signal(str)
    left = Signal()
    question_chosen = Signal(object)
    evidence_followed = Signal(object)
    fold_asked = Signal()
    check_confirmed = Signal(object, str)
    check_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._cells: dict[FoldedQuestion, Cell] = {}
        self._texts: list[str] = []
        self.current: AnswerEntry | None = None
        """The open question, to be scrolled to."""
        self.checks: list[CheckLine] = []
        self.pair_shown: Callable[[Evidence], PairShown | None] | None = None
        """How a pair of frames is shown under its grade; None: in words alone."""

    def show_grading(self, grading: Grading, firings: Sequence[Firing] = (), refused: tuple[str, str] | None = None) -> None:
        """``firings``: soft checks of this segment to be confirmed. ``refused``: what was written last and why it was not taken."""
        self.forget()
        segment, rows = grading.reading.form.segment(grading.segment), grading.rows
        placed = {firing: cell for firing in firings if (cell := _beside(grading, rows.cells, firing)) is not None}
        if not rows.rows and not rows.folded:
            self._add(_closed_words(grading, segment.not_imaged))
        for number, row in enumerate(rows.rows):
            if number and not row.depth:
                self._column.addSpacing(4)
                self._add(Rule())
                self._column.addSpacing(2)
            self._add_question(grading, row, refused)
            for firing in firings:
                if placed.get(firing) == row.cell:
                    self._add_check(firing)
        for firing in firings:
            if firing not in placed:
                self._add_check(firing)
        self._add_fold(grading, len(rows.folded))

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands there, for whoever listens instead of looking."""
        return tuple(self._texts)

    @property
    def field(self) -> NumberField | TextField | None:
        """The field of the open question, where it is written."""
        return self.current.field if self.current is not None else None

    def _add_question(self, grading: Grading, row: Row, refused: tuple[str, str] | None) -> None:
        if row.cell == grading.cell:
            self._add_current(grading, row, refused)
        else:
            line = FoldedQuestion(_folded(grading, row))
            line.clicked.connect(self._on_folded)
            self._cells[line] = row.cell
            self._add(line, row.depth)
        for proof in self._proof(grading, row.cell):
            proof.followed.connect(self.evidence_followed)
            self._add(proof, row.depth)

    def _proof(self, grading: Grading, cell: Cell) -> Iterator[EvidenceLine | PairProof]:
        """Two frames that prove a grade are shown; everything else is a line."""
        for proof in _proof(grading, cell):
            evidence = proof.evidence
            if self.pair_shown is not None and evidence is not None and evidence.frame_b is not None:
                yield PairProof(evidence, self.pair_shown)
            else:
                yield proof

    def refresh_pairs(self) -> None:
        """Another picture of a pair has come, or another diameter."""
        for proof in self.findChildren(PairProof):
            proof.refresh()

    def _add_current(self, grading: Grading, row: Row, refused: tuple[str, str] | None) -> None:
        answer = grading.reading.answers.get(row.cell)
        asks_reason = grading.reason_of == row.cell
        entry = Entry(
            grading.reading.form.item(row.cell.item),
            answer.grade if answer else None,
            grading.options_chosen,
            grading.reading.form.ne_reasons(row.cell.item) if asks_reason else None,
            *((refused[1], refused[0]) if refused else ()),
        )
        self.current = AnswerEntry(entry)
        self.current.picked.connect(self.picked)
        self.current.entered.connect(self.entered)
        self.current.typed.connect(self.typed)
        self.current.left.connect(self.left)
        self._add(self.current, row.depth)
        self._texts += self.current.texts
        if row.standing is Standing.UNKNOWN:
            self._add(_hint(_MAY_STAY_EMPTY), row.depth)

    def _add_check(self, firing: Firing) -> None:
        line = CheckLine(firing, firing_words(firing))
        line.confirmed.connect(self.check_confirmed)
        line.left.connect(self.check_left)
        self.checks.append(line)
        self._add(line)

    def _add_fold(self, grading: Grading, count: int) -> None:
        if count or grading.unfolded:
            self._column.addSpacing(4)
            self._add(Rule())
            fold = FoldLine(count, unfolded=grading.unfolded)
            fold.clicked.connect(self.fold_asked)
            self._add(fold)

    def _on_folded(self) -> None:
        row = self.sender()
        if isinstance(row, FoldedQuestion):
            self.question_chosen.emit(self._cells[row])

    def _add(self, widget: QWidget, depth: int = 0) -> None:
        if widget.accessibleName():
            self._texts.append(widget.accessibleName())
        self._column.addWidget(Indented(widget, depth) if depth else widget)

    def forget(self) -> None:
        """Nothing is asked."""
        self._cells, self._texts, self.current, self.checks = {}, [], None, []
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


def _beside(grading: Grading, cells: Sequence[Cell], firing: Firing) -> Cell | None:
    """The question under which a check is told: the one answered last of those it looks at, else the last of them on the form."""
    form = grading.reading.form
    looked_at = {cell for check in form.checks if (check.id, check.segment) == (firing.check, firing.segment) for cell in check.cells}
    answered = [cell for cell in cells if cell in looked_at and cell in grading.reading.answers]
    return grading.last if grading.last in answered else answered[-1] if answered else None


_MAY_STAY_EMPTY = "May be left empty: what it hangs on could not be judged."


def _hint(words: str) -> QWidget:
    label = text_label(words, Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
    label.setAccessibleName(words)
    return label


def _folded(grading: Grading, row: Row) -> Folded:
    item, answer = grading.reading.form.item(row.cell.item), grading.reading.answers.get(row.cell)
    ordinal = isinstance(item, ChoiceItem) and item.scale == "ordinal"
    if answer is None:
        return Folded(item.question, _OPEN.get(row.standing, ""), None, ordinal and row.standing is Standing.REQUIRED, dim=True)
    grade = answer.grade
    return Folded(item.question, grade_words(item, grade), drawn_grade(item, grade), ordinal or grade.missing is not None, grade.prefilled)


_OPEN = {Standing.UNKNOWN: "may stay empty", Standing.OPTIONAL: "optional"}


def _proof(grading: Grading, cell: Cell) -> Iterator[EvidenceLine]:
    """Under a grade: its reason, its frames, or that it still needs a marked one."""
    answer = grading.reading.answers.get(cell)
    if answer is not None:
        for evidence in answer.evidence:
            yield EvidenceLine(_frame_line(evidence), evidence, marked=evidence.bound is not Binding.AUTO)
        yield from _lacking(grading, answer)
    if grading.kept is not None and cell == grading.cell:
        yield EvidenceLine(f"{_frame_line(grading.kept)}, for this answer", grading.kept, marked=True)


def _lacking(grading: Grading, answer: Answer) -> Iterator[EvidenceLine]:
    paired = needs_pair(grading.reading, answer)
    if needs_mark(grading.reading, answer):
        words = "Mark the frame without pressure" if paired else "Mark the frame that shows it"
        yield EvidenceLine(words, None, marked=True, key="evidence")
    if paired:
        yield EvidenceLine("Mark the frame under pressure", None, marked=True, key="evidence_pair")


def _frame_line(evidence: Evidence) -> str:
    words = frame_words(evidence)
    if evidence.caliper is not None:
        return f"{words[0].upper()}{words[1:]}, caliper {caliper_words(evidence.caliper)}"
    return f"{words[0].upper()}{words[1:]} {'marked' if evidence.bound is not Binding.AUTO else 'on screen when graded'}"


def _closed_words(grading: Grading, reason: str | None) -> QWidget:
    """Where nothing is asked: why."""
    words = "Nothing is asked of this segment."
    if reason is not None:
        labels = {each.id: each.label for each in grading.reading.form.missing_reasons.ni}
        words = f"Not imaged: {labels.get(reason, reason)}. The coordinator entered this; nothing is asked."
    label = text_label(words, Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
    label.setAccessibleName(words)
    return label
