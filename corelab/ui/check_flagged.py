"""Every flagged frame of a clip in a column: its picture, its number, and whether it was on screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from corelab.domain.intake import Box
from corelab.ui.theme import RADIUS_CAP, Colour, Size, Weight, font

Index = QModelIndex | QPersistentModelIndex
_HEAD, _PICTURE, _GAP = 22, 128, 10


@dataclass(frozen=True, slots=True)
class Thumb:
    """A frame made small; ``columns`` are those of the frame, in which boxes are counted."""

    picture: QImage
    columns: int


class _Model(QAbstractListModel):
    wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frames: tuple[int, ...] = ()
        self.seen: frozenset[int] = frozenset()
        self.boxes: tuple[Box, ...] = ()
        self.pictures: dict[int, Thumb] = {}
        self._asked: set[int] = set()

    def show_frames(self, frames: Sequence[int]) -> None:
        self.beginResetModel()
        self.frames = tuple(frames)
        self.pictures.clear()
        self._asked.clear()
        self.endResetModel()

    def want(self, frame: int) -> None:
        if frame not in self._asked:
            self._asked.add(frame)
            self.wanted.emit(frame)

    def words(self, frame: int) -> str:
        return "seen" if frame in self.seen else "to see"

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.frames)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        frame = self.frames[index.row()]
        named = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return f"Frame {frame + 1}, flagged, {self.words(frame)}" if named else None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, _HEAD + _PICTURE + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, _Model):
            return
        frame = model.frames[index.row()]
        picture = model.pictures.get(frame)
        if picture is None:
            model.want(frame)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        _paint_head(painter, option.rect, f"Frame {frame + 1}, flagged", model.words(frame), seen=frame in model.seen)
        _paint_picture(painter, option.rect.adjusted(0, _HEAD, 0, -_GAP), picture, model.boxes)
        painter.restore()


def _paint_head(painter: QPainter, box: QRect, title: str, words: str, *, seen: bool) -> None:
    line = QRect(box.left(), box.top(), box.width(), _HEAD - 4)
    painter.setFont(font(Size.HINT, Weight.VALUE))
    painter.setPen(Colour.SECOND if seen else Colour.ATTENTION)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
    room = line.width() - painter.fontMetrics().horizontalAdvance(words) - 8
    painter.setFont(font(Size.HINT, Weight.HEADING))
    painter.setPen(Colour.TEXT)
    title = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


def _paint_picture(painter: QPainter, box: QRect, thumb: Thumb | None, boxes: Sequence[Box]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Colour.IMAGE)
    painter.drawRoundedRect(QRectF(box), RADIUS_CAP, RADIUS_CAP)
    if thumb is None or thumb.picture.isNull():
        return
    picture = thumb.picture
    fit = min(box.width() / picture.width(), box.height() / picture.height())
    wide, high = picture.width() * fit, picture.height() * fit
    scale = wide / thumb.columns
    place = QRectF(box.center().x() - wide / 2, box.center().y() - high / 2, wide, high)
    painter.drawImage(place, picture)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Colour.ACCENT, 1))
    for x0, y0, x1, y1 in boxes:
        corner = QPointF(place.x() + x0 * scale, place.y() + y0 * scale)
        painter.drawRect(QRectF(corner.x(), corner.y(), (x1 - x0 + 1) * scale, (y1 - y0 + 1) * scale))


class FlaggedList(QListView):
    """The column.

    Signals:
        chosen: one was clicked; carries the number of the frame.
        picture_wanted: one came on screen without its picture; carries the frame. Connect it queued: it comes from painting.
    """

    chosen = Signal(int)
    picture_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self._model.wanted.connect(self.picture_wanted)
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Flagged frames")
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_clicked)

    def show_frames(self, frames: Sequence[int]) -> None:
        self._model.show_frames(frames)
        self.setVisible(bool(frames))

    def show_picture(self, frame: int, thumb: Thumb) -> None:
        if frame in self._model.frames:
            self._model.pictures[frame] = thumb
            self.viewport().update()

    def show_seen(self, seen: frozenset[int]) -> None:
        self._model.seen = seen
        self.viewport().update()

    def show_boxes(self, boxes: Sequence[Box]) -> None:
        self._model.boxes = tuple(boxes)
        self.viewport().update()

    def follow(self, frame: int) -> None:
        """The frame on screen stays in sight here too."""
        if frame in self._model.frames:
            self.scrollTo(self._model.index(self._model.frames.index(frame), 0))

    def texts(self) -> list[str]:
        return [self._model.data(self._model.index(at, 0)) for at in range(len(self._model.frames))]

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.frames[index.row()])
