"""The contact sheet of one clip: original, masked, maximum, minimum, and the frame under inspection large."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.intake import Box
from corelab.domain.vocabulary import ClipId
from corelab.services import intake
from corelab.services.intake import CheckPictures
from corelab.ui.check_flagged import FlaggedList, Thumb
from corelab.ui.commands import with_keys
from corelab.ui.desk import Desk
from corelab.ui.key_parts import follow_keys
from corelab.ui.mask_view import BoxLook, MaskView, image_of
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

_TILES = ("Original", "Masked", "Temporal maximum", "Temporal minimum")
_LOW = 640
_HINT = (
    "Left and Right step through the frames, {check_play} plays them, {flagged_next} goes to the next flagged one. "
    "{mask_box} draws a mask box: it covers every frame of the clip."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pictures of one clip that are on screen from the start."""

    clip: ClipId
    pictures: CheckPictures
    tiles: tuple[QImage, ...]

    @property
    def first(self) -> int:
        """The frame that the tiles show."""
        return self.pictures.flagged[0] if self.pictures.flagged else 0


def load_sheet(desk: Desk, clip: ClipId) -> Sheet:
    """Slow: for a pixel thread."""
    pictures = intake.pictures(desk.lab, desk.session, clip)
    first = pictures.flagged[0] if pictures.flagged else 0
    tiles = (pictures.original(first), pictures.masked(first), *pictures.over_time())
    return Sheet(clip, pictures, tuple(image_of(each) for each in tiles))


def load_frame(pictures: CheckPictures, frame: int) -> QImage:
    """Slow: for a pixel thread."""
    return image_of(pictures.original(frame))


def load_thumb(pictures: CheckPictures, frame: int) -> Thumb:
    """Slow: for a pixel thread."""
    image = load_frame(pictures, frame)
    small = image.scaled(360, 270, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return Thumb(small, image.width())


def load_small(desk: Desk, clip: ClipId) -> QImage:
    """A small picture for the rail. Slow: for a pixel thread."""
    image = image_of(intake.pictures(desk.lab, desk.session, clip).original(0))
    return image.scaled(216, 162, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


class SheetView(QWidget):
    """Shows a sheet; the page decides about boxes and frames."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.large = MaskView("Frame on screen", editable=True)
        self.tiles = tuple(MaskView(name) for name in _TILES)
        self.flagged = FlaggedList()
        self._title = text_label("", Size.BODY, Weight.HEADING, Colour.STRONG)
        self._state = text_label("on screen", Size.HINT, Weight.VALUE, Colour.ACCENT)
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
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.flagged, 1)
        self._hint = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        side.addWidget(follow_keys(self._hint, lambda label: label.setText(with_keys(_HINT))), 0, Qt.AlignmentFlag.AlignTop)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addLayout(large, 3)
        below.addWidget(self._side, 1)
        return below

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a low screen the pictures have the room; the keys stand beside them and under F1."""
        self._hint.setVisible(self.height() >= _LOW)
        super().resizeEvent(event)

    def clear(self) -> None:
        """A black sheet while another clip is loaded: never the pictures of the last one under a new name."""
        for view in (*self.tiles, self.large):
            view.show_picture(QImage())
        self._title.setText("Loading...")
        self._state.hide()
        self.flagged.show_frames(())

    def show_sheet(self, sheet: Sheet) -> None:
        for view, image in zip(self.tiles, sheet.tiles, strict=True):
            view.show_picture(image, look=BoxLook.BLACK if view is self.tiles[1] else BoxLook.FRAMED)
        self.flagged.show_frames(sheet.pictures.flagged)
        self._side.setVisible(bool(sheet.pictures.flagged))

    def show_frame(self, frame: int, image: QImage, title: str, *, playing: bool = False) -> None:
        """A frame that only plays by does not count as seen: nobody reads a line in a twenty-fifth of a second."""
        self._title.setText(title)
        self._state.setText("playing" if playing else "on screen")
        self._state.show()
        self.large.show_picture(image, frame=None if playing else frame)
        if not playing:
            self.flagged.follow(frame)

    def show_boxes(self, boxes: Sequence[Box]) -> None:
        for view in (*self.tiles, self.large):
            view.show_boxes(boxes)
        self.flagged.show_boxes(boxes)


def _titled(title: str, view: QWidget) -> QWidget:
    box = QWidget()
    lines = QVBoxLayout(box)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(8)
    lines.addWidget(text_label(title, Size.BODY, Weight.HEADING, Colour.TEXT), 0, Qt.AlignmentFlag.AlignLeft)
    lines.addWidget(view, 1)
    return box
