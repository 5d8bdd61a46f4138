"""The clip under the pixel check: its pictures, the frames that were on screen, the boxes drawn, and what is decided about it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage

from corelab.domain.intake import Box
from corelab.domain.vocabulary import ClipId
from corelab.services.intake import WaitingClip
from corelab.ui.check_facts import CheckFacts
from corelab.ui.check_flagged import Thumb
from corelab.ui.check_loader import CheckLoader
from corelab.ui.check_sheet import Sheet, SheetView
from corelab.ui.check_shown import Look, facts, mask_lines, may_mask, next_words, offers, waits_for
from corelab.ui.check_steps import CheckSteps
from corelab.ui.desk import Desk
from corelab.ui.hit_words import message_of
from corelab.ui.intake_words import needs_mask

_SLOWEST, _FASTEST = 5.0, 30.0
"""Frames a second at which frames are looked through, whatever the file says."""
_MARGIN = 3


class CheckBench(QObject):
    """One clip at a time; which frames were seen is known of every clip as long as the page lives."""

    def __init__(self, desk: Desk, view: SheetView, facts: CheckFacts, steps: CheckSteps, loader: CheckLoader) -> None:
        super().__init__(view)
        self._me = desk.session.account
        self._view, self._facts, self._steps, self._loader = view, facts, steps, loader
        self.clip: WaitingClip | None = None
        self.boxes: tuple[Box, ...] = ()
        self.seen: dict[ClipId, set[int]] = {}
        self._sheet: Sheet | None = None
        self._frame = 0
        self._drawing = False
        self._playing = QTimer(self)
        self._playing.timeout.connect(self._play_on)
        self._awaited: int | None = None
        """While playing: the frame that was asked for and is not there yet; a slow file plays slower, nothing piles up."""
        loader.sheet.connect(self._on_sheet)
        loader.frame.connect(self._on_frame)
        loader.thumb.connect(self._on_thumb)
        facts.box_chosen.connect(self._on_box_chosen)
        view.flagged.chosen.connect(self.show_frame)
        view.flagged.picture_wanted.connect(self._on_thumb_wanted, Qt.ConnectionType.QueuedConnection)
        view.large.boxes_drawn.connect(self._on_boxes)
        view.large.on_screen.connect(self._on_screen)
        view.large.step_requested.connect(self.step)

    @property
    def work(self) -> Mapping[str, Callable[[], object]]:
        """What the commands of the table do to the clip."""
        return MappingProxyType(
            {
                "pass": self.pass_clip,
                "mask_box": self.toggle_drawing,
                "mask_text": self._box_the_text,
                "keep_template": self._keep_template,
                "nothing_to_mask": self._nothing_to_mask,
                "accept_damage": self._accept,
                "reject": self._reject,
                "check_play": self.play,
                "flagged_next": self._flagged_next,
                "box_remove": self._view.large.remove_current,
            }
        )

    # ------------------------------------------------------------ one clip

    def put(self, clip: WaitingClip) -> None:
        """Another clip: its pictures are asked for."""
        self._stop()
        self.clip, self._sheet, self._drawing = clip, None, False
        self.boxes = tuple(clip.boxes)
        self._frame = clip.flagged[0] if clip.flagged else 0
        self._view.clear()
        self._view.large.draw(drawing=False)
        self.show()
        self._loader.load_sheet(clip)

    def put_again(self, clip: WaitingClip) -> None:
        """The same clip after a step: new pictures only where the step made some."""
        before, self.clip = self.clip, clip
        if before is None or (before.boxes, before.frames, before.code) != (clip.boxes, clip.frames, clip.code):
            self.put(clip)
        else:
            self.show()

    def forget(self) -> None:
        """Nothing of it stays, but for which frames were seen: originals may name the patient."""
        self._stop()
        self.clip, self._sheet, self.boxes, self._drawing = None, None, (), False
        self._view.clear()
        self._view.large.draw(drawing=False)
        self._facts.forget()

    def _on_sheet(self, sheet: Sheet) -> None:
        if self.clip is None or sheet.clip != self.clip.clip:
            return
        self._sheet = sheet
        self._view.show_sheet(sheet)
        self._view.large.show_hits(self.clip.hits, self.clip.classes)
        if self._frame == sheet.first:
            self._on_frame(sheet.clip, self._frame, sheet.tiles[0])
        else:
            self.show_frame(self._frame)
        self.show()

    def show_frame(self, frame: int) -> None:
        """A frame to look at: playing ends."""
        self._stop()
        self._ask_frame(frame)

    def _ask_frame(self, frame: int) -> None:
        if self._sheet is not None and self.clip is not None:
            self._frame = frame
            self._loader.load_frame(self._sheet, frame)

    def _on_frame(self, clip: ClipId, frame: int, image: QImage) -> None:
        self._awaited = None
        if self.clip is not None and clip == self.clip.clip and frame == self._frame:
            flagged = ", flagged" if frame in self.clip.flagged else ""
            words = f"Frame {frame + 1} of {self.clip.frames}{flagged}"
            self._view.show_frame(frame, image, words, playing=self._playing.isActive())
            self._view.show_boxes(self.boxes)

    def _on_thumb_wanted(self, frame: int) -> None:
        if self._sheet is not None:
            self._loader.load_thumb(self._sheet, frame)

    def _on_thumb(self, clip: ClipId, frame: int, thumb: Thumb) -> None:
        if self.clip is not None and clip == self.clip.clip:
            self._view.flagged.show_picture(frame, thumb)

    def _on_screen(self, frame: int) -> None:
        clip = self.clip
        if clip is not None and frame not in self.seen.setdefault(clip.clip, set()):
            self.seen[clip.clip].add(frame)
            self.show_state()

    # ------------------------------------------------------------ what is shown

    def show(self) -> None:
        """Facts, masks and what can be done."""
        clip = self.clip
        if clip is not None:
            self._facts.show_facts(f"Clip {clip.number}", facts(clip), message_of(clip))
            self._show_boxes()
            self.show_state()

    def _show_boxes(self) -> None:
        current = self._view.large.current_box
        self._facts.show_masks(mask_lines(self.clip, self.boxes, current) if self.clip is not None else (), current)
        self._view.show_boxes(self.boxes)

    def show_state(self) -> None:
        """What can be done now, and what comes next."""
        clip = self.clip
        if clip is None:
            return
        seen = frozenset(self.seen.get(clip.clip, ()))
        self._facts.show_seen(clip.frames, clip.flagged, seen)
        self._view.flagged.show_seen(seen)
        look = Look(self._me, clip, seen, drawn=bool(self.boxes), unsaved=self.unsaved, ready=self._ready, covered=not self._uncovered)
        self._facts.show_offers(offers(look))
        self._facts.commands["mask_box"].show_chosen(chosen=self._drawing or self.unsaved)
        self._facts.note.setText(next_words(self._me, clip, seen, unsaved=self.unsaved))

    @property
    def unsaved(self) -> bool:
        """Boxes stand there that are not black yet."""
        return self.clip is not None and tuple(self.boxes) != tuple(self.clip.boxes)

    @property
    def _ready(self) -> bool:
        """The pictures are there and no step is being done."""
        return self._sheet is not None and not self._steps.busy

    # ------------------------------------------------------------ frames

    def play(self) -> None:
        """From this frame on, round and round; again: stop, and look at the frame that is there."""
        if self._playing.isActive():
            self.show_frame(self._frame)
        elif self.clip is not None and self._sheet is not None and self.clip.frames > 1:
            self._playing.start(round(1000 / min(max(self.clip.rate, _SLOWEST), _FASTEST)))

    def _play_on(self) -> None:
        if self.clip is not None and self._awaited is None:
            self._awaited = (self._frame + 1) % self.clip.frames
            self._ask_frame(self._awaited)

    def _stop(self) -> None:
        self._playing.stop()
        self._awaited = None

    def step(self, by: int) -> None:
        if self.clip is not None:
            self.show_frame(min(max(self._frame + by, 0), self.clip.frames - 1))

    def _flagged_next(self) -> None:
        if self.clip is None or not self.clip.flagged:
            return
        later = [frame for frame in self.clip.flagged if frame > self._frame]
        self.show_frame(later[0] if later else self.clip.flagged[0])

    # ------------------------------------------------------------ boxes

    def toggle_drawing(self) -> None:
        """Begin to draw, or make black what was drawn."""
        if self.clip is None or not may_mask(self._me, self.clip):
            return
        if self.unsaved:
            self.apply_boxes()
        else:
            self._drawing = True
            self._view.large.setFocus()
            self._view.large.draw(drawing=True)

    @property
    def _uncovered(self) -> tuple[Box, ...]:
        """Text that was found and over which no box stands."""
        hits = self.clip.hits if self.clip is not None else ()
        return tuple(hit for hit in hits if not any(_covers(box, hit) for box in self.boxes))

    def _box_the_text(self) -> None:
        if self.clip is not None and self._uncovered and may_mask(self._me, self.clip):
            self._on_boxes((*self.boxes, *(_around(hit, self.clip) for hit in self._uncovered)))

    def _on_boxes(self, boxes: tuple[Box, ...]) -> None:
        self.boxes = boxes
        self._show_boxes()
        self.show_state()

    def _on_box_chosen(self, at: int) -> None:
        self._view.large.choose_box(at)
        self._view.large.setFocus()
        self._show_boxes()

    def apply_boxes(self) -> None:
        if self.clip is not None:
            self._drawing = False
            self._view.large.draw(drawing=False)
            self._steps.mask(self.clip, self.boxes)

    # ------------------------------------------------------------ decisions

    def _nothing_to_mask(self) -> None:
        if self.clip is not None and needs_mask(self.clip) and not self.boxes:
            self._steps.nothing_to_mask(self.clip)

    def _keep_template(self) -> None:
        if self.clip is not None and self.clip.can_keep_template and not self.unsaved:
            self._steps.keep_template(self.clip)

    def _accept(self) -> None:
        if self.clip is not None:
            self._steps.accept(self.clip)

    def pass_clip(self) -> None:
        """One person passes, another confirms; a key does nothing while the button is disabled."""
        clip = self.clip
        if clip is not None and self._facts.commands["pass"].isEnabled():
            self._steps.pass_on(clip, sorted(self.seen.get(clip.clip, ())))

    def _reject(self) -> None:
        if self.clip is not None and waits_for(self._me, self.clip):
            self._steps.reject(self.clip)


def _covers(box: Box, hit: Box) -> bool:
    return box[0] <= hit[0] and box[1] <= hit[1] and box[2] >= hit[2] and box[3] >= hit[3]


def _around(hit: Box, clip: WaitingClip) -> Box:
    """The place of a text with a margin, inside the picture."""
    x0, y0, x1, y1 = hit
    return (max(0, x0 - _MARGIN), max(0, y0 - _MARGIN), min(clip.columns - 1, x1 + _MARGIN), min(clip.rows - 1, y1 + _MARGIN))
