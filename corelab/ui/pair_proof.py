"""The pair of frames under the grade it proves: two small pictures with their diameters, and what remains under pressure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from corelab.domain.vocabulary import Evidence
from corelab.ui.commands import with_keys
from corelab.ui.key_parts import follow_keys
from corelab.ui.parts import paint_diamond
from corelab.ui.rail_parts import paint_covering
from corelab.ui.theme import GRID, Colour, Size, Weight, font

_SHAPE: Final = 0.6
"""Height of a picture for its width."""
_CAPTION: Final = 20
_LINE: Final = 26
_LEAST: Final = 130
"""Narrower pictures show nothing: only the line is left."""


@dataclass(frozen=True, slots=True)
class PairShown:
    """``captions`` name the frames with their diameters, ``residual`` says what remains, ``frames`` which they are."""

    pictures: tuple[QImage, QImage]
    captions: tuple[str, str]
    residual: str
    frames: str


class PairProof(QAbstractButton):
    """A click brings both frames side by side.

    Signals:
        followed: it was clicked; carries the Evidence.
    """

    followed = Signal(object)

    def __init__(self, evidence: Evidence, shown: Callable[[Evidence], PairShown | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evidence, self._ask, self._shown = evidence, shown, shown(evidence)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_keys(self, lambda proof: proof.setToolTip(with_keys("Both frames side by side ({pair})")))
        self.clicked.connect(self._on_clicked)
        self._name()

    def refresh(self) -> None:
        """A picture has come, or a diameter is another one."""
        self._shown = self._ask(self._evidence)
        self._name()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, round(self._height))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, _LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(round(self._height))

    @property
    def _width(self) -> float:
        """Of one picture; 0 where there is no room for two."""
        width = (self.width() - GRID) / 2
        return width if width >= _LEAST else 0.0

    @property
    def _height(self) -> float:
        return _LINE + (self._width * _SHAPE + _CAPTION if self._width else 0)

    def _on_clicked(self) -> None:
        self.followed.emit(self._evidence)

    def _name(self) -> None:
        shown = self._shown
        self.setAccessibleName(", ".join((*shown.captions, shown.residual, shown.frames)) if shown is not None else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._shown is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            y = self._paint_pictures(painter, self._shown) if self._width else 0.0
            self._paint_line(painter, self._shown, y)

    def _paint_pictures(self, painter: QPainter, shown: PairShown) -> float:
        height = self._width * _SHAPE
        painter.setFont(font(Size.HINT, Weight.VALUE))
        painter.setPen(Colour.TEXT)
        for at, (picture, caption) in enumerate(zip(shown.pictures, shown.captions, strict=True)):
            box = QRectF(at * (self._width + GRID), 0, self._width, height)
            paint_covering(painter, box, picture)
            painter.drawText(QRectF(box.left(), box.bottom(), box.width(), _CAPTION), Qt.AlignmentFlag.AlignVCenter, caption)
        return height + _CAPTION

    def _paint_line(self, painter: QPainter, shown: PairShown, y: float) -> None:
        paint_diamond(painter, QPointF(6, y + _LINE / 2), hollow=False, colour=Colour.ATTENTION)
        painter.setFont(font(Size.HINT, Weight.HEADING))
        painter.setPen(Colour.STRONG)
        box = QRectF(18, y, self.width() - 18, _LINE)
        words = painter.fontMetrics().elidedText(shown.residual, Qt.TextElideMode.ElideRight, round(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
        used = painter.fontMetrics().horizontalAdvance(words) + GRID
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.SECOND)
        if used + painter.fontMetrics().horizontalAdvance(shown.frames) <= box.width():
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown.frames)
