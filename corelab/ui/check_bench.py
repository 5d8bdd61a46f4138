"""The clip under the pixel check: its pictures, the frames that were on screen, the boxes drawn, and what is decided about it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from corelab.domain.intake import Box
from corelab.domain.vocabulary import ClipId
from corelab.services.intake import WaitingClip
from corelab.ui.check_facts import CheckFacts
from corelab.ui.check_loader import CheckLoader
from corelab.ui.check_sheet import Sheet, SheetView
from corelab.ui.check_shown import Look, facts, mask_lines, next_words, offers, waits_for
from corelab.ui.check_steps import CheckSteps
from corelab.ui.desk import Desk
from corelab.ui.intake_words import needs_mask


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
        loader.sheet.connect(self._on_sheet)
        loader.frame.connect(self._on_frame)
        facts.box_chosen.connect(self._on_box_chosen)
        view.frame_chosen.connect(self.show_frame)
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
                "nothing_to_mask": self._nothing_to_mask,
                "accept_damage": self._accept,
                "reject": self._reject,
                "flagged_next": self._flagged_next,
                "box_remove": self._view.large.remove_current,
            }
        )

    # ------------------------------------------------------------ one clip

    def put(self, clip: WaitingClip) -> None:
        """Another clip: its pictures are asked for."""
        self.clip, self._sheet, self._drawing = clip, None, False
        self.boxes = tuple(clip.boxes)
        self._frame = clip.flagged[0] if clip.flagged else 0
        self._view.clear()
        self.show()
        self._loader.load_sheet(clip.clip)

    def forget(self) -> None:
        """Nothing of it stays, but for which frames were seen: originals may name the patient."""
        self.clip, self._sheet, self.boxes, self._drawing = None, None, (), False
        self._view.clear()
        self._view.large.draw(drawing=False)
        self._facts.forget()

    def _on_sheet(self, sheet: Sheet) -> None:
        if self.clip is None or sheet.clip != self.clip.clip:
            return
        self._sheet = sheet
        self._view.show_sheet(sheet)
        self.show_frame(self._frame)
        self.show()

    def show_frame(self, frame: int) -> None:
        if self._sheet is not None and self.clip is not None:
            self._frame = frame
            self._loader.load_frame(self._sheet, frame)

    def _on_frame(self, clip: ClipId, frame: int, image: QImage) -> None:
        if self.clip is not None and clip == self.clip.clip and frame == self._frame:
            flagged = ", flagged" if frame in self.clip.flagged else ""
            self._view.show_frame(frame, image, f"Frame {frame + 1} of {self.clip.frames}{flagged}")
            self._view.show_boxes(self.boxes)

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
            self._facts.show_facts(f"Clip {clip.number}", facts(clip), clip.message)
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
        self._facts.show_offers(offers(Look(self._me, clip, seen, drawn=bool(self.boxes), unsaved=self.unsaved, ready=self._ready)))
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
        if self.clip is None or not waits_for(self._me, self.clip):
            return
        if self.unsaved:
            self.apply_boxes()
        else:
            self._drawing = True
            self._view.large.setFocus()
            self._view.large.draw(drawing=True)

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
