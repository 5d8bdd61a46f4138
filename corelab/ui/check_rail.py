"""The clips of the pixel check at the left: small picture, number, state in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from corelab.ui.parts import paint_tick
from corelab.ui.theme import RADIUS_CAP, RADIUS_ROW, Colour, Size, Weight, font

Index = QModelIndex | QPersistentModelIndex
_ROW = 78
_PICTURE = QSize(72, 54)


@dataclass(frozen=True, slots=True)
class RailClip:
    """One clip in the rail; ``key`` tells it apart."""

    key: str
    title: str
    words: str
    attention: bool = False
    done: bool = False


class _Model(QAbstractListModel):
    wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._asked: set[str] = set()
        self.clips: tuple[RailClip, ...] = ()
        self.pictures: dict[str, QImage] = {}

    def show_clips(self, clips: Sequence[RailClip]) -> None:
        self.beginResetModel()
        self.clips = tuple(clips)
        keys = {each.key for each in clips}
        self.pictures = {key: picture for key, picture in self.pictures.items() if key in keys}
        self._asked &= set(self.pictures)
        self.endResetModel()

    def show_clip(self, at: int, clip: RailClip) -> None:
        self.clips = (*self.clips[:at], clip, *self.clips[at + 1 :])
        self.dataChanged.emit(self.index(at, 0), self.index(at, 0))

    def want(self, row: int) -> None:
        """A row came on screen without its picture: ask for it once."""
        key = self.clips[row].key
        if key not in self._asked:
            self._asked.add(key)
            self.wanted.emit(row)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.clips)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        clip = self.clips[index.row()]
        return f"{clip.title}, {clip.words}" if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, _Model):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box, clip = option.rect, model.clips[index.row()]
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            _paint_chosen(painter, box)
        picture = model.pictures.get(clip.key)
        if picture is None:
            model.want(index.row())
        _paint_picture(painter, box, picture)
        _paint_words(painter, box, clip, chosen=chosen)
        painter.restore()


def _paint_chosen(painter: QPainter, box: QRect) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Colour.SELECTED)
    painter.drawRoundedRect(QRectF(box).adjusted(8, 3, -8, -3), RADIUS_ROW, RADIUS_ROW)
    painter.setBrush(Colour.ACCENT)
    painter.drawRect(QRectF(box.left() + 8, box.top() + 3, 3, box.height() - 6))


def _paint_picture(painter: QPainter, box: QRect, picture: QImage | None) -> None:
    place = QRectF(box.left() + 20, box.top() + (box.height() - _PICTURE.height()) / 2, _PICTURE.width(), _PICTURE.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Colour.IMAGE)
    painter.drawRoundedRect(place, RADIUS_CAP, RADIUS_CAP)
    if picture is not None and not picture.isNull():
        scaled = picture.size().scaled(place.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(
            QRectF(place.center().x() - scaled.width() / 2, place.center().y() - scaled.height() / 2, scaled.width(), scaled.height()),
            picture,
        )


def _paint_words(painter: QPainter, box: QRect, clip: RailClip, *, chosen: bool) -> None:
    text = box.adjusted(20 + _PICTURE.width() + 10, 0, -14, 0)
    middle = box.center().y()
    painter.setFont(font(Size.BODY, Weight.HEADING if chosen else Weight.VALUE))
    painter.setPen(Colour.STRONG if chosen or not clip.done else Colour.TEXT)
    title = painter.fontMetrics().elidedText(clip.title, Qt.TextElideMode.ElideRight, text.width())
    painter.drawText(QPointF(text.left(), middle - 4), title)
    painter.setFont(font(Size.HINT))
    painter.setPen(Colour.ATTENTION if clip.attention else Colour.TEXT if chosen else Colour.SECOND)
    words = painter.fontMetrics().elidedText(clip.words, Qt.TextElideMode.ElideRight, text.width())
    painter.drawText(QPointF(text.left(), middle + 14), words)
    if clip.done:
        paint_tick(painter, QPointF(box.right() - 28, middle - 8))


class CheckRail(QListView):
    """The list of clips.

    Signals:
        chosen: another clip is current; carries its place.
        picture_wanted: a clip came on screen without its small picture; carries its place. Connect it queued: it comes from painting.
    """

    chosen = Signal(int)
    picture_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self._model.wanted.connect(self.picture_wanted)
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Clips")
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def show_clips(self, clips: Sequence[RailClip], current: int) -> None:
        self._model.show_clips(clips)
        self.choose(current)

    def show_clip(self, at: int, clip: RailClip) -> None:
        """One of them stands otherwise now; which one is current stays."""
        self._model.show_clip(at, clip)

    def show_picture(self, key: str, picture: QImage) -> None:
        if any(each.key == key for each in self._model.clips):
            self._model.pictures[key] = picture
            self.viewport().update()

    def choose(self, at: int) -> None:
        if 0 <= at < self._model.rowCount():
            self.setCurrentIndex(self._model.index(at, 0))

    @property
    def current(self) -> int:
        return self.currentIndex().row()

    def texts(self) -> list[str]:
        return [f"{clip.title}, {clip.words}" for clip in self._model.clips]

    def _on_current(self, index: QModelIndex) -> None:
        if index.row() >= 0:
            self.chosen.emit(index.row())
