"""The compression curve at work on a page: one click asks for it, the strip shows it, keys go to what it proposes."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from corelab.domain.clip import Clip
from corelab.ui.cine_strip import CineStrip
from corelab.ui.commands import KEYS, key_of, with_keys
from corelab.ui.curve_shown import shown_of
from corelab.ui.curve_words import CLICK, found_words, refused_words
from corelab.ui.curves import Curve
from corelab.ui.exam_desk import ExamDesk
from corelab.ui.page import Page
from corelab.ui.pair import Pair
from corelab.ui.time_line import StripMark
from corelab.ui.viewport import Viewport

Keys = tuple[tuple[str, str], ...]
_FOUND: Final = (("rest", "proposed_rest"), ("compressed", "proposed_compressed"), ("side by side", "take_proposal"))
_NOT_REFUSED: Final = ("", "")
_GROWING: Final[Keys] = (("give up", "Esc"),)
_NONE: Final = "No curve of this clip yet: {curve}, then one click inside the vein."


class CurveDesk(QObject):
    """Nothing of a curve is on screen before the person at this page asked for it, and nothing stays when the exam is left.

    Signals:
        changed: there is another curve, or none.
        grew: there is more of the one that is being followed.
    """

    changed = Signal()
    grew = Signal()

    def __init__(self, page: Page, clips: ExamDesk, strip: CineStrip, say: Callable[[str], None]) -> None:
        super().__init__(page)
        self._clips, self._strip, self._say = clips, strip, say
        self._refusal = _NOT_REFUSED
        """The clip that was refused last, and why."""
        clips.curves.changed.connect(self._on_changed)
        clips.curves.refused.connect(self._on_refused)
        for viewport in clips.viewports.all:
            viewport.walls.pointed.connect(partial(self._on_pointed, viewport))
            viewport.measures.taken_up.connect(partial(self._ask, on=False))
        KEYS.changed.connect(self.changed)  # what the strip says names keys
        page.bind("curve", self._on_ask)
        page.bind("proposed_rest", partial(self._on_jump, 0))
        page.bind("proposed_compressed", partial(self._on_jump, 1))

    # -- what there is -----------------------------------------------------------------------------------------------------------

    def of(self, clip: Clip | None) -> Curve | None:
        return self._clips.curves.of(clip.sha256) if clip is not None else None

    def proposal(self, clip: Clip | None) -> Pair | None:
        """The pair that the curve of this clip proposes; None before it was asked for, and where it proposes none."""
        curve = self.of(clip)
        followed = curve.followed if curve is not None else None
        if clip is None or followed is None or followed.rest_frame is None or followed.compressed_frame is None:
            return None
        return Pair(clip, followed.rest_frame, followed.compressed_frame, followed.method)

    def marks(self, clip: Clip | None, evidence: tuple[StripMark, ...]) -> tuple[StripMark, ...]:
        """The marks of evidence, and where nothing is marked yet what the curve proposes."""
        pair, marked = self.proposal(clip), {mark.frame for mark in evidence}
        words = zip(pair.frames, ("rest?", "compressed?"), strict=True) if pair is not None else ()
        return (*evidence, *(StripMark(frame, word, proposed=True) for frame, word in words if frame not in marked))

    @property
    def found(self) -> tuple[str, Keys]:
        """What the curve of the clip on screen says, and the keys that go on from it."""
        clip = self._clips.clip
        curve = self.of(clip)
        if clip is None or curve is None:
            return "", ()
        found = tuple((words, key_of(command)) for words, command in _FOUND) if self.proposal(clip) is not None else ()
        keys = _GROWING if curve.followed is None else found
        return found_words(curve, clip), keys

    def show(self) -> None:
        """The curve and the walls of what is on screen now; why another clip was not followed is no longer said."""
        if self._refusal[0] not in {viewport.clip.sha256 for viewport in self._clips.viewports.all if viewport.clip is not None}:
            self._refusal = _NOT_REFUSED
        self._strip.show_curve(shown_of(self.of(self._clips.clip)))
        for viewport in self._clips.viewports.all:
            curve = self.of(viewport.clip)
            viewport.walls.show_walls(curve.frames if curve is not None else {})
            viewport.tell(self._told(viewport))

    def tell(self, words: str, keys: Keys) -> None:
        """The row of the strip that says what was found."""
        self._strip.show_found(words, keys)

    def _told(self, viewport: Viewport) -> str:
        if viewport.walls.asking:
            return CLICK
        refused = viewport.clip is not None and viewport.clip.sha256 == self._refusal[0]
        return self._refusal[1] if refused else ""

    def _forget_refusal(self) -> None:
        self._refusal = _NOT_REFUSED
        self.show()

    # -- hands -------------------------------------------------------------------------------------------------------------------

    def leave(self) -> bool:
        """Esc: the question for a point goes, or what is being followed is given up. Whether there was something."""
        if self._asking:
            self._ask(on=False)
            return True
        if self._refusal[0]:
            self._forget_refusal()
            return True
        return self._clips.curves.stop()

    def forget(self) -> None:
        """The exam is left."""
        self._refusal = _NOT_REFUSED
        self._ask(on=False)
        self._strip.show_curve(None)
        self._strip.show_found("")

    @property
    def _asking(self) -> bool:
        return any(viewport.walls.asking for viewport in self._clips.viewports.all)

    def _on_ask(self) -> None:
        """The key again leaves it; what is being followed is given up by another click only."""
        if self._clips.clip is None:
            return
        self._refusal = _NOT_REFUSED
        self._clips.viewports.pause()
        self._clips.viewports.leave_caliper()
        self._ask(on=not self._asking)

    def _ask(self, *, on: bool) -> None:
        """A click means one thing: a tool that is taken in hand ends the question for a point."""
        for viewport in self._clips.viewports.all:
            viewport.walls.ask_point(on=on)
            viewport.tell(self._told(viewport))

    def _on_pointed(self, viewport: Viewport, frame: int, x: float, y: float) -> None:
        self._ask(on=False)
        if viewport.clip is not None:
            self._clips.curves.ask(viewport.clip, frame, (x, y))

    def _on_jump(self, which: int) -> None:
        pair = self.proposal(self._clips.clip)
        if pair is None:
            self._say(with_keys(_NONE) if self.of(self._clips.clip) is None else "The curve proposes no pair.")
        else:
            self._clips.viewports.active.player.cine.seek(pair.frames[which])

    def _on_changed(self, _clip: str) -> None:
        """While it grows nothing but the curve and its words is drawn anew."""
        self.show()
        (self.grew if self._clips.curves.running else self.changed).emit()

    def _on_refused(self, clip: str, error: Exception) -> None:
        self._refusal = (clip, refused_words(error))
        self.show()
        self.changed.emit()
