"""Fields to type in, each under its own words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight


class Password(QLineEdit):
    """A password: never shown, never completed, never kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.setInputMethodHints(hints.ImhHiddenText | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase | hints.ImhSensitiveData)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)


def field(words: str, control: QWidget, note: str = "") -> QWidget:
    """``control`` under its words; the words become its accessible name."""
    control.setAccessibleName(words)
    control.setMinimumHeight(36)
    box = QWidget()
    lines = QVBoxLayout(box)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(6)
    label = text_label(words, Size.HINT, Weight.VALUE, Colour.SECOND)
    label.setBuddy(control)
    lines.addWidget(label)
    lines.addWidget(control)
    if note:
        lines.addWidget(text_label(note, Size.HINT, Weight.TEXT, Colour.THIRD, wrap=True))
    return box
