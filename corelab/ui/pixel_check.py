"""The pixel check: two people look at the pictures of every clip before a reader may see it."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.intake import Box
from corelab.domain.vocabulary import AccountId, ClipId
from corelab.services import intake
from corelab.services.intake import WaitingClip
from corelab.ui.cards import EmptyState, scrolled
from corelab.ui.check_facts import CheckFacts
from corelab.ui.check_loader import CheckLoader
from corelab.ui.check_rail import CheckRail
from corelab.ui.check_sheet import Sheet, SheetView
from corelab.ui.check_shown import Look, facts, first_waiting, mask_lines, next_words, offers, rail_clips, waits_for
from corelab.ui.check_steps import CheckSteps
from corelab.ui.desk import Desk
from corelab.ui.intake_words import needs_mask, settled
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time

_RAIL, _RAIL_NARROW = 232, 200


class PixelCheckPage(Page):
    """Shows one clip at a time; the boxes drawn and the frames seen are the page's, everything else is asked anew at each opening."""

    name = "pixels"
    title = "Pixel check"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._clips: tuple[WaitingClip, ...] = ()
        self._sheet: Sheet | None = None
        self._seen: dict[ClipId, set[int]] = {}
        self._frame = 0
        self._boxes: tuple[Box, ...] = ()
        self._drawing = False
        self._here = False
        """Between opening and leaving; an answer that comes later changes nothing."""
        self._left_at: ClipId | None = None
        self.steps = CheckSteps(self, desk)
        self.steps.begun.connect(self._on_begun)
        self.steps.done.connect(self._on_done)
        self.steps.failed.connect(self._on_failed)
        self.loader = CheckLoader(desk, self)
        self.loader.sheet.connect(self._on_sheet)
        self.loader.frame.connect(self._on_frame)
        self.loader.small.connect(self._on_picture)
        self.loader.failed.connect(self.show_error)
        self.rail = CheckRail()
        self.rail.chosen.connect(self._on_chosen)
        self.rail.picture_wanted.connect(self._on_picture_wanted, Qt.ConnectionType.QueuedConnection)
        self.facts = CheckFacts()
        self.facts.box_chosen.connect(self._on_box_chosen)
        self.view = SheetView()
        self.view.frame_chosen.connect(self._show_frame)
        self.large = self.view.large
        self.large.boxes_drawn.connect(self._on_boxes)
        self.large.on_screen.connect(self._on_screen)
        self.large.step_requested.connect(self._on_step)
        self.rail.clicked.connect(self.large.setFocus)
        self.empty = EmptyState()
        self.empty.chosen.connect(partial(self.go.emit, "intake", None))
        self._bind()
        self._lay_out()

    def _bind(self) -> None:
        work = {
            "pass": self.pass_clip,
            "mask_box": self._toggle_drawing,
            "nothing_to_mask": self._on_nothing,
            "accept_damage": self._on_accept,
            "reject": self._on_reject,
            "check_next": self._on_next,
            "check_back": self._on_back,
            "flagged_next": self._on_flagged_next,
            "box_remove": self.large.remove_current,
            "refresh": self.opened,
        }
        for command, slot in work.items():
            self.bind(command, slot)
        for command, row in self.facts.commands.items():
            row.clicked.connect(work[command])

    # ------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        self._work = QWidget()
        line = QHBoxLayout(self._work)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addLayout(self._left())
        line.addWidget(self.view, 1)
        area = scrolled(self.facts)
        area.setFixedWidth(self.facts.width())
        line.addWidget(area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._work)
        outer.addWidget(self.empty)

    def _left(self) -> QVBoxLayout:
        self._count = text_label("", Size.HINT, Weight.VALUE, Colour.SECOND)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 4)
        head.addWidget(text_label("Clips", Size.BODY, Weight.HEADING, Colour.SECOND))
        head.addStretch(1)
        head.addWidget(self._count)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(head)
        left.addWidget(self.rail, 1)
        self.rail.setFixedWidth(_RAIL)
        return left

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rail.setFixedWidth(_RAIL_NARROW if self.width() < NARROW_BELOW else _RAIL)
        super().resizeEvent(event)

    # ------------------------------------------------------------ what waits

    def opened(self, argument: object = None) -> None:
        """``argument`` may name the clip to begin with."""
        self._here = True
        ask = partial(intake.waiting, self.desk.lab, self.desk.session)
        self.desk.jobs.query(self, ask, partial(self._on_waiting, wanted=argument), self.show_error)

    def closing(self) -> bool:
        """No picture stays in memory: originals may name the patient. Which frames were seen is still known afterwards."""
        self._here = False
        self._left_at = self.clip.clip if self.clip else self._left_at
        self.loader.forget()
        self._clips, self._sheet, self._boxes, self._drawing = (), None, (), False
        self.rail.show_clips((), -1)
        self.view.clear()
        self.large.draw(drawing=False)
        self.facts.forget()
        return True

    def _on_waiting(self, clips: tuple[WaitingClip, ...], *, wanted: object = None) -> None:
        if not self._here:
            return
        before = wanted or (self.clip.clip if self.clip else self._left_at)
        self._clips, self._left_at = clips, None
        self.steps.settle()
        self._work.setVisible(bool(clips))
        self.empty.setVisible(not clips)
        if not clips:
            self.empty.show_words("No clip waits for the pixel check.", "Take in what a site sent; its clips appear here.", "Go to intake")
            return
        done = sum(settled(each) for each in clips)
        self._count.setText(f"{done} of {len(clips)} done")
        at = next((at for at, each in enumerate(clips) if each.clip == before), None)
        if at is None or (wanted is None and settled(clips[at])):
            at = first_waiting(self._me, clips, at or 0)
        self._sheet = None
        self.rail.show_clips(rail_clips(self._me, clips), at)
        self.large.setFocus()

    @property
    def _me(self) -> AccountId:
        return self.desk.session.account

    @property
    def clip(self) -> WaitingClip | None:
        at = self.rail.current
        return self._clips[at] if 0 <= at < len(self._clips) else None

    # ------------------------------------------------------------ one clip

    def _on_chosen(self, _at: int) -> None:
        clip = self.clip
        if clip is None:
            return
        self._drawing = False
        self._boxes = tuple(clip.boxes)
        self._frame = clip.flagged[0] if clip.flagged else 0
        self._sheet = None
        self.view.clear()
        self.headline.emit("Pixel check", f"{clip.subject} {clip.visit}, clip {clip.number}")
        self._show()
        self.loader.load_sheet(clip.clip)

    def _on_sheet(self, sheet: Sheet) -> None:
        clip = self.clip
        if clip is None or sheet.clip != clip.clip:
            return
        self._sheet = sheet
        self.view.show_sheet(sheet)
        self._show_frame(self._frame)
        self._show()

    def _on_picture_wanted(self, at: int) -> None:
        if at < len(self._clips):
            self.loader.load_small(self._clips[at].clip)

    def _on_picture(self, clip: ClipId, image: QImage) -> None:
        at = next((at for at, each in enumerate(self._clips) if each.clip == clip), None)
        if at is not None:
            self.rail.show_picture(at, image)

    def _show_frame(self, frame: int) -> None:
        if self._sheet is not None and self.clip is not None:
            self._frame = frame
            self.loader.load_frame(self._sheet, frame)

    def _on_frame(self, clip: ClipId, frame: int, image: QImage) -> None:
        if self.clip is not None and clip == self.clip.clip and frame == self._frame:
            flagged = ", flagged" if frame in self.clip.flagged else ""
            self.view.show_frame(frame, image, f"Frame {frame + 1} of {self.clip.frames}{flagged}")
            self.view.show_boxes(self._boxes)

    def _on_screen(self, frame: int) -> None:
        clip = self.clip
        if clip is not None and frame not in self._seen.setdefault(clip.clip, set()):
            self._seen[clip.clip].add(frame)
            self._show_state()

    def _show(self) -> None:
        clip = self.clip
        if clip is None:
            return
        self.facts.show_facts(f"Clip {clip.number}", facts(clip), clip.message)
        self._show_boxes()
        self._show_state()

    def _show_boxes(self) -> None:
        current = self.large.current_box
        self.facts.show_masks(mask_lines(self.clip, self._boxes, current) if self.clip is not None else (), current)
        self.view.show_boxes(self._boxes)

    @property
    def _unsaved(self) -> bool:
        return self.clip is not None and tuple(self._boxes) != tuple(self.clip.boxes)

    def _show_state(self) -> None:
        clip = self.clip
        if clip is None:
            return
        seen = frozenset(self._seen.get(clip.clip, ()))
        self.facts.show_seen(clip.frames, clip.flagged, seen)
        self.facts.show_offers(offers(Look(self._me, clip, seen, drawn=bool(self._boxes), unsaved=self._unsaved, ready=self._ready)))
        self.facts.commands["mask_box"].show_chosen(chosen=self._drawing or self._unsaved)
        self.facts.note.setText(next_words(self._me, clip, seen, unsaved=self._unsaved))

    @property
    def _ready(self) -> bool:
        """The pictures are there and no step is being done."""
        return self._sheet is not None and not self.steps.busy

    # ------------------------------------------------------------ stepping

    def _on_step(self, by: int) -> None:
        if self.clip is not None:
            self._show_frame(min(max(self._frame + by, 0), self.clip.frames - 1))

    def _on_flagged_next(self) -> None:
        if self.clip is None or not self.clip.flagged:
            return
        later = [frame for frame in self.clip.flagged if frame > self._frame]
        self._show_frame(later[0] if later else self.clip.flagged[0])

    def _on_next(self) -> None:
        if self._unsaved:
            self._apply_boxes()
            return
        at, count = self.rail.current, len(self._clips)
        order = [(at + step) % count for step in range(1, count)]
        self.rail.choose(next((each for each in order if waits_for(self._me, self._clips[each])), order[0] if order else at))
        self.large.setFocus()

    def _on_back(self) -> None:
        self.rail.choose(max(0, self.rail.current - 1))

    # ------------------------------------------------------------ doing

    def _toggle_drawing(self) -> None:
        if self.clip is None or not waits_for(self._me, self.clip):
            return
        if self._unsaved:
            self._apply_boxes()
        else:
            self._drawing = True
            self.large.setFocus()
            self.large.draw(drawing=True)

    def _on_boxes(self, boxes: tuple[Box, ...]) -> None:
        self._boxes = boxes
        self._show_boxes()
        self._show_state()

    def _on_box_chosen(self, at: int) -> None:
        self.large.choose_box(at)
        self.large.setFocus()
        self._show_boxes()

    def _apply_boxes(self) -> None:
        if self.clip is None:
            return
        self._drawing = False
        self.large.draw(drawing=False)
        self.steps.mask(self.clip, self._boxes)

    def _on_nothing(self) -> None:
        if self.clip is not None and needs_mask(self.clip) and not self._boxes:
            self.steps.nothing_to_mask(self.clip)

    def _on_accept(self) -> None:
        if self.clip is not None:
            self.steps.accept(self.clip)

    def pass_clip(self) -> None:
        """One person passes, another confirms; a key does nothing while the button is disabled."""
        clip = self.clip
        if clip is not None and self.facts.commands["pass"].isEnabled():
            self.steps.pass_on(clip, sorted(self._seen.get(clip.clip, ())))

    def _on_reject(self) -> None:
        if self.clip is not None and waits_for(self._me, self.clip):
            self.steps.reject(self.clip)

    def _on_begun(self, words: str) -> None:
        self.saved.emit(words)
        self._show_state()

    def _on_done(self) -> None:
        if self._here:
            self.saved.emit(f"Saved {clock_time(self.desk.lab.clock.now(), self.desk.lab.clock)}")
            self.opened()

    def _on_failed(self, error: Exception) -> None:
        if self._here:
            self.saved.emit("Not saved")
            self._show_state()
        self.show_error(error)
