"""Fields to type in, each under its own words."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyleOptionComboBox, QStylePainter, QVBoxLayout, QWidget

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


class ElidedBox(QComboBox):
    """A choice whose words may be longer than the box: closed it ends in dots and says all in its tool tip, open it shows all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentTextChanged.connect(self.setToolTip)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()

    @property
    def shown_words(self) -> str:
        """What stands in the closed box."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        place = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self)
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, place.width() - 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_words
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


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
