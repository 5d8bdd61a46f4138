"""The clips of one exam at work: which lie in the viewports, what of them was seen, which frame is on screen."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, Signal

from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Binding, Evidence, SegmentId, Sha256
from corelab.domain.watching import Watched
from corelab.services.clips import ClipShelf
from corelab.ui.bringing import Bringing
from corelab.ui.cine import Stopwatch
from corelab.ui.curves import Curves
from corelab.ui.desk import Desk
from corelab.ui.exam_clips import ExamClips, ViewingLog
from corelab.ui.first_frames import FirstFrames
from corelab.ui.frame_pictures import FramePictures
from corelab.ui.thumbnails import Thumbnails
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Layout, Viewports

_OF_PAGE: Final = 2
"""Viewports that show what a page says, where it says so: one for each read."""


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
        """Viewports that were asked for show the clips that follow; the two that belong to a page show what the page says."""
        self.exam, self.log = ExamClips(), ViewingLog()
        self._shelf = ClipShelf(desk.lab, desk.session)
        self.thumbnails = Thumbnails(desk.jobs, self._shelf, self)
        self.pictures = FramePictures(desk.jobs, self._shelf, self)
        self._ready = FirstFrames(desk.jobs, self._shelf, self)
        self._bringing = Bringing(desk.jobs, self._shelf, self)
        self._following: SegmentId | None = None
        self._in_sight: frozenset[Sha256] = frozenset()
        self.curves = Curves(desk.jobs, self._shelf, self)
        self.viewports = Viewports(desk.jobs, self._shelf, layout=layout, in_step=in_step, stopwatch=stopwatch)
        self.viewports.activated.connect(self._on_activated)
        self.viewports.laid_out.connect(self._on_laid_out)
        self.viewports.shown.connect(self._on_shown)

    def open(self, exam: ExamClips, played: Mapping[Sha256, frozenset[int]], watched: Mapping[Sha256, Watched] | None = None) -> None:
        """Another exam, with what was seen of it before."""
        self.exam, self._following = exam, None
        self.log.begin(exam, played, watched)
        self._in_sight = frozenset()
        self._ready.forget()
        self._bringing.forget()
        self.thumbnails.forget()
        self.pictures.forget()

    def forget(self) -> None:
        """No frame of the exam stays in memory, nor what was seen of it."""
        self.exam = ExamClips()
        self.log.begin(self.exam, {})
        self.curves.forget()
        for viewport in self.viewports.all:
            viewport.show_nothing("")
        self.viewports.refresh_strip()
        self._following = None
        self._ready.forget()
        self._bringing.forget()
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
        """The first clip not seen yet plays, the next lie beside it; ``words`` where there is none. ``following`` is made ready."""
        own, self._following = self.exam.of(segment), following
        self.thumbnails.rest()
        if own:
            first = next((clip for clip in own if not self.log.seen(clip)), own[0])
            with self.viewports.apart():
                self._put(first)
                self._spread(first)
            self._told()
            return
        for viewport in self.viewports.all:
            viewport.show_nothing(words)
        self.viewports.refresh_strip()
        self._told()

    def show_clip(self, clip: Clip, frame: int = 0, *, play: bool = True) -> None:
        """In the viewport that shows it already, else in the active one."""
        there = self._shows(clip) if self._spreads else None
        if there is not None:
            self.viewports.activate(there)
        with self.viewports.apart():
            self._put(clip, frame, play=play)
        self._told()

    def _put(self, clip: Clip, frame: int = 0, *, play: bool = True) -> None:
        self.viewports.active.show_clip(clip, self.exam.place(clip), frame=frame, play=play)

    def _shows(self, clip: Clip) -> int | None:
        """The number of the viewport of the layout that shows it."""
        if self.clip is not None and self.clip.sha256 == clip.sha256:
            return None
        seen = (viewport for viewport in self.viewports.laid if viewport.clip is not None and viewport.clip.sha256 == clip.sha256)
        found = next(seen, None)
        return self.viewports.all.index(found) if found is not None else None

    def _told(self) -> None:
        self._make_ready()
        self.changed.emit()

    def show_pair(self, left: tuple[Clip, int] | None, right: tuple[Clip, int] | None) -> None:
        """Two clips side by side, each standing on its frame; None: there is none."""
        self.viewports.pause()
        with self.viewports.apart():
            for viewport, what in zip(self.viewports.all, (left, right), strict=False):
                if what is None:
                    viewport.show_nothing("There is no clip of this segment.")
                else:
                    viewport.show_clip(what[0], self.exam.place(what[0]), frame=what[1])
            if left is not None:
                self._spread(left[0])
        self._told()

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

    def _spread(self, clip: Clip) -> None:
        """The other clips of the segment over the viewports beside it: those that follow it first, then those before it."""
        own = self.exam.of(clip.segment)
        at = own.index(clip)
        rest = iter((*own[at + 1 :], *own[:at]))
        for viewport in self._free:
            following = next(rest, None)
            if following is not None:
                viewport.show_clip(following, self.exam.place(following))
            else:
                viewport.show_nothing("No further clip of this segment.")

    @property
    def _free(self) -> tuple[Viewport, ...]:
        """The viewports that no read and no key has a claim on."""
        if self._spreads:
            return self.viewports.others
        return tuple(viewport for viewport in self.viewports.others if viewport not in self.viewports.all[:_OF_PAGE])

    def _on_laid_out(self) -> None:
        if self.clip is not None:
            with self.viewports.apart():
                self._spread(self.clip)

    def _on_activated(self) -> None:
        self._told()

    def want_picture(self, sha256: str) -> None:
        """A thumbnail came in sight. It waits while the clip on screen has no frame."""
        clip = self.exam.clip(sha256)
        if clip is not None:
            self.thumbnails.want([clip])
            if self.viewports.active.frame_on_screen is not None:
                self.thumbnails.work()

    # -- before it is asked for ----------------------------------------------------------------------------------------------------

    def _make_ready(self) -> None:
        """What a key may ask for next: the clips beside this one, and the first one of the next segment."""
        clip = self.clip
        beside = [self.exam.beside(clip, steps) for steps in (1, -1)] if clip is not None else []
        beside += self.exam.of(self._following)[:1] if self._following is not None else []
        self._ready.want([each for each in beside if each is not None])
        self._bringing.want(self._in_order(clip))

    def _in_order(self, clip: Clip | None) -> tuple[Clip, ...]:
        """All clips of the exam as they are shown, from this one on; then those before it."""
        at = next((n for n, each in enumerate(self.exam.clips) if each == clip), 0)
        return (*self.exam.clips[at:], *self.exam.clips[:at])

    # -- what was seen -------------------------------------------------------------------------------------------------------------

    def stayed(self, ms: float) -> None:
        """So much active time has passed with what was in sight."""
        self.log.stayed(self._in_sight, ms)

    def look(self) -> None:
        """From now on, what is in sight is what is on screen."""
        self._in_sight = self.on_screen
        self.log.left(self._in_sight)

    def _on_shown(self, clip: str, frame: int, speed: int) -> None:
        if self.log.add(Sha256(clip), frame, speed):
            self.completed.emit()
        self._ready.work()
        self.thumbnails.work()
        self._bringing.work()
