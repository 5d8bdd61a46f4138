"""The rail of a case: disputes with both swatches, what both readers agree on dim below, the note and the way to sign."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from corelab.domain.vocabulary import Cell
from corelab.ui.clip_rail import WIDTH, WIDTH_NARROW
from corelab.ui.dispute_rows import AgreedLine, AgreedRow, DisputeButton, DisputeRow, FollowLine, FollowRow, RailRows
from corelab.ui.entry_fields import IdentityLine
from corelab.ui.key_parts import command_hint
from corelab.ui.parts import text_label
from corelab.ui.sign_foot import NoteField, SignFoot
from corelab.ui.theme import Colour, Size, Weight


class DisputeRail(QWidget):
    """Shows a case.

    Signals:
        dispute_chosen: a row was clicked; carries its Cell.
    """

    dispute_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Disputes")
        self.note = NoteField()
        self.foot = SignFoot("Decided")
        self._shown: tuple[RailRows, tuple[AgreedRow, ...]] = ((), ())
        self._lines: list[QWidget] = []
        self._rows: list[DisputeButton] = []
        self._agreed: list[QWidget] = []
        self._current: DisputeButton | None = None
        self._words = "Disputed"
        self._column = QVBoxLayout()
        self._column.setContentsMargins(8, 6, 7, 8)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self._lay_out()
        self.show_narrow(narrow=False)

    def show_narrow(self, *, narrow: bool) -> None:
        self.setFixedWidth(WIDTH_NARROW + 32 if narrow else WIDTH)
        self.foot.show_narrow(narrow=True, **({"cap": ""} if narrow else {}))

    def show_case(self, rows: RailRows, agreed: tuple[AgreedRow, ...], current: Cell) -> None:
        if (rows, agreed) != self._shown:
            self._make(rows, agreed)
        for row in self._rows:
            row.show_current(current=row.cell == current)
            if row.cell == current:
                self._current = row
        self._scroll_to_current()

    def _scroll_to_current(self) -> None:
        if self._current is not None:
            self._scroll.ensureWidgetVisible(self._current, 0, 60)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands there, for whoever listens instead of looking."""
        return tuple(widget.accessibleName() for widget in (*self._lines, *self._agreed) if widget.accessibleName())

    def show_words(self, words: str) -> None:
        """What heads the cells to decide."""
        self._words = words

    def forget(self) -> None:
        """The case is left."""
        self._make((), ())
        self.note.forget()
        self.foot.forget()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.PANEL)
            painter.fillRect(self.width() - 1, 0, 1, self.height(), Colour.LINE)

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setLayout(self._column)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        # What was just made has its place only after the layout has run, and that shows here.
        self._scroll.verticalScrollBar().rangeChanged.connect(self._scroll_to_current)
        inner.setAutoFillBackground(False)
        hints = QHBoxLayout()
        hints.setContentsMargins(16, 4, 12, 6)
        hints.setSpacing(12)
        hints.addWidget(command_hint("next dispute", "dispute_forward"))
        hints.addWidget(command_hint("note", "note"))
        hints.addStretch(1)
        note = QVBoxLayout()
        note.setContentsMargins(12, 0, 12, 6)
        note.addWidget(self.note)
        note.addWidget(IdentityLine(self.note))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addLayout(hints)
        outer.addLayout(note)
        outer.addWidget(self.foot)

    def _make(self, rows: RailRows, agreed: tuple[AgreedRow, ...]) -> None:
        for old in (*self._lines, *self._agreed):
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown, self._current = (rows, agreed), None
        self._lines = [_heading(self._words, ""), *map(self._line, rows)] if rows else []
        self._agreed = [_heading("Agreed, read only", str(len(agreed))), *(AgreedLine(each) for each in agreed)] if agreed else []
        self._rows = [line for line in self._lines if isinstance(line, DisputeButton)]
        for widget in (*self._lines, *self._agreed):
            self._add(widget)

    def _line(self, row: DisputeRow | FollowRow) -> QWidget:
        if isinstance(row, FollowRow):
            return FollowLine(row)
        button = DisputeButton(row)
        button.chosen.connect(self.dispute_chosen)
        return button

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)


def _heading(words: str, right: str) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(8, 12, 8, 6)
    line.addWidget(text_label(words, Size.HINT, Weight.HEADING, Colour.THIRD))
    line.addStretch(1)
    line.addWidget(text_label(right, Size.HINT, Weight.VALUE, Colour.SECOND))
    return row
