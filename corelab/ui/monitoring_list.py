"""The list behind a number: the exams, segments and grades that were counted; Enter goes to the exam in the audit trail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.agreement.graded_pairs import NI
from corelab.domain.monitoring.observed import ExamName, Waiting
from corelab.domain.monitoring.pairing import CellPair
from corelab.domain.monitoring.readers import Took, Verdict
from corelab.ui.dialog import Dialog
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.segment_words import code_words
from corelab.ui.theme import Colour, Size, Weight

_ROW, _MOST_ROWS = 32, 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: the exam, and what else stands there."""

    exam: ExamName
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Behind:
    """What was counted. ``columns`` name the words of each line after the exam; ``note`` says what the list holds."""

    title: str
    note: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def of_exams(title: str, exams: Iterable[ExamName], note: str = "") -> Behind:
    lines = tuple(Line(exam) for exam in exams)
    return Behind(title, note or exams_words(len(lines)), (), lines)


def of_pairs(title: str, pairs: Sequence[CellPair], second: str = "Reader 2") -> Behind:
    """Those that differ first: they are what is looked for. What was not imaged was not counted."""
    counted = [pair for pair in pairs if NI not in (pair.one, pair.other)]
    ordered = sorted(counted, key=lambda pair: (pair.one == pair.other, pair.exam, pair.cell))
    lines = tuple(
        Line(pair.exam, (code_words(pair.cell.segment), _said(pair.one, pair.readers[0]), _said(pair.other, pair.readers[1])))
        for pair in ordered
    )
    differ = sum(pair.one != pair.other for pair in counted)
    return Behind(title, f"{cells_words(len(lines))}, {differ} differ", ("Segment", "Reader 1", second), lines)


def _said(grade: str, reader: str) -> str:
    return f"{grade}, {reader}" if reader else grade


def of_verdicts(title: str, verdicts: Sequence[Verdict]) -> Behind:
    ordered = sorted(verdicts, key=lambda one: (not one.adverse, one.exam, one.cell))
    lines = tuple(
        Line(one.exam, (f"{one.cell.item} {code_words(one.cell.segment)}", one.said, one.decided, "differs" if one.adverse else ""))
        for one in ordered
    )
    return Behind(title, cells_words(len(lines)), ("Cell", "Reader", "Decision", ""), lines)


def of_times(title: str, took: Sequence[Took]) -> Behind:
    ordered = sorted(took, key=lambda one: (-(one.days or 0), one.exam))
    lines = tuple(Line(one.exam, (_number(one.days, "days"), _number(one.minutes, "min"))) for one in ordered)
    return Behind(title, exams_words(len(lines)), ("Release to signature", "Active reading"), lines)


def of_waiting(title: str, waiting: Sequence[Waiting]) -> Behind:
    ordered = sorted(waiting, key=lambda one: one.since)
    lines = tuple(
        Line(
            one.exam,
            ("Case" if one.case else "Reading", one.person, f"{one.since:%Y-%m-%d}", f"{one.due:%Y-%m-%d}" if one.due else "no day set"),
        )
        for one in ordered
    )
    return Behind(title, f"{len(lines)} to sign", ("What", "Person", "Since", "Due"), lines)


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.1f} {unit}"


def exams_words(count: int) -> str:
    return f"{count} {'exam' if count == 1 else 'exams'}"


def cells_words(count: int) -> str:
    return f"{count} {'cell' if count == 1 else 'cells'}"


class BehindDialog(Dialog):
    """Stays until it is left, or an exam is chosen.

    Signals:
        exam_chosen: the audit trail of this exam is wanted; carries ``S01:D10``.
    """

    exam_chosen = Signal(str)

    def __init__(self, parent: QWidget, behind: Behind) -> None:
        super().__init__(parent, behind.title, width=760)
        self._lines = behind.lines
        self.lines.addWidget(text_label(behind.note, Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True))
        columns = (Column("Subject", 110, firm=True), Column("Visit", 80, firm=True), *(Column(each) for each in behind.columns))
        self.rows = Rows(columns, behind.title, row_height=_ROW)
        self.rows.setFixedHeight(_ROW * min(_MOST_ROWS, max(3, len(behind.lines))) + 40)
        self.rows.opened.connect(self._on_opened)
        self.rows.show_rows([_cells(one) for one in behind.lines])
        self.lines.addWidget(self.rows)
        self.audit = self.add_button("Audit trail of the exam", self._open_current, cap="Enter")
        self.audit.setEnabled(bool(behind.lines))
        self.add_button("Close", self.reject, primary=True, cap="Esc")
        self.rows.setFocus()

    def _open_current(self) -> None:
        self._on_opened(self.rows.current)

    def _on_opened(self, row: int) -> None:
        if 0 <= row < len(self._lines):
            exam = self._lines[row].exam
            self.accept()
            self.exam_chosen.emit(f"{exam.subject}:{exam.visit}")


def _cells(one: Line) -> tuple[Shown, ...]:
    return (Shown(one.exam.subject, Colour.STRONG, Weight.VALUE), shown(one.exam.visit), *map(shown, one.words))
