"""The clips of one exam at work: which lie in the viewports, what of them was seen, which frame is on screen."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Binding, Evidence, SegmentId, Sha256
from corelab.services.clips import ClipShelf
from corelab.ui.cine import Stopwatch
from corelab.ui.desk import Desk
from corelab.ui.exam_clips import ExamClips, ViewingLog
from corelab.ui.frame_pictures import FramePictures
from corelab.ui.thumbnails import Thumbnails
from corelab.ui.viewports import Layout, Viewports


class ExamDesk(QObject):
    """Owns the shelf of open clips and the viewports; a page lays them out.

    Signals:
        changed: other clips are on screen, or another viewport is the active one.
        completed: a clip was seen to its end for the first time.
    """

    changed = Signal()
    completed = Signal()

    def __init__(
        self, page: QObject, desk: Desk, layout: Layout = Layout.ONE, *, in_step: bool = False, stopwatch: Stopwatch | None = None
    ) -> None:
        super().__init__(page)
        self._spreads = layout is Layout.ONE
        """A second viewport that was asked for shows the next clip; two that belong to a page show what the page says."""
        self.exam, self.log = ExamClips(), ViewingLog()
        self._shelf = ClipShelf(desk.lab, desk.session)
        self.thumbnails = Thumbnails(desk.jobs, self._shelf, self)
        self.pictures = FramePictures(desk.jobs, self._shelf, self)
        self.viewports = Viewports(desk.jobs, self._shelf, layout=layout, in_step=in_step, stopwatch=stopwatch)
        self.viewports.activated.connect(self._on_activated)
        self.viewports.shown.connect(self._on_shown)

    def open(self, exam: ExamClips, played: Mapping[Sha256, frozenset[int]]) -> None:
        """Another exam, with what was seen of it before."""
        self.exam = exam
        self.log.begin(exam, played)
        self.thumbnails.forget()
        self.pictures.forget()

    def forget(self) -> None:
        """No frame of the exam stays in memory, nor what was seen of it."""
        self.exam = ExamClips()
        self.log.begin(self.exam, {})
        for viewport in self.viewports.all:
            viewport.show_nothing("")
        self.viewports.refresh_strip()
        self.thumbnails.forget()
        self.pictures.forget()
        self._shelf.wipe()

    # -- what lies in the viewports ------------------------------------------------------------------------------------------------

    @property
    def clip(self) -> Clip | None:
        """The clip in the active viewport."""
        return self.viewports.active.clip

    @property
    def on_screen(self) -> frozenset[Sha256]:
        return frozenset(each.clip.sha256 for each in self.viewports.all if each.clip is not None and not each.isHidden())

    def show_segment(self, segment: SegmentId, following: SegmentId, words: str) -> None:
        """The first clip not seen yet plays, the next lies beside it; ``words`` where there is none. ``following`` is made ready."""
        own = self.exam.of(segment)
        self.thumbnails.want(own)
        self.thumbnails.want(self.exam.of(following)[:1])
        if own:
            self.show_clip(next((clip for clip in own if not self.log.seen(clip)), own[0]))
            return
        for viewport in self.viewports.all:
            viewport.show_nothing(words)
        self.viewports.refresh_strip()
        self.changed.emit()

    def show_clip(self, clip: Clip, frame: int = 0, *, play: bool = True) -> None:
        with self.viewports.apart():
            self.viewports.active.show_clip(clip, self.exam.place(clip), frame=frame, play=play)
            if self.viewports.two and self._spreads:
                self._show_beside(clip)
        self.changed.emit()

    def show_pair(self, left: tuple[Clip, int] | None, right: tuple[Clip, int] | None) -> None:
        """Two clips side by side, each standing on its frame; None: there is none."""
        self.viewports.pause()
        with self.viewports.apart():
            for viewport, what in zip(self.viewports.all, (left, right), strict=True):
                if what is None:
                    viewport.show_nothing("There is no clip of this segment.")
                else:
                    viewport.show_clip(what[0], self.exam.place(what[0]), frame=what[1])
        self.changed.emit()

    def show_evidence(self, evidence: Evidence) -> None:
        """The frame that proves a grade, standing still."""
        clip = self.exam.clip(evidence.clip)
        if clip is not None:
            self.show_clip(clip, evidence.frame_a, play=False)

    def step(self, steps: int) -> bool:
        """The next or previous clip of the segment; false when there is none."""
        beside = self.exam.beside(self.clip, steps) if self.clip is not None else None
        if beside is not None:
            self.show_clip(beside)
        return beside is not None

    def frame(self, bound: Binding) -> Evidence | None:
        """The frame a person sees now in the active viewport."""
        clip, frame = self.clip, self.viewports.active.frame_on_screen
        return Evidence(clip.sha256, frame, bound=bound) if clip is not None and frame is not None else None

    def _show_beside(self, clip: Clip) -> None:
        beside = self.exam.beside(clip, 1)
        if beside is not None:
            self.viewports.other.show_clip(beside, self.exam.place(beside))
        else:
            self.viewports.other.show_nothing("No further clip of this segment.")

    def _on_activated(self) -> None:
        if self.viewports.two and self._spreads and self.clip is not None and self.viewports.other.clip is None:
            with self.viewports.apart():
                self._show_beside(self.clip)
        self.changed.emit()

    def _on_shown(self, clip: str, frame: int) -> None:
        if self.log.add(Sha256(clip), frame):
            self.completed.emit()
        self.thumbnails.work()
