"""The rail: one row per segment; the current one opens into the thumbnails of its clips."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from corelab.domain.vocabulary import SegmentId, Sha256
from corelab.ui.commands import KEYS
from corelab.ui.key_parts import command_hint
from corelab.ui.parts import text_label
from corelab.ui.rail_parts import RailRow, SegmentRow, Thumbnail, ThumbnailBlock
from corelab.ui.theme import Colour, Size, Weight

WIDTH: Final = 256
WIDTH_NARROW: Final = 184
_BESIDE_HINTS: Final = 16 + 16 + 12


@dataclass(frozen=True, slots=True)
class RailClip:
    sha256: Sha256
    number: int
    seen: bool
    unseen: str
    """What of it was not seen, in words."""


class ClipRail(QWidget):
    """Segments in form order under the headings of their region.

    Signals:
        segment_chosen: a row was clicked; carries the segment's id.
        clip_chosen: a thumbnail was clicked; carries the clip's digest.
        picture_wanted: a thumbnail without a picture came in sight; carries the clip's digest.
    """

    segment_chosen = Signal(str)
    clip_chosen = Signal(str)
    picture_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Segments and clips")
        self._rows: dict[SegmentId, RailRow] = {}
        self._thumbnails: dict[Sha256, Thumbnail] = {}
        self._pictures: dict[Sha256, QImage] = {}
        self._narrow = False
        self._headings: list[QWidget] = []
        self._column = QVBoxLayout()
        self._column.setContentsMargins(8, 6, 7, 8)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._block = ThumbnailBlock()
        self._grid = QGridLayout(self._block)
        self._grid.setContentsMargins(11, 2, 8, 8)
        self._grid.setSpacing(8)
        self._lay_out()
        self.show_narrow(narrow=False)

    def show_narrow(self, *, narrow: bool) -> None:
        """Without the names of segments."""
        self._narrow = narrow
        self.setFixedWidth(WIDTH_NARROW if narrow else WIDTH)
        self._fit_hints()
        for row in self._rows.values():
            row.show_narrow(narrow=narrow)

    def _fit_hints(self) -> None:
        """The second one goes where both have no room, as with longer keys."""
        both = self._hint_next.sizeHint().width() + self._hint_unanswered.sizeHint().width() + _BESIDE_HINTS
        self._hint_unanswered.setVisible(not self._narrow and both <= self.width())

    def show_segments(self, rows: tuple[SegmentRow, ...], current: SegmentId | None) -> None:
        if list(self._rows) != [row.id for row in rows]:
            self._make_rows(rows)
        for row in rows:
            self._rows[row.id].show_row(row, current=row.id == current)
        self._put_block_under(current)

    def show_clips(self, clips: tuple[RailClip, ...], on_screen: frozenset[Sha256]) -> None:
        """The clips of the current segment; those on screen are framed with the accent."""
        if list(self._thumbnails) != [clip.sha256 for clip in clips]:
            self._make_thumbnails(clips)
        for clip in clips:
            self._thumbnails[clip.sha256].show_state(clip.number, seen=clip.seen, unseen=clip.unseen, on_screen=clip.sha256 in on_screen)

    def show_picture(self, clip: Sha256, picture: QImage) -> None:
        """The small picture of a clip has come."""
        self._pictures[clip] = picture
        if clip in self._thumbnails:
            self._thumbnails[clip].show_picture(picture)

    def forget(self) -> None:
        """The exam is left: its pictures and its grades go."""
        self._pictures.clear()
        self._make_thumbnails(())
        self._make_rows(())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.PANEL)
            painter.fillRect(self.width() - 1, 0, 1, self.height(), Colour.LINE)

    # -- parts -----------------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._scroll = scroll
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 12, 12)
        foot.setSpacing(16)
        self._hint_unanswered = command_hint("unanswered", "first_unanswered")
        self._hint_next = command_hint("next clip", "clip_forward")
        KEYS.changed.connect(self._fit_hints)
        foot.addWidget(self._hint_next)
        foot.addWidget(self._hint_unanswered)
        foot.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)

    def _make_rows(self, rows: tuple[SegmentRow, ...]) -> None:
        for old in (*self._rows.values(), *self._headings):
            self._column.removeWidget(old)
            old.deleteLater()
        self._rows, self._headings, section = {}, [], ""
        for row in rows:
            if row.section != section:
                section = row.section
                self._add(self._heading(section))
            made = RailRow()
            made.show_narrow(narrow=self._narrow)
            made.chosen.connect(self.segment_chosen)
            self._rows[row.id] = made
            self._add(made)

    def _heading(self, section: str) -> QWidget:
        heading = text_label(section, Size.HINT, Weight.HEADING, Colour.THIRD)
        heading.setContentsMargins(8, 10, 0, 6)
        self._headings.append(heading)
        return heading

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _put_block_under(self, current: SegmentId | None) -> None:
        self._column.removeWidget(self._block)
        row = self._rows.get(current) if current is not None else None
        self._block.setVisible(row is not None and bool(self._thumbnails))
        if row is not None:
            self._column.insertWidget(self._column.indexOf(row) + 1, self._block)
            row.show_open(open_=bool(self._thumbnails))
            self._scroll.ensureWidgetVisible(row, 0, 60)

    def _make_thumbnails(self, clips: tuple[RailClip, ...]) -> None:
        for old in self._thumbnails.values():
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._thumbnails = {}
        for at, clip in enumerate(clips):
            made = Thumbnail(clip.sha256)
            made.chosen.connect(self.clip_chosen)
            made.wanted.connect(self.picture_wanted)
            if clip.sha256 in self._pictures:
                made.show_picture(self._pictures[clip.sha256])
            self._thumbnails[clip.sha256] = made
            self._grid.addWidget(made, at // 2, at % 2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
