"""The foot of a form: words for as long as they take to be read, how much is done, and the way to sign; and the note above it."""

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from corelab.ui.buttons import Look, command_button
from corelab.ui.cards import ProgressBar
from corelab.ui.parts import text_label
from corelab.ui.theme import PADDING, PADDING_NARROW, Colour, Size, Weight, font

WORDS_MS: Final = 1500
SHORT: Final = 30
"""Letters that are read in that time; each further one has ``MS_A_LETTER``."""
MS_A_LETTER: Final = 50
_WORDS_HEIGHT: Final = 32


class SignFoot(QWidget):
    """Always in sight, whatever is scrolled above it.

    Signals:
        sign_requested: the button was pressed.
    """

    sign_requested = Signal()

    def __init__(self, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ElidedWords(Size.HINT, Weight.VALUE, lines=2)
        self.words.setFixedHeight(_WORDS_HEIGHT)
        self.sign = command_button("sign", "Sign")
        self.sign.clicked.connect(self.sign_requested)
        self._count, self._bar = text_label("", Size.HINT, Weight.HEADING, Colour.STRONG), ProgressBar()
        self._full_cap = self.sign.cap
        self._words_gone = QTimer(self)
        self._words_gone.setSingleShot(True)
        self._words_gone.timeout.connect(self.words.clear)
        self._lay_out(noun)

    def say(self, words: str) -> None:
        """Words in a place of their own, so that nothing moves."""
        self.words.show_words(words)
        self._words_gone.start(WORDS_MS + MS_A_LETTER * max(len(words) - SHORT, 0))

    def show_progress(self, done: int, asked: int, *, complete: bool) -> None:
        self._count.setText(f"{done} of {asked}")
        self._bar.show_progress(done, asked)
        self.sign.look = Look.PRIMARY if complete else Look.PLAIN
        self.sign.update()

    def show_signed(self, *, signed: bool, next_one: str) -> None:
        """After the signature the same key opens the next one."""
        self.sign.setText("Next" if signed else "Sign")
        self.sign.setAccessibleName(f"Open the next {next_one}" if signed else "Sign")
        self._words_gone.stop()
        self.words.show_words(f"Signed. Ctrl+Enter opens the next {next_one}." if signed else "")

    def forget(self) -> None:
        """The exam is left."""
        self.show_progress(0, 0, complete=False)
        self._words_gone.stop()
        self.words.clear()

    def show_narrow(self, *, narrow: bool, cap: str = "Ctrl+\u21b5") -> None:
        """``cap`` stands on the button where there is no room for the whole key."""
        side = PADDING_NARROW if narrow else PADDING
        self._column.setContentsMargins(side, 2, side, 16)
        self.sign.cap = cap if narrow else self._full_cap
        self.sign.updateGeometry()

    def _lay_out(self, noun: str) -> None:
        self._column = QVBoxLayout(self)
        self._column.setSpacing(2)
        self._column.addWidget(self.words)
        row, left, top = QHBoxLayout(), QVBoxLayout(), QHBoxLayout()
        top.addWidget(text_label(noun, Size.HINT, Weight.TEXT, Colour.SECOND))
        top.addStretch(1)
        top.addWidget(self._count)
        left.addLayout(top)
        left.addWidget(self._bar)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self.sign)
        self._column.addLayout(row)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 0, self.width(), 1, Colour.LINE)


class ElidedWords(QWidget):
    """One line, or as many as there may be, the last of which ends in dots where there is no room; the tool tip has all of it."""

    def __init__(self, size: Size, weight: Weight = Weight.TEXT, parent: QWidget | None = None, *, lines: int = 1) -> None:
        super().__init__(parent)
        self._lines = lines
        self._words, self._ink = "", Colour.STRONG if weight is not Weight.TEXT else Colour.SECOND
        self.setFont(font(size, weight))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def clear(self) -> None:
        self.show_words("")

    def text(self) -> str:
        return self._words

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + 2, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self._ink)
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter, "\n".join(self.shown_lines()))

    def shown_lines(self) -> list[str]:
        """What is painted, line by line: broken between words."""
        metrics, rest = self.fontMetrics(), self._words.split(" ")
        shown: list[str] = []
        while rest and len(shown) < self._lines - 1:
            fits = next((n for n in range(len(rest), 1, -1) if metrics.horizontalAdvance(" ".join(rest[:n])) <= self.width()), 1)
            shown.append(" ".join(rest[:fits]))
            rest = rest[fits:]
        last = metrics.elidedText(" ".join(rest), Qt.TextElideMode.ElideRight, self.width())
        return [*shown, last] if last else shown


class NoteField(QPlainTextEdit):
    """Free text; Esc leaves it. Digits typed here are words, never grades.

    Signals:
        typed: the words were changed by hand; carries them.
        left: the field has lost the keyboard.
    """

    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Note")
        self.setPlaceholderText("No names, dates, places. Esc leaves.")
        self.setTabChangesFocus(True)
        self.setFixedHeight(56)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.textChanged.connect(self._on_changed)

    def show_note(self, note: str) -> None:
        if self.toPlainText() != note:
            self.setPlainText(note)

    def forget(self) -> None:
        """The exam is left: its words go, and with them what could be undone."""
        self.clear()

    def _on_changed(self) -> None:
        if self.hasFocus():
            self.typed.emit(self.toPlainText())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
            event.accept()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Esc belongs to the field while it is written in, before any command of the page.
        escape = event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape:
            event.accept()
            return True
        done = super().event(event)
        if event.type() is QEvent.Type.FocusOut:
            self.left.emit()
        return done
