"""The right side of the pixel check: what the clip is, its masks, the flagged frames, and the four actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from corelab.ui.buttons import ActionRow, Button, Look, command_button
from corelab.ui.cards import rule
from corelab.ui.mask_view import FrameBar
from corelab.ui.parts import text_label
from corelab.ui.theme import GRID, RADIUS_ROW, Colour, Size, Weight, font

WIDTH = 320
_ROW = 40


@dataclass(frozen=True, slots=True)
class MaskLine:
    """One mask in the list: its words and where it comes from. ``box`` is its place among drawn boxes, or None."""

    words: str
    origin: str
    box: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """How one of the commands stands."""

    words: str
    enabled: bool = True
    visible: bool = True


class MaskRow(Button):
    """A mask in the list; a drawn one can be chosen."""

    def __init__(self, line: MaskLine, *, current: bool, parent: QWidget | None = None) -> None:
        super().__init__(line.words, parent=parent)
        self.line = line
        self._current = current
        self.setAccessibleName(f"{line.words}, {line.origin}")
        self.setEnabled(line.box is not None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 32)

    def _paint_box(self, painter: QPainter) -> None:
        if self._current or self.hasFocus():
            painter.setBrush(Colour.SELECTED)
            painter.setPen(QPen(Colour.ACCENT, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_ROW, RADIUS_ROW)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setBrush(Colour.CHOSEN)
        painter.setPen(QPen(Colour.ACCENT, 1.2))
        painter.drawRect(QRectF(8, self.height() / 2 - 5, 14, 10))
        painter.setFont(font(Size.BODY, Weight.VALUE))
        painter.setPen(Colour.STRONG)
        painter.drawText(self.rect().adjusted(36, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.line.words)
        painter.setFont(font(Size.HINT))
        painter.setPen(Colour.ACCENT if self._current else Colour.SECOND)
        painter.drawText(self.rect().adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.line.origin)


class CheckFacts(QWidget):
    """Facts and actions of one clip.

    Signals:
        box_chosen: a drawn mask was chosen in the list; carries its place.
    """

    box_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._title = text_label("", Size.VERDICT, Weight.HEADING, Colour.STRONG)
        self._message = text_label("", Size.HINT, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self._facts = QVBoxLayout()
        self._facts.setSpacing(GRID)
        self._masks = QVBoxLayout()
        self._masks.setSpacing(2)
        self.machines = command_button("machine_masks", "Of machines", look=Look.QUIET)
        self.machines.setFixedHeight(24)
        self._seen = text_label("", Size.BODY, Weight.HEADING, Colour.STRONG)
        self.bar = FrameBar()
        self.note = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.commands = {
            **{
                command: ActionRow(command)
                for command in ("pass", "mask_box", "mask_text", "keep_template", "nothing_to_mask", "accept_damage", "reject")
            },
            "check_play": ActionRow("check_play", "Play the frames"),
            "check_next": ActionRow("check_next"),
        }
        self._lay_out()

    def _lay_out(self) -> None:
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 16, 16, 12)
        lines.setSpacing(12)
        lines.addWidget(self._title)
        lines.addLayout(self._facts)
        lines.addWidget(self._message)
        lines.addWidget(rule())
        masks = QHBoxLayout()
        masks.addWidget(text_label("Masks", Size.BODY, Weight.HEADING, Colour.SECOND))
        masks.addStretch(1)
        masks.addWidget(self.machines)
        lines.addLayout(masks)
        lines.addLayout(self._masks)
        lines.addWidget(rule())
        seen = QHBoxLayout()
        seen.addWidget(text_label("Flagged frames seen", Size.BODY, Weight.TEXT, Colour.SECOND))
        seen.addStretch(1)
        seen.addWidget(self._seen)
        lines.addLayout(seen)
        lines.addWidget(self.bar)
        lines.addStretch(1)
        offers = QVBoxLayout()
        offers.setSpacing(6)
        for row in self.commands.values():
            row.setFixedHeight(_ROW)
            offers.addWidget(row)
        lines.addLayout(offers)
        lines.addWidget(self.note)

    def show_facts(self, title: str, facts: Sequence[tuple[str, str]], message: str) -> None:
        self._title.setText(title)
        self._message.setText(message)
        self._message.setVisible(bool(message))
        _empty(self._facts)
        for words, value in facts:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.addWidget(text_label(words, Size.BODY, Weight.TEXT, Colour.SECOND))
            line.addWidget(_right(value), 1)
            self._facts.addWidget(row)

    def forget(self) -> None:
        """No clip is on screen."""
        self.show_facts("", (), "")
        self.show_masks((), None)
        self.show_seen(0, (), frozenset())
        self.note.clear()

    def show_masks(self, masks: Sequence[MaskLine], current: int | None) -> None:
        _empty(self._masks)
        for each in masks:
            row = MaskRow(each, current=each.box is not None and each.box == current)
            row.clicked.connect(self._on_mask)
            self._masks.addWidget(row)
        if not masks:
            self._masks.addWidget(text_label("None yet", Size.BODY, Weight.TEXT, Colour.THIRD))

    def show_offers(self, offers: Mapping[str, Offer]) -> None:
        for command, offer in offers.items():
            row = self.commands[command]
            row.setText(offer.words)
            row.setEnabled(offer.enabled)
            row.setVisible(offer.visible)

    def show_seen(self, frames: int, flagged: Sequence[int], seen: frozenset[int]) -> None:
        self._seen.setText(f"{len(seen & set(flagged))} of {len(flagged)}" if flagged else "none flagged")
        self.bar.show_frames(frames, flagged, seen)

    def _on_mask(self) -> None:
        row = self.sender()
        if isinstance(row, MaskRow) and row.line.box is not None:
            self.box_chosen.emit(row.line.box)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.PANEL)
            painter.fillRect(0, 0, 1, self.height(), Colour.LINE)


def _right(value: str) -> QWidget:
    label = text_label(value, Size.BODY, Weight.HEADING, Colour.STRONG, wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    return label


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
