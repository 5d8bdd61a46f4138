"""The rail of a case: disputes with both swatches, what both readers agree on dim below, the note and the way to sign."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.vocabulary import Cell
from corelab.ui.clip_rail import WIDTH, WIDTH_NARROW
from corelab.ui.parts import grade_style, key_hint, paint_swatch, paint_tick, text_label
from corelab.ui.rail_parts import paint_current
from corelab.ui.segment_words import Drawn
from corelab.ui.sign_foot import NoteField, SignFoot
from corelab.ui.theme import Colour, Size, Weight, font


@dataclass(frozen=True, slots=True)
class DisputeRow:
    cell: Cell
    label: str
    item: str
    a: Drawn
    b: Drawn
    decided: bool
    words: str


@dataclass(frozen=True, slots=True)
class AgreedRow:
    code: str
    grades: tuple[Drawn, ...]
    words: str


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
        self._rows: list[_Row] = []
        self._agreed: list[QWidget] = []
        self._column = QVBoxLayout()
        self._column.setContentsMargins(8, 6, 7, 8)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self._lay_out()
        self.show_narrow(narrow=False)

    def show_narrow(self, *, narrow: bool) -> None:
        self.setFixedWidth(WIDTH_NARROW + 32 if narrow else WIDTH)
        self.foot.show_narrow(narrow=True, **({"cap": ""} if narrow else {}))

    def show_case(self, disputes: tuple[DisputeRow, ...], agreed: tuple[AgreedRow, ...], current: Cell) -> None:
        if [row.cell for row in self._rows] != [dispute.cell for dispute in disputes]:
            self._make(disputes, agreed)
        for row, dispute in zip(self._rows, disputes, strict=True):
            row.show_dispute(dispute, current=dispute.cell == current)
            if dispute.cell == current:
                self._scroll.ensureWidgetVisible(row, 0, 60)

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
        inner.setAutoFillBackground(False)
        hints = QHBoxLayout()
        hints.setContentsMargins(16, 4, 12, 6)
        hints.setSpacing(12)
        hints.addWidget(key_hint("next dispute", ("Down",)))
        hints.addWidget(key_hint("note", ("N",)))
        hints.addStretch(1)
        note = QHBoxLayout()
        note.setContentsMargins(12, 0, 12, 6)
        note.addWidget(self.note)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addLayout(hints)
        outer.addLayout(note)
        outer.addWidget(self.foot)

    def _make(self, disputes: tuple[DisputeRow, ...], agreed: tuple[AgreedRow, ...]) -> None:
        for old in (*self._rows, *self._agreed):
            self._column.removeWidget(old)
            old.deleteLater()
        self._rows, self._agreed = [_Row(dispute.cell) for dispute in disputes], [_heading("Disputed", "")]
        self._add(self._agreed[0])
        for row in self._rows:
            row.chosen.connect(self.dispute_chosen)
            self._add(row)
        below = [_heading("Agreed, read only", str(len(agreed))), *(_Agreed(each) for each in agreed)] if agreed else []
        for widget in below:
            self._add(widget)
        self._agreed += below

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)


_ROOMY = 220
"""Rows narrower than this put the swatches beside the label, above the item."""


class _Row(QAbstractButton):
    chosen = Signal(object)

    def __init__(self, cell: Cell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cell = cell
        self._dispute: DisputeRow | None = None
        self._current = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._on_clicked)

    def show_dispute(self, dispute: DisputeRow, *, current: bool) -> None:
        self._dispute, self._current = dispute, current
        self.setAccessibleName(dispute.words)
        self.setToolTip(dispute.words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 48)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.cell)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._dispute is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current:
            paint_current(painter, QRectF(self.rect()), top=True, bottom=True)
        elif self.underMouse():
            painter.fillRect(self.rect(), Colour.RAISED)
        painter.setFont(font(Size.BODY, Weight.HEADING))
        painter.setPen(Colour.STRONG if self._current or not self._dispute.decided else Colour.SECOND)
        painter.drawText(QPointF(16, 19), self._dispute.label)
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.SECOND)
        painter.drawText(QPointF(16, 37), self._dispute.item)
        middle = self.height() / 2 if self.width() > _ROOMY else 15.0
        for x, grade in ((self.width() - 88, self._dispute.a), (self.width() - 50, self._dispute.b)):
            paint_swatch(painter, x, middle, grade_style(grade))
        if self._dispute.decided:
            paint_tick(painter, QPointF(self.width() - 12, middle), Colour.TEXT)


class _Agreed(QWidget):
    def __init__(self, agreed: AgreedRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._agreed = agreed
        self.setFixedHeight(25)
        self.setAccessibleName(agreed.words)
        self.setToolTip(agreed.words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font(Size.BODY))
        painter.setPen(Colour.SECOND)
        painter.drawText(QRectF(16, 0, self.width() - 100, self.height()), Qt.AlignmentFlag.AlignVCenter, self._agreed.code)
        painter.setOpacity(0.75)
        for at, grade in enumerate(reversed(self._agreed.grades)):
            paint_swatch(painter, self.width() - 38 - 34 * at, self.height() / 2, grade_style(grade))


def _heading(words: str, right: str) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(8, 12, 8, 6)
    line.addWidget(text_label(words, Size.HINT, Weight.HEADING, Colour.THIRD))
    line.addStretch(1)
    line.addWidget(text_label(right, Size.HINT, Weight.VALUE, Colour.SECOND))
    return row
