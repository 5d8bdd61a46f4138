"""A transmittal beside its delivery: all its faults before anything is taken in, and afterwards how each row fared."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from corelab.domain.transmittal import RowState, TransmittalRefusedError
from corelab.services.intake import IntakeReport, RowReport
from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Card
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Mark, Rows, Shown, shown
from corelab.ui.theme import Colour, Size, Weight

_ROW_HEIGHT = 32
_MOST_FAULTS, _MOST_ROWS = 6, 3
"""So many stand there at once, the others are scrolled to: beside rows the clips that came want their place."""
_FAULT_COLUMNS = (Column("Row", 56, right=True), Column("Column", 150), Column("What is to be corrected"))
_ROW_COLUMNS = (
    Column("Row", 56, right=True),
    Column("Object", 70, right=True),
    Column("Exam", 130),
    Column("Segment", 100),
    Column("How it fared"),
)
_STATES = {
    RowState.MATCHED: "Matched",
    RowState.MISSING: "Did not arrive",
    RowState.UNEXPECTED: "No row names it",
    RowState.HASH_DIFFERS: "Another file: its checksum differs",
}
_COUNTED = {
    RowState.MISSING: "did not arrive",
    RowState.HASH_DIFFERS: "came with another checksum",
    RowState.UNEXPECTED: "came without a row",
}


class TransmittalView(Card):
    """Hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = text_label("", Size.BODY, Weight.VALUE, Colour.STRONG, wrap=True)
        self.faults = Rows(_FAULT_COLUMNS, "Faults of the transmittal", row_height=_ROW_HEIGHT)
        self.rows = Rows(_ROW_COLUMNS, "Rows of the transmittal", row_height=_ROW_HEIGHT)
        self.put_away = Button("Hide", look=Look.QUIET)
        self.put_away.setAccessibleName("Hide the transmittal")
        self.put_away.setFixedHeight(24)
        self.put_away.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.put_away)
        self.lines.addLayout(head)
        for widget in (self.faults, self.rows):
            self.lines.addWidget(widget)
        self.hide()

    def show_faults(self, error: TransmittalRefusedError) -> None:
        """Every fault of the file, at once."""
        count = len(error.faults) + error.left_out
        faults = "1 fault" if count == 1 else f"{count} faults"
        more = f" The first {len(error.faults)} are listed." if error.left_out else ""
        self.heading.setText(f"The transmittal has {faults}. Nothing was taken in.{more} Correct it with the site, then take it in again.")
        cells = [(shown(fault.row or ""), shown(fault.column or ""), shown(fault.kind.value)) for fault in error.faults]
        self._show(self.faults, self.rows, cells)

    def show_rows(self, report: IntakeReport) -> None:
        """Counts, then every row; those that do not match what arrived stand first."""
        listed = report.transmittal
        if not listed:
            self.hide()
            return
        matched = tuple(row for row in listed if row.state is RowState.MATCHED)
        counts = Counter(row.state for row in report.unmatched)
        told = ", ".join(f"{counts[state]} {words}" for state, words in _COUNTED.items() if counts[state])
        asked = f" {told}: the site is asked, see Queries." if told else ""
        self.heading.setText(f"Transmittal: {len(matched)} of {report.listed} rows match what arrived.{asked}")
        self._show(self.rows, self.faults, [_cells(row) for row in (*report.unmatched, *matched)])

    def _show(self, used: Rows, other: Rows, cells: Sequence[Sequence[Shown]]) -> None:
        other.hide()
        most = _MOST_ROWS if used is self.rows else _MOST_FAULTS
        used.show_rows(cells)
        used.setVisible(bool(cells))
        used.setFixedHeight(used.horizontalHeader().sizeHint().height() + _ROW_HEIGHT * min(most, len(cells)) + 20)
        self.show()


def _cells(row: RowReport) -> tuple[Shown, ...]:
    exam = " ".join(each for each in (row.subject, row.visit) if each)
    side = row.side.letter if row.side else ""
    segment = f"{side} {row.segment or ''}".strip()
    mark = Mark.TICK if row.state is RowState.MATCHED else Mark.ATTENTION
    return (shown(row.row or ""), shown(row.object or ""), shown(exam), shown(segment), Shown(_STATES[row.state], mark=mark))
