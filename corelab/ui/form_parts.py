"""The parts of the grade form: an option with its key, a folded question, a line about evidence, the legend of the map."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from corelab.domain.vocabulary import Evidence, Missing
from corelab.ui.commands import KEYS, key_of
from corelab.ui.parts import CAP_HEIGHT, SWATCH_WIDTH, cap_width, grade_style, paint_diamond, paint_key_cap, paint_swatch
from corelab.ui.segment_words import Drawn
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight, font

_OPTION_HEIGHT: Final = 32
_FOLDED_HEIGHT: Final = 30
_LINE: Final = 17
_MOST_OF_LINE: Final = 0.6
"""The part of a folded question's line that its answer takes at most."""
_WRAPPED: Final = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a digit can mean. ``grade`` is drawn as a swatch where ``ranked``."""

    digit: int
    words: str
    grade: Drawn = None
    ranked: bool = False
    chosen: bool = False
    key: str = ""
    """Where its key is another than the digit."""

    @property
    def cap(self) -> str:
        return self.key or str(self.digit)


class Pressed(QAbstractButton):
    """A painted button that never takes the keyboard from the page."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words that do not fit on a line go on in the next."""
        super().resizeEvent(event)
        self.setFixedHeight(self.sizeHint().height() + (self._lines(self.width()) - 1) * _LINE)

    def _lines(self, _width: int) -> int:
        return 1

    def _elided(self, painter: QPainter, words: str, width: float) -> str:
        return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(width))


class OptionButton(Pressed):
    """An option of the current question: key cap, swatch, words.

    Signals:
        picked: it was clicked; carries its digit.
    """

    picked = Signal(int)

    def __init__(self, choice: Choice, parent: QWidget | None = None) -> None:
        super().__init__(f"{choice.cap} {choice.words}{', chosen' if choice.chosen else ''}", parent)
        self._choice = choice
        self.setToolTip(choice.words)
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        return QSize(160, _OPTION_HEIGHT - 4)

    def _lines(self, width: int) -> int:
        return _lines_of(self._choice.words, self._font, width - self._left - 8)

    @property
    def _font(self) -> QFont:
        return font(Size.BODY, Weight.HEADING if self._choice.chosen else Weight.TEXT)

    @property
    def _left(self) -> float:
        """Where the words begin."""
        return 40.0 + (SWATCH_WIDTH + 12 if self._choice.ranked else 0)

    def _on_clicked(self) -> None:
        self.picked.emit(self._choice.digit)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, middle = self._choice.chosen, self.height() / 2
        painter.setPen(QPen(Colour.ACCENT if chosen else Colour.LINE, 1))
        painter.setBrush(Colour.CHOSEN if chosen else Colour.RAISED if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_ROW - 1, RADIUS_ROW - 1)
        paint_key_cap(painter, QRectF(8, middle - CAP_HEIGHT / 2, CAP_HEIGHT, CAP_HEIGHT), self._choice.cap, chosen=chosen)
        if self._choice.ranked:
            paint_swatch(painter, 40, middle, grade_style(self._choice.grade))
        painter.setFont(self._font)
        painter.setPen(Colour.STRONG if chosen else Colour.TEXT)
        painter.drawText(QRectF(self._left, 0, self.width() - self._left - 8, self.height()), _WRAPPED, self._choice.words)


@dataclass(frozen=True, slots=True)
class Folded:
    """A question that is not current, on one line. ``word`` is its answer, empty while open; ``preset`` until the reader touches it.

    ``dim``: the word is no answer.
    """

    question: str
    word: str = ""
    grade: Drawn = None
    ranked: bool = False
    preset: bool = False
    dim: bool = False


