"""The card of read A or B: its grade, the frames that prove it, and what else that reader said of the segment."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from corelab.ui.parts import grade_style, paint_diamond, paint_key_cap, paint_swatch
from corelab.ui.rail_parts import paint_covering
from corelab.ui.segment_words import Drawn
from corelab.ui.theme import PADDING, RADIUS_CARD, Colour, Size, Weight, font

_HEAD: Final = 56
_PICTURE_LEAST: Final = 60
_PICTURE_GOOD: Final = 110.0
"""Pictures are not made lower than this for the sake of the other questions."""
_ROOMY: Final = 280
"""A card narrower than this names its read by the key cap alone."""
_CAPTION: Final = 20
_LINE: Final = 26
_ROW: Final = 22
_WRAPPED: Final = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True, slots=True)
class CardPicture:
    picture: QImage
    caption: str


@dataclass(frozen=True, slots=True)
class ReadShown:
    """What a card shows. ``frames`` are words about the evidence, ``others`` the segment's other questions with their answers.

    ``swatched``: the grade has a rank, or a kind of missing, that a line can draw. ``may_take``: this read can be taken here.
    """

    letter: str
    grade: Drawn
    word: str
    reason: str = ""
    pictures: tuple[CardPicture, ...] = ()
    frames: str = ""
    others: tuple[tuple[str, str], ...] = ()
    taken: bool = False
    swatched: bool = True
    may_take: bool = True


class ReadCard(QAbstractButton):
    """A and B look the same but for their letter; neither is chosen beforehand.

    Signals:
        picked: the card was clicked: its read is taken.
        followed: its pictures were clicked: its frame is wanted.
    """

    picked = Signal()
    followed = Signal()

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = letter
        self.forget()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_read(self, shown: ReadShown) -> None:
        self._shown = shown
        words = (f"Read {shown.letter}: {shown.word}", shown.reason, shown.frames, self._hint)
        self.setAccessibleName(", ".join(each for each in words if each))
        self.update()

    @property
    def _hint(self) -> str:
        return "taken" if self._shown.taken else f"take with {self._shown.letter}" if self._shown.may_take else ""

    def forget(self) -> None:
        """No case is open."""
        self._shown = ReadShown(self._letter, None, "")
        self.setAccessibleName(f"Read {self._letter}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, _HEAD + 40)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        self.setDown(False)
        if inside and event.button() is Qt.MouseButton.LeftButton:
            on_picture = any(box.contains(event.position()) for box in self._picture_boxes())
            self.followed.emit() if on_picture else self.picked.emit()

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        paint_card(painter, QRectF(self.rect()), chosen=self._shown.taken, raised=True)
        self._paint_head(painter)
        y = self._paint_pictures(painter)
        y = self._paint_frames(painter, y)
        self._paint_others(painter, y)

    def _paint_head(self, painter: QPainter) -> None:
        shown, middle, right = self._shown, 30.0, self.width() - PADDING
        paint_key_cap(painter, QRectF(PADDING, middle - 14, 28, 28), shown.letter, chosen=shown.taken, dim=not shown.may_take)
        roomy = self.width() > _ROOMY
        if roomy:
            self._text(painter, QRectF(PADDING + 40, 0, 60, 2 * middle), f"Read {shown.letter}", Size.BODY, ink=Colour.SECOND)
        left = PADDING + (104 if roomy else 42)
        if shown.swatched:
            swatch = 36 if roomy else 24
            paint_swatch(painter, left, middle, grade_style(shown.grade), swatch)
            left += swatch + 14
        hint = self._hint.capitalize() if shown.taken else self._hint
        painter.setFont(font(Size.HINT))
        width = painter.fontMetrics().horizontalAdvance(hint) + 2
        painter.setFont(font(Size.VERDICT, Weight.HEADING))
        word = painter.fontMetrics().horizontalAdvance(shown.word)
        fits = bool(hint) and left + word + 12 < right - width
        large = shown.may_take and left + word <= right
        painter.setFont(font(Size.VERDICT if large else Size.OPTION if roomy else Size.BODY, Weight.HEADING))
        painter.setPen(Colour.STRONG)
        box = QRectF(left, 2, right - (width + 8 if fits else 0) - left, 2 * middle - 4)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter if large else _WRAPPED, shown.word)
        if fits:
            self._text(painter, QRectF(right - width, 0, width, 2 * middle), hint, Size.HINT, ink=Colour.SECOND)

    @property
    def _reason_height(self) -> float:
        """What the words under the grade take, on as many lines as they need, up to a limit."""
        if not self._shown.reason:
            return 0.0
        metrics = QFontMetricsF(font(Size.HINT))
        box = metrics.boundingRect(QRectF(0, 0, self.width() - 2 * PADDING, 1000), _WRAPPED, self._shown.reason)
        return min(max(box.height() + 6, _ROW), 4.0 * _ROW)

    def _picture_boxes(self) -> tuple[QRectF, ...]:
        """Where the pictures lie; none where the card is too low for them."""
        count = len(self._shown.pictures)
        below = _CAPTION + _LINE + 17 + self._reason_height
        others = _ROW * len(self._shown.others)
        height = min(max(self.height() - _HEAD - below - others - 12, min(self.height() - _HEAD - below - 12, _PICTURE_GOOD)), 200.0)
        if not count or height < _PICTURE_LEAST:
            return ()
        width = min((self.width() - 2 * PADDING - PADDING * (count - 1)) / count, height * 1.9)
        return tuple(QRectF(PADDING + at * (width + PADDING), _HEAD, width, height) for at in range(count))

    def _paint_pictures(self, painter: QPainter) -> float:
        boxes, y = self._picture_boxes(), float(_HEAD)
        for box, shown in zip(boxes, self._shown.pictures, strict=False):
            paint_covering(painter, box, shown.picture)
            self._text(painter, QRectF(box.left(), box.bottom() + 2, box.width(), _CAPTION), shown.caption, Size.HINT, Weight.VALUE)
            y = box.bottom() + 2 + _CAPTION
        return y

    def _paint_frames(self, painter: QPainter, y: float) -> float:
        shown, width = self._shown, self.width() - 2 * PADDING
        if shown.reason:
            painter.setFont(font(Size.HINT))
            painter.setPen(Colour.TEXT)
            painter.drawText(QRectF(PADDING, y, width, self._reason_height), _WRAPPED, shown.reason)
            y += self._reason_height
        if not shown.pictures and not shown.frames and not shown.may_take:
            return y
        paint_diamond(painter, QPointF(PADDING + 6, y + _LINE / 2), hollow=shown.letter == "B", colour=Colour.STRONG)
        words = shown.frames or "No frame bound"
        self._text(painter, QRectF(PADDING + 20, y, width - 20, _LINE), words, Size.HINT, Weight.VALUE)
        return y + _LINE

    def _paint_others(self, painter: QPainter, y: float) -> None:
        if not self._shown.others or y + 8 + _ROW > self.height():
            return
        painter.fillRect(QRectF(PADDING, y + 4, self.width() - 2 * PADDING, 1), Colour.LINE_STRONG)
        y += 9
        for question, answer in self._shown.others:
            box = QRectF(PADDING, y, self.width() - 2 * PADDING, _ROW)
            if box.bottom() > self.height() - 4:
                return
            self._text(painter, box, question, Size.HINT, ink=Colour.SECOND)
            self._text(painter, box, answer, Size.HINT, Weight.VALUE, right=True)
            y += _ROW

    def _text(  # noqa: PLR0913 - what a piece of text is made of
        self,
        painter: QPainter,
        box: QRectF,
        words: str,
        size: Size,
        weight: Weight = Weight.TEXT,
        *,
        ink: object = None,
        right: bool = False,
    ) -> None:
        painter.setFont(font(size, weight))
        painter.setPen(ink if isinstance(ink, type(Colour.TEXT)) else Colour.STRONG if weight is not Weight.TEXT else Colour.TEXT)
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(box.width()) + 1)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)


def paint_card(painter: QPainter, box: QRectF, *, chosen: bool, raised: bool) -> None:
    """The ground of one of the three cards; the one that was chosen is framed with the accent."""
    painter.setPen(QPen(Colour.ACCENT, 1.5) if chosen else QPen(Colour.RAISED if raised else Colour.LINE_STRONG, 1))
    painter.setBrush(Colour.CHOSEN if chosen else Colour.RAISED if raised else Colour.PANEL)
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)
