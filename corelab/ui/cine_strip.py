"""The strip under the image: transport row, what was found, and time line of the active viewport."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.clip import Timing, TimingSource
from corelab.ui.cine import Cine, Loop
from corelab.ui.commands import KEYS, key_of
from corelab.ui.curve_shown import CurveShown
from corelab.ui.key_parts import command_hint
from corelab.ui.parts import text_label
from corelab.ui.strip_words import ROW, StripWords
from corelab.ui.theme import PADDING, RADIUS_ROW, Colour, Size, Weight
from corelab.ui.time_line import StripMark, TimeLine

HEIGHT: Final = 184
HEIGHT_NARROW: Final = 136
HEIGHT_SLIM: Final = 72
TRANSPORT: Final = 48
_BETWEEN: Final = 2 * PADDING + 32 + 16 + 8 + 20 + 16
"""What the transport row has of margins and gaps, with its button."""
_RANGE, _HINTS, _RATE, _FRAME = 1, 2, 3, 4
"""In this order parts of the row give way."""
_CURVE: Final = 44
"""What a slim strip gains while it shows a curve."""


def rate_words(timing: Timing) -> str:
    """``25/s`` or, where the file says nothing, ``25/s, rate assumed``; of a single frame ``still``."""
    if len(timing.frame_times_ms) <= 1:
        return "still"
    rate = f"{timing.rate:.4g}/s"
    return f"{rate}, rate assumed" if timing.source is TimingSource.ASSUMED else rate


def source_words(timing: Timing) -> str:
    """Where the rate comes from: the sources of one file may disagree by a little."""
    if timing.source is TimingSource.ASSUMED:
        return "The file says no rate that can be used. 25 frames a second are assumed."
    even = len(set(timing.frame_times_ms)) <= 1
    return f"From the file: {timing.source.value}.{'' if even else ' Frames have times of their own; this is the average.'}"


def seconds(ms: float) -> str:
    return f"{ms / 1000:.2f} s"


class PlayButton(QAbstractButton):
    """Two bars while it plays, a triangle while it stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = False
        self.setFixedSize(QSize(32, 32))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_playing(playing=False)
        KEYS.changed.connect(self._name)

    def show_playing(self, *, playing: bool) -> None:
        self._playing = playing
        self._name()
        self.update()

    def _name(self) -> None:
        words = "Pause" if self._playing else "Play"
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({key_of('play')})")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Colour.SELECTED if self.isDown() or self.underMouse() else Colour.RAISED)
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_ROW, RADIUS_ROW)
        painter.setBrush(Colour.STRONG)
        if self._playing:
            for x in (11.0, 18.0):
                painter.drawRoundedRect(QRectF(x, 10, 3.6, 12), 1, 1)
        else:
            painter.drawPolygon(QPolygonF([QPointF(12, 9.5), QPointF(23, 16), QPointF(12, 22.5)]))


@dataclass(frozen=True, slots=True)
class _Fact:
    """Name and value side by side; hidden, they leave no gap."""

    box: QWidget
    name: QLabel
    value: QLabel

    def show(self, words: str, *, visible: bool, named: bool = True) -> None:
        self.value.setText(words)
        self.value.setAccessibleName(f"{self.name.text()} {words}")
        self.name.setVisible(named)
        self.box.setVisible(visible)