class FoldedQuestion(Pressed):
    """Question at the left, swatch and word at the right; a click makes it current."""

    def __init__(self, folded: Folded, parent: QWidget | None = None) -> None:
        super().__init__(f"{folded.question} {folded.word or 'No answer yet'}{', preset' if folded.preset else ''}", parent)
        self._folded = folded
        self.setToolTip(f"{folded.question} {folded.word}{' (preset)' if folded.preset else ''}")

    def sizeHint(self) -> QSize:
        return QSize(160, _FOLDED_HEIGHT)

    def _lines(self, width: int) -> int:
        return _lines_of(self._folded.question, font(Size.BODY), width - self._answer_width - 8)

    @property
    def _word(self) -> str:
        return self._folded.word + (" · preset" if self._folded.preset else "")

    @property
    def _word_font(self) -> QFont:
        return font(Size.BODY, Weight.TEXT if self._folded.preset or self._folded.dim else Weight.HEADING)

    @property
    def _swatched(self) -> bool:
        return self._folded.ranked and not self._folded.preset

    @property
    def _answer_width(self) -> float:
        """What the answer takes at the right, with the gap before it; a long one leaves the question its part."""
        swatch = SWATCH_WIDTH + 10 if self._swatched else 0
        return min(
            QFontMetricsF(self._word_font).horizontalAdvance(self._word) + 12 + swatch, max(_MOST_OF_LINE * self.width(), 60.0 + swatch)
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        folded, left = self._folded, self.width() - self._answer_width
        painter.setFont(self._word_font)
        painter.setPen(Colour.THIRD if folded.dim else Colour.SECOND if folded.preset else Colour.STRONG)
        room = self._answer_width - (SWATCH_WIDTH + 10 if self._swatched else 0)
        word = self._elided(painter, self._word, room)
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, word)
        if self._swatched:
            paint_swatch(painter, left, self.height() / 2, grade_style(folded.grade))
        painter.setFont(font(Size.BODY))
        painter.setPen(Colour.TEXT if self.underMouse() else Colour.SECOND)
        painter.drawText(QRectF(0, 0, left - 8, self.height()), _WRAPPED, folded.question)


class EvidenceLine(Pressed):
    """The frame that proves a grade; a click goes there. Or, in words, that one has to be marked.

    Signals:
        followed: it was clicked; carries the Evidence.
    """

    followed = Signal(object)

    def __init__(self, words: str, evidence: Evidence | None, *, marked: bool, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._words, self.evidence, self._marked, self._key = words, evidence, marked, key
        KEYS.changed.connect(self._on_keys_changed)
        self.setToolTip(words)
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        return QSize(160, 26)

    def _on_keys_changed(self) -> None:
        self.update()

    def _on_clicked(self) -> None:
        if self.evidence is not None:
            self.followed.emit(self.evidence)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle, attention = self.height() / 2, self.evidence is None
        paint_diamond(painter, QPointF(6, middle), hollow=not self._marked, colour=_mark_colour(marked=self._marked or attention))
        painter.setFont(font(Size.HINT, Weight.VALUE if self._marked or attention else Weight.TEXT))
        painter.setPen(Colour.ATTENTION if attention else Colour.TEXT if self._marked else Colour.SECOND)
        words = key_of(self._key) if self._key else ""
        cap = cap_width(words) + 8 if words else 0
        box = QRectF(18, 0, self.width() - 18 - cap, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._elided(painter, self._words, box.width()))
        if words:
            width = cap_width(words)
            paint_key_cap(painter, QRectF(self.width() - width, middle - CAP_HEIGHT / 2, width, CAP_HEIGHT), words)


class Legend(QWidget):
    """What the lines of the map mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[Drawn, str], ...] = ()
        self.setFixedHeight(30)

    def show_words(self, words: tuple[tuple[Drawn, str], ...]) -> None:
        """Each grade that the map draws with its word, from the best."""
        self._shown = (*words, (Missing.NOT_EVALUABLE, "Not evaluable")) if words else ()
        self.setAccessibleName("Legend: " + ", ".join(word for _, word in self._shown))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font(Size.HINT))
        widths = [SWATCH_WIDTH + 8 + painter.fontMetrics().horizontalAdvance(word) for _, word in self._shown]
        gap = min(max((self.width() - sum(widths)) / max(len(widths) - 1, 1), 6.0), 40.0)
        x = 0.0
        for (grade, word), width in zip(self._shown, widths, strict=True):
            paint_swatch(painter, x, 15, grade_style(grade))
            painter.setPen(Colour.SECOND)
            painter.drawText(QRectF(x + SWATCH_WIDTH + 8, 0, width, 30), Qt.AlignmentFlag.AlignVCenter, word)
            x += width + gap


class Rule(QWidget):
    """A hair line between two areas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.LINE)


def _lines_of(words: str, face: QFont, width: float) -> int:
    """How many lines the words take in so many logical pixels."""
    metrics = QFontMetricsF(face)
    box = metrics.boundingRect(QRectF(0, 0, max(width, 40), 1000), _WRAPPED, words)
    return max(1, round(box.height() / metrics.lineSpacing()))


def _mark_colour(*, marked: bool) -> QColor:
    return Colour.ATTENTION if marked else Colour.SECOND
