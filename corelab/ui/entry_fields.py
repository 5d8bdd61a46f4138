"""The two fields in which an answer is written: a number, and words. Each knows its own keys and leaves the others to the page."""

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from corelab.ui.commands import DIGITS_ONLY
from corelab.ui.entry import identity_words
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight, font

_ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_RUBBED: Final = frozenset({Qt.Key.Key_Backspace, Qt.Key.Key_Delete})


class NumberField(QLineEdit):
    """Takes digits, a point or a comma, a sign, and what rubs them out; every letter and arrow stays a command of the page.

    Signals:
        entered: Enter; carries what stands there.
    """

    entered = Signal(str)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty(DIGITS_ONLY, True)  # noqa: FBT003 - Qt's own
        self.setFont(font(Size.SEGMENT, Weight.HEADING))
        self.setFixedHeight(36)
        self.setMaxLength(16)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.selectAll()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(self._takes(event))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit(self.text())
        elif self._takes(event):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _takes(self, event: QKeyEvent) -> bool:
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if event.key() in _RUBBED:
            return bool(self.text())
        return event.key() in _ENTER or (bool(event.text()) and event.text() in "0123456789.,-")


class TextField(QPlainTextEdit):
    """Words; Enter ends them, Shift+Enter begins a line, Esc leaves. What stands there is told at every change.

    Signals:
        typed: the words were changed by hand; carries them.
        entered: Enter; carries the words.
        left: the keyboard went elsewhere, or Esc.
    """

    typed = Signal(str)
    entered = Signal(str)
    left = Signal()

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFixedHeight(72)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setPlaceholderText("No names, dates, places. Enter begins to write.")
        self.textChanged.connect(self._on_changed)

    def _on_changed(self) -> None:
        if self.hasFocus():
            self.typed.emit(self.toPlainText())

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_Escape, *_ENTER}:
            event.setAccepted(not event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            return True
        done = super().event(event)
        if event.type() is QEvent.Type.FocusOut:
            self.left.emit()
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in _ENTER and not shift:
            self.entered.emit(self.toPlainText())
        elif event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
            event.accept()
        else:
            super().keyPressEvent(event)


class IdentityLine(QWidget):
    """Under a field of words: tells at once what in them may name somebody. Empty, it takes no room."""

    def __init__(self, field: QPlainTextEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._label = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.addWidget(self._label)
        field.textChanged.connect(self._on_changed)
        self._on_changed()

    @property
    def words(self) -> str:
        return self._label.text()

    def _on_changed(self) -> None:
        self._label.setText(identity_words(self._field.toPlainText()))
        self.setAccessibleName(self._label.text())
        self.setVisible(bool(self._label.text()))
