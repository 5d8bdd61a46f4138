"""The pixel check: two people look at the pictures of every clip before a reader may see it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.intake import Box, ClipState, IntakeCode, ObjectRefusedError
from corelab.domain.vocabulary import ClipId
from corelab.services import intake
from corelab.services.intake import WaitingClip
from corelab.ui import dialogs
from corelab.ui.cards import EmptyState, scrolled
from corelab.ui.check_facts import CheckFacts, MaskLine
from corelab.ui.check_rail import CheckRail, RailClip
from corelab.ui.check_sheet import Sheet, SheetView, load_frame, load_sheet, load_small
from corelab.ui.desk import Desk
from corelab.ui.intake_words import masked_by_file, needs_mask, segment_of, settled
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time

_RAIL, _RAIL_NARROW = 232, 200


class PixelCheckPage(Page):
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
        self._busy = False  # a step is being done: until the list is back, nothing else may be asked of the same clip
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
        ask = partial(intake.waiting, self.desk.lab, self.desk.session)
        self.desk.jobs.query(self, ask, partial(self._on_waiting, wanted=argument), self.show_error)

    def _on_waiting(self, clips: tuple[WaitingClip, ...], *, wanted: object = None) -> None:
        before = wanted or (self.clip.clip if self.clip else None)
        self._clips, self._busy = clips, False
        self._work.setVisible(bool(clips))
        self.empty.setVisible(not clips)
        if not clips:
            self.empty.show_words("No clip waits for the pixel check.", "Take in what a site sent; its clips appear here.", "Go to intake")
            return
        done = sum(settled(each) for each in clips)
        self._count.setText(f"{done} of {len(clips)} done")
        at = next((at for at, each in enumerate(clips) if each.clip == before), None)
        if at is None or (wanted is None and settled(clips[at])):
            at = next((at for at, each in enumerate(clips) if self._mine(each)), at or 0)
        self._sheet = None
        self.rail.show_clips([self._rail_clip(each) for each in clips], at)
        self.large.setFocus()

    def _rail_clip(self, clip: WaitingClip) -> RailClip:
        several = len({(each.subject, each.visit) for each in self._clips}) > 1
        title = f"Clip {clip.number}, {clip.subject}" if several else f"Clip {clip.number}"
        match clip.state:
            case ClipState.PASSED:
                mine = "Passed by you" if self._passed_by_me(clip) else "To be confirmed"
                return RailClip(title, mine, done=self._passed_by_me(clip))
            case ClipState.REJECTED:
                return RailClip(title, "Rejected", done=True)
            case ClipState.RELEASED:
                return RailClip(title, "Released", done=True)
            case ClipState.HELD:
                return RailClip(title, "Needs mask" if needs_mask(clip) else "Damaged", attention=True)
            case ClipState.CHECKED:
                count = len(clip.flagged)
                return RailClip(
                    title, f"{count} {'frame' if count == 1 else 'frames'} flagged" if count else "Waits", attention=bool(count)
                )

    def _passed_by_me(self, clip: WaitingClip) -> bool:
        return clip.state is ClipState.PASSED and clip.checker == self.desk.session.account

    def _mine(self, clip: WaitingClip) -> bool:
        """Whether this person can do something about the clip now."""
        return not settled(clip) and not self._passed_by_me(clip)

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
        self.desk.jobs.pixels(self, partial(load_sheet, self.desk, clip.clip), self._on_sheet, self.show_error)

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
            clip = self._clips[at].clip
            load = partial(load_small, self.desk, clip)
            self.desk.jobs.pixels(self, load, partial(self._on_picture, at, clip), _no_picture)

    def _on_picture(self, at: int, clip: ClipId, image: QImage) -> None:
        if at < len(self._clips) and self._clips[at].clip == clip:
            self.rail.show_picture(at, image)

    def _show_frame(self, frame: int) -> None:
        sheet, clip = self._sheet, self.clip
        if sheet is None or clip is None:
            return
        self._frame = frame
        load = partial(load_frame, sheet.pictures, frame)
        self.desk.jobs.pixels(self, load, partial(self._on_frame, clip.clip, frame), self.show_error)

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
        facts = [
            ("Frames", f"{clip.frames}, {clip.rate:.0f}/s" if clip.frames > 1 else "still"),
            ("Size", f"{clip.columns} x {clip.rows}"),
            ("Segment", segment_of(clip) or "not labelled"),
        ]
        self.facts.show_facts(f"Clip {clip.number}", facts, clip.message)
        self._show_boxes()
        self._show_state()

    def _show_boxes(self) -> None:
        clip = self.clip
        kept = [MaskLine("Outside the ultrasound", "from the header")] if clip is not None and masked_by_file(clip) else []
        current = self.large.current_box
        drawn = [MaskLine(f"Box {at + 1}", "drawing" if at == current else "drawn", at) for at in range(len(self._boxes))]
        self.facts.show_masks([*kept, *drawn], current)
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
        rows, mine = self.facts.commands, self._mine(clip)
        passable = mine and clip.state in (ClipState.CHECKED, ClipState.PASSED) and not self._unsaved and seen >= set(clip.flagged)
        rows["pass"].setEnabled(passable and self._sheet is not None and not self._busy)
        rows["pass"].setText("Confirm and release" if clip.state is ClipState.PASSED else "Pass")
        rows["mask_box"].setEnabled(mine)
        rows["mask_box"].setText("Mask with these boxes" if self._unsaved else "Draw a mask box")
        rows["mask_box"].show_chosen(chosen=self._drawing or self._unsaved)
        rows["nothing_to_mask"].setVisible(needs_mask(clip) and not self._boxes)
        rows["accept_damage"].setVisible(clip.state is ClipState.HELD and not needs_mask(clip))
        rows["accept_damage"].setText("Accept whole frames")
        rows["nothing_to_mask"].setText("Nothing to mask")
        rows["reject"].setEnabled(mine)
        rows["reject"].setText("Reject to site")
        rows["check_next"].setText("Next clip")
        self.facts.note.setText(self._note(clip, seen))

    def _note(self, clip: WaitingClip, seen: frozenset[int]) -> str:
        left = len(set(clip.flagged) - seen)
        if self._unsaved:
            return "Drag a box, arrows move it, Shift and arrows size it. It covers every frame of the clip. X makes it black."
        if self._passed_by_me(clip):
            return "You passed this clip. Another coordinator confirms it. Readers see nothing before this."
        if clip.state is ClipState.HELD and not needs_mask(clip):
            return "Pass follows your word, with a reason, that the frames which are whole are enough."
        if clip.state is ClipState.HELD:
            return "Pass follows a mask, or your word that there is nothing to mask."
        if left:
            return f"Look at {left} more flagged {'frame' if left == 1 else 'frames'} (F): Pass waits for them."
        return "A second person confirms. Readers see nothing before this."

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
        self.rail.choose(next((each for each in order if self._mine(self._clips[each])), order[0] if order else at))
        self.large.setFocus()

    def _on_back(self) -> None:
        self.rail.choose(max(0, self.rail.current - 1))

    # ------------------------------------------------------------ doing

    def _toggle_drawing(self) -> None:
        if self.clip is None or not self._mine(self.clip):
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
        mask = partial(intake.set_mask, self.desk.lab, self.desk.session, self.clip.clip, self._boxes)
        self._do(mask, "Making the mask...")

    def _on_nothing(self) -> None:
        if self.clip is not None and needs_mask(self.clip) and not self._boxes:
            words = "You looked at the clip and no frame shows text or marks that could identify a person."
            dialogs.confirm(self, "Nothing to mask?", words, do="Nothing to mask", agreed=self._nothing_to_mask)

    def _nothing_to_mask(self) -> None:
        if self.clip is not None:
            self._do(partial(intake.confirm_nothing_to_mask, self.desk.lab, self.desk.session, self.clip.clip), "Noting...")

    def _on_accept(self) -> None:
        clip = self.clip
        if clip is not None and clip.state is ClipState.HELD and not needs_mask(clip):
            accept = partial(self._accept, clip.clip)
            dialogs.ask_reason(self, f"Accept clip {clip.number}?", f"{clip.message} Why is it accepted?", do="Accept", given=accept)

    def _accept(self, clip: ClipId, _code: str, reason: str) -> None:
        self._do(partial(intake.accept_damage, self.desk.lab, self.desk.session, clip, reason), "Noting...")

    def pass_clip(self) -> None:
        """One person passes, another confirms; a key does nothing while the button is disabled."""
        clip = self.clip
        if clip is None or not self.facts.commands["pass"].isEnabled():
            return
        seen = tuple(sorted(self._seen.get(clip.clip, ())))
        step = intake.verify_pixels if clip.state is ClipState.PASSED else intake.pass_pixels
        self._do(partial(step, self.desk.lab, self.desk.session, (clip.clip,), {clip.clip: seen}), "Noting...")

    def _on_reject(self) -> None:
        clip = self.clip
        if clip is not None and self._mine(clip):
            question = "The clip never becomes readable; the site is asked for another. Why?"
            dialogs.ask_reason(self, f"Reject clip {clip.number}?", question, do="Reject", given=partial(self._reject, clip.clip))

    def _reject(self, clip: ClipId, _code: str, reason: str) -> None:
        self._do(partial(intake.reject_pixels, self.desk.lab, self.desk.session, clip, reason), "Rejecting...")

    def _do(self, work: Callable[[], object], words: str) -> None:
        if not self._busy:
            self._busy = True
            self.saved.emit(words)
            self._show_state()
            self.desk.jobs.query(self, work, self._on_done, self._on_failed)

    def _on_done(self, answer: object) -> None:
        refused = next((each.code for each in answer if each.code), None) if isinstance(answer, tuple) else None
        if refused is not None:
            self._on_failed(ObjectRefusedError(IntakeCode(refused)))
            return
        self.saved.emit(f"Saved {clock_time(self.desk.lab.clock.now(), self.desk.lab.clock)}")
        self.opened()

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self.saved.emit("Not saved")
        self._show_state()
        self.show_error(error)


def _no_picture(_error: Exception) -> None:
    """The rail stays black there; opening the clip says why."""
