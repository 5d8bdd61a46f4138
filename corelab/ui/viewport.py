"""One viewport: the image, and the one status line under it."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.clip import Clip, TimingSource
from corelab.services.clips import ClipShelf, Frame
from corelab.ui.caliper import Caliper
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_strip import rate_words, seconds
from corelab.ui.clip_player import ClipPlayer
from corelab.ui.clip_view import ClipView
from corelab.ui.drawing import Tool
from corelab.ui.jobs import Jobs
from corelab.ui.measures import Fact, Measures
from corelab.ui.theme import Colour, Size, font
from corelab.ui.wall_overlay import WallOverlay
from corelab.ui.words import words_for

STATUS_HEIGHT: Final = 28
_GAP: Final = 18
_ALWAYS: Final = 2
"""Plain facts that stay on a narrow line: which clip, and which frame."""


class StatusLine(QWidget):
    """Facts about what is on screen, from left to right; at the right a hint. Never over the image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(STATUS_HEIGHT)
        self._facts: tuple[tuple[str, QColor], ...] = ()
        self._hint = ""

    def show_facts(self, facts: tuple[tuple[str, QColor], ...], hint: str) -> None:
        if (facts, hint) != (self._facts, self._hint):
            self._facts, self._hint = facts, hint
            self.setAccessibleName("Status: " + ", ".join(words for words, _ in facts))
            self.update()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(words for words, _ in self._facts)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Colour.IMAGE)
        painter.setFont(font(Size.HINT))
        metrics, x = painter.fontMetrics(), 16
        hint_left = self.width() - 16 - metrics.horizontalAdvance(self._hint)
        for words, colour in fitting(self._facts, self.width() - x - 8, metrics.horizontalAdvance):
            width = metrics.horizontalAdvance(words)
            painter.setPen(colour)
            painter.drawText(QRectF(x, 0, self.width() - x - 8, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
            x += width + _GAP
        if x <= hint_left:
            painter.setPen(Colour.SECOND)
            painter.drawText(QPointF(hint_left, self.height() / 2 + 4.5), self._hint)


def fitting(facts: Sequence[Fact], room: float, width_of: Callable[[str], int]) -> list[Fact]:
    """The facts that fit side by side: on a narrow line zoom, rate and time give way first, then the values measured last."""
    shown = list(facts)
    while shown and sum(width_of(words) + _GAP for words, _ in shown) - _GAP > room:
        plain = [n for n, (_, colour) in enumerate(shown) if colour in (Colour.TEXT, Colour.THIRD)][_ALWAYS:]
        del shown[plain[-1] if plain else -1]
    return shown


class Viewport(QWidget):
    """A clip on screen: its view, its time, its calipers.

    Signals:
        activated: it was clicked, or used with the wheel.
        clip_stepped: the wheel with Shift asks for the next (1) or previous (-1) clip.
        enlarged: a double click.
        shown: a frame was painted; carries the clip's digest, the frame, and the speed in percent, 0 where the clip stands.
        measured: both ends of a caliper were set; carries the Caliper.
    """

    activated = Signal()
    clip_stepped = Signal(int)
    enlarged = Signal()
    shown = Signal(str, int, int)
    measured = Signal(object)

    def __init__(self, jobs: Jobs, shelf: ClipShelf, stopwatch: Stopwatch | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ClipView(self)
        self.walls = WallOverlay(self.view)
        self.status = StatusLine(self)
        self.player = ClipPlayer(jobs, shelf, stopwatch, self)
        self._place, self._hint, self._rate = "", "", ""
        self.measures = Measures(self.view, self._clip_here, self)
        self._told = ""
        self._marked, self._overlays = False, True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.status)
        self._connect()

    def _connect(self) -> None:
        self.view.activated.connect(self.activated)
        self.view.stepped.connect(self._on_wheel)
        self.view.clip_stepped.connect(self.clip_stepped)
        self.view.enlarged.connect(self.enlarged)
        self.view.viewed.connect(self._describe)
        self.measures.asked_measured.connect(self.measured)
        self.measures.described.connect(self._describe)
        self.view.painted.connect(self._on_painted)
        self.player.frame_ready.connect(self._on_frame)
        self.player.unreadable.connect(self._on_unreadable)
        self.player.failed.connect(self._on_failed)

    # -- what it shows ---------------------------------------------------------------------------------------------------------

    def show_clip(self, clip: Clip, place: str, *, frame: int = 0, play: bool = False) -> None:
        """A clip from ``frame`` on; ``place`` says which one it is ("Clip 1 of 4"). One that is here already only goes to the frame."""
        self._place, self._rate = place, rate_words(clip.timing)
        if self.player.clip is not None and clip.sha256 == self.player.clip.sha256:
            self.player.cine.seek(frame)
            if play:
                self.player.cine.play()
        else:
            self.measures.forget()
            self.view.forget_view()
            self.view.show_words("Opening the clip...")
            self.player.open(clip, frame, play=play)
        self._describe()

    def show_nothing(self, words: str) -> None:
        """No clip; ``words`` say why."""
        self.player.close()
        self._place = ""
        self.measures.forget()
        self.view.forget_view()
        self.view.show_words(words)
        self._describe()

    def show_active(self, *, active: bool, several: bool, hint: str) -> None:
        """An accent edge tells which of ``several`` viewports the keys belong to; each has room for it, so that all show one scale."""
        self._marked, self._hint = active and several, hint
        edge = 2 if several else 0
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(edge, edge, edge, edge)
        self._describe()
        self.update()

    @property
    def clip(self) -> Clip | None:
        return self.player.clip

    @property
    def frame_on_screen(self) -> int | None:
        """The frame a reader sees now; None while there is none."""
        return self.view.frame.index if self.view.frame is not None else None

    # -- calipers --------------------------------------------------------------------------------------------------------------

    def toggle_caliper(self) -> None:
        self.use(Tool.LINE)

    def use(self, tool: Tool) -> None:
        """Takes a tool for measuring in hand, or puts it away."""
        self.player.cine.pause()
        self.show_overlays()
        self.measures.use(tool)

    def leave_caliper(self) -> bool:
        """Whether there was one to leave."""
        return self.measures.leave()

    def _clip_here(self) -> Clip | None:
        return self.clip

    def ask_caliper(self, words: str) -> None:
        """While ``words`` say what a caliper is for, it is only told (``measured``), not kept here; empty: it is for the eye alone."""
        self.measures.ask(words)

    def tell(self, words: str) -> None:
        """Words in the status line until others come; empty: none."""
        if words != self._told:
            self._told = words
            self._describe()

    def show_kept(self, calipers: tuple[Caliper, ...]) -> None:
        """The calipers of the selected answer, drawn again on their frames."""
        self.measures.show_kept(calipers)

    def show_overlays(self) -> None:
        """Nobody measures what cannot be seen."""
        if not self._overlays:
            self.toggle_overlays()

    def toggle_overlays(self) -> None:
        self._overlays = not self._overlays
        self.walls.set_wanted(wanted=self._overlays)
        self.measures.toggle_overlays()

    # -- frames ----------------------------------------------------------------------------------------------------------------

    def _on_frame(self, frame: Frame) -> None:
        self.view.show_frame(frame)
        self._describe()

    def _on_unreadable(self, frame: int) -> None:
        self.view.show_words(f"Frame {frame + 1} cannot be read. The other frames of the clip can be shown.")
        self._describe()

    def _on_failed(self, error: Exception) -> None:
        self.view.show_words(words_for(error).all)
        self._describe()

    def _on_painted(self, frame: int) -> None:
        if self.clip is not None:
            self.shown.emit(self.clip.sha256, frame, self.player.speed)

    def _on_wheel(self, frames: int) -> None:
        self.activated.emit()
        if self.clip is not None:
            self.player.cine.step(frames)

    # -- words -----------------------------------------------------------------------------------------------------------------

    def _describe(self) -> None:
        self.status.show_facts(tuple(self._facts()), self._hint)

    def _facts(self) -> list[tuple[str, QColor]]:
        clip, frame = self.clip, self.player.wanted if self.frame_on_screen is None else self.frame_on_screen
        if clip is None:
            return []
        frame = min(frame, clip.frames - 1)
        words = [self._place, f"Frame {frame + 1} of {clip.frames}", seconds(self.player.cine.starts_ms[frame])]
        assumed = clip.timing.source is TimingSource.ASSUMED and clip.frames > 1
        facts = [(each, Colour.TEXT) for each in (*words, self._rate, f"Zoom {self.view.zoom:.2f}")]
        if assumed:  # it must not give way on a narrow line: the speed of what moves is not known
            facts[len(words)] = (self._rate, Colour.ATTENTION)
        if not self.view.windowing.plain:
            facts.append((f"Window {self.view.windowing.width:.0f} level {self.view.windowing.level:.0f}", Colour.TEXT))
        if self.player.dropped:
            facts.append((f"Dropped {self.player.dropped}", Colour.THIRD))
        told = ((self._told, Colour.CALIPER),) if self._told else ()
        return [*told, *facts, *self.measures.facts(frame)]

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.IMAGE)
            if self._marked:
                painter.setPen(QPen(Colour.ACCENT, 2))
                painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def sizeHint(self) -> QSize:
        return QSize(480, 400)
