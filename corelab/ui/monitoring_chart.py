"""What every chart of the monitoring page is: painted, and each number in it a place that opens the list behind it, by click or by keys."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.ui.monitoring_list import Behind
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight, font

_BACK = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Up})
_FORWARD = frozenset({Qt.Key.Key_Right, Qt.Key.Key_Down})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


@dataclass(frozen=True, slots=True)
class Target:
    """A number on screen: where it stands, what it says in words, and how the list behind it is made."""

    box: QRectF
    words: str
    behind: Callable[[], Behind]


class Chart(QWidget):
    """Arrow keys go from number to number, Enter opens the list behind one; Tab leaves.

    Signals:
        opened: the list behind a number is wanted; carries it.
    """

    opened = Signal(object)

    def __init__(self, name: str, *, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height, self._targets, self._at = height, (), 0  # type: int, tuple[Target, ...], int
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    # ------------------------------------------------------------ for each chart

    @abstractmethod
    def places(self) -> Sequence[Target]:
        """The numbers of this chart at its present size."""

    @abstractmethod
    def paint(self, painter: QPainter) -> None:
        """The chart without its chosen number."""

    # ------------------------------------------------------------ for all

    @property
    def targets(self) -> tuple[Target, ...]:
        return self._targets

    @property
    def current(self) -> int:
        return self._at

    def set_height(self, height: int) -> None:
        self._height = height
        self.updateGeometry()

    def changed(self) -> None:
        """What is shown has changed."""
        self._targets = tuple(self.places())
        self.choose(min(self._at, max(0, len(self._targets) - 1)))
        self.update()

    def choose(self, at: int) -> None:
        if 0 <= at < len(self._targets):
            self._at = at
            self.setAccessibleDescription(self._targets[at].words)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._targets = tuple(self.places())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter)
            if self.hasFocus() and self._targets:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(Colour.ACCENT, 2))
                painter.drawRoundedRect(self._targets[self._at].box.adjusted(-1, -1, 1, 1), RADIUS_ROW, RADIUS_ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _BACK | _FORWARD:
            self.choose(self._at + (1 if key in _FORWARD else -1))
        elif key in _ENTER and self._targets:
            self._open(self._at)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Enter on a number must not first be taken by a command of the page.
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in _ENTER:
            event.accept()
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._under(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if at is not None else Qt.CursorShape.ArrowCursor)
        self.setToolTip(self._targets[at].words if at is not None else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._under(event.position())
        if at is not None and event.button() is Qt.MouseButton.LeftButton:
            self.choose(at)
            self._open(at)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def _under(self, place: QPointF) -> int | None:
        return next((at for at, target in enumerate(self._targets) if target.box.contains(place)), None)

    def _open(self, at: int) -> None:
        self.opened.emit(self._targets[at].behind())


# ---------------------------------------------------------------- painting


LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MIDDLE = Qt.AlignmentFlag.AlignCenter


def write(  # noqa: PLR0913 - what a word on a chart has
    painter: QPainter,
    box: QRectF,
    text: str,
    *,
    size: Size = Size.HINT,
    weight: Weight = Weight.TEXT,
    colour: QColor = Colour.SECOND,
    flags: Qt.AlignmentFlag = LEFT,
) -> None:
    """Words in a box; what does not fit ends in dots."""
    painter.setFont(font(size, weight))
    painter.setPen(colour)
    painter.drawText(box, flags, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(box.width())))


def fits(painter: QPainter, text: str, width: float, *, size: Size = Size.HINT) -> bool:
    """Whether words take no more than so many logical pixels."""
    painter.setFont(font(size))
    return painter.fontMetrics().horizontalAdvance(text) <= width


def write_wrapped(painter: QPainter, box: QRectF, text: str, *, size: Size = Size.TICK, colour: QColor = Colour.SECOND) -> None:
    """Words in as many lines as the box is high, at its left; the rest is cut with dots."""
    painter.setFont(font(size))
    painter.setPen(colour)
    metrics, lines = painter.fontMetrics(), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        fits = metrics.horizontalAdvance(longer) <= box.width() or not lines[-1]
        lines = [*lines[:-1], longer] if fits else [*lines, word]
    most = max(1, int(box.height() // metrics.lineSpacing()))
    shown = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    cut = (metrics.elidedText(line, Qt.TextElideMode.ElideRight, round(box.width())) for line in shown)
    painter.drawText(box, LEFT, "\n".join(cut))


def dot(painter: QPainter, centre: QPointF, colour: QColor = Colour.ACCENT, radius: float = 4.5) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(centre, radius, radius)


def line(
    painter: QPainter, start: QPointF, end: QPointF, colour: QColor = Colour.LINE, width: float = 1.0, *, dashed: bool = False
) -> None:
    pen = QPen(colour, width)
    if dashed:
        pen.setDashPattern([5, 4])
    painter.setPen(pen)
    painter.drawLine(start, end)
