"""Larger shared parts: cards, counts that are links, progress, empty states, a scrolled column."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from corelab.ui.buttons import Button, Look
from corelab.ui.parts import text_label
from corelab.ui.theme import GRID, PADDING, RADIUS_CARD, Colour, Size, Weight, font


class Card(QWidget):
    """A raised area with rounded corners; ``lines`` is its layout. ``current`` draws the accent bar at its left."""

    def __init__(self, parent: QWidget | None = None, *, current: bool = False) -> None:
        super().__init__(parent)
        self._current = current
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        self.lines.setSpacing(GRID)

    def titled(self, title: str, second: str = "") -> "Card":
        self.lines.addWidget(text_label(title, Size.PANEL, Weight.HEADING, Colour.STRONG))
        if second:
            self.lines.addWidget(text_label(second, Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True))
        return self

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Colour.PANEL)
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CARD, RADIUS_CARD)
            if self._current:
                painter.setBrush(Colour.ACCENT)
                painter.drawRoundedRect(QRectF(0, PADDING, 3, self.height() - 2 * PADDING), 1.5, 1.5)


_COUNT_HEIGHT = 96


class LinkNumber(Button):
    """A count that opens the list behind it: words, number, one more line. Enter or a click follows it."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent=parent)
        self._number = "0"
        self._note = ""
        self._attention = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_number(self, number: int | str, note: str = "", *, attention: bool = False) -> None:
        self._number, self._note, self._attention = str(number), note, attention
        self.setAccessibleName(f"{self.text()}: {number}. {note}".strip())
        self._fit()
        self.updateGeometry()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        """Where the note does not fit in one line, there is room for two."""
        room = self.width() - 2 * PADDING
        self.setMinimumHeight(_COUNT_HEIGHT + (16 if QFontMetrics(font(Size.HINT)).horizontalAdvance(self._note) + 2 > room else 0))

    def sizeHint(self) -> QSize:
        note = QFontMetrics(font(Size.HINT)).horizontalAdvance(self._note)
        words = QFontMetrics(font(Size.BODY, Weight.VALUE)).horizontalAdvance(self.text())
        return QSize(max(150, note + 2 * PADDING + 2, words + 2 * PADDING), _COUNT_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, _COUNT_HEIGHT)

    def _paint_box(self, painter: QPainter) -> None:
        painter.setPen(QPen(Colour.ACCENT, 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(Colour.RAISED if self.underMouse() else Colour.PANEL)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)

    def _paint_words(self, painter: QPainter) -> None:
        box = self.rect().adjusted(PADDING, 0, -PADDING, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.setFont(font(Size.BODY, Weight.VALUE))
        painter.setPen(Colour.SECOND)
        painter.drawText(box.adjusted(0, 13, 0, 0), left, self.text())
        painter.setFont(font(Size.COUNT, Weight.HEADING))
        painter.setPen(Colour.STRONG)
        painter.drawText(box.adjusted(0, 33, 0, 0), left, self._number)
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.ATTENTION if self._attention else Colour.SECOND)
        painter.drawText(box.adjusted(0, 69, 0, 0), left | Qt.TextFlag.TextWordWrap, self._note)


class ProgressBar(QWidget):
    """A thin bar; done work is grey where nothing waits for anybody."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done, self._all = 0, 0
        self.setFixedHeight(6)

    def show_progress(self, done: int, total: int) -> None:
        self._done, self._all = done, total
        self.setAccessibleName(f"{done} of {total}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_progress(painter, QRectF(self.rect()), self._done / self._all if self._all else 0.0)


def paint_progress(painter: QPainter, box: QRectF, share: float, *, dim: bool = False, raised: bool = False) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = box.height() / 2
    painter.setBrush(Colour.LINE_STRONG if raised else Colour.LINE)
    painter.drawRoundedRect(box, radius, radius)
    if share > 0:
        painter.setBrush(Colour.NOT_ASKED.lighter(135) if dim else Colour.ACCENT)
        painter.drawRoundedRect(QRectF(box.x(), box.y(), max(box.height(), box.width() * min(share, 1.0)), box.height()), radius, radius)
    painter.restore()


class Working(QWidget):
    """Long work under way: what it is doing, how far it is, and a way to stop it without harm.

    Signals:
        cancelled: the person wants it to stop.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = text_label("", Size.BODY, Weight.VALUE)
        self._bar = ProgressBar()
        self._bar.setMinimumWidth(160)
        self._stop = Button("Cancel")
        self._stop.clicked.connect(self._on_stop)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(PADDING)
        line.addWidget(self._words, 1)
        line.addWidget(self._bar, 1)
        line.addWidget(self._stop)
        self.hide()

    def begin(self, words: str, *, can_stop: bool = True) -> None:
        self._words.setText(words)
        self._bar.show_progress(0, 0)
        self._stop.setVisible(can_stop)
        self._stop.setEnabled(True)
        self.show()

    def tell(self, done: int, total: int, words: str = "") -> None:
        """How far it is; without a total there are only words."""
        self._bar.show_progress(done, total)
        self._words.setText("  ".join(part for part in (words, f"{done} of {total}" if total else "") if part))

    def end(self) -> None:
        self.hide()

    def _on_stop(self) -> None:
        self._stop.setEnabled(False)
        self._words.setText("Stopping after this one...")
        self.cancelled.emit()


class EmptyState(QWidget):
    """Nothing to show: it says so, and what to do next.

    Signals:
        chosen: the offered way on was taken.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = text_label("", Size.SEGMENT, Weight.HEADING, Colour.STRONG)
        self._next = text_label("", Size.OPTION, Weight.TEXT, Colour.SECOND, wrap=True)
        self._next.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._next.setMinimumWidth(420)
        self._offer = Button("", look=Look.PRIMARY)
        self._offer.clicked.connect(self.chosen)
        self._offer.hide()
        lines = QVBoxLayout(self)
        lines.setSpacing(12)
        lines.addStretch(2)
        for widget in (self._title, self._next, self._offer):
            lines.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addStretch(3)

    def show_words(self, title: str, what_next: str, offer: str = "") -> None:
        self._title.setText(title)
        self._next.setText(what_next)
        self._next.setMinimumHeight(max(0, self._next.heightForWidth(self._next.minimumWidth())))  # no words have no height: -1
        self._offer.setText(offer)
        self._offer.setAccessibleName(offer)
        self._offer.setVisible(bool(offer))
        self._offer.updateGeometry()


def rule() -> QFrame:
    """A line between two areas."""
    line = QFrame()
    line.setFixedHeight(1)
    line.setAutoFillBackground(True)
    palette = line.palette()
    palette.setColor(line.backgroundRole(), Colour.LINE)
    line.setPalette(palette)
    return line


def scrolled(inner: QWidget) -> QScrollArea:
    """``inner`` in a column that scrolls when the window is low."""
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    inner.setAutoFillBackground(False)  # the area has just switched it on
    return area