class CineStrip(QWidget):
    """Shows a Cine; it changes nothing itself.

    Signals:
        play_toggled: the play button was pressed.
        sought: the reader points at a frame.
        range_chosen: first and last frame of a loop.
    """

    play_toggled = Signal()
    sought = Signal(int)
    range_chosen = Signal(int, int)

    def __init__(self, cine: Cine, parent: QWidget | None = None, *, slim: bool = False) -> None:
        super().__init__(parent)
        self._cine, self._rate_words = cine, ""
        self._slim, self._narrow = slim, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.line = TimeLine(cine, self)
        self.line.show_slim(slim=slim)
        self.line.sought.connect(self.sought)
        self.line.range_chosen.connect(self.range_chosen)
        self.found = StripWords(self)
        self.found.resized.connect(self.updateGeometry)
        self._curved = False
        self._gone = 0
        """How many parts of the transport row have no room."""
        self._lay_out()
        self._watch(cine)
        self._show()

    def show_cine(self, cine: Cine, timing: Timing | None) -> None:
        """Another clip or viewport is the active one."""
        if cine is not self._cine:
            self._cine.moved.disconnect(self._show)
            self._cine.changed.disconnect(self._make_room)
            self._watch(cine)
        self._cine, self._rate_words = cine, rate_words(timing) if timing else ""
        self._rate.value.setToolTip(source_words(timing) if timing else "")
        self.line.show_cine(cine)
        self._make_room()

    def show_marks(self, marks: tuple[StripMark, ...]) -> None:
        self.line.show_marks(marks)

    def show_curve(self, curve: CurveShown | None) -> None:
        """The compression curve the reader asked for; None: there is none."""
        self.line.show_curve(curve)
        if self._curved is not (curve is not None):
            self._curved = curve is not None
            self.line.show_slim(slim=self._slim and not self._curved)
            self.updateGeometry()

    def show_found(self, words: str, keys: tuple[tuple[str, str], ...] = ()) -> None:
        """What the curve or the pair says, and the keys it offers (words, cap); no words: the row goes."""
        was = self.found.isHidden()
        self.found.show_words(words, keys)
        if was is not self.found.isHidden():
            self.updateGeometry()

    def show_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        self.updateGeometry()
        self._make_room()

    def _make_room(self) -> None:
        """What has no room goes, whole: first the hints, then what the status line says as well."""
        self._show()
        if self._slim:
            return
        giving = (self._range_hint, self._hints, self._rate.box, self._frame.box)
        kept = (self._time, self._of, self._speed.box, self._loop.box)
        room = self.width() - _BETWEEN - sum(each.sizeHint().width() for each in (*kept, *giving))
        self._gone = len(giving) if self._narrow else 0
        while room < 0 and self._gone < len(giving):
            room += giving[self._gone].sizeHint().width()
            self._gone += 1
        self._range_hint.setVisible(self._gone < _RANGE)
        self._hints.setVisible(self._gone < _HINTS)
        self._show()

    def sizeHint(self) -> QSize:
        height = HEIGHT_SLIM if self._slim else HEIGHT_NARROW if self._narrow else HEIGHT
        said = self.found.height() if not self.found.isHidden() else 0
        if self._slim or self._narrow:
            return QSize(480, height + said + (_CURVE if self._curved and self._slim else 0))
        return QSize(480, height + max(0, said - ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def minimumSizeHint(self) -> QSize:
        # The page must be able to become narrow before it can show its narrow measures.
        return QSize(320, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Colour.PANEL)
        painter.setPen(QPen(Colour.LINE, 1))
        painter.drawLine(0, 0, self.width(), 0)

    # -- parts -----------------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._play = PlayButton(self)
        self._play.clicked.connect(self.play_toggled)
        self._time = text_label("", Size.VERDICT, Weight.HEADING, Colour.STRONG)
        self._of = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        row = QHBoxLayout()
        row.setContentsMargins(PADDING, 0, PADDING, 0)
        row.setSpacing(0)
        for widget, gap in ((self._play, 16), (self._time, 8), (self._of, 0 if self._slim else 20)):
            row.addWidget(widget)
            row.addSpacing(gap)
        self._frame, self._rate, self._speed, self._loop = (_fact(name, self) for name in ("Frame", "Rate", "Speed", "Loop"))
        self._lay_out_slim(row) if self._slim else self._lay_out_full(row)

    def _lay_out_full(self, row: QHBoxLayout) -> None:
        for fact in (self._frame, self._rate, self._speed, self._loop):
            row.addWidget(fact.box)
        row.addStretch(1)
        self._range_hint, self._hints = command_hint("in, out", "loop_in", "loop_out"), command_hint("evidence", "evidence")
        row.addWidget(self._range_hint)
        row.addSpacing(16)
        row.addWidget(self._hints)
        head = QWidget()
        head.setFixedHeight(TRANSPORT)
        head.setLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.found)
        column.addWidget(self.line, 1)

    def _lay_out_slim(self, row: QHBoxLayout) -> None:
        self._range_hint, self._hints = QWidget(self), QWidget(self)
        for hidden in (self._range_hint, self._hints, self._of):
            hidden.hide()
        self._time.setMinimumWidth(72)
        row.setContentsMargins(PADDING, 12, 8, 4)
        row.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.found)
        column.addLayout(row, 1)

    def _watch(self, cine: Cine) -> None:
        cine.moved.connect(self._show)
        cine.changed.connect(self._make_room)

    def _show(self) -> None:
        cine, full = self._cine, not self._slim and not self._narrow
        self._play.show_playing(playing=cine.playing)
        self._time.setText(seconds(cine.time_ms))
        self._of.setText(f"of {seconds(cine.duration_ms)}")
        self._frame.show(f"{cine.frame + 1} of {cine.frames}", visible=full and self._gone < _FRAME)
        self._rate.show(self._rate_words, visible=full and self._gone < _RATE and bool(self._rate_words))
        self._speed.show(f"{cine.speed:.2f}x", visible=not self._slim, named=full)
        self._loop.show(_loop_words(cine), visible=not self._slim, named=full)


def _loop_words(cine: Cine) -> str:
    if cine.range is None:
        return {Loop.LOOP: "whole clip", Loop.BOUNCE: "bounce", Loop.ONCE: "once"}[cine.loop]
    return {Loop.LOOP: "in-out", Loop.BOUNCE: "in-out, bounce", Loop.ONCE: "in-out, once"}[cine.loop]


def _fact(name: str, parent: QWidget) -> _Fact:
    box = QWidget(parent)
    fact = _Fact(box, text_label(name, Size.HINT, Weight.TEXT, Colour.THIRD), text_label("", Size.BODY, Weight.VALUE, Colour.STRONG))
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 20, 0)
    row.setSpacing(6)
    for label in (fact.name, fact.value):
        row.addWidget(label)
    return fact
