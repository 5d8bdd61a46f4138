"""The chain on the trace page: a card for the result, one for each record beside it, with its signature and its frames."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.tracing import Piece, Trace, TracedRecord, TracedResult
from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Card, rule
from corelab.ui.parts import Swatch, text_label
from corelab.ui.segment_words import drawn_grade
from corelab.ui.theme import GRID, Colour, Size, Weight
from corelab.ui.trace_words import SOURCES, record_grade, result_grade, role_words, signed_words, standing_words

_SHORT = 12


class Chain(QWidget):
    """Everything between a row and its frames, from top to bottom.

    Signals:
        frame_chosen: one frame is to be shown; carries the clip and the frame, from 0.
    """

    frame_chosen = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, GRID, 0)
        self._body.setSpacing(12)
        self.frames: dict[tuple[str, int], list[Button]] = {}
        """The buttons that lead to each frame, the first of them of the record that was asked for."""

    def show_trace(self, trace: Trace) -> None:
        self.empty()
        self._body.addWidget(_result_card(trace.result))
        for record in trace.records:
            self._body.addWidget(self._record_card(trace, record))
        self._body.addStretch(1)

    def show_current(self, clip: str, frame: int) -> None:
        """The frame that is on screen stands out among its buttons."""
        for key, buttons in self.frames.items():
            for button in buttons:
                button.look = Look.PRIMARY if key == (clip, frame) else Look.PLAIN
                button.update()

    def empty(self) -> None:
        self.frames = {}
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _record_card(self, trace: Trace, record: TracedRecord) -> Card:
        card = Card(current=record.record == trace.chosen)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(text_label(role_words(record), Size.PANEL, Weight.HEADING, Colour.STRONG))
        head.addStretch(1)
        head.addWidget(text_label(standing_words(record), Size.HINT, Weight.VALUE, Colour.SECOND))
        card.lines.addLayout(head)
        card.lines.addLayout(_graded(trace.result, record))
        card.lines.addWidget(rule())
        card.lines.addWidget(_step("Signature", signed_words(record)))
        revision = f", revision {record.revision}" if record.revision > 1 else ""
        card.lines.addWidget(_step("Record", f"{record.record}{revision}"))
        card.lines.addWidget(text_label("Clip and frame", Size.HINT, Weight.TEXT, Colour.SECOND))
        for piece in record.pieces:
            self._add_frames(card, piece)
        if not record.pieces:
            card.lines.addWidget(text_label("No frame is bound to this grade.", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True))
        return card

    def _add_frames(self, card: Card, piece: Piece) -> None:
        line = QHBoxLayout()
        line.setSpacing(GRID)
        clip = text_label(f"{piece.clip[:_SHORT]}\u2026", Size.BODY, Weight.VALUE, Colour.TEXT)
        clip.setToolTip(piece.clip)
        line.addWidget(clip)
        line.addStretch(1)
        for frame in piece.frames:
            button = Button(f"Frame {frame + 1}")
            button.setAccessibleName(f"Show frame {frame + 1} of clip {piece.clip[:_SHORT]}")
            button.clicked.connect(partial(self._on_frame, piece.clip, frame))
            self.frames.setdefault((piece.clip, frame), []).append(button)
            line.addWidget(button)
        card.lines.addLayout(line)

    def _on_frame(self, clip: str, frame: int) -> None:
        self.frame_chosen.emit(clip, frame)


def _result_card(result: TracedResult) -> Card:
    card = Card()
    card.lines.addWidget(text_label(f"Row {result.row.text}", Size.HINT, Weight.VALUE, Colour.SECOND))
    card.lines.addWidget(text_label(result.question, Size.SEGMENT, Weight.HEADING, Colour.STRONG, wrap=True))
    line = QHBoxLayout()
    line.setSpacing(12)
    line.addWidget(Swatch(drawn_grade(result.item, result.grade)))
    line.addWidget(text_label(result_grade(result), Size.PANEL, Weight.HEADING, Colour.STRONG, wrap=True), 1)
    card.lines.addLayout(line)
    later = "" if result.latest else " A later result stands in its place."
    written = f"{SOURCES[result.source]}. Written at event {result.seq}.{later}"
    card.lines.addWidget(text_label(written, Size.BODY, Weight.TEXT, Colour.SECOND if result.latest else Colour.ATTENTION, wrap=True))
    return card


def _graded(result: TracedResult, record: TracedRecord) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(12)
    line.addWidget(Swatch(drawn_grade(result.item, record.grade)))
    line.addWidget(text_label(record_grade(result, record), Size.OPTION, Weight.VALUE, Colour.TEXT, wrap=True), 1)
    return line


def _step(name: str, words: str) -> QWidget:
    """A name over its words."""
    box = QWidget()
    lines = QVBoxLayout(box)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(2)
    lines.addWidget(text_label(name, Size.HINT, Weight.TEXT, Colour.SECOND))
    value = text_label(words, Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
    value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    lines.addWidget(value)
    return box
