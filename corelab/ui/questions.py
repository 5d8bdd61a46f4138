"""The questions of one segment: answered ones folded to a line with their proof, the current one open with its options."""

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.domain.charter import ChoiceItem
from corelab.domain.vocabulary import Binding, Cell, Evidence, Missing
from corelab.ui.form_parts import Choice, EvidenceLine, Folded, FoldedQuestion, OptionButton, Rule
from corelab.ui.grading import NOT_EVALUABLE_KEY, Grading, needs_mark
from corelab.ui.parts import key_hint, text_label
from corelab.ui.segment_words import drawn_grade, frame_words, grade_words
from corelab.ui.theme import Colour, Size, Weight


class Questions(QWidget):
    """Made anew from the Grading each time: a handful of painted rows.

    Signals:
        picked: an option was clicked; carries its digit.
        question_chosen: a folded question was clicked; carries its Cell.
        evidence_followed: a bound frame was clicked; carries the Evidence.
    """

    picked = Signal(int)
    question_chosen = Signal(object)
    evidence_followed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._cells: dict[FoldedQuestion, Cell] = {}
        self.current: QWidget | None = None
        """The last row of the open question, to be scrolled to."""

    def show_grading(self, grading: Grading) -> None:
        self.forget()
        segment = grading.reading.form.segment(grading.segment)
        if not grading.cells:
            self._add(_closed_words(grading, segment.not_imaged))
        for number, cell in enumerate(grading.cells):
            if number:
                self._column.addSpacing(4)
                self._add(Rule())
                self._column.addSpacing(2)
            self._add_question(grading, cell)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands there, for whoever listens instead of looking."""
        widgets = (item.widget() for at in range(self._column.count()) if (item := self._column.itemAt(at)) is not None)
        return tuple(widget.accessibleName() for widget in widgets if widget is not None and widget.accessibleName())

    def _add_question(self, grading: Grading, cell: Cell) -> None:
        item = grading.reading.form.item(cell.item)
        if not isinstance(item, ChoiceItem):
            return
        if cell == grading.cell:
            self._add_current(grading, cell, item)
        else:
            row = FoldedQuestion(_folded(grading, cell, item))
            row.clicked.connect(self._on_folded)
            self._cells[row] = cell
            self._add(row)
        for line in _proof(grading, cell):
            line.followed.connect(self.evidence_followed)
            self._add(line)

    def _add_current(self, grading: Grading, cell: Cell, item: ChoiceItem) -> None:
        words = "Why is it not evaluable?" if grading.reason_of == cell else item.question
        title = text_label(words, Size.OPTION, Weight.HEADING, Colour.STRONG, wrap=True)
        title.setAccessibleName(words)
        title.setContentsMargins(0, 4, 0, 4)
        self._add(title)
        for choice in _reasons(grading, cell) if grading.reason_of == cell else _choices(grading, cell, item):
            button = OptionButton(choice)
            button.picked.connect(self.picked)
            self._add(button)
            self.current = button
        if grading.reason_of == cell:
            self._add(key_hint("it is evaluable", ("Esc",)))

    def _on_folded(self) -> None:
        row = self.sender()
        if isinstance(row, FoldedQuestion):
            self.question_chosen.emit(self._cells[row])

    def _add(self, widget: QWidget) -> None:
        self._column.addWidget(widget)

    def forget(self) -> None:
        """Nothing is asked."""
        self._cells, self.current = {}, None
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


def _folded(grading: Grading, cell: Cell, item: ChoiceItem) -> Folded:
    answer = grading.reading.answers.get(cell)
    if answer is None:
        return Folded(item.question, "", None, item.scale == "ordinal")
    grade = answer.grade
    ranked = item.scale == "ordinal" or grade.missing is not None
    return Folded(item.question, grade_words(item, grade), drawn_grade(item, grade), ranked, grade.prefilled)


def _choices(grading: Grading, cell: Cell, item: ChoiceItem) -> Iterator[Choice]:
    answer = grading.reading.answers.get(cell)
    given = answer.grade if answer else None
    ranked = item.scale == "ordinal" and item.default is None
    for option in item.options:
        rank = 0 if option.rank == 0 else 2 if option.rank == item.worst_rank else 1
        chosen = given is not None and given.value == option.value
        yield Choice(int(option.key), option.label, rank, ranked, chosen)
    if item.allow_ne:
        chosen = given is not None and given.missing is Missing.NOT_EVALUABLE
        yield Choice(NOT_EVALUABLE_KEY, "Not evaluable", Missing.NOT_EVALUABLE, ranked, chosen)


def _reasons(grading: Grading, cell: Cell) -> Iterator[Choice]:
    answer = grading.reading.answers.get(cell)
    given = answer.grade.reason if answer else None
    for digit, reason in enumerate(grading.reading.form.ne_reasons(cell.item), 1):
        yield Choice(digit, reason.label + (" (needs a note)" if reason.note else ""), chosen=reason.id == given)


def _proof(grading: Grading, cell: Cell) -> Iterator[EvidenceLine]:
    """Under a grade: its reason, its frames, or that it still needs a marked one."""
    answer = grading.reading.answers.get(cell)
    if answer is not None:
        for evidence in answer.evidence:
            yield EvidenceLine(_frame_line(evidence), evidence, marked=evidence.bound is not Binding.AUTO)
        if needs_mark(grading.reading, answer):
            yield EvidenceLine("Mark the frame that shows it", None, marked=True, cap="K")
    if grading.kept is not None and cell == grading.cell:
        yield EvidenceLine(f"{_frame_line(grading.kept)}, for this answer", grading.kept, marked=True)


def _frame_line(evidence: Evidence) -> str:
    words = frame_words(evidence)
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
