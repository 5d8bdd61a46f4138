"""The painted rows of a case: a dispute or a detail to decide, a detail that follows, a segment that both reads agree on."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from corelab.domain.vocabulary import Cell
from corelab.ui.parts import SWATCH_WIDTH, grade_style, paint_swatch, paint_tick
from corelab.ui.rail_parts import paint_current
from corelab.ui.segment_words import Drawn
from corelab.ui.theme import Colour, Size, Weight, font

_ROOMY: Final = 220
"""Rows narrower than this put the swatches beside the label, above the item."""
_INDENT: Final = 30
_STEP: Final = 38
_HEIGHT, _DETAIL_HEIGHT, _FOLLOW_HEIGHT = 48, 30, 24
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in little room: a swatch, or the words of a number."""

    drawn: Drawn
    words: str = ""


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A cell to decide. ``said`` are A and B, or the own grade; ``more`` tells of details that are not listed now.

    ``detail``: it stands under its dispute, since that asks it anew.
    """

    cell: Cell
    label: str
    item: str
    said: tuple[Said, ...]
    decided: bool
    words: str
    more: str = ""
    detail: bool = False


@dataclass(frozen=True, slots=True)
class FollowRow:
    """A detail that nobody decides: it goes with what was decided."""

    cell: Cell
    item: str
    answer: str
    how: str
    words: str


@dataclass(frozen=True, slots=True)
class AgreedRow:
    code: str
    grades: tuple[Drawn, ...]
    words: str


RailRows = tuple[DisputeRow | FollowRow, ...]


class DisputeButton(QAbstractButton):
    """Shows a DisputeRow.

    Signals:
        chosen: it was clicked; carries its Cell.
    """

    chosen = Signal(object)

    def __init__(self, row: DisputeRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row, self._current = row, False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(row.words)
        self.setToolTip(row.words)
        self.clicked.connect(self._on_clicked)

    @property
    def cell(self) -> Cell:
        return self._row.cell

    def show_current(self, *, current: bool) -> None:
        self._current = current
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _DETAIL_HEIGHT if self._row.detail else _HEIGHT)

    def _on_clicked(self) -> None:
        self.chosen.emit(self._row.cell)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current:
            paint_current(painter, QRectF(self.rect()), top=True, bottom=True)
        elif self.underMouse():
            painter.fillRect(self.rect(), Colour.RAISED)
        if self._row.detail:
            self._paint_detail(painter)
        else:
            self._paint_dispute(painter)

    def _paint_dispute(self, painter: QPainter) -> None:
        row = self._row
        painter.setFont(font(Size.BODY, Weight.HEADING))
        painter.setPen(Colour.STRONG if self._current or not row.decided else Colour.SECOND)
        painter.drawText(QPointF(16, 19), row.label)
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.SECOND)
        roomy = self.width() > _ROOMY
        right = 28 + (_STEP * len(row.said) if roomy else 0)
        words = " \u00b7 ".join(each for each in (row.item, row.more) if each)
        painter.drawText(QPointF(16, 37), painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.width() - 16 - right))
        self._paint_said(painter, self.height() / 2 if roomy else 15.0)

    def _paint_detail(self, painter: QPainter) -> None:
        row = self._row
        painter.fillRect(QRectF(20, 2, 1, self.height() - 4), Colour.LINE_STRONG)
        painter.setFont(font(Size.HINT, Weight.VALUE if row.decided else Weight.HEADING))
        painter.setPen(Colour.SECOND if row.decided and not self._current else Colour.STRONG)
        room = self.width() - _INDENT - 24 - _STEP * len(row.said)
        words = painter.fontMetrics().elidedText(row.item, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(_INDENT, 0, room + 4, self.height()), _MIDDLE, words)
        self._paint_said(painter, self.height() / 2)

    def _paint_said(self, painter: QPainter, middle: float) -> None:
        left = self.width() - 12 - _STEP * len(self._row.said)
        for at, said in enumerate(self._row.said):
            x = left + _STEP * at
            if said.words:
                painter.setFont(font(Size.HINT, Weight.VALUE))
                painter.setPen(Colour.STRONG if self._current else Colour.TEXT)
                painter.drawText(QRectF(x - 12, middle - 10, SWATCH_WIDTH + 12, 20), _RIGHT, said.words)
            else:
                paint_swatch(painter, x, middle, grade_style(said.drawn))
        if self._row.decided:
            paint_tick(painter, QPointF(self.width() - 10, middle), Colour.TEXT)


class FollowLine(QWidget):
    """Shows a FollowRow: dim, and nothing to be done."""

    def __init__(self, row: FollowRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self.setFixedHeight(_FOLLOW_HEIGHT)
        self.setAccessibleName(row.words)
        self.setToolTip(row.words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(QRectF(20, 2, 1, self.height() - 4), Colour.LINE_STRONG)
            painter.setFont(font(Size.HINT))
            metrics, right = painter.fontMetrics(), self.width() - 12
            painter.setPen(Colour.SECOND)
            width = metrics.horizontalAdvance(self._row.how)
            painter.drawText(QRectF(right - width - 2, 0, width + 4, self.height()), _MIDDLE, self._row.how)
            room = right - width - 10 - _INDENT
            answer = metrics.elidedText(self._row.answer, Qt.TextElideMode.ElideRight, round(room * 0.6))
            told = metrics.horizontalAdvance(answer) + (10 if answer else 0)
            item = metrics.elidedText(self._row.item, Qt.TextElideMode.ElideMiddle, round(room - told))
            painter.drawText(QRectF(_INDENT, 0, room, self.height()), _MIDDLE, item)
            painter.setPen(Colour.TEXT)
            painter.drawText(QRectF(_INDENT, 0, room + 2, self.height()), _RIGHT, answer)


class AgreedLine(QWidget):
    """Shows an AgreedRow."""

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
        painter.drawText(QRectF(16, 0, self.width() - 100, self.height()), _MIDDLE, self._agreed.code)
        painter.setOpacity(0.75)
        for at, grade in enumerate(reversed(self._agreed.grades)):
            paint_swatch(painter, self.width() - 38 - 34 * at, self.height() / 2, grade_style(grade))
