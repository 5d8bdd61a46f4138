"""Small things that look the same everywhere: grade swatches, key caps, labels, badges, marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from corelab.domain.vocabulary import Missing
from corelab.ui.theme import RADIUS_CAP, Colour, Size, Weight, font

SWATCH_WIDTH = 24


@dataclass(frozen=True, slots=True)
class GradeStyle:
    """How a grade is drawn: colour and line together, so that neither has to be seen. ``dash`` in widths of the line; empty is solid."""

    colour: QColor
    width: float
    dash: tuple[float, ...] = ()
    word: str = ""

    def pen(self, scale: float = 1.0) -> QPen:
        pen = QPen(self.colour, self.width * scale)
        dotted = bool(self.dash) and self.dash[0] < 1
        pen.setCapStyle(Qt.PenCapStyle.RoundCap if dotted else Qt.PenCapStyle.FlatCap)
        if self.dash:
            pen.setDashPattern(list(self.dash))
        return pen


_RANKS = (
    GradeStyle(Colour.FULL, 3.0, (), "full"),
    GradeStyle(Colour.PARTIAL, 3.0, (3.0, 2.0), "partial"),
    GradeStyle(Colour.NONE, 5.0, (), "none"),
)
_NOT_EVALUABLE = GradeStyle(Colour.NOT_EVALUABLE, 2.0, (0.01, 2.4), "not evaluable")
_NOT_IMAGED = GradeStyle(Colour.NOT_ASKED, 2.0, (0.01, 4.0), "not imaged")
_NOT_ASKED = GradeStyle(Colour.NOT_ASKED, 1.9, (), "not asked")
_UNGRADED = GradeStyle(Colour.UNGRADED, 1.9, (), "ungraded")


def grade_style(grade: int | Missing | None) -> GradeStyle:
    """The style of a rank (0 is the healthiest; beyond 2 as 2), of a kind of missing, or (None) of a question without answer."""
    if isinstance(grade, int):
        return _RANKS[min(max(grade, 0), len(_RANKS) - 1)]
    if grade is None:
        return _UNGRADED
    match grade:
        case Missing.NOT_EVALUABLE:
            return _NOT_EVALUABLE
        case Missing.NOT_IMAGED:
            return _NOT_IMAGED
        case Missing.NOT_APPLICABLE:
            return _NOT_ASKED


def paint_swatch(painter: QPainter, x: float, middle: float, style: GradeStyle, width: float = SWATCH_WIDTH) -> None:
    """The line of a grade, ``width`` long, its left end at ``x``, centred on ``middle``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(style.pen())
    inset = style.width / 2 if style.dash and style.dash[0] < 1 else 0.0
    painter.drawLine(QPointF(x + inset, middle), QPointF(x + width - inset, middle))
    painter.restore()


class Swatch(QWidget):
    """A 24 px line before the word of a grade."""

    def __init__(self, grade: int | Missing | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = grade_style(grade)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_grade(grade)

    def show_grade(self, grade: int | Missing | None) -> None:
        self._style = grade_style(grade)
        self.setAccessibleName(self._style.word)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SWATCH_WIDTH, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_swatch(painter, 0, self.height() / 2, self._style)


CAP_HEIGHT = 20


def cap_width(text: str) -> int:
    return max(CAP_HEIGHT, round(QFontMetricsF(font(Size.TICK, Weight.HEADING)).horizontalAdvance(text)) + 12)


def paint_key_cap(painter: QPainter, box: QRectF, text: str, *, chosen: bool = False, dim: bool = False) -> None:
    """One key cap in ``box``; the chosen one is filled with the accent."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(Colour.ACCENT if chosen else Colour.CAP_EDGE, 1))
    painter.setBrush(Colour.ACCENT if chosen else Colour.CAP)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CAP, RADIUS_CAP)
    painter.setFont(font(Size.TICK, Weight.HEADING))
    painter.setPen(Colour.ON_ACCENT if chosen else Colour.THIRD if dim else Colour.TEXT)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


class KeyCap(QWidget):
    """The key of an action, beside its words, never instead of them."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._chosen = False
        self.setAccessibleName(f"Key {text}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_chosen(self, *, chosen: bool) -> None:
        self._chosen = chosen
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(cap_width(self._text), CAP_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_key_cap(painter, QRectF(self.rect()), self._text, chosen=self._chosen, dim=not self.isEnabled())


def text_label(
    text: str = "", size: Size | int = Size.BODY, weight: Weight = Weight.TEXT, colour: QColor = Colour.TEXT, *, wrap: bool = False
) -> QLabel:
    """A label of the type scale, plain text always: nothing that came from a file is ever read as markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(font(size, weight))
    tint(label, colour)
    label.setWordWrap(wrap)
    return label


def tint(label: QWidget, colour: QColor) -> None:
    """Colour the words of a label."""
    palette = label.palette()
    palette.setColor(label.foregroundRole(), colour)
    label.setPalette(palette)


def key_hint(words: str, caps: Sequence[str]) -> QWidget:
    """Caps and what they do, as in the foot of a page."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    for cap in caps:
        line.addWidget(KeyCap(cap))
    line.addWidget(text_label(words, Size.HINT, Weight.TEXT, Colour.SECOND))
    return row


class Badge(QWidget):
    """DEMO or TRAINING, in the header, so that nobody takes play for the trial."""

    def __init__(self, text: str, colour: QColor = Colour.ATTENTION, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._colour = colour
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(font(Size.TICK, Weight.HEADING))

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + 18, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            fill = QColor(self._colour)
            fill.setAlphaF(0.14)
            painter.setBrush(fill)
            painter.setPen(QPen(self._colour, 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 9.5, 9.5)
            painter.setFont(self.font())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


def paint_diamond(
    painter: QPainter, centre: QPointF, *, half: float = 5.0, hollow: bool = False, colour: QColor = Colour.ATTENTION
) -> None:
    """The mark of evidence and attention; a word always stands beside it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    x, y = centre.x(), centre.y()
    painter.drawPolygon(QPolygonF([QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]))
    painter.restore()


def paint_tick(painter: QPainter, centre: QPointF, colour: QColor = Colour.SECOND, *, size: float = 8.0) -> None:
    """The mark of something done or seen."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    x, y, half = centre.x(), centre.y(), size / 2
    painter.drawPolyline([QPointF(x - half, y + 0.2), QPointF(x - half * 0.3, y + half * 0.65), QPointF(x + half, y - half * 0.6)])
    painter.restore()
