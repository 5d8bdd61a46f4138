"""How evenly the window plays: stalls of its thread, frames that never came, drift from the wall clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.domain.clip import Clip
from corelab.services.accounts import Session
from corelab.services.bench_playing import NothingSeenError
from corelab.services.clips import ClipShelf
from corelab.services.labs import OpenLab
from corelab.ui.cine_course import Track
from corelab.ui.cine_strip import CineStrip
from corelab.ui.jobs import Jobs, ThreadJobs
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Layout, Viewports

BEAT_MS: Final = 5
_SETTLE_MS: Final = 300
_PATIENCE_MS: Final = 30_000
_LAST: Final = 30
"""Paints at the end over which the drift is told."""


class NothingShownError(NothingSeenError):
    """No frame came in time."""


@dataclass(frozen=True, slots=True)
class PlayFigures:
    """``dropped`` of ``due`` frames were never painted, ``drift`` in frames at the end; stalls are how late the window's thread was, in ms.

    Of several viewports the worst one counts. ``bytes_held``: decoded pixels kept in memory at the end.
    """

    due: int
    dropped: int
    drift: float
    stall_p95_ms: float
    stall_max_ms: float
    bytes_held: int

    @property
    def dropped_share(self) -> float:
        return self.dropped / self.due if self.due else 0.0


class Heartbeat(QObject):
    """A beat each 5 ms; how much later than that each came is how long a key or a frame would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.late_ms.clear()
        self._last = perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @property
    def p95_ms(self) -> float:
        return quantiles(self.late_ms, n=20, method="inclusive")[-1] if len(self.late_ms) > 1 else 0.0

    @property
    def max_ms(self) -> float:
        return max(self.late_ms, default=0.0)

    def _beat(self) -> None:
        now = perf_counter()
        self.late_ms.append(max(0.0, 1000 * (now - self._last) - BEAT_MS))
        self._last = now


class _Paints:
    """Which frames of one viewport were painted, and when."""

    def __init__(self, viewport: Viewport) -> None:
        self._track = Track(viewport.clip.timing) if viewport.clip is not None else None
        self._seen: list[tuple[float, int]] = []
        viewport.view.painted.connect(self._on_painted)

    def _on_painted(self, frame: int) -> None:
        self._seen.append((perf_counter(), frame))

    def counted(self, start: float, end: float) -> tuple[int, int, float]:
        """Frames due and dropped between two moments, and the drift in frames at the end of it."""
        track = self._track
        if track is None:
            return 0, 0, 0.0
        shown, behind = set[int](), list[float]()
        for at, frame in self._seen:
            due = _ordinal(track, 1000 * (at - start))
            ordinal = frame + track.frames * round((due - frame) / track.frames)
            shown.add(ordinal)
            behind.append(abs(due - ordinal))
        due = _ordinal(track, 1000 * (end - start))
        return due, max(0, due - len({one for one in shown if 0 <= one < due})), median(behind[-_LAST:]) if behind else math.inf


def _ordinal(track: Track, ms: float) -> int:
    """How many frames were due after so much time, round after round."""
    rounds = int(ms // track.duration)
    return rounds * track.frames + track.frame_at(ms - rounds * track.duration)


class _Stage(QWidget):
    """The image area and its strip, as on the pages."""

    def __init__(self, jobs: Jobs, shelf: ClipShelf, layout: Layout) -> None:
        super().__init__()
        self.viewports = Viewports(jobs, shelf, layout=layout, in_step=True)
        self.strip = CineStrip(self.viewports.active.player.cine)
        self.viewports.serve(self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.viewports, 1)
        column.addWidget(self.strip)
        self.resize(1600, 1000)

    def show_clips(self, clips: Sequence[Clip]) -> None:
        with self.viewports.apart():
            for number, (viewport, clip) in enumerate(zip(self.viewports.laid, clips, strict=False), 1):
                viewport.show_clip(clip, f"Clip {number} of {len(clips)}")


def play(lab: OpenLab, session: Session, clips: Sequence[Clip], seconds: float) -> PlayFigures:
    """One clip, or up to four in step, in a window of its own; their files lie in the archive of ``lab``. Raises NothingShownError."""
    layout = next(each for each in (Layout.ONE, Layout.TWO, Layout.FOUR) if each.count >= len(clips))
    jobs, shelf = ThreadJobs(), ClipShelf(lab, session)
    stage = _Stage(jobs, shelf, layout)
    try:
        stage.show()
        stage.show_clips(clips)
        _wait_for_frames(stage)
        return _played(stage, shelf, seconds)
    finally:
        stage.viewports.pause()
        stage.close()
        jobs.close()
        shelf.wipe()


def _played(stage: _Stage, shelf: ClipShelf, seconds: float) -> PlayFigures:
    pause(_SETTLE_MS)
    paints = [_Paints(viewport) for viewport in stage.viewports.laid if viewport.clip is not None]
    beat = Heartbeat()
    stage.viewports.toggle_play()
    start = perf_counter()
    beat.start()
    pause(round(1000 * seconds))
    beat.stop()
    end = perf_counter()
    stage.viewports.pause()
    counted = [one.counted(start, end) for one in paints]
    due, dropped, _ = max(counted, key=lambda each: each[1] / max(each[0], 1))
    return PlayFigures(due, dropped, max(drift for *_, drift in counted), beat.p95_ms, beat.max_ms, shelf.bytes_held)


def _wait_for_frames(stage: _Stage) -> None:
    end = perf_counter() + _PATIENCE_MS / 1000
    while any(viewport.clip is not None and viewport.frame_on_screen is None for viewport in stage.viewports.laid):
        if perf_counter() > end:
            raise NothingShownError
        pause(5)


def pause(ms: int) -> None:
    """The event loop runs freely meanwhile: the working threads get their share."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()
