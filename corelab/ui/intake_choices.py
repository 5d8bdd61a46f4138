"""A few words side by side, each with its key, one of them chosen: manoeuvre, mode and quality of a clip."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from corelab.ui.buttons import Button
from corelab.ui.parts import text_label
from corelab.ui.theme import RADIUS_CAP, Colour, Size, Weight, font

_HEIGHT = 28


class _Word(Button):
    """One of them. ``key``: the last part of its key, painted before the word."""

    def __init__(self, key: str, words: str) -> None:
        super().__init__(words, writes=True)
        self._digit = key
        self.setCheckable(True)
        self.setFont(font(Size.HINT, Weight.VALUE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.proposed = False

    def nextCheckState(self) -> None:
        """What is chosen is told by the page, when it stands."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(self._digit) + 20, _HEIGHT)

    def _paint_box(self, painter: QPainter) -> None:
        chosen = self.isChecked()
        edge = Colour.ACCENT if chosen or self.hasFocus() else Colour.LINE_STRONG
        pen = QPen(edge, 2 if self.hasFocus() else 1)
        if self.proposed and not chosen:
            pen = QPen(Colour.ACCENT, 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Colour.CHOSEN if chosen else self._fill())
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CAP, RADIUS_CAP)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        room = self.fontMetrics().horizontalAdvance(self._digit)
        painter.setPen(Colour.THIRD if not self.isChecked() else Colour.ACCENT)
        painter.drawText(self.rect().adjusted(7, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._digit)
        painter.setPen(Colour.STRONG if self.isChecked() else self._ink() if self.isEnabled() else Colour.THIRD)
        place = self.rect().adjusted(12 + room, 0, -4, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)


class ChoiceStrip(QWidget):
    """The words under their name.

    Signals:
        picked: one was clicked; carries its place from 0.
    """

    picked = Signal(int)

    def __init__(self, title: str, words: Sequence[str], keys: Sequence[str], parent: QWidget | None = None) -> None:
        """``keys``: the whole key of each word, e.g. "Alt+4"; its last part stands before the word."""
        super().__init__(parent)
        modifier = keys[0].rpartition("+")[0]
        self._words = tuple(_Word(key.rpartition("+")[2], word) for key, word in zip(keys, words, strict=True))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(text_label(f"{title}   {modifier}+" if modifier else title, Size.HINT, Weight.VALUE, Colour.SECOND))
        line = QHBoxLayout()
        line.setSpacing(4)
        for at, (button, key) in enumerate(zip(self._words, keys, strict=True)):
            button.setAccessibleName(f"{title}: {button.text()}, {key}")
            button.clicked.connect(partial(self.picked.emit, at))
            line.addWidget(button)
        lines.addLayout(line)

    def show_chosen(self, chosen: int | None, proposed: int | None = None, *, enabled: bool = True) -> None:
        """``proposed`` is framed in dashes: nobody has said it yet."""
        for at, button in enumerate(self._words):
            button.setChecked(at == chosen)
            button.proposed = at == proposed
            button.setEnabled(enabled)
            button.update()

    @property
    def chosen(self) -> int | None:
        return next((at for at, button in enumerate(self._words) if button.isChecked()), None)
