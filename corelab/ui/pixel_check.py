"""The pixel check: two people look at the pictures of every clip before a reader may see it."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.vocabulary import AccountId, ClipId
from corelab.services import intake
from corelab.services.intake import WaitingClip
from corelab.ui.cards import EmptyState, scrolled
from corelab.ui.check_bench import CheckBench
from corelab.ui.check_facts import CheckFacts
from corelab.ui.check_loader import CheckLoader
from corelab.ui.check_rail import CheckRail
from corelab.ui.check_sheet import SheetView
from corelab.ui.check_shown import first_waiting, of_several, rail_clip, rail_clips, waits_for
from corelab.ui.check_steps import CheckSteps
from corelab.ui.desk import Desk
from corelab.ui.intake_words import settled
from corelab.ui.masks_dialog import MasksDialog
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time

_RAIL, _RAIL_NARROW = 232, 200


class PixelCheckPage(Page):
    """The list of clips and the one on the bench; everything is asked anew at each opening."""

    name = "pixels"
    title = "Pixel check"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._clips: tuple[WaitingClip, ...] = ()
        self._here = False
        """Between opening and leaving; an answer that comes later changes nothing."""
        self._left_at: ClipId | None = None
        self.steps = CheckSteps(self, desk)
        self.steps.begun.connect(self._on_begun)
        self.steps.done.connect(self._on_done)
        self.steps.failed.connect(self._on_failed)
        self.loader = CheckLoader(desk, self)
        self.loader.small.connect(self._on_picture)
        self.loader.failed.connect(self.show_error)
        self.rail = CheckRail()
        self.rail.chosen.connect(self._on_chosen)
        self.rail.picture_wanted.connect(self._on_picture_wanted, Qt.ConnectionType.QueuedConnection)
        self.facts = CheckFacts()
        self.view = SheetView()
        self.large = self.view.large
        self.bench = CheckBench(desk, self.view, self.facts, self.steps, self.loader)
        self.rail.clicked.connect(self.large.setFocus)
        self.empty = EmptyState()
        self.empty.chosen.connect(partial(self.go.emit, "intake", None))
        self._bind()
        self._lay_out()

    def _bind(self) -> None:
        work = {**self.bench.work, "check_next": self._on_next, "check_back": self._on_back}
        for command, slot in {**work, "machine_masks": self._show_machines, "refresh": self.opened}.items():
            self.bind(command, slot)
        self.facts.machines.clicked.connect(self._show_machines)
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
        self._clips = ()
        self.rail.show_clips((), -1)
        self.bench.forget()
        return True

    def _on_waiting(self, clips: tuple[WaitingClip, ...], *, wanted: object = None) -> None:
        if not self._here:
            return
        before = wanted or (self.clip.clip if self.clip else self._left_at)
        self._clips, self._left_at = clips, None
        self._work.setVisible(bool(clips))
        self.empty.setVisible(not clips)
        if not clips:
            self.empty.show_words("No clip waits for the pixel check.", "Take in what a site sent; its clips appear here.", "Go to intake")
            return
        self._show_count()
        at = next((at for at, each in enumerate(clips) if each.clip == before), None)
        if at is None or (wanted is None and settled(clips[at])):
            at = first_waiting(self._me, clips, at or 0)
        self.rail.show_clips(rail_clips(self._me, clips), at)
        self.large.setFocus()

    @property
    def _me(self) -> AccountId:
        return self.desk.session.account

    @property
    def clip(self) -> WaitingClip | None:
        at = self.rail.current
        return self._clips[at] if 0 <= at < len(self._clips) else None

    def _on_chosen(self, _at: int) -> None:
        clip = self.clip
        if clip is not None:
            self.headline.emit("Pixel check", f"{clip.subject} {clip.visit}, clip {clip.number}")
            self.bench.put(clip)
            following = self._following()
            if following is not None:
                self.loader.fetch_ahead(self._clips[following])

    def _following(self) -> int | None:
        """The next clip that waits for this person, round the end of the list."""
        at, count = self.rail.current, len(self._clips)
        order = ((at + step) % count for step in range(1, count))
        return next((each for each in order if waits_for(self._me, self._clips[each])), None)

    def _show_count(self) -> None:
        waiting = sum(waits_for(self._me, each) for each in self._clips)
        self._count.setText(f"{waiting} of {len(self._clips)} wait for you")

    def _on_picture_wanted(self, at: int) -> None:
        if at < len(self._clips):
            self.loader.load_small(self._clips[at].clip)

    def _on_picture(self, clip: ClipId, image: QImage) -> None:
        self.rail.show_picture(clip, image)

    # ------------------------------------------------------------ going on

    def _on_next(self) -> None:
        if self.bench.unsaved:
            self.bench.apply_boxes()
            return
        following = self._following()
        self.rail.choose((self.rail.current + 1) % max(1, len(self._clips)) if following is None else following)
        self.large.setFocus()

    def _show_machines(self) -> None:
        MasksDialog(self, self.desk).open()

    def _on_back(self) -> None:
        self.rail.choose(max(0, self.rail.current - 1))

    def _on_begun(self, words: str) -> None:
        self.saved.emit(words)
        self.bench.show_state()

    def _on_done(self, clip: WaitingClip) -> None:
        """One key a clip: what is done for this person makes room for the next one."""
        at = next((at for at, each in enumerate(self._clips) if each.clip == clip.clip), None)
        if not self._here or at is None:
            return
        self.saved.emit(f"Saved {clock_time(self.desk.lab.clock.now(), self.desk.lab.clock)}")
        self._clips = (*self._clips[:at], clip, *self._clips[at + 1 :])
        if all(settled(each) for each in self._clips):
            self.opened()
            return
        self.rail.show_clip(at, rail_clip(self._me, clip, several=of_several(self._clips)))
        self._show_count()
        following = self._following()
        if at == self.rail.current:
            if waits_for(self._me, clip) or following is None:
                self.bench.put_again(clip)
            else:
                self.rail.choose(following)
        self.large.setFocus()

    def _on_failed(self, error: Exception) -> None:
        if self._here:
            self.saved.emit("Not saved")
            self.bench.show_state()
        self.show_error(error)
