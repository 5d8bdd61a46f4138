"""The veins followed through the clips of an open exam: begun by a click, computed once, dropped when the exam is left. No widget."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from corelab.domain.clip import Clip
from corelab.domain.compression import Followed, FollowStoppedError, LumenFrame
from corelab.domain.vocabulary import Sha256
from corelab.services.clips import ClipShelf, OpenClip
from corelab.ui.jobs import Cancel, Jobs

Point = tuple[float, float]
Follow = Callable[..., Followed]
"""``services.compression.follow``; tests hand in another."""

_NOTHING: Final[Mapping[int, LumenFrame]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Curve:
    """One vein of one clip, from the click at ``point`` of ``frame``. ``followed`` is None while it grows: ``done`` of ``total`` steps.

    ``frames``: the lumen of each frame known now, by its number.
    """

    clip: Sha256
    frame: int
    point: Point
    done: int = 0
    total: int = 0
    frames: Mapping[int, LumenFrame] = field(default_factory=lambda: _NOTHING)
    followed: Followed | None = None

    def grown(self, frame: LumenFrame) -> "Curve":
        return replace(self, frames=MappingProxyType({**self.frames, frame.frame: frame}))

    def finished(self, followed: Followed) -> "Curve":
        frames = MappingProxyType({frame.frame: frame for frame in followed.frames})
        return replace(self, done=len(followed.frames), total=len(followed.frames), frames=frames, followed=followed)


class Curves(QObject):
    """Each curve belongs to the person who asked for it, and to this opening of the exam; nothing of it is stored anywhere.

    Signals:
        changed: the curve of this clip has grown, is complete, or was given up.
        refused: the vein of this clip cannot be followed; carries the exception.
    """

    changed = Signal(str)
    refused = Signal(str, object)

    def __init__(self, jobs: Jobs, shelf: ClipShelf, parent: QObject | None = None, *, follow: Follow | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self.follow: Follow = follow or _follow
        self._kept: dict[Sha256, Curve] = {}
        self._growing: Curve | None = None
        self._cancel = Cancel()
        self._turn = 0
        """Counts what was asked: an answer for anything earlier is dropped."""

    def of(self, clip: Sha256) -> Curve | None:
        """The curve of a clip as far as it is known; None where nobody asked for it."""
        if self._growing is not None and self._growing.clip == clip:
            return self._growing
        return self._kept.get(clip)

    @property
    def running(self) -> bool:
        return self._growing is not None

    def ask(self, clip: Clip, frame: int, point: Point) -> None:
        """Follow the vein under ``point`` of ``frame``; another one that is being followed is given up."""
        self.stop()
        self._turn += 1
        self._cancel = Cancel()
        self._growing = Curve(clip.sha256, frame, point, total=clip.frames)
        self.changed.emit(clip.sha256)
        turn = self._turn
        told, grown = (self._jobs.relay(self, partial(hear, turn)) for hear in (self._on_told, self._on_grown))
        work = partial(_followed, self.follow, self._shelf.opening(clip), (frame, point), (told, self._cancel, grown))
        self._jobs.aside(self, work, partial(self._on_followed, turn), partial(self._on_failed, turn))

    def stop(self) -> bool:
        """Give up what is being followed; what was known of the clip before stays. Whether there was something to give up."""
        if self._growing is None:
            return False
        clip, self._growing = self._growing.clip, None
        self._turn += 1
        self._cancel.ask()
        self.changed.emit(clip)
        return True

    def forget(self) -> None:
        """The exam is left."""
        self._turn += 1
        self._cancel.ask()
        self._growing = None
        self._kept.clear()

    def _on_told(self, turn: int, done: int, total: int) -> None:
        if turn == self._turn and self._growing is not None:
            self._growing = replace(self._growing, done=done, total=total)
            self.changed.emit(self._growing.clip)

    def _on_grown(self, turn: int, frame: LumenFrame) -> None:
        """Drawn with the next word of how far it is."""
        if turn == self._turn and self._growing is not None:
            self._growing = self._growing.grown(frame)

    def _on_followed(self, turn: int, followed: Followed) -> None:
        if turn == self._turn and self._growing is not None:
            curve, self._growing = self._growing.finished(followed), None
            self._kept[curve.clip] = curve
            self.changed.emit(curve.clip)

    def _on_failed(self, turn: int, error: Exception) -> None:
        if turn != self._turn or self._growing is None:
            return
        clip, self._growing = self._growing.clip, None
        self.changed.emit(clip)
        if not isinstance(error, FollowStoppedError):
            self.refused.emit(clip, error)


def _follow(*asked: Any) -> Followed:
    from corelab.services import compression  # noqa: PLC0415 - its codecs and filters are loaded when a vein is followed, not before

    return compression.follow(*asked)


def _followed(
    follow: Follow,
    opening: Callable[[], OpenClip],
    where: tuple[int, Point],
    heard: tuple[Callable[..., object], ...],
) -> Followed:
    return follow(opening(), *where, *heard)
