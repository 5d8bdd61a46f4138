"""Where a person presses the new key of an action."""

from typing import Final

from PySide6.QtCore import QEvent, QKeyCombination, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight, font

_ALONE: Final = frozenset({Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock})
_LETTERS: Final = range(Qt.Key.Key_A.value, Qt.Key.Key_Z.value + 1)
_SIGNS: Final = range(Qt.Key.Key_Exclam.value, Qt.Key.Key_AsciiTilde.value + 1)


class KeyField(QWidget):
    """While it has the focus every key is meant, also Tab and Enter; Esc leaves.

    Signals:
        pressed: a key, in Qt's portable words.
        left: Esc, or the focus went elsewhere.
    """

    pressed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def ask(self, words: str) -> None:
        """Take the focus and wait for a key."""
        self._words = words
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show()
        self.setFocus()
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:  # before Qt moves the focus by Tab
            self._on_key(event)
            return True
        return super().event(event)

    def _on_key(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() not in _ALONE and not event.isAutoRepeat():
            self.pressed.emit(portable(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.left.emit()

    def sizeHint(self) -> QSize:
        return QSize(240, 36)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(Colour.ACCENT, 2))
            painter.setBrush(Colour.CHOSEN)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_ROW, RADIUS_ROW)
            painter.setPen(Colour.STRONG)
            painter.setFont(font(Size.BODY, Weight.VALUE))
            painter.drawText(self.rect().adjusted(16, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, self._words)


def portable(event: QKeyEvent) -> str:
    """The key as the table writes it. Shift is dropped where the sign itself needs it: "?" is "?" on every layout."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() in _SIGNS and event.key() not in _LETTERS:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    sequence = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)
