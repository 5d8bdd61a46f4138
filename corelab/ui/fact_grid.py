"""What the charter wants to know of a subject, one line per fact: a digit gives the value and goes on, as on the reading page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.domain.completeness import Fact
from corelab.ui.parts import paint_key_cap
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight, font

_ROW, _LEFT, _VALUE, _CAP = 32, 240, 128, 18
_DIGITS = "123456789"


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact in words, with the values it can have."""

    fact: Fact
    words: str
    values: tuple[str, ...]
    required: bool


class FactGrid(QWidget):
    """Up and Down move, a digit gives the value and goes to the next line, Left and Right choose, F fills what is still unknown alike.

    Signals:
        given: something was changed.
        moved: the current line stands here now; carries its middle, y.
    """

    given = Signal()
    moved = Signal(int)

    def __init__(self, lines: Sequence[FactLine], known: Mapping[Fact, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lines, self._known = tuple(lines), dict(known)
        self._before: Mapping[Fact, str] = MappingProxyType(dict(known))
        self._at = next((at for at, line in enumerate(self._lines) if line.fact not in self._known), 0)
        self._name()

    @property
    def changed(self) -> dict[Fact, str]:
        """What was given here and was not so before."""
        return {fact: value for fact, value in self._known.items() if self._before.get(fact) != value}

    @property
    def unknown(self) -> int:
        """How many required facts have no value yet."""
        return sum(line.required and line.fact not in self._known for line in self._lines)

    def sizeHint(self) -> QSize:
        widest = max((len(line.values) for line in self._lines), default=0)
        return QSize(_LEFT + _VALUE * widest + 8, _ROW * len(self._lines) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # ------------------------------------------------------------ keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_F and not event.modifiers():
            self._fill()
        elif event.text() and event.text() in _DIGITS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._give(self._at, _DIGITS.index(event.text()))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, value = int(event.position().y() // _ROW), int((event.position().x() - _LEFT) // _VALUE)
        if 0 <= row < len(self._lines):
            self._move(row - self._at)
            if value >= 0:
                self._give(row, value)

    def _give(self, row: int, value: int) -> None:
        if row < len(self._lines) and value < len(self._lines[row].values):
            line = self._lines[row]
            self._known[line.fact] = line.values[value]
            self._move(1)
            self.given.emit()

    def _step(self, by: int) -> None:
        if not self._lines:
            return
        line = self._lines[self._at]
        now = line.values.index(self._known[line.fact]) if self._known.get(line.fact) in line.values else -1 if by > 0 else len(line.values)
        self._known[line.fact] = line.values[min(max(now + by, 0), len(line.values) - 1)]
        self._name()
        self.update()
        self.given.emit()

    def _fill(self) -> None:
        """The value of this line for every fact of the same attribute that has none yet."""
        if not self._lines:
            return
        current = self._lines[self._at]
        value = self._known.get(current.fact)
        if value is None:
            return
        for line in self._lines:
            if line.fact.attribute == current.fact.attribute:
                self._known.setdefault(line.fact, value)
        self.update()
        self.given.emit()

    def _move(self, by: int) -> None:
        self._at = min(max(self._at + by, 0), max(len(self._lines) - 1, 0))
        self._name()
        self.update()
        self.moved.emit(round((self._at + 0.5) * _ROW))

    def _name(self) -> None:
        if not self._lines:
            self.setAccessibleName("The charter asks nothing of a subject")
            return
        line = self._lines[self._at]
        value = self._known.get(line.fact)
        choices = ", ".join(f"{digit} {value_words(each)}" for digit, each in zip(_DIGITS, line.values, strict=False))
        self.setAccessibleName(f"{line.words}: {value_words(value) if value else 'not known yet'}. {choices}")

    # ------------------------------------------------------------ painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, line in enumerate(self._lines):
                self._paint_line(painter, at, line)

    def _paint_line(self, painter: QPainter, at: int, line: FactLine) -> None:
        top, value = at * _ROW, self._known.get(line.fact)
        if at == self._at:
            painter.setPen(QPen(Colour.ACCENT, 1.2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(Colour.SELECTED)
            painter.drawRoundedRect(QRectF(1, top + 1, self.width() - 2, _ROW - 2), RADIUS_ROW, RADIUS_ROW)
        painter.setFont(font(Size.BODY, Weight.VALUE))
        painter.setPen(Colour.STRONG if value else Colour.ATTENTION if line.required else Colour.SECOND)
        words = painter.fontMetrics().elidedText(line.words, Qt.TextElideMode.ElideRight, _LEFT - 20)
        painter.drawText(QRectF(12, top, _LEFT - 16, _ROW), Qt.AlignmentFlag.AlignVCenter, words)
        for place, each in enumerate(line.values):
            self._paint_value(painter, QRectF(_LEFT + place * _VALUE, top, _VALUE, _ROW), (_DIGITS + "   ")[place], each, value)

    def _paint_value(self, painter: QPainter, box: QRectF, digit: str, each: str, value: str | None) -> None:
        chosen = each == value
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Colour.CHOSEN)
            painter.drawRoundedRect(box.adjusted(2, 3, -4, -3), RADIUS_ROW, RADIUS_ROW)
        if digit.strip():
            cap = QRectF(box.x() + 8, box.center().y() - _CAP / 2, _CAP, _CAP)
            paint_key_cap(painter, cap, digit, chosen=chosen)
        painter.setFont(font(Size.HINT, Weight.VALUE if chosen else Weight.TEXT))
        painter.setPen(Colour.STRONG if chosen else Colour.SECOND)
        painter.drawText(box.adjusted(14 + _CAP, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, value_words(each))


def value_words(value: str) -> str:
    """A value of an attribute as people read it."""
    return value.replace("_", " ")
