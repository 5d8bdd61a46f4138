"""Completeness of exams against the charter: received, missing, not imaged, one cell per segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.domain.completeness import Receipt
from corelab.domain.vocabulary import SegmentId
from corelab.ui.parts import paint_tick
from corelab.ui.theme import Colour, Size, Weight, font

_HEAD, _ROW, _LEFT = 44, 34, 216


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One exam: its words at the left, its cells, and what it still needs."""

    words: str
    second: str
    cells: Mapping[SegmentId, Receipt]
    waiting: frozenset[SegmentId]
    ready: bool


class ExamMatrix(QWidget):
    """Rows are exams, columns segments. Arrows move, Enter closes a missing segment as not imaged.

    Signals:
        cell_chosen: Enter or a click on a cell; carries the row and the segment.
        row_chosen: another exam is current; carries its row.
        moved: the current cell stands here now; carries its middle, x and y.
    """

    cell_chosen = Signal(int, str)
    row_chosen = Signal(int)
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rows: tuple[MatrixRow, ...] = ()
        self._columns: tuple[tuple[SegmentId, str], ...] = ()
        self._at = (0, 0)

    def show_exams(self, columns: Sequence[tuple[SegmentId, str]], rows: Sequence[MatrixRow]) -> None:
        """``columns`` are (segment, label) in the order of the form."""
        self._columns, self._rows = tuple(columns), tuple(rows)
        self._at = (min(self._at[0], max(len(rows) - 1, 0)), min(self._at[1], max(len(columns) - 1, 0)))
        self._name()
        self.updateGeometry()
        self.update()

    @property
    def current(self) -> tuple[int, SegmentId] | None:
        return (self._at[0], self._columns[self._at[1]][0]) if self._rows and self._columns else None

    def sizeHint(self) -> QSize:
        return QSize(_LEFT + 44 * len(self._columns), _HEAD + _ROW * len(self._rows) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEFT + 40 * len(self._columns), _HEAD + _ROW * len(self._rows) + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        key = Qt.Key(event.key())
        if key in moves:
            self._move(*moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.cell_chosen.emit(*self.current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, column = int((event.position().y() - _HEAD) // _ROW), int((event.position().x() - _LEFT) // self._step())
        if 0 <= row < len(self._rows) and column < len(self._columns):
            self._move(row - self._at[0], max(column, 0) - self._at[1])
            if column >= 0:
                self.cell_chosen.emit(row, self._columns[column][0])

    def _move(self, down: int, right: int) -> None:
        before = self._at[0]
        row = min(max(self._at[0] + down, 0), max(len(self._rows) - 1, 0))
        self._at = (row, min(max(self._at[1] + right, 0), max(len(self._columns) - 1, 0)))
        self._name()
        self.update()
        self.moved.emit(round(_LEFT + (self._at[1] + 0.5) * self._step()), _HEAD + round((row + 0.5) * _ROW))
        if row != before:
            self.row_chosen.emit(row)

    def _name(self) -> None:
        if self.current is None:
            self.setAccessibleName("Completeness of exams: none yet")
            return
        row, (segment, label) = self._rows[self._at[0]], self._columns[self._at[1]]
        receipt = row.cells.get(segment)
        words = "waits for the pixel check" if segment in row.waiting else receipt.value if receipt else "not asked"
        self.setAccessibleName(f"{row.words}, {label}: {words}")

    def _step(self) -> float:
        return max(24.0, (self.width() - _LEFT) / max(1, len(self._columns)))

    # ------------------------------------------------------------ painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font(Size.TICK, Weight.VALUE))
            painter.setPen(Colour.SECOND)
            for at, (_segment, label) in enumerate(self._columns):
                painter.drawText(
                    QRectF(_LEFT + at * self._step(), 0, self._step(), _HEAD - 6), Qt.AlignmentFlag.AlignCenter, label.replace(" ", "\n")
                )
            for at, row in enumerate(self._rows):
                self._paint_row(painter, at, row)

    def _paint_row(self, painter: QPainter, at: int, row: MatrixRow) -> None:
        top = _HEAD + at * _ROW
        painter.fillRect(QRectF(0, top, self.width(), 1), Colour.LINE)
        painter.setFont(font(Size.BODY, Weight.HEADING))
        painter.setPen(Colour.STRONG)
        painter.drawText(QRectF(0, top, 130, _ROW), Qt.AlignmentFlag.AlignVCenter, row.words)
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.SECOND if row.ready else Colour.ATTENTION)
        painter.drawText(QRectF(120, top, _LEFT - 132, _ROW), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.second)
        for column, (segment, _label) in enumerate(self._columns):
            receipt = row.cells.get(segment)
            box = QRectF(_LEFT + column * self._step() + 2, top + 4, self._step() - 4, _ROW - 7)
            if segment in row.waiting:
                _paint_waiting(painter, box)
            elif receipt is not None:
                _paint_receipt(painter, box, receipt)
            if self._at == (at, column) and self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(Colour.ACCENT, 2))
                painter.drawRoundedRect(box, 4, 4)


def _paint_waiting(painter: QPainter, box: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Colour.ACCENT, 1.2))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    _paint_word(painter, box, "...", Colour.ACCENT)


def _paint_receipt(painter: QPainter, box: QRectF, receipt: Receipt) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    centre = QPointF(box.center())
    match receipt:
        case Receipt.RECEIVED:
            painter.setBrush(Colour.SELECTED)
            painter.drawRoundedRect(box, 4, 4)
            paint_tick(painter, centre, Colour.STRONG)
        case Receipt.NON_DIAGNOSTIC:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(Colour.ATTENTION, 1.2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            _paint_word(painter, box, "ND", Colour.ATTENTION)
        case Receipt.MISSING:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(Colour.ATTENTION, 1.2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            _paint_word(painter, box, "?", Colour.ATTENTION)
        case Receipt.NOT_IMAGED:
            painter.setBrush(Colour.RAISED)
            painter.drawRoundedRect(box, 4, 4)
            _paint_word(painter, box, "NI", Colour.SECOND)
        case Receipt.OPTIONAL:
            painter.setBrush(Colour.LINE_STRONG)
            painter.drawEllipse(centre, 2, 2)
        case Receipt.ABSENT:
            _paint_word(painter, box, "\u2013", Colour.THIRD)


def _paint_word(painter: QPainter, box: QRectF, word: str, colour: QColor) -> None:
    painter.setFont(font(Size.TICK, Weight.HEADING))
    painter.setPen(colour)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
