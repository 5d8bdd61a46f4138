"""The contact sheet of one clip: original, masked, maximum, minimum, and the frame under inspection large."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.intake import Box
from corelab.domain.vocabulary import ClipId
from corelab.services import intake
from corelab.services.intake import CheckPictures
from corelab.ui.commands import with_keys
from corelab.ui.desk import Desk
from corelab.ui.key_parts import follow_keys
from corelab.ui.mask_view import BoxLook, MaskView, image_of
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

_TILES = ("Original", "Masked", "Temporal maximum", "Temporal minimum")
_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pictures of one clip that are on screen from the start."""

    clip: ClipId
    pictures: CheckPictures
    tiles: tuple[QImage, ...]
    others: tuple[tuple[int, QImage], ...]


def load_sheet(desk: Desk, clip: ClipId) -> Sheet:
    """Slow: for a pixel thread."""
    pictures = intake.pictures(desk.lab, desk.session, clip)
    first = pictures.flagged[0] if pictures.flagged else 0
    tiles = (pictures.original(first), pictures.masked(first), pictures.maximum(), pictures.minimum())
    others = tuple((frame, image_of(pictures.original(frame))) for frame in pictures.flagged[1 : 1 + _OTHERS])
    return Sheet(clip, pictures, tuple(image_of(each) for each in tiles), others)


def load_frame(pictures: CheckPictures, frame: int) -> QImage:
    """Slow: for a pixel thread."""
    return image_of(pictures.original(frame))


def load_small(desk: Desk, clip: ClipId) -> QImage:
    """A small picture for the rail. Slow: for a pixel thread."""
    image = image_of(intake.pictures(desk.lab, desk.session, clip).original(0))
    return image.scaled(216, 162, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


class SheetView(QWidget):
    """Shows a sheet; the page decides about boxes and frames.

    Signals:
        frame_chosen: one of the small flagged frames was clicked; carries its number.
    """

    frame_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.large = MaskView("Frame on screen", editable=True)
        self.tiles = tuple(MaskView(name) for name in _TILES)
        self._small: list[MaskView] = []
        self._title = text_label("", Size.BODY, Weight.HEADING, Colour.STRONG)
        self._state = text_label("on screen", Size.HINT, Weight.VALUE, Colour.ACCENT)
        self._others = QVBoxLayout()
        self._others.setSpacing(12)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(16)
        lines.addWidget(self._top(), 2)
        lines.addLayout(self._below(), 5)

    def _top(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        for name, view in zip(_TILES, self.tiles, strict=True):
            line.addWidget(_titled(name, view))
        row.setMaximumHeight(230)
        return row

    def _below(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._state)
        large = QVBoxLayout()
        large.setSpacing(8)
        large.addLayout(head)
        large.addWidget(self.large, 1)
        words = (
            "Left and Right step through the frames, {flagged_next} goes to the next flagged one. "
            "{mask_box} draws a mask box: it covers every frame of the clip."
        )
        side = QVBoxLayout()
        side.addLayout(self._others)
        hint = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        side.addWidget(follow_keys(hint, lambda label: label.setText(with_keys(words))))
        side.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addLayout(large, 3)
        below.addLayout(side, 1)
        return below

    def clear(self) -> None:
        """A black sheet while another clip is loaded: never the pictures of the last one under a new name."""
        for view in (*self.tiles, self.large):
            view.show_picture(QImage())
        self._title.setText("Loading...")
        self._state.hide()
        self._show_others(())

    def show_sheet(self, sheet: Sheet) -> None:
        for view, image in zip(self.tiles, sheet.tiles, strict=True):
            view.show_picture(image, look=BoxLook.BLACK if view is self.tiles[1] else BoxLook.FRAMED)
        self._show_others(sheet.others)

    def show_frame(self, frame: int, image: QImage, title: str) -> None:
        self._title.setText(title)
        self._state.show()
        self.large.show_picture(image, frame=frame)

    def show_boxes(self, boxes: Sequence[Box]) -> None:
        for view in (*self.tiles, *self._small, self.large):
            view.show_boxes(boxes)

    def _show_others(self, others: Sequence[tuple[int, QImage]]) -> None:
        while (item := self._others.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._small = []
        for frame, image in others:
            view = MaskView(f"Frame {frame + 1}, flagged")
            view.setFixedHeight(150)
            view.show_picture(image)
            view.chosen.connect(partial(self.frame_chosen.emit, frame))
            self._small.append(view)
            self._others.addWidget(_titled(f"Frame {frame + 1}, flagged", view))


def _titled(title: str, view: QWidget) -> QWidget:
    box = QWidget()
    lines = QVBoxLayout(box)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(8)
    lines.addWidget(text_label(title, Size.BODY, Weight.HEADING, Colour.TEXT), 0, Qt.AlignmentFlag.AlignLeft)
    lines.addWidget(view, 1)
    return box
