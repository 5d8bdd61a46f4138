"""The parts of the rail: the row of a segment, the thumbnail of a clip."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from corelab.domain.vocabulary import SegmentId, Sha256
from corelab.ui.parts import grade_style, paint_diamond, paint_swatch, paint_tick
from corelab.ui.segment_state import NOTHING_OPEN, SegmentState
from corelab.ui.segment_words import Drawn
from corelab.ui.theme import RADIUS_CAP, RADIUS_ROW, ROW_SEGMENT, Colour, Size, Weight, font

_NAME_AT: Final = 102
_SHADE: Final = QColor(0, 0, 0, 200)


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment in the rail. ``seen`` of its ``clips`` were played to the end; ``words`` say the whole row."""

    id: SegmentId
    code: str
    name: str
    section: str
    words: str
    grade: Drawn = None
    clips: int = 0
    seen: int = 0
    state: SegmentState = NOTHING_OPEN

    @property
    def all_seen(self) -> bool:
        return self.clips > 0 and self.seen == self.clips


class RailRow(QAbstractButton):
    """Swatch, code, name, seen tick, clip count.

    Signals:
        chosen: it was clicked; carries the segment's id.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: SegmentRow | None = None
        self._current, self._narrow, self._open = False, False, False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._on_clicked)

    def show_row(self, row: SegmentRow, *, current: bool) -> None:
        if (row, current) == (self._row, self._current):
            return
        self._row, self._current = row, current
        self._open = self._open and current
        self.setAccessibleName(row.words)
        self.setToolTip(row.words)
        self.update()

    def show_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        self.update()

    def show_open(self, *, open_: bool) -> None:
        """Its thumbnails follow below."""
        self._open = open_
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, ROW_SEGMENT)

    def _on_clicked(self) -> None:
        if self._row is not None:
            self.chosen.emit(self._row.id)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._row is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current:
            paint_current(painter, QRectF(self.rect()), top=True, bottom=not self._open)
        elif self.underMouse():
            painter.fillRect(self.rect(), Colour.RAISED)
        paint_swatch(painter, 12, self.height() / 2, grade_style(self._row.grade), 20)
        paint_state(painter, QPointF(6.5, self.height() / 2), self._row.state)
        self._paint_words(painter, self._row)
        self._paint_count(painter, self._row)

    def _paint_words(self, painter: QPainter, row: SegmentRow) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(Size.BODY, Weight.HEADING if self._current else Weight.VALUE))
        painter.setPen(Colour.STRONG if self._current else Colour.TEXT)
        painter.drawText(QRectF(44, 0, self.width() - 44, self.height()), middle, row.code)
        name_at = max(_NAME_AT, 44 + painter.fontMetrics().horizontalAdvance(row.code) + 10)
        if row.name and not self._narrow:
            painter.setFont(font(Size.HINT))
            painter.setPen(Colour.TEXT if self._current else Colour.SECOND)
            room = self.width() - name_at - (44 if row.all_seen or self._current else 28)
            name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(name_at, 0, room, self.height()), middle, name)

    def _paint_count(self, painter: QPainter, row: SegmentRow) -> None:
        words = "" if not row.clips else f"{row.seen}/{row.clips}" if self._current and row.clips > 1 else str(row.clips)
        painter.setFont(font(Size.HINT, Weight.HEADING if self._current else Weight.TEXT))
        painter.setPen(Colour.STRONG if self._current else Colour.SECOND)
        box = QRectF(self.width() - 52, 0, 40, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        if row.all_seen and "/" not in words:
            paint_tick(painter, QPointF(self.width() - 34, self.height() / 2), Colour.SECOND)


class Thumbnail(QAbstractButton):
    """A small picture of a clip, 16 to 11.

    Signals:
        chosen: it was clicked; carries the clip's digest.
        wanted: it is in sight and has no picture yet; carries the clip's digest.
    """

    chosen = Signal(str)
    wanted = Signal(str)

    def __init__(self, clip: Sha256, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clip = clip
        self._picture, self._seen, self._on_screen = QImage(), False, False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(self._on_clicked)

    def show_state(self, number: int, *, seen: bool, unseen: str, on_screen: bool) -> None:
        """``unseen``: what of the clip was not seen yet, in words."""
        self._seen, self._on_screen = seen, on_screen
        words = (f"Clip {number}", "on screen" if on_screen else "", "seen" if seen else unseen)
        self.setAccessibleName(", ".join(word for word in words if word))
        self.setToolTip(self.accessibleName())
        self.update()

    def show_picture(self, picture: QImage) -> None:
        self._picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(96, 66)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width * 11 / 16)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.clip)

    def _on_in_sight(self) -> None:
        if self._picture.isNull():
            self.wanted.emit(self.clip)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_covering(painter, box, self._picture)
        if self._picture.isNull():
            QTimer.singleShot(0, self, self._on_in_sight)
        if self._on_screen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(Colour.ACCENT, 2))
            painter.drawRoundedRect(box, RADIUS_CAP, RADIUS_CAP)
        if self._seen:
            centre = QPointF(box.right() - 11, box.top() + 11)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_SHADE)
            painter.drawEllipse(centre, 8, 8)
            paint_tick(painter, centre, Colour.STRONG)


class ThumbnailBlock(QWidget):
    """What lies behind the thumbnails: the lower part of the current segment's area."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_current(painter, QRectF(self.rect()), top=False, bottom=True)


def paint_state(painter: QPainter, centre: QPointF, state: SegmentState) -> None:
    """A filled diamond: a check asks for a reason; a hollow one: details or a frame are open. Words in the tool tip say which."""
    if state.checks or state.open_details or state.lacking:
        paint_diamond(painter, centre, half=3.2, hollow=not state.checks)


def paint_current(painter: QPainter, box: QRectF, *, top: bool, bottom: bool) -> None:
    """The ground of what is current: lighter, an accent bar at its left, rounded where it begins and ends."""
    painter.save()
    painter.setClipRect(box)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Colour.SELECTED)
    painter.drawRoundedRect(box.adjusted(0, 0 if top else -12, 0, 0 if bottom else 12), RADIUS_ROW, RADIUS_ROW)
    painter.fillRect(QRectF(box.left(), box.top(), 2.5, box.height()), Colour.ACCENT)
    painter.restore()


def paint_covering(painter: QPainter, box: QRectF, picture: QImage, radius: float = RADIUS_CAP) -> None:
    """A picture that fills its box, cut where it is too long, on black until it has come."""
    painter.save()
    shape = QPainterPath()
    shape.addRoundedRect(box, radius, radius)
    painter.setClipPath(shape)
    painter.fillRect(box, Colour.IMAGE)
    if not picture.isNull():
        scale = max(box.width() / picture.width(), box.height() / picture.height())
        width, height = box.width() / scale, box.height() / scale
        painter.drawImage(box, picture, QRectF((picture.width() - width) / 2, (picture.height() - height) / 2, width, height))
    painter.restore()
