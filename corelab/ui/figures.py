"""What only the window can measure for `corelab bench`: the cost of a paint, the way from a key to a picture, how evenly it plays."""

from collections.abc import Callable, Mapping
from time import perf_counter, thread_time
from typing import Final

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from corelab.services import bench_clips
from corelab.services.accounts import Session
from corelab.services.bench_goals import Spread
from corelab.services.bench_playing import NothingSeenError, Plan, Played, WindowFigures
from corelab.services.clips import Frame
from corelab.services.labs import OpenLab
from corelab.ui.application import dress
from corelab.ui.clip_view import ClipView
from corelab.ui.desk import Desk
from corelab.ui.jobs import ThreadJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.play_figures import Heartbeat, PlayFigures, play
from corelab.ui.reading_page import ReadingPage

__all__ = ["NothingToOpenError", "PlayFigures", "measure", "next_clip_s", "play"]

PATIENCE_S: Final = 30.0
_SIZE: Final = (1024, 768)
_ZOOM: Final = 1.5
_BETWEEN_MS: Final = 400
"""Somebody looks at a clip at least so long before the next one."""
_IDLE_MS: Final = 2000
_NO_KEYS: Final = Qt.KeyboardModifier.NoModifier


class NothingToOpenError(NothingSeenError):
    """The worklist showed nothing to open, or no picture came in time."""


def measure(lab: OpenLab, session: Session, plan: Plan) -> WindowFigures:
    """All figures, in windows of their own on the lab of ``session``, a reader with something to read.

    The files of ``plan`` are copied into the archive of the lab. Raises NothingToOpenError, NothingShownError.
    """
    dress()
    few = max(3, plan.turns // 5)
    paint, first = _paint_ms(plan.turns), _first_paint_s(lab, session, few)
    try:
        following = next_clip_s(lab, session, few)
    except NothingToOpenError:
        following = None
    return WindowFigures(paint, first, following, _plays(lab, session, plan), _idle_ms(), QGuiApplication.platformName())


def _idle_ms() -> Spread:
    beat = Heartbeat()
    beat.start()
    _pause(_IDLE_MS)
    beat.stop()
    return Spread(beat.p95_ms, min(beat.late_ms, default=0.0), beat.max_ms)


def _plays(lab: OpenLab, session: Session, plan: Plan) -> Mapping[str, Played]:
    played = {}
    for name, files in plan.plays.items():
        found = play(lab, session, [bench_clips.stored(lab, file) for file in files], plan.seconds)
        drift = min(found.drift, found.due)  # without a single frame painted it is all of them, not without end
        played[name] = Played(found.due, found.dropped, drift, found.stall_p95_ms, found.stall_max_ms)
    return played


def _paint_ms(turns: int) -> Spread:
    """Processor time of one paint of a colour frame of 1024 x 768 at 1.5 times its size."""
    view = ClipView()
    view.resize(round(_SIZE[0] * _ZOOM), round(_SIZE[1] * _ZOOM))
    pixels = memoryview(bytes(range(256)) * (_SIZE[0] * _SIZE[1] * 4 // 256))
    view.show_frame(Frame(0, pixels, _SIZE[0], _SIZE[1], _SIZE[0] * 4))
    view.show()
    _pause(50)
    spent = []
    for _ in range(turns):
        start = thread_time()
        view.repaint()
        spent.append(thread_time() - start)
    view.close()
    return Spread.of(spent).times(1000)


def _first_paint_s(lab: OpenLab, session: Session, turns: int) -> Spread:
    jobs, window = ThreadJobs(), MainWindow()
    window.resize(1600, 1000)
    window.show()
    window.activateWindow()
    try:
        window.begin(Desk(lab, session, jobs))
        return Spread.of([_opened_s(window) for _ in range(turns)])
    finally:
        window.end()
        window.close()
        jobs.close()


def _opened_s(window: MainWindow) -> float:
    """Seconds from Enter on the worklist to the paint of the first frame."""
    window.open_page("worklist")
    _until(lambda: _focus(window) not in {None, window.current})
    painted: list[float] = []
    target = _focus(window) or window
    start = perf_counter()
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.postEvent(target, QKeyEvent(kind, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier))
    _until(lambda: window.current is not None and window.current.name == "reading")
    for view in window.findChildren(ClipView):
        view.painted.connect(lambda _frame: painted.append(perf_counter()))
    _until(lambda: bool(painted))
    return painted[0] - start


def next_clip_s(lab: OpenLab, session: Session, turns: int) -> Spread:
    """Seconds from PgDn, or PgUp, to the paint of the first frame of the other clip, on the reading page.

    Raises NothingToOpenError, also where no segment has two clips.
    """
    dress()
    jobs, window = ThreadJobs(), MainWindow()
    window.resize(1600, 1000)
    window.show()
    window.activateWindow()
    try:
        window.begin(Desk(lab, session, jobs))
        _opened_s(window)
        page = window.current
        if not isinstance(page, ReadingPage):
            raise NothingToOpenError
        _go_to_two_clips(page)
        return Spread.of([_stepped_s(page, back=bool(turn % 2)) for turn in range(turns)])
    finally:
        window.end()
        window.close()
        jobs.close()


def _go_to_two_clips(page: ReadingPage) -> None:
    exam = page.clips.exam
    found = next((clip for clip in exam.clips if exam.beside(clip, 1) is not None and exam.beside(clip, -1) is None), None)
    if found is None:
        raise NothingToOpenError
    page.clips.show_clip(found)
    _until(lambda: page.viewports.active.frame_on_screen is not None)


def _stepped_s(page: ReadingPage, *, back: bool) -> float:
    _pause(_BETWEEN_MS)
    view, painted = page.viewports.active.view, list[float]()
    before = page.clips.clip
    # A clip that comes anew has no frame on screen until its own first one is painted.
    hears = view.painted.connect(lambda _frame: painted.append(perf_counter()) if page.clips.clip is not before else None)
    start = perf_counter()
    QApplication.postEvent(page, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_PageUp if back else Qt.Key.Key_PageDown, _NO_KEYS))
    _until(lambda: bool(painted))
    view.painted.disconnect(hears)
    return painted[0] - start


def _focus(window: MainWindow) -> QWidget | None:
    found = QGuiApplication.focusObject()
    return found if isinstance(found, QWidget) and window.isAncestorOf(found) else None


def _until(true: Callable[[], bool]) -> None:
    """Lets the window work until something is so. The event loop runs freely: the working threads get their share."""
    end = perf_counter() + PATIENCE_S
    while not true():
        if perf_counter() > end:
            raise NothingToOpenError
        _pause(1)


def _pause(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()
