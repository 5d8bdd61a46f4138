"""Lines of the form beside its questions: a check that asks for a reason, optional questions folded away, a detail under its question."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from corelab.domain.checks import Firing
from corelab.ui.commands import key_of
from corelab.ui.entry import identity_words
from corelab.ui.form_parts import Pressed
from corelab.ui.key_parts import command_hint
from corelab.ui.parts import CAP_HEIGHT, cap_width, paint_diamond, paint_key_cap, text_label
from corelab.ui.theme import Colour, Size, Weight, font

SHORTEST: Final = 3
"""Letters or digits that a reason has at least."""

_INDENT: Final = 14
_OWN: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})


class Indented(QWidget):
    """A row of the form that belongs to the question above it: moved in, behind a thin line."""

    def __init__(self, row: QWidget, depth: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._depth = depth
        column = QHBoxLayout(self)
        column.setContentsMargins(_INDENT * depth, 0, 0, 0)
        column.addWidget(row)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for depth in range(self._depth):
                painter.fillRect(QRectF(_INDENT * depth + 3, 0, 1, self.height() + 4), Colour.LINE_STRONG)


class FoldLine(Pressed):
    """How many optional questions are folded away, and the key that shows them."""

    def __init__(self, count: int, *, unfolded: bool, parent: QWidget | None = None) -> None:
        noun = "optional question" if count == 1 else "optional questions"
        self._words = "Fold the optional questions" if unfolded else f"{count} {noun}"
        super().__init__(self._words, parent)

    def sizeHint(self) -> QSize:
        return QSize(160, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(font(Size.HINT, Weight.VALUE))
            painter.setPen(Colour.TEXT if self.underMouse() else Colour.SECOND)
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter, self._words)
            cap = key_of("optional")
            width = cap_width(cap)
            paint_key_cap(painter, QRectF(self.width() - width, (self.height() - CAP_HEIGHT) / 2, width, CAP_HEIGHT), cap)


class CheckLine(QWidget):
    """A soft check that fires, beside the questions it looks at: its message, and a field for the reason once it is asked for.

    Signals:
        confirmed: Enter in the field; carries the Firing and the reason.
        left: Esc in the field.
    """

    confirmed = Signal(object, str)
    left = Signal()

    def __init__(self, firing: Firing, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.firing, self.words = firing, words
        self.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 4, 0, 4)
        column.setSpacing(4)
        column.addWidget(text_label(words, Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True))
        self._hint = command_hint("confirm with a reason", "confirm_check")
        column.addWidget(self._hint)
        self.reason = ReasonField("Why is it right all the same?")
        self.reason.hide()
        self.reason.given.connect(self._on_given)
        self.reason.left.connect(self._on_left)
        self._fault = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._fault.hide()
        column.addWidget(self.reason)
        column.addWidget(self._fault)

    def ask(self) -> None:
        """The field for the reason has the keyboard."""
        self._hint.hide()
        self.reason.show()
        self.reason.setFocus()

    def _on_given(self, reason: str) -> None:
        refused = reason_refused(reason)
        self._fault.setText(refused)
        self._fault.setVisible(bool(refused))
        if not refused:
            self.confirmed.emit(self.firing, reason.strip())

    def _on_left(self) -> None:
        self.reason.hide()
        self._fault.hide()
        self._hint.show()
        self.left.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_diamond(painter, QPointF(6, 13), half=4.0)


class ReasonField(QLineEdit):
    """One line of words: Enter gives them, Esc leaves.

    Signals:
        given: carries the words.
        left: Esc.
    """

    given = Signal(str)
    left = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setMaxLength(200)
        self.setFixedHeight(30)
        self.returnPressed.connect(self._on_enter)

    def _on_enter(self) -> None:
        self.given.emit(self.text())

    def event(self, event: QEvent) -> bool:
        # Enter and Esc belong to the field while it is written in, before any command of the page.
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.left.emit()
        else:
            super().keyPressEvent(event)


def reason_refused(reason: str) -> str:
    """Why words are no reason; empty where they are one."""
    if sum(each.isalnum() for each in reason) < SHORTEST:
        return "Say in a few words why it is right all the same."
    return identity_words(reason)
